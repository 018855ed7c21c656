// SPDX-License-Identifier: GPL-2.0-only
//! Debian's packages, through apt with a configuration of its own: the system's is not touched, nothing is installed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::command::Shell;
use super::error::PrepareError;
use super::place::Lock;
use crate::linux::arch::Arch;

/// The keys of Debian's archive, where the package `debian-archive-keyring` puts them.
pub const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
/// Lists of packages are fetched again when they are older.
const LISTS_LAST: Duration = Duration::from_secs(24 * 60 * 60);
/// What may help when apt fails.
const NETWORK: &str = "is Debian's archive within reach? apt's own sources and proxy are used";

/// Where Debian's packages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    main: String,
    security: String,
}

impl Mirror {
    /// The one in apt's sources, or the one that is given.
    ///
    /// # Errors
    /// There is none in apt's sources.
    pub fn find(given: Option<&str>, shell: &Shell) -> Result<Mirror, PrepareError> {
        let mut apt = Command::new("apt-get");
        apt.args(["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]);
        let known = shell.run("listing apt's sources", &mut apt)?;
        Mirror::of(given, &known).ok_or(PrepareError::NoArchive)
    }

    fn of(given: Option<&str>, known: &str) -> Option<Mirror> {
        let ends =
            |end: &str| known.lines().map(|uri| uri.trim_end_matches('/')).find(|uri| uri.ends_with(end));
        let main = given.map(|uri| uri.trim_end_matches('/')).or_else(|| ends("/debian"))?;
        let security = match (given, ends("/debian-security")) {
            (None, Some(uri)) => uri.to_owned(),
            _ => format!("{main}-security"),
        };
        Some(Mirror { main: main.to_owned(), security })
    }

    fn of_suite(&self, suite: &str) -> &str {
        if suite.ends_with("-security") { &self.security } else { &self.main }
    }

    /// The line of `sources.list` for a suite.
    #[must_use]
    pub fn source(&self, suite: &str) -> String {
        let signed =
            if Path::new(KEYRING).exists() { format!("[signed-by={KEYRING}] ") } else { String::new() };
        format!("deb {signed}{} {suite} main", self.of_suite(suite))
    }
}

/// What is known of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The packages it names as needed, without versions.
    pub depends: Vec<String>,
}

/// apt as it sees some suites only.
#[derive(Debug)]
pub struct Apt<'a> {
    config: PathBuf,
    shell: &'a Shell,
}

impl<'a> Apt<'a> {
    /// With the lists of these suites for an architecture, and for this machine's tools.
    ///
    /// # Errors
    /// The lists cannot be fetched.
    pub fn open(
        cache: &Path,
        mirror: &Mirror,
        suites: &[&str],
        arch: Arch,
        shell: &'a Shell,
    ) -> Result<Apt<'a>, PrepareError> {
        let name = format!("apt-{}-{arch}", suites.join("-"));
        let _lock = Lock::wait(cache, &name)?;
        let folder = cache.join(format!(".{name}"));
        for inner in ["lists/partial", "cache/archives/partial"] {
            let inner = folder.join(inner);
            fs::create_dir_all(&inner).map_err(PrepareError::file("make", &inner))?;
        }
        let apt = Apt { config: folder.join("apt.conf"), shell };
        let (sources, stamp) = (folder.join("sources.list"), folder.join("fetched"));
        let text = suites.iter().map(|suite| mirror.source(suite) + "\n").collect::<String>();
        let fresh = fs::read_to_string(&sources).is_ok_and(|old| old == text) && is_fresh(&stamp);
        if !fresh {
            let write =
                |path: &Path, text: &str| fs::write(path, text).map_err(PrepareError::file("write", path));
            let _ = fs::remove_file(&stamp);
            write(&sources, &text)?;
            write(&apt.config, &configuration(&folder, arch))?;
            let mut update = apt.command("apt-get");
            update.args(["update", "-q", "-o", "APT::Update::Error-Mode=any"]);
            shell.run_with(
                &format!("fetching the lists of {}", suites.join(", ")),
                Some(NETWORK),
                &mut update,
            )?;
            write(&stamp, "")?;
        }
        Ok(apt)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("APT_CONFIG", &self.config);
        // images for containers turn these off in the system's configuration, which is read after ours
        command.args([
            "-o",
            "Dir::Cache::pkgcache=pkgcache.bin",
            "-o",
            "Dir::Cache::srcpkgcache=srcpkgcache.bin",
        ]);
        command
    }

    /// The names of all packages that begin so.
    ///
    /// # Errors
    /// apt fails.
    pub fn names(&self, beginning: &str) -> Result<Vec<String>, PrepareError> {
        let mut command = self.command("apt-cache");
        command.args(["pkgnames", beginning]);
        let names = self.shell.run("listing packages", &mut command)?;
        // foreign packages of a system with several architectures have theirs behind a colon
        Ok(names.lines().map(|name| name.split(':').next().unwrap_or(name).to_owned()).collect())
    }

    /// What is known of the newest version of a package.
    ///
    /// # Errors
    /// There is no such package.
    pub fn show(&self, name: &str) -> Result<Package, PrepareError> {
        let mut command = self.command("apt-cache");
        command.args(["show", "--no-all-versions", name]);
        let text = self.shell.run(&format!("looking at package {name}"), &mut command)?;
        package(&text).ok_or_else(|| PrepareError::Package {
            package: name.to_owned(),
            what: "version that apt knows".into(),
        })
    }

    /// Downloads packages into a folder.
    ///
    /// # Errors
    /// apt fails.
    pub fn download(&self, packages: &[String], into: &Path) -> Result<(), PrepareError> {
        let mut command = self.command("apt-get");
        command.arg("download").arg("-q").args(packages).current_dir(into);
        self.shell.run_with(&format!("downloading {}", packages.join(" ")), Some(NETWORK), &mut command)?;
        Ok(())
    }
}

