// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership record`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use super::cases::Folder;
use super::failure::{self, Failure, Status};
use super::fuzz::{Machine, profile, theme};
use super::on::{On, Opened};
use super::progress;
use crate::case;
use crate::fuzz::{DARING, Generator, Profile, Theme};
use crate::history::Point;
use crate::implementation::Answer;
use crate::protocol::record::{Head, RecordError, RecordWriter, Source};
use crate::protocol::{Hello, List, Word};
use crate::replay::{Recorded, Recording};
use crate::script::{Arch, Script};
use crate::suite::sweep;

/// Scripts that are handed over at once.
const BATCH: usize = 200;

/// Record what an implementation does with cases, random scripts or the scripts of other recordings
///
/// Every script with its answer becomes a line of the file, in the project's own format, which `replay` compares with
/// the engine. Scripts that are not run are counted and left out. The file is compressed when its name ends in `.gz`;
/// it has its name only once it is whole.
///
/// The exit status is 0 when everything was recorded that the implementation runs, 1 when it failed on a script or a
/// case cannot be loaded, 2 when the command makes no sense.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to record, such as `reference@v6.1`
    #[arg(long, value_name = "IMPLEMENTATION")]
    on: On,

    /// Only cases whose names contain one of these texts, such as `reports/`
    #[arg(value_name = "CASES", conflicts_with = "random")]
    filters: Vec<String>,

    /// Record so many random scripts instead of cases
    #[arg(long, value_name = "N")]
    random: Option<u64>,

    /// Record the scripts of these recordings anew, in either format, instead of cases
    #[arg(long, value_name = "RECORDING", num_args = 1.., conflicts_with_all = ["random", "filters"])]
    scripts: Vec<PathBuf>,

    /// Where the random numbers begin
    #[arg(long, value_name = "S", default_value_t = 1, requires = "random")]
    seed: u64,

    /// The architecture of random scripts [default: the kernel's, else generic]
    #[arg(long, value_enum, requires = "random")]
    arch: Option<Machine>,

    /// Make random scripts about one thing only
    #[arg(long, value_parser = theme(), requires = "random")]
    about: Option<Theme>,

    /// One random script in so many may take the kernel down; 0: none may
    #[arg(long, value_name = "N", default_value_t = DARING, requires = "random")]
    daring: usize,

    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    /// The release that it stands for, if it does not say
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,

    #[command(flatten)]
    folder: Folder,
}

/// A script and what it is for.
struct Asked {
    script: Script,
    note: Option<String>,
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Status, Failure> {
    let Opened { mut implementation, family, point, iommufd } = args.on.open()?;
    let release = args.release.as_deref().map(failure::resolve).transpose()?;
    let point = release.or(point).ok_or_else(|| Failure::NoRelease(implementation.name()))?;
    let (asked, mut unusable) = match args.random {
        Some(count) => {
            let profile = profile(args.arch, &args.on, (&family, iommufd), point.clone()).about(args.about);
            let generator = Generator::new(args.seed, Profile { daring: args.daring, ..profile });
            let script = |number| Asked { script: generator.script(number), note: None };
            ((0..count).map(script).collect(), 0)
        }
        None if args.scripts.is_empty() => cases(args, &point)?,
        None => (recorded(&args.scripts)?, 0),
    };
    let head = head(&args.on, &implementation.name(), &family, &point, &asked);
    let mut writer = RecordWriter::create(&args.output, &head)?;
    let mut counts = Counts::default();
    let mut result: Result<(), RecordError> = Ok(());
    let bar = progress::bar("recording scripts", asked.len() as u64);
    for batch in asked.chunks(BATCH) {
        let scripts: Vec<&Script> = batch.iter().map(|asked| &asked.script).collect();
        implementation.run_all(&scripts, &mut |index, answer| {
            let Some(asked) = batch.get(index) else { return };
            bar.inc(1);
            if counts.note(&answer) && result.is_ok() {
                result = writer.write(&asked.script, &answer, asked.note.as_deref());
            }
        });
        if result.is_err() {
            break;
        }
    }
    bar.finish_and_clear();
    result?;
    writer.finish()?;
    writeln!(
        out,
        "{}: {} scripts, {} of them crashed",
        args.output.display(),
        counts.recorded,
        counts.crashed
    )?;
    for (why, count) in &counts.skipped {
        writeln!(out, "  {count} skipped: {why}")?;
    }
    for (why, count) in &counts.failed {
        unusable += count;
        writeln!(out, "  {count} failed: {why}")?;
    }
    Ok(if unusable == 0 { Status::Good } else { Status::Differs })
}

/// How many scripts came out how.
#[derive(Default)]
struct Counts {
    recorded: u64,
    crashed: u64,
    skipped: BTreeMap<String, u64>,
    failed: BTreeMap<String, u64>,
}

impl Counts {
    /// Is there anything to record?
    fn note(&mut self, answer: &Answer) -> bool {
        match answer {
            Answer::Trace(_) | Answer::Crashed { .. } => {
                self.recorded += 1;
                self.crashed += u64::from(matches!(answer, Answer::Crashed { .. }));
                return true;
            }
            Answer::Skipped { reason } => *self.skipped.entry(reason.clone()).or_default() += 1,
            Answer::Errored { message } => *self.failed.entry(message.clone()).or_default() += 1,
        }
        false
    }
}

/// The scripts of the cases that run on the release, and how many cases cannot be loaded.
fn cases(args: &Args, point: &Point) -> Result<(Vec<Asked>, u64), Failure> {
    let mut asked = Vec::new();
    let mut unusable = 0;
    for file in args.folder.matching(&args.filters)? {
        match case::load(&file.path) {
            Ok(case) if !case.runs_at(point) => {}
            Ok(case) => asked.extend(
                sweep::scripts(&case.lower(), point)
                    .into_iter()
                    .map(|swept| Asked { script: swept.lowered.script, note: Some(case.title.clone()) }),
            ),
            Err(error) => {
                unusable += 1;
                anstream::eprintln!("{}: {error}", failure::label());
            }
        }
    }
    Ok((asked, unusable))
}

/// The scripts of other recordings.
fn recorded(files: &[PathBuf]) -> Result<Vec<Asked>, Failure> {
    let mut asked = Vec::new();
    for file in files {
        for recorded in Recording::open(file)? {
            let Recorded { script, note, .. } = recorded?;
            asked.push(Asked { script, note });
        }
    }
    Ok(asked)
}

fn head(on: &On, name: &str, family: &str, point: &Point, asked: &[Asked]) -> Head {
    let mut arch: Vec<Arch> = Vec::new();
    for Asked { script, .. } in asked {
        if !arch.contains(&script.arch) {
            arch.push(script.arch);
        }
    }
    Head {
        hello: Hello {
            release: Some(point.name.clone()),
            arch: List(arch.into_iter().map(Word).collect()),
            ..Hello::new(family)
        },
        source: Source { kernel: on.to_string(), release: point.name.clone(), package: name.to_owned() },
    }
}
