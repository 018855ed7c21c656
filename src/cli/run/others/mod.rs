// SPDX-License-Identifier: GPL-2.0-only
//! `run --on`: cases on other implementations, each judged by the reference where it stands.

mod json;
mod junit;
mod ktap;
mod text;

use std::collections::BTreeMap;
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use serde::Serialize;

use super::Format;
use crate::case::{self, CaseError};
use crate::cli::failure::{self, Failure, Status};
use crate::cli::on::On;
use crate::cli::progress;
use crate::history::Point;
use crate::implementation::Restarts;
use crate::suite::find::CaseFile;
use crate::suite::judge::{self, Asked, Judged};

/// A case as it was found.
pub struct Found {
    /// Its name.
    pub name: String,
    /// The case, or why it cannot be used.
    pub case: Result<Asked, CaseError>,
}

/// What an implementation made of the cases.
pub struct Tested {
    /// What it calls itself.
    pub name: String,
    /// The release it was compared with.
    pub point: Point,
    /// For each case how it did; `None`: the case cannot be used.
    pub judged: Vec<Option<Judged>>,
    /// How long it took until it was ready.
    pub ready: Duration,
    /// How long the cases took.
    pub ran: Duration,
    /// How long each case took, from the verdict before it to its own; a case after a crash waits for a new guest.
    pub took: Vec<Duration>,
    /// How often it began anew meanwhile.
    pub restarts: Restarts,
}

/// How many cases came out how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// As the reference.
    pub agree: usize,
    /// Otherwise.
    pub deviate: usize,
    /// Otherwise, as the case says.
    pub known: usize,
    /// Not otherwise, though the case says so.
    pub expired: usize,
    /// Died where the reference does not.
    pub crashed: usize,
    /// Not run: how many for each reason.
    pub skipped: BTreeMap<String, usize>,
    /// The implementation failed itself.
    pub errored: usize,
    /// Cases that cannot be used.
    pub not_loaded: usize,
}

impl Tested {
    /// How many cases came out how.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for judged in &self.judged {
            match judged {
                None => counts.not_loaded += 1,
                Some(Judged::Agrees) => counts.agree += 1,
                Some(Judged::Deviates(_)) => counts.deviate += 1,
                Some(Judged::Known { .. }) => counts.known += 1,
                Some(Judged::Expired { .. }) => counts.expired += 1,
                Some(Judged::Crashed(_)) => counts.crashed += 1,
                Some(Judged::Skipped { reason }) => *counts.skipped.entry(reason.clone()).or_default() += 1,
                Some(Judged::Errored { .. }) => counts.errored += 1,
            }
        }
        counts
    }

    fn is_good(&self) -> bool {
        self.judged.iter().flatten().all(Judged::is_good)
    }
}

/// Runs the cases on all of these side by side and writes what came of it.
pub fn run(
    on: &[On],
    release: Option<&str>,
    files: &[CaseFile],
    format: Format,
    out: &mut impl Write,
) -> Result<Status, Failure> {
    let release = release.map(failure::resolve).transpose()?;
    let found: Vec<Found> = files
        .iter()
        .map(|file| Found { name: file.name.clone(), case: case::load(&file.path).map(Asked::new) })
        .collect();
    let bars = progress::bars();
    let results: Vec<Result<Tested, Failure>> = thread::scope(|scope| {
        let (found, release) = (&found, &release);
        let test = |on| {
            let bar = progress::among(&bars, format!("{on}"), found.len() as u64);
            scope.spawn(move || test(on, release.as_ref(), found, &bar))
        };
        let running: Vec<_> = on.iter().map(test).collect();
        running.into_iter().map(|one| one.join().unwrap_or(Err(Failure::Stopped))).collect()
    });
    let mut status = Status::Good;
    let mut tested = Vec::new();
    for (on, result) in on.iter().zip(results) {
        match result {
            Ok(one) => {
                status = status.max(if one.is_good() { Status::Good } else { Status::Differs });
                tested.push(one);
            }
            Err(failure) => {
                anstream::eprintln!("{}: {on}: {failure}", failure::label());
                status = Status::BadInput;
            }
        }
    }
    if found.iter().any(|found| found.case.is_err()) {
        status = status.max(Status::Differs);
    }
    match format {
        Format::Text => text::write(&found, &tested, out)?,
        Format::Json => json::write(&found, &tested, out)?,
        Format::Junit => junit::write(&found, &tested, out)?,
        Format::Ktap => ktap::write(&found, &tested, out)?,
    }
    Ok(status)
}

fn test(on: &On, release: Option<&Point>, found: &[Found], bar: &ProgressBar) -> Result<Tested, Failure> {
    let start = Instant::now();
    let mut opened = on.open()?;
    let ready = start.elapsed();
    let name = opened.implementation.name();
    let point = release.cloned().or(opened.point).ok_or_else(|| Failure::NoRelease(name.clone()))?;
    let usable =
        || found.iter().enumerate().filter_map(|(place, found)| Some((place, found.case.as_ref().ok()?)));
    let asked: Vec<&Asked> = usable().map(|(_, asked)| asked).collect();
    let places: Vec<usize> = usable().map(|(place, _)| place).collect();
    let mut judged: Vec<Option<Judged>> = found.iter().map(|_| None).collect();
    let mut took: Vec<Duration> = found.iter().map(|_| Duration::ZERO).collect();
    let start = Instant::now();
    let mut last = start;
    judge::judge_all(opened.implementation.as_mut(), &opened.family, &point, &asked, &mut |index, one| {
        bar.inc(1);
        let now = Instant::now();
        if let Some(place) = places.get(index) {
            judged[*place] = Some(one);
            took[*place] = now - last;
        }
        last = now;
    });
    bar.finish_and_clear();
    for (place, _) in usable() {
        judged[place].get_or_insert_with(|| Judged::Errored { message: "no answer".into() });
    }
    let restarts = opened.implementation.restarts();
    Ok(Tested { name, point, judged, ready, ran: start.elapsed(), took, restarts })
}
