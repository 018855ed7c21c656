// SPDX-License-Identifier: GPL-2.0-only
//! `cargo test --test replay`: every file of `harness/recorded/` is a trial, in which the reference engine does what
//! the kernel did.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use dma_ownership::replay::{FileReport, Options, replay_file};
use libtest_mimic::{Arguments, Failed, Trial};

/// A failure shows so many scripts; the command shows the others.
const SHOWN: usize = 5;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/recorded");
    match trials(&folder) {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(message) => {
            eprintln!("error: {}: {message}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn trials(folder: &Path) -> Result<Vec<Trial>, String> {
    let entries = folder.read_dir().map_err(|error| error.to_string())?;
    let paths = entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>();
    let mut trials = Vec::new();
    for path in paths.map_err(|error| error.to_string())? {
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(name) = file.strip_suffix(".jsonl.gz").map(str::to_owned) {
            trials.push(Trial::test(name, move || replay(&path)));
        }
    }
    if trials.is_empty() {
        return Err("there are no recorded traces".into());
    }
    trials.sort_by(|a, b| a.name().cmp(b.name()));
    Ok(trials)
}

fn replay(path: &Path) -> Result<(), Failed> {
    let report = replay_file(path, &Options { release: None, keep: SHOWN }).map_err(|e| e.to_string())?;
    if report.scripts > 0 && report.agree == report.scripts && report.bad == 0 {
        return Ok(());
    }
    Err(explanation(&report).into())
}

fn explanation(report: &FileReport) -> String {
    let mut text = report.summary();
    text.push('\n');
    for disagreement in &report.disagreements {
        let _ = write!(text, "{disagreement}");
    }
    for error in &report.bad_lines {
        let _ = writeln!(text, "  {error}");
    }
    let _ = write!(text, "more: cargo run --release -- replay {}", report.file.display());
    text
}
