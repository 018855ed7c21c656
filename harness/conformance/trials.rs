// SPDX-License-Identifier: GPL-2.0-only
//! Which trials there are, and what the trial of a case does.

use std::sync::Arc;

use dma_ownership::case::{self, CaseError};
use dma_ownership::suite::case_run::CaseRun;
use dma_ownership::suite::find::{self, CaseFile, Found};
use dma_ownership::suite::verdict::Verdict;
use libtest_mimic::{Arguments, Failed, Trial};

use super::checks::Check;
use super::config::{Config, shown};
use super::failure;
use super::judge::{Objection, Subject, judge};
use super::suite::Suite;

/// Collects the trials that these arguments may run.
///
/// # Errors
/// A message for the user: the folder of cases cannot be read or is empty, or nextest asked for a trial that
/// is not there.
pub fn collect(arguments: &Arguments, config: Config) -> Result<Vec<Trial>, String> {
    if let Some(case) = exact_name(arguments).and_then(|name| find::exact(&config.cases, name)) {
        let found = Found { cases: vec![case], strays: Vec::new() };
        return Ok(case_trials(&Arc::new(Suite::new(config, found, false))));
    }
    if config.scan_forbidden {
        return Err("the folder of cases was to be scanned".into());
    }
    let found = find::cases(&config.cases).map_err(|error| error.to_string())?;
    if found.cases.is_empty() {
        return Err(format!("there is no case beneath {}", shown(&config.cases)));
    }

    let selected = |check: &Check| !arguments.is_filtered_out(&Trial::test(check.name(), || Ok(())));
    let checks: Vec<Check> = Check::of_suite(config.own_suite).collect();
    let surveyed = checks.iter().any(|check| check.needs_surveys() && selected(check));
    let nextest = config.nextest;
    let suite = Arc::new(Suite::new(config, found, surveyed));
    let mut trials = case_trials(&suite);
    // Last, for then most cases have run and need not be run for the checks.
    trials.extend(checks.into_iter().map(|check| check.trial(&suite)));

    match exact_name(arguments) {
        Some(name) if nextest && !trials.iter().any(|trial| trial.name() == name) => {
            Err(format!("there is no trial {name}"))
        }
        _ => Ok(trials),
    }
}

/// The name of the only trial that can match, if it is known without a look at the others.
fn exact_name(arguments: &Arguments) -> Option<&str> {
    arguments.filter.as_deref().filter(|_| arguments.exact && arguments.skip.is_empty())
}

fn case_trials(suite: &Arc<Suite>) -> Vec<Trial> {
    let trial = |(index, case): (usize, &CaseFile)| {
        let suite = Arc::clone(suite);
        Trial::test(case.name.clone(), move || run_case(&suite, index))
    };
    suite.found.cases.iter().enumerate().map(trial).collect()
}

fn run_case(suite: &Suite, index: usize) -> Result<(), Failed> {
    let file = &suite.found.cases[index];
    let case =
        case::load(&file.path).map_err(|error| CaseError { file: shown(&file.path), ..error }.to_string())?;
    let run = CaseRun::new(case);
    suite.note(index, &run);
    let body = run.body();

    let (area, slug) = file.name.rsplit_once('/').unwrap_or(("", &file.name));
    let folder = suite.config.snapshots.join(area);
    let snapshot = shown(&folder.join(format!("{slug}.snap")));
    let mut message: Vec<String> = Vec::new();
    let judged = judge(Subject { folder: &folder, name: slug, input: &file.path }, &body);
    match &judged {
        Ok(()) => {}
        Err(Objection::New) => message.push(failure::new_snapshot(&snapshot, &body)),
        Err(Objection::Changed(reviewed)) => {
            message.push(failure::changed_snapshot(&snapshot, run.points, reviewed, &body));
        }
        Err(Objection::Broken(words)) => message.push(format!("{snapshot}: {words}\n")),
    }
    let verdict = run.verdict();
    if verdict != Verdict::default() {
        message.push(failure::unexpected(&shown(&file.path), &verdict));
    }
    if message.is_empty() {
        return Ok(());
    }
    message.insert(0, format!("{}: {}\n", shown(&file.path), run.case.title));
    message.push(failure::rerun(&file.name));
    if matches!(judged, Err(Objection::New | Objection::Changed(_))) {
        message.push(failure::accept(&file.name));
    }
    Err(message.join("\n").into())
}
