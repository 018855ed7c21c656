// SPDX-License-Identifier: GPL-2.0-only
//! The checks of the suite as a whole, each a trial `suite/<check>`.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use dma_ownership::suite::checks::{
    copies, coverage, domain_names, editors, layout, order, snapshots, stepwise, titles, undeclared,
};
use dma_ownership::suite::find::{CaseFile, FindError};
use dma_ownership::{case, suite::reports};
use libtest_mimic::{Completion, Failed, Trial};

use super::case_schema::CaseSchema;
use super::config::shown;
use super::suite::Suite;
use super::{history, releases, settings};

/// So many problems of one check are listed.
const PROBLEMS_SHOWN: usize = 50;

/// A check of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    Names,
    FolderSizes,
    KeyOrder,
    OrphanSnapshots,
    MissingSnapshots,
    Titles,
    Copies,
    Redundant,
    Rules,
    Changes,
    Releases,
    Reach,
    Places,
    Stepwise,
    DomainNames,
    Undeclared,
    History,
    Settings,
    Reports,
    ReportTable,
    SchemaComments,
    Schema,
    SchemaFile,
}

impl Check {
    const ALL: [Check; 23] = [
        Check::Names,
        Check::FolderSizes,
        Check::KeyOrder,
        Check::OrphanSnapshots,
        Check::MissingSnapshots,
        Check::Titles,
        Check::Copies,
        Check::Redundant,
        Check::Rules,
        Check::Changes,
        Check::Releases,
        Check::Reach,
        Check::Places,
        Check::Stepwise,
        Check::DomainNames,
        Check::Undeclared,
        Check::History,
        Check::Settings,
        Check::Reports,
        Check::ReportTable,
        Check::SchemaComments,
        Check::Schema,
        Check::SchemaFile,
    ];

    /// The checks of this repository's own suite, or of one elsewhere, which need not reach every rule.
    pub fn of_suite(own: bool) -> impl Iterator<Item = Check> {
        Check::ALL.into_iter().filter(move |check| own || !check.is_about_this_suite())
    }

    /// Would it make no sense for a suite elsewhere?
    fn is_about_this_suite(self) -> bool {
        matches!(
            self,
            Check::Rules
                | Check::Changes
                | Check::Releases
                | Check::Reach
                | Check::Places
                | Check::Stepwise
                | Check::DomainNames
                | Check::Undeclared
                | Check::History
                | Check::Settings
                | Check::Reports
                | Check::ReportTable
                | Check::SchemaComments
                | Check::Schema
                | Check::SchemaFile
        )
    }

    /// The trial's name.
    pub fn name(self) -> String {
        let check = match self {
            Check::Names => "names",
            Check::FolderSizes => "folder-sizes",
            Check::KeyOrder => "key-order",
            Check::OrphanSnapshots => "orphan-snapshots",
            Check::MissingSnapshots => "missing-snapshots",
            Check::Titles => "titles",
            Check::Copies => "copies",
            Check::Redundant => "redundant",
            Check::Rules => "rules",
            Check::Changes => "changes",
            Check::Releases => "releases",
            Check::Reach => "reach",
            Check::Places => "places",
            Check::Stepwise => "stepwise",
            Check::DomainNames => "domain-names",
            Check::Undeclared => "undeclared",
            Check::History => "history",
            Check::Settings => "settings",
            Check::Reports => "reports",
            Check::ReportTable => "report-table",
            Check::SchemaComments => "schema-comments",
            Check::Schema => "schema",
            Check::SchemaFile => "schema-file",
        };
        format!("{}/{check}", layout::RESERVED_AREA)
    }

    /// Does it need to know what every case does?
    pub fn needs_surveys(self) -> bool {
        matches!(
            self,
            Check::Titles
                | Check::Copies
                | Check::Redundant
                | Check::Rules
                | Check::Changes
                | Check::Reach
                | Check::Places
                | Check::Stepwise
                | Check::DomainNames
                | Check::Undeclared
        )
    }

    /// Its trial.
    pub fn trial(self, suite: &Arc<Suite>) -> Trial {
        let suite = Arc::clone(suite);
        Trial::ignorable_test(self.name(), move || match self.not_now() {
            Some(reason) => Ok(Completion::ignored_with(reason)),
            None => self.run(&suite).map(|()| Completion::Completed),
        })
    }

