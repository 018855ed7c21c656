// SPDX-License-Identifier: GPL-2.0-only
//! Which trials there are, and what each does.

use std::path::Path;
use std::sync::Arc;

use dma_ownership::case;
use dma_ownership::suite::case_run::CaseRun;
use dma_ownership::suite::find::{self, CaseFile};
use libtest_mimic::{Arguments, Failed, Trial};

use super::config::{Config, shown};
use super::failure;
use super::judge::{Objection, Subject, judge};

/// Collects the trials that these arguments may run.
///
/// # Errors
/// A message for the user: the folder of cases cannot be read or is empty, or nextest asked for a trial that
/// is not there.
pub fn collect(arguments: &Arguments, config: Config) -> Result<Vec<Trial>, String> {
    let config = Arc::new(config);
    if let Some(name) = exact_name(arguments) {
        if let Some(case) = find::exact(&config.cases, name) {
            return Ok(vec![case_trial(&config, case)]);
        }
        if config.nextest {
            return Err(format!("there is no case {name} beneath {}", shown(&config.cases)));
        }
    }
    if config.scan_forbidden {
        return Err("the folder of cases was to be scanned".into());
    }
    let found = find::cases(&config.cases).map_err(|error| error.to_string())?;
    if found.cases.is_empty() {
        return Err(format!("there is no case beneath {}", shown(&config.cases)));
    }
    Ok(found.cases.into_iter().map(|case| case_trial(&config, case)).collect())
}

/// The name of the only trial that can match, if it is known without a look at the others.
fn exact_name(arguments: &Arguments) -> Option<&str> {
    arguments.filter.as_deref().filter(|_| arguments.exact && arguments.skip.is_empty())
}

fn case_trial(config: &Arc<Config>, case: CaseFile) -> Trial {
    let config = Arc::clone(config);
    Trial::test(case.name.clone(), move || run_case(&config, &case))
}

fn run_case(config: &Config, file: &CaseFile) -> Result<(), Failed> {
    let case = case::load(&file.path).map_err(|error| error.to_string())?;
    let run = CaseRun::new(case);
    let body = run.body();

    let (area, slug) = file.name.rsplit_once('/').unwrap_or(("", &file.name));
    let folder = config.snapshots.join(area);
    let snapshot = shown(&folder.join(format!("{slug}.snap")));
    let mut objections: Vec<String> = Vec::new();
    match judge(Subject { folder: &folder, name: slug, input: Path::new(&file.path) }, &body) {
        Ok(()) => {}
        Err(Objection::New) => objections.push(failure::new_snapshot(&snapshot, &body)),
        Err(Objection::Changed(reviewed)) => {
            objections.push(failure::changed_snapshot(&snapshot, run.points, &reviewed, &body));
        }
        Err(Objection::Broken(message)) => objections.push(format!("{snapshot}: {message}\n")),
    }

    if objections.is_empty() {
        return Ok(());
    }
    let head = format!("{}: {}\n", shown(&file.path), run.case.title);
    let commands = failure::commands(&file.name);
    Err(format!("{head}\n{}\n{commands}", objections.join("\n")).into())
}
