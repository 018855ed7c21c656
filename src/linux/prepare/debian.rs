// SPDX-License-Identifier: GPL-2.0-only
//! Preparing one of Debian's kernels.

use std::fs;
use std::path::{Path, PathBuf};

use super::apt::{Apt, Mirror};
use super::build::{Build, STOCK, file_name, files, read};
use super::command::Shell;
use super::compiler::{Maker, Suite};
use super::error::PrepareError;
use super::image::Elf;
use super::place::{Lock, Part};
use super::stock::{self, Module};
use super::{
    Done, Options, Watch, deb, device_tree, existing, finish, folders, info, iommufd, is_current, log,
    offsets, write_parameters, write_stock,
};
use crate::linux::arch::Arch;
use crate::linux::cache::{DEVICE_TREE, IMAGE, Prepared};
use crate::linux::catalogue::{Entry, Tools};
use crate::linux::name::{KernelName, compare_versions};

/// In a prepared kernel's folder: its headers' packages.
const HEADERS: &str = "debs";
const IMAGE_PACKAGE: &str = "linux-image-";
const HEADERS_PACKAGE: &str = "linux-headers-";

/// A file in a package: its path and what is in it.
type Member = (PathBuf, Vec<u8>);

/// What is prepared: a release, and its packages.
#[derive(Debug)]
struct Chosen {
    release: String,
    version: String,
    /// The kernel and its own modules.
    image: Vec<String>,
    /// What a module is built with.
    headers: Vec<String>,
}