    /// Why the check would say nothing of use in this run.
    fn not_now(self) -> Option<&'static str> {
        let is = |variable, values: &[&str]| {
            env::var(variable).is_ok_and(|value| values.contains(&value.as_str()))
        };
        match self {
            Check::MissingSnapshots
                if is("INSTA_FORCE_PASS", &["1"])
                    || is("INSTA_UPDATE", &["always", "1", "unseen", "force"]) =>
            {
                Some("snapshots are being written")
            }
            Check::OrphanSnapshots if env::var_os("INSTA_SNAPSHOT_REFERENCES_FILE").is_some() => {
                Some("cargo insta looks for them")
            }
            _ => None,
        }
    }

    fn run(self, suite: &Suite) -> Result<(), Failed> {
        let found = &suite.found;
        let folder = &suite.config.snapshots;
        let message = |error: FindError| error.to_string();
        let problems = match self {
            Check::Names => layout::names(found),
            Check::FolderSizes => layout::folder_sizes(found),
            Check::KeyOrder => of_texts(suite, |_, text| order::key_order(text)),
            Check::OrphanSnapshots => snapshots::orphans(found, folder).map_err(message)?,
            Check::MissingSnapshots => snapshots::missing(found, folder).map_err(message)?,
            Check::Titles => {
                let surveys = suite.surveys();
                titles::duplicates(surveys.iter().map(|survey| (survey.name.as_str(), survey.title.as_str())))
            }
            Check::Copies => copies::copies(&suite.surveys()),
            Check::Redundant => copies::redundant(&suite.surveys()),
            Check::Rules => coverage::undecisive_variants(&suite.surveys()),
            Check::Changes => coverage::undecisive_changes(&suite.surveys()),
            Check::Releases => releases::wrong(),
            Check::Reach => coverage::unreached(&suite.surveys()),
            Check::Places => unreached_places(suite)?,
            Check::Stepwise => stepwise::contradictions(&suite.surveys()),
            Check::DomainNames => domain_names::misnumbered(&suite.surveys()),
            Check::Undeclared => undeclared::taken(&suite.surveys()),
            Check::History => history::wrong(),
            Check::Settings => settings::wrong(),
            Check::Reports => reports::gaps(&cases(suite)),
            Check::ReportTable => reports::stale(&suite.config.cases, &cases(suite)).into_iter().collect(),
            Check::SchemaComments => of_texts(suite, editors::schema_comment),
            Check::Schema => against_the_schema(suite),
            Check::SchemaFile => editors::stale_schema(&suite.config.cases).into_iter().collect(),
        };
        listed(&problems)
    }
}

/// The places of the engine that no case comes to.
fn unreached_places(suite: &Suite) -> Result<Vec<String>, Failed> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    let mut folders = vec![package.join("src/engine")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(package).unwrap_or(&path).display().to_string();
                files.insert(name, fs::read_to_string(&path)?);
            }
        }
    }
    let files = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Ok(coverage::unreached_places(&suite.surveys(), files))
}

/// Every case that can be loaded.
fn cases(suite: &Suite) -> Vec<case::Case> {
    suite.found.cases.iter().filter_map(|file| case::load(&file.path).ok()).collect()
}

/// What is wrong with the text of each case file that can be read; what cannot be is its own trial's matter.
fn of_texts(suite: &Suite, check: impl Fn(&str, &str) -> Option<String>) -> Vec<String> {
    let problem = |case: &CaseFile| {
        let text = fs::read_to_string(&case.path).ok()?;
        check(&case.name, &text).map(|problem| format!("{}: {problem}", shown(&case.path)))
    };
    suite.found.cases.iter().filter_map(problem).collect()
}

/// What the schema says of each case that the loader takes: it must take it too.
fn against_the_schema(suite: &Suite) -> Vec<String> {
    let schema = CaseSchema::ready();
    let problem = |file: &CaseFile| {
        let text = fs::read_to_string(&file.path).ok()?;
        let problems = schema.problems(&text)?;
        // What is wrong with a bad case its own trial tells better.
        let good = problems.is_empty() || case::load(&file.path).is_err();
        (!good).then(|| format!("{}: the schema refuses it: {}", shown(&file.path), problems.join("; ")))
    };
    suite.found.cases.iter().filter_map(problem).collect()
}

fn listed(problems: &[String]) -> Result<(), Failed> {
    if problems.is_empty() {
        return Ok(());
    }
    let mut text = String::new();
    for problem in &problems[..problems.len().min(PROBLEMS_SHOWN)] {
        let _ = writeln!(text, "{problem}");
    }
    if let Some(more @ 1..) = problems.len().checked_sub(PROBLEMS_SHOWN) {
        let _ = writeln!(text, "({more} more)");
    }
    Err(text.trim_end().into())
}