fn is_fresh(stamp: &Path) -> bool {
    let written = fs::metadata(stamp).and_then(|metadata| metadata.modified());
    written.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age < LISTS_LAST))
}

fn configuration(folder: &Path, arch: Arch) -> String {
    let folder = folder.display();
    let mut text = String::new();
    for (key, value) in [
        ("Dir::Etc::sourcelist", format!("{folder}/sources.list")),
        ("Dir::Etc::sourceparts", "/dev/null".into()),
        ("Dir::Etc::preferences", "/dev/null".into()),
        ("Dir::Etc::preferencesparts", "/dev/null".into()),
        ("Dir::State::lists", format!("{folder}/lists")),
        ("Dir::State::status", "/dev/null".into()),
        ("Dir::Cache", format!("{folder}/cache")),
        // its own user cannot write to the cache of this one
        ("APT::Sandbox::User", "root".into()),
        ("Acquire::Languages", "none".into()),
        ("Acquire::Retries", "3".into()),
        ("APT::Architecture", "amd64".into()),
    ] {
        let _ = writeln!(text, "{key} \"{value}\";");
    }
    let foreign = if arch == Arch::Amd64 { String::new() } else { format!(" \"{arch}\";") };
    let _ = writeln!(text, "#clear APT::Architectures;\nAPT::Architectures {{ \"amd64\";{foreign} }};");
    text
}

/// The first paragraph of what `apt-cache show` says.
fn package(text: &str) -> Option<Package> {
    let fields = text
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_once(": "))
        .collect::<BTreeMap<_, _>>();
    let depends = ["Pre-Depends", "Depends"].into_iter().filter_map(|key| fields.get(key)).flat_map(|list| {
        list.split(',')
            .filter_map(|one| one.split_whitespace().next())
            .map(|name| name.split(':').next().unwrap_or(name).to_owned())
    });
    Some(Package {
        name: (*fields.get("Package")?).to_owned(),
        version: (*fields.get("Version")?).to_owned(),
        depends: depends.collect(),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(None, "http://a/debian/\nhttp://a/debian-security/\n", Some(("http://a/debian", "http://a/debian-security")))]
    #[case(None, "http://b/x/apt/\nhttp://a/debian\n", Some(("http://a/debian", "http://a/debian-security")))]
    #[case(None, "http://a/debian/\nhttp://s/debian-security/\n", Some(("http://a/debian", "http://s/debian-security")))]
    #[case(Some("http://m/debian/"), "http://s/debian-security/\n", Some(("http://m/debian", "http://m/debian-security")))]
    #[case(None, "http://b/ubuntu/\n", None)]
    fn the_mirror_is_that_of_apts_sources(
        #[case] given: Option<&str>,
        #[case] known: &str,
        #[case] mirror: Option<(&str, &str)>,
    ) {
        let mirror = mirror.map(|(main, security)| Mirror { main: main.into(), security: security.into() });
        assert_eq!(Mirror::of(given, known), mirror);
    }

    #[test]
    fn security_updates_have_an_archive_of_their_own() {
        let mirror = Mirror::of(Some("http://a/debian"), "").unwrap();
        assert!(mirror.source("bookworm").ends_with("http://a/debian bookworm main"));
        assert!(
            mirror.source("bookworm-security").ends_with("http://a/debian-security bookworm-security main")
        );
    }

    #[test]
    fn a_package_is_read() {
        let text = "Package: linux-headers-7.3.4+deb13-amd64\nVersion: 7.3.4-1~bpo13+1\nDepends: linux-base, \
                    gcc-14:any | gcc, linux-kbuild-7.3.4+deb13 (= 7.3.4-1~bpo13+1)\nDescription: x\n Depends: y\n\n\
                    Package: other\nVersion: 1\n";
        let package = package(text).unwrap();
        assert_eq!(package.name, "linux-headers-7.3.4+deb13-amd64");
        assert_eq!(package.version, "7.3.4-1~bpo13+1");
        assert_eq!(package.depends, ["linux-base", "gcc-14", "linux-kbuild-7.3.4+deb13"]);
    }

    #[test]
    fn nothing_is_no_package() {
        assert_eq!(package(""), None);
        assert_eq!(package("Package: x\n"), None);
    }
}
