// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership fuzz`

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::failure::{self, Failure, Status};
use super::on::{On, Opened};
use super::progress;
use crate::fuzz::campaign::{self, Figures, Found, Options};
use crate::fuzz::reach::Reach;
use crate::fuzz::{DARING, Generator, Profile, Theme};
use crate::history::Point;
use crate::linux::name::KernelName;
use crate::script::Arch;

/// Scripts of a campaign, if neither their number nor a time is given.
const SCRIPTS: u64 = 10_000;
/// Messages that are shown of each kind.
const SHOWN: usize = 10;

/// Look for scripts that the engine and an implementation make different things of
///
/// Random scripts run on the implementation and on the engine at its release. Each disagreement is shortened to the
/// fewest operations that still show it, and written into a folder as a case without `expect`: what both sides did
/// stands in its comments.
///
/// A script has a name, such as `s7-1234`: `--seed 7 --from 1234 --scripts 1` makes it again for the same release. The
/// exit status is 0 when all agree, 1 when something disagrees or the implementation fails, 2 when the command
/// makes no sense.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to run the scripts on, such as `reference@v6.1`
    #[arg(long, value_name = "IMPLEMENTATION")]
    on: On,

    /// Begin no new scripts after so many seconds
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,

    /// Run so many scripts [default: 10000, unless there is a time]
    #[arg(long, value_name = "N")]
    scripts: Option<u64>,

    /// Where the random numbers begin
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,

    /// The number of the first script
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,

    /// The folder for disagreements
    #[arg(long, value_name = "DIR", default_value = "disagreements")]
    out: PathBuf,

    /// Compare with the engine at this release instead of the one that the implementation stands for
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,

    /// The machine's architecture [default: the kernel's, else generic]
    #[arg(long, value_enum)]
    arch: Option<Machine>,

    /// One script in so many may take the kernel down, which costs a boot; 0: none may
    #[arg(long, value_name = "N", default_value_t = DARING)]
    daring: usize,

    /// Make scripts about one thing only; about iommufd is none without it, for few kernels have it
    #[arg(long, value_parser = theme())]
    about: Option<Theme>,

    /// Do not run anything: tell what of the engine's behaviour the scripts reach
    #[arg(long)]
    reach: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Machine {
    /// Any with the generic DMA layer
    Generic,
    /// 32-bit ARM
    Arm32,
}

pub(super) fn theme() -> impl TypedValueParser<Value = Theme> {
    PossibleValuesParser::new(Theme::NAMED.map(|(name, _)| name)).try_map(|given| {
        let known = Theme::NAMED.into_iter().find(|(name, _)| *name == given);
        known.map(|(_, theme)| theme).ok_or("no such theme")
    })
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Status, Failure> {
    let Opened { mut implementation, family, point, iommufd } = args.on.open()?;
    let release = args.release.as_deref().map(failure::resolve).transpose()?;
    let point = point.or_else(|| release.clone()).ok_or_else(|| Failure::NoRelease(implementation.name()))?;
    let options = Options {
        seed: args.seed,
        first: args.from,
        scripts: args.scripts.or_else(|| args.seconds.is_none().then_some(SCRIPTS)),
        time: args.seconds.map(Duration::from_secs),
        profile: Profile {
            daring: args.daring,
            ..profile(args.arch, &args.on, (&family, iommufd), point.clone()).about(args.about)
        },
        point: release.unwrap_or(point),
    };
    if args.reach {
        return reach(&options, out);
    }
    let name = implementation.name();
    let bar = progress::bar("running scripts", options.scripts.unwrap_or(0));
    let found = campaign::run(&mut *implementation, &options, &mut |figures: &Figures| {
        bar.set_position(figures.scripts + figures.skipped.values().sum::<u64>());
    });
    bar.finish_and_clear();
    let files = campaign::write_all(&found, &options, &name, &args.out)?;
    print(&found, &options, &name, out)?;
    for file in files {
        writeln!(out, "  {}", file.display())?;
    }
    Ok(if found.figures.disagree == 0 && found.figures.failed.is_empty() {
        Status::Good
    } else {
        Status::Differs
    })
}

/// The engine can do everything; others can do what the test bench can.
pub(super) fn profile(
    machine: Option<Machine>,
    on: &On,
    (family, iommufd): (&str, bool),
    point: Point,
) -> Profile {
    let arch = match (machine, on) {
        (Some(Machine::Generic), _) => Arch::Generic,
        (Some(Machine::Arm32), _) => Arch::Arm32,
        (None, On::Linux(kernel)) => {
            let name = kernel.parse::<KernelName>();
            name.map_or(Arch::Generic, |name| name.arch().of_script())
        }
        (None, _) => Arch::Generic,
    };
    match family {
        "reference" => Profile::of_everything(arch, point),
        _ => Profile::of_bench(arch, point, iommufd),
    }
}

fn print(found: &Found, options: &Options, name: &str, out: &mut impl Write) -> Result<(), Failure> {
    let figures = &found.figures;
    writeln!(
        out,
        "{name} against reference {}, seed {}: {} scripts, {} operations, {:.0} scripts a second",
        options.point.name,
        options.seed,
        figures.scripts,
        figures.operations,
        figures.per_second(),
    )?;
    writeln!(
        out,
        "{} disagree in {} ways, {} crashed, {} skipped, {} failed; {} scripts in {:.1} s to shorten them",
        figures.disagree,
        found.distinct(),
        figures.crashed,
        figures.skipped.values().sum::<u64>(),
        figures.failed.values().sum::<u64>(),
        figures.asked,
        figures.shrinking.as_secs_f64(),
    )?;
    for (what, counted) in [("skipped", &figures.skipped), ("failed", &figures.failed)] {
        for (why, count) in counted.iter().take(SHOWN) {
            writeln!(out, "  {count} {what}: {why}")?;
        }
    }
    if found.given_up {
        writeln!(out, "given up: the implementation failed too often in a row")?;
    }
    for (kind, alike) in &found.kinds {
        let count: u64 = alike.iter().map(|one| one.sources.len() as u64 + one.more).sum();
        let Some(first) = alike.first() else { continue };
        let difference = &first.difference;
        writeln!(out, "{kind} ({count} scripts; shortest: {} operations)", first.script.ops.len())?;
        writeln!(out, "    {name}: {}", difference.observed)?;
        writeln!(out, "    reference {}: {}", options.point.name, difference.reference)?;
    }
    Ok(())
}

/// Tells in what share of the scripts everything was reached that was reached.
fn reach(options: &Options, out: &mut impl Write) -> Result<Status, Failure> {
    let generator = Generator::new(options.seed, options.profile.clone());
    let rules = &options.profile.point.rules;
    let mut reach = Reach::default();
    let end = options.first.saturating_add(options.scripts.unwrap_or(SCRIPTS));
    for number in options.first..end {
        reach.note(&generator.script(number), rules);
    }
    let share = |count: u64, of: u64| {
        format!("{:6.2} %", {
            #[allow(clippy::cast_precision_loss, reason = "a share in percent is no exact number")]
            let share = 100.0 * count as f64 / of.max(1) as f64;
            share
        })
    };
    let name = &options.profile.point.name;
    writeln!(
        out,
        "{name}, seed {}: {} scripts, {} operations",
        options.seed, reach.scripts, reach.operations
    )?;
    writeln!(out, "{} of operations are not run", share(reach.idle, reach.operations))?;
    for (fact, count) in &reach.facts {
        writeln!(out, "{} {}", share(*count, reach.scripts), fact.words(rules))?;
    }
    Ok(Status::Good)
}
