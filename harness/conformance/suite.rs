// SPDX-License-Identifier: GPL-2.0-only
//! The suite of a run: its cases, and what the checks of the whole need to know of each.

use std::sync::OnceLock;

use dma_ownership::case;
use dma_ownership::suite::case_run::CaseRun;
use dma_ownership::suite::find::Found;
use dma_ownership::suite::survey::Survey;

use super::config::Config;

/// The suite of a run.
pub struct Suite {
    /// Where it lies.
    pub config: Config,
    /// Its cases.
    pub found: Found,
    /// An entry for each case, made when it is first needed, be it by the case's trial or by a check;
    /// `None` for a case that cannot be loaded. Its own trial tells.
    surveys: Vec<OnceLock<Option<Survey>>>,
    /// Will a check ask for surveys?
    surveyed: bool,
}

impl Suite {
    pub fn new(config: Config, found: Found, surveyed: bool) -> Suite {
        let surveys = found.cases.iter().map(|_| OnceLock::new()).collect();
        Suite { config, found, surveys, surveyed }
    }

    /// Notes what a case did, for the checks that will ask.
    pub fn note(&self, index: usize, run: &CaseRun) {
        if self.surveyed {
            self.surveys[index].get_or_init(|| Some(Survey::new(&self.found.cases[index].name, run)));
        }
    }

    /// What the checks need to know of each case that can be loaded.
    pub fn surveys(&self) -> Vec<&Survey> {
        let survey = |(index, survey): (usize, &'_ OnceLock<Option<Survey>>)| {
            survey.get_or_init(|| {
                let file = &self.found.cases[index];
                let case = case::load(&file.path).ok()?;
                Some(Survey::new(&file.name, &CaseRun::new(case)))
            });
        };
        self.surveys.iter().enumerate().for_each(survey);
        self.surveys.iter().filter_map(|survey| survey.get()?.as_ref()).collect()
    }
}