pub(super) fn prepare(
    cache: &Path,
    entry: &Entry,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Done, PrepareError> {
    let name: KernelName = entry.name.parse()?;
    let waiting = || watch.say(&format!("{name}: waiting for another preparation of it"));
    let _lock = Lock::take(cache, entry.name, waiting)?;
    let shell = &Shell::new(&log(cache, entry.name))?;
    let before = existing(cache, &name);
    let with_iommufd = options.iommufd || before.as_ref().is_some_and(|old| iommufd::is_built(old.folder()));
    if with_iommufd {
        iommufd::check(entry)?;
    }
    let old = before.filter(|old| !options.again && (!with_iommufd || iommufd::is_built(old.folder())));

    watch.stage(&format!("{name}: look for it in {}", entry.suite_names()));
    let mirror = Mirror::find(options.archive.as_deref(), shell)?;
    let known = Apt::open(cache, &mirror, entry.suites, entry.arch, shell)
        .and_then(|apt| choose(entry, &apt).map(|chosen| (apt, chosen)));
    let (apt, chosen) = match (known, &old) {
        (Ok(known), _) => known,
        // what is there is good enough without a network
        (Err(error), Some(old)) if is_current(old) => {
            watch.say(&format!("{name}: is a newer one to be had? {error}"));
            return Ok(Done::Unchanged(old.clone()));
        }
        (Err(error), _) => return Err(error),
    };
    let old = old.filter(|old| old.info().package == chosen.version && old.info().release == chosen.release);
    if let Some(old) = old {
        if is_current(&old) {
            return Ok(Done::Unchanged(old));
        }
        if old.folder().join(HEADERS).is_dir() {
            return rebuild(cache, entry, &mirror, &old, shell, watch).map(Done::Rebuilt);
        }
    }

    let part = Part::new(cache, entry.name)?;
    let (out, work) = folders(&part)?;
    watch.stage(&format!("{name}: download {} ({})", chosen.release, chosen.version));
    let (images, headers) = (work.join("debs"), out.join(HEADERS));
    for (folder, packages) in [(&images, &chosen.image), (&headers, &chosen.headers)] {
        fs::create_dir_all(folder).map_err(PrepareError::file("make", folder))?;
        apt.download(packages, folder)?;
    }
    watch.stage(&format!("{name}: unpack the image"));
    let (image, modules) = read_image(&files(&images)?)?;
    write_image(entry, &chosen.release, &image, &out, watch)?;
    write_stock(&out, modules)?;
    if entry.arch == Arch::Armhf {
        device_tree::make(&work, &out.join(DEVICE_TREE), shell)?;
    }
    // their place is wanted for the headers
    fs::remove_dir_all(&images).map_err(PrepareError::file("remove", &images))?;
    let sources = if with_iommufd {
        watch.stage(&format!("{name}: download and unpack the kernel's sources, for iommufd"));
        Some(iommufd::fetch(&apt, entry, &chosen.version, &work)?)
    } else {
        None
    };
    build(cache, entry, &mirror, &chosen.release, &out, &work, sources.as_deref(), shell, watch)?;
    let info = info(&name, entry.arch, &chosen.release, &chosen.version);
    finish(part, cache, &name, &info).map(Done::Prepared)
}

/// Builds the module anew with the headers that were kept.
fn rebuild(
    cache: &Path,
    entry: &Entry,
    mirror: &Mirror,
    old: &Prepared,
    shell: &Shell,
    watch: &mut dyn Watch,
) -> Result<Prepared, PrepareError> {
    let part = Part::new(cache, entry.name)?;
    let (out, work) = folders(&part)?;
    link(&old.image(), &out)?;
    for folder in [HEADERS, STOCK] {
        let (from, to) = (old.folder().join(folder), out.join(folder));
        if from.is_dir() {
            fs::create_dir_all(&to).map_err(PrepareError::file("make", &to))?;
            files(&from)?.iter().try_for_each(|file| link(file, &to))?;
        }
    }
    // what the module is told may have changed with it
    match entry.arch {
        Arch::Amd64 => {
            let image = old.image();
            let elf = read(&image).and_then(|data| {
                Elf::from_image(&data).map_err(|what| PrepareError::Image { path: image.clone(), what })
            })?;
            write_parameters(&out, &parameters_of(&elf, &image)?)?;
        }
        Arch::Armhf => {
            write_known_offsets(entry, &old.info().release, &out, watch)?;
            device_tree::make(&work, &out.join(DEVICE_TREE), shell)?;
        }
    }
    build(cache, entry, mirror, &old.info().release, &out, &work, None, shell, watch)?;
    let info = info(old.name(), entry.arch, &old.info().release, &old.info().package);
    finish(part, cache, old.name(), &info)
}

/// A file once more in another folder; a second copy where there are no links.
fn link(file: &Path, folder: &Path) -> Result<(), PrepareError> {
    let to = folder.join(file_name(file));
    let linked = fs::hard_link(file, &to).or_else(|_| fs::copy(file, &to).map(drop));
    linked.map_err(PrepareError::file("link", file))
}

/// The newest release that apt has; on ARM the newest whose offsets are known, if there is one.
fn choose(entry: &Entry, apt: &Apt<'_>) -> Result<Chosen, PrepareError> {
    let names = apt.names(IMAGE_PACKAGE)?;
    let release = newest(entry, &names).ok_or_else(|| PrepareError::NoPackage {
        kernel: entry.name,
        suites: entry.suite_names(),
        before: entry.releases.before,
        behind: entry.releases.behind,
    })?;
    let of_arch = |name: &str| match entry.arch {
        Arch::Amd64 => name.to_owned(),
        Arch::Armhf => format!("{name}:{}", entry.arch),
    };
    let image_name = of_arch(&format!("{IMAGE_PACKAGE}{release}"));
    let headers_name = of_arch(&format!("{HEADERS_PACKAGE}{release}"));
    let (image, headers) = (apt.show(&image_name)?, apt.show(&headers_name)?);
    let mut chosen =
        Chosen { release, version: image.version, image: vec![image_name], headers: vec![headers_name] };
    // since 7.2 the package of the image is empty
    let parts = image.depends.iter().filter(|name| {
        name.ends_with(&chosen.release)
            && (name.starts_with("linux-binary-") || name.starts_with("linux-modules-"))
    });
    chosen.image.extend(parts.map(|name| of_arch(name)));
    // the tools that run here are of this machine's architecture
    chosen.headers.extend(headers.depends.into_iter().filter(|name| {
        name.starts_with("linux-kbuild-") || name.starts_with(HEADERS_PACKAGE) && name.ends_with("-common")
    }));
    Ok(chosen)
}

fn newest(entry: &Entry, names: &[String]) -> Option<String> {
    let releases = names.iter().filter_map(|name| name.strip_prefix(IMAGE_PACKAGE));
    let releases = releases.filter(|release| entry.releases.has(release));
    let known = |release: &str| entry.arch == Arch::Amd64 || offsets::is_in_table(release);
    releases.max_by(|a, b| known(a).cmp(&known(b)).then_with(|| compare_versions(a, b))).map(str::to_owned)
}

/// The image in its packages, and those of the kernel's own modules that are wanted.
fn read_image(packages: &[PathBuf]) -> Result<(Member, Vec<Module>), PrepareError> {
    let is_image = |path: &Path| file_name(path).starts_with("vmlinuz");
    let (mut image, mut modules) = (None, Vec::new());
    let mut wanted = stock::wanted();
    while !wanted.is_empty() {
        let mut found = Vec::new();
        for package in packages {
            let files = deb::read(package, |path| {
                image.is_none() && is_image(path)
                    || stock::module_name(path).is_some_and(|name| wanted.contains(&name))
            })?;
            for (path, data) in files {
                if is_image(&path) {
                    image = Some((path, data));
                } else {
                    found.extend(stock::module(&path, data));
                }
            }
        }
        // what they depend on is looked for too, until nothing new is found
        let more = !found.is_empty();
        modules.extend(found);
        wanted = if more { stock::lacking(&modules) } else { Vec::new() };
    }
    let package = packages.iter().map(|path| file_name(path)).collect::<Vec<_>>().join(", ");
    let image = image.ok_or(PrepareError::Package { package, what: "kernel in it".into() })?;
    Ok((image, modules))
}

fn write_image(
    entry: &Entry,
    release: &str,
    (path, data): &Member,
    out: &Path,
    watch: &mut dyn Watch,
) -> Result<(), PrepareError> {
    let to = out.join(IMAGE);
    match entry.arch {
        Arch::Armhf => {
            fs::write(&to, data).map_err(PrepareError::file("write", &to))?;
            write_known_offsets(entry, release, out, watch)
        }
        Arch::Amd64 => {
            let elf =
                Elf::from_image(data).map_err(|what| PrepareError::Image { path: path.clone(), what })?;
            write_parameters(out, &parameters_of(&elf, path)?)?;
            fs::write(&to, elf.data()).map_err(PrepareError::file("write", &to))
        }
    }
}

/// The module's parameters by the kernel's BTF.
pub(super) fn parameters_of(elf: &Elf, path: &Path) -> Result<String, PrepareError> {
    let parameters = elf.section(".BTF").ok_or("it has no BTF".to_owned()).and_then(offsets::from_btf);
    parameters.map_err(|what| PrepareError::NoBtf { path: path.to_owned(), what })
}

fn write_known_offsets(
    entry: &Entry,
    release: &str,
    out: &Path,
    watch: &mut dyn Watch,
) -> Result<(), PrepareError> {
    let known = offsets::from_table(release)?;
    if let Some(from) = &known.from {
        watch.say(&format!(
            "{}: {release} has no BTF and is not in harness/linux/offsets.json; its private structures are taken to \
             be as in {from}",
            entry.name
        ));
    }
    write_parameters(out, &known.parameters)
}

#[expect(clippy::too_many_arguments, reason = "the places and the tools of one preparation")]
fn build(
    cache: &Path,
    entry: &Entry,
    mirror: &Mirror,
    release: &str,
    out: &Path,
    work: &Path,
    iommufd: Option<&Path>,
    shell: &Shell,
    watch: &mut dyn Watch,
) -> Result<(), PrepareError> {
    let suite = match entry.tools {
        Tools::Host => None,
        Tools::Suite(suite) | Tools::LibraryOf(suite) => {
            watch.stage(&format!("{}: the compiler of {suite}", entry.name));
            Some(Suite::open(cache, mirror, suite, shell)?)
        }
    };
    watch.stage(&format!("{}: unpack the headers", entry.name));
    let root = work.join("root");
    fs::create_dir_all(&root).map_err(PrepareError::file("make", &root))?;
    for package in files(&out.join(HEADERS))? {
        deb::unpack(&package, &root, |path| {
            !["usr/share", "lib/modules", "usr/lib/modules"].iter().any(|skipped| path.starts_with(skipped))
        })?;
    }
    let maker = match (entry.tools, suite) {
        (Tools::Suite(_), Some(suite)) => Maker::Suite(suite),
        (Tools::LibraryOf(_), Some(suite)) => {
            wrap_tools(&root, &suite)?;
            Maker::Host
        }
        _ => Maker::Host,
    };
    let headers = root.join("usr/src").join(format!("{HEADERS_PACKAGE}{release}"));
    point_headers(&headers, &maker.seen(work, &root))?;
    let compiler = matches!(maker, Maker::Host).then_some("gcc");
    let build = Build { work, headers: &headers, arch: entry.arch, maker, compiler, unchecked: false, shell };
    if let Some(sources) = iommufd {
        watch.stage(&format!("{}: build iommufd", entry.name));
        iommufd::build(&build, sources, out)?;
    }
    watch.stage(&format!("{}: build the module", entry.name));
    build.initramfs(out)
}

/// Lets the build tools that are linked with a newer C library run here.
fn wrap_tools(root: &Path, suite: &Suite) -> Result<(), PrepareError> {
    let library = root.join("usr/lib");
    let folders = fs::read_dir(&library).map_err(PrepareError::file("read", &library))?;
    for folder in
        folders.flatten().filter(|folder| folder.file_name().to_string_lossy().starts_with("linux-kbuild-"))
    {
        let tool = folder.path().join("scripts/mod/modpost.real-lsb-32");
        if tool.is_file() {
            suite.wrap(&tool)?;
        }
    }
    Ok(())
}

/// The headers name their other parts by absolute paths; lets these point to where they are.
fn point_headers(headers: &Path, root: &Path) -> Result<(), PrepareError> {
    let path = headers.join("Makefile");
    let text = fs::read_to_string(&path).map_err(PrepareError::file("read", &path))?;
    fs::write(&path, pointed(&text, &root.display().to_string())).map_err(PrepareError::file("write", &path))
}

fn pointed(text: &str, root: &str) -> String {
    ["include ", "="].iter().fold(text.to_owned(), |text, before| {
        text.replace(&format!("{before}/usr/src/"), &format!("{before}{root}/usr/src/"))
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("6.1", &["6.1.0-9-amd64", "6.1.0-56-amd64", "6.1.0-60-cloud-amd64", "6.12.1+deb12-amd64"], Some("6.1.0-56-amd64"))]
    #[case("6.12", &["6.12.95+deb12-amd64", "6.12.117+deb12-amd64", "6.12.200+deb12-amd64-dbg"], Some("6.12.117+deb12-amd64"))]
    #[case("6.1-armhf", &["6.1.0-51-armmp", "6.1.0-50-armmp", "6.1.0-49-armmp"], Some("6.1.0-50-armmp"))]
    #[case("6.1-armhf", &["6.1.0-51-armmp", "6.1.0-52-armmp"], Some("6.1.0-52-armmp"))]
    #[case("7.3", &["7.2.12+deb13-amd64"], None)]
    fn the_newest_that_is_known_is_chosen(
        #[case] entry: &str,
        #[case] releases: &[&str],
        #[case] chosen: Option<&str>,
    ) {
        let names = releases.iter().map(|release| format!("{IMAGE_PACKAGE}{release}")).collect::<Vec<_>>();
        assert_eq!(newest(Entry::find(entry).unwrap(), &names).as_deref(), chosen);
    }

    #[test]
    fn headers_point_to_their_parts() {
        assert_eq!(
            pointed("KBUILD_OUTPUT=/usr/src/a\ninclude /usr/src/b/Makefile\n# /usr/src/c\n", "/mnt/top"),
            "KBUILD_OUTPUT=/mnt/top/usr/src/a\ninclude /mnt/top/usr/src/b/Makefile\n# /usr/src/c\n"
        );
    }
}
