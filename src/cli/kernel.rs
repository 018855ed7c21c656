// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership kernel`

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::failure::{Failure, Status};
use super::run::{new_table, write_table};
use crate::linux::cache::{self, Prepared};
use crate::linux::catalogue::{CATALOGUE, Entry, Tools};
use crate::linux::name::KernelName;
use crate::linux::prepare::{self, Done, Job, Options, Watch};

/// Prepare live kernels, and list them
///
/// A prepared kernel is one that scripts can be run on in QEMU: an image, and an initramfs with the module that
/// drives its IOMMU core. They lie in $DMA_OWNERSHIP_CACHE, or in `dma-ownership` in the user's cache.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the kernels that can be prepared and those that are
    List,
    Prepare(PrepareArgs),
}

/// Download kernels of Debian's and make them ready, or make a kernel ready that you built
///
/// Nothing is installed on this system: packages are downloaded and unpacked into the cache. A kernel that is
/// prepared is left alone, unless Debian has a newer build of it or the module changed; then only the module is built
/// anew. Each takes about half a minute, 50 to 140 MB of downloads and up to 80 MB of disk (and apt's lists up to
/// 50 MB for each suite); those that need a newer compiler take 340 MB more, once for all of them, and root.
///
/// A kernel of your own must be for x86 and have CONFIG_DEBUG_INFO_BTF, besides what `make defconfig` sets: modules,
/// kprobes, kallsyms, PCI, an IOMMU driver (whichever), devtmpfs, a serial console. What is missing is told. Without
/// CONFIG_PVH it boots from the bzImage, a second slower. VFIO's modules are taken from its build tree or
/// /lib/modules if they are there.
#[derive(Debug, clap::Args)]
struct PrepareArgs {
    /// The kernels, such as 6.12 or 6.1-armhf (see `kernel list`)
    #[arg(required_unless_present = "image", conflicts_with = "image", value_name = "VERSION")]
    versions: Vec<String>,
    /// A kernel that you built: its bzImage or vmlinux
    #[arg(long, requires = "headers", value_name = "BZIMAGE")]
    image: Option<PathBuf>,
    /// With --image: its headers, or its build tree after `make modules_prepare`
    #[arg(long, requires = "image", value_name = "DIR")]
    headers: Option<PathBuf>,
    /// With --image: what to call it; without, as it calls itself
    #[arg(long, requires = "image")]
    name: Option<String>,
    /// Prepare it even if it is prepared
    #[arg(long)]
    again: bool,
    /// With iommufd, which Debian's kernels lack: built from the package of the kernel's sources (some 150 MB)
    #[arg(long, conflicts_with = "image")]
    iommufd: bool,
    /// Install the Debian packages that are missing here; needs root
    #[arg(long)]
    install_missing: bool,
    /// Where Debian's packages are, if not where apt's sources say
    #[arg(long, value_name = "URI")]
    archive: Option<String>,
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Status, Failure> {
    let cache = cache::folder()?;
    match &args.command {
        Command::List => list(&cache, out),
        Command::Prepare(args) => prepare(args, &cache, out),
    }
}

fn list(cache: &Path, out: &mut impl Write) -> Result<Status, Failure> {
    let mut table = new_table();
    table.set_header(["kernel", "architecture", "from", "prepared", "needs besides"]);
    for entry in CATALOGUE {
        let prepared = match Prepared::find(cache, entry.name) {
            Ok(kernel) => state(&kernel),
            Err(_) => "no".into(),
        };
        let from = format!("Debian {}", entry.suite_names());
        table.add_row([entry.name, entry.arch.name(), &from, &prepared, needs(entry)]);
    }
    for kernel in prepare::own_kernels(cache)? {
        let info = kernel.info();
        let from = info.own.as_ref().map_or("-".into(), |own| own.image.display().to_string());
        table.add_row([kernel.name().as_str(), kernel.arch().name(), &from, &state(&kernel), "-"]);
    }
    write_table(&table, out)?;
    writeln!(out, "\nThey lie in {}.", cache.display())?;
    Ok(Status::Good)
}

/// Whether a kernel is ready.
fn state(kernel: &Prepared) -> String {
    let package = &kernel.info().package;
    if prepare::is_current(kernel) { package.clone() } else { format!("{package}, with another module") }
}

fn needs(entry: &Entry) -> &'static str {
    match entry.tools {
        Tools::Host if entry.name.ends_with("-armhf") => "a cross compiler, dtc",
        Tools::Host => "-",
        Tools::Suite(_) => "mmdebstrap, root",
        Tools::LibraryOf(_) => "a cross compiler, dtc, mmdebstrap, root",
    }
}

fn prepare(args: &PrepareArgs, cache: &Path, out: &mut impl Write) -> Result<Status, Failure> {
    let jobs = match (&args.image, &args.headers) {
        (Some(image), Some(headers)) => {
            let name = args.name.as_deref().map(str::parse::<KernelName>).transpose();
            let name = name.map_err(prepare::PrepareError::from)?;
            vec![Job::Own { image: image.clone(), headers: headers.clone(), name }]
        }
        _ => args.versions.iter().map(|version| Job::debian(version)).collect::<Result<_, _>>()?,
    };
    let options = Options { again: args.again, archive: args.archive.clone(), iommufd: args.iommufd };
    let mut progress = Progress::default();
    prepare::check(&jobs, cache, args.install_missing, &mut |what| progress.stage(what))?;
    for job in &jobs {
        let done = job.run(cache, &options, &mut progress);
        progress.end(done.is_ok());
        let done = done?;
        let (kernel, what) = (
            done.kernel(),
            match &done {
                Done::Prepared(_) => "prepared",
                Done::Rebuilt(_) => "prepared, only the module was built anew",
                Done::Unchanged(_) => "was prepared, nothing to do",
            },
        );
        let info = kernel.info();
        writeln!(out, "{}: {what} ({}, package {})", kernel.name(), info.release, info.package)?;
        out.flush()?;
    }
    Ok(Status::Good)
}

/// Shows on standard error what is being done: a line for each stage with the seconds it took, and on a terminal what
/// is going on.
#[derive(Default)]
struct Progress {
    stage: Option<(String, Instant, ProgressBar)>,
}

impl Progress {
    fn end(&mut self, well: bool) {
        let Some((what, since, bar)) = self.stage.take() else { return };
        bar.finish_and_clear();
        let failed = if well { "" } else { ", failed" };
        anstream::eprintln!("{what}: {:.1} s{failed}", since.elapsed().as_secs_f64());
    }
}

impl Watch for Progress {
    fn stage(&mut self, what: &str) {
        self.end(true);
        let bar = if io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar.with_message(what.to_owned())
        } else {
            ProgressBar::hidden()
        };
        self.stage = Some((what.to_owned(), Instant::now(), bar));
    }

    fn say(&mut self, text: &str) {
        match &self.stage {
            Some((_, _, bar)) => bar.suspend(|| anstream::eprintln!("{text}")),
            None => anstream::eprintln!("{text}"),
        }
    }
}
