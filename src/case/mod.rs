// SPDX-License-Identifier: GPL-2.0-only
//! Cases: the YAML form of a scenario, read, checked and lowered to a [`Script`](crate::script::Script).
//!
//! [`load`] takes a file the whole way: it is read (`read`), looked over for what a case must not contain
//! (`scan`), parsed once into the written form (`yaml`, `form`), its names are looked up (`names`), and its
//! steps become operations (`lower`) and expectations (`expect`). What is wrong on the way is a [`CaseError`]
//! with a place in the file and a hint.

pub mod drivers;
pub mod schema;

mod advice;
mod error;
mod expect;
mod form;
mod hint;
mod limits;
mod lower;
mod names;
mod pattern;
mod read;
mod releases;
mod rules;
mod scan;
mod topology;
mod yaml;

#[cfg(test)]
mod tests;

use std::path::Path;

pub use error::{CaseError, Noun, Place, Problem};
pub use expect::{Told, Unmet, check_expectations, told};
pub use lower::{Lowered, Sweep};
pub use read::MAX_BYTES;

use error::Complaint;
use expect::Expectation;
use form::CaseForm;
use names::Names;
use releases::{Releases, Span};

use crate::history::Point;

/// A case, read and checked.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name: the folder and the file, without extension, such as `reports/rk3288-vop-attach-busy`.
    pub name: String,
    /// What it shows, in one line.
    pub title: String,
    /// Where it is known from: URLs, `commit:<id>`, `kernel:<path>`.
    pub sources: Vec<String>,
    /// The reports that it tells, by name, if the case says so.
    pub reports: Vec<String>,
    /// A few sentences of explanation.
    pub why: Option<String>,
    /// The first release it runs on.
    pub since: Option<String>,
    /// The last release it runs on.
    pub until: Option<String>,
    /// Its steps.
    pub steps: Vec<CaseStep>,
    /// Known deviations of implementations; each must occur.
    pub deviations: Vec<Deviation>,
    span: Span,
    expectations: Vec<Expectation>,
    lowered: Lowered,
}

/// A step of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseStep {
    /// The operation's name.
    pub name: &'static str,
    /// The line of the file that it begins in, from 1.
    pub line: usize,
}

/// A known deviation of an implementation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// Whose it is: `linux` for kernels, recorded or live.
    pub implementation: String,
    /// In which releases, as written.
    pub releases: String,
    /// In which step, from 1.
    pub step: usize,
    /// Why it is let pass.
    pub reason: String,
    span: Span,
}

impl Deviation {
    /// Is it known for this release?
    #[must_use]
    pub fn holds_at(&self, point: &Point) -> bool {
        Releases::of_history().position(&point.name).is_some_and(|at| self.span.contains(at))
    }
}

impl Case {
    /// The script, with the origin of each of its operations.
    #[must_use]
    pub fn lower(&self) -> Lowered {
        self.lowered.clone()
    }

    /// The case with a sweep's fault at this position, counted from 1, instead of its sweeps.
    #[must_use]
    pub fn with_fault(&self, sweep: &Sweep, position: u32) -> Case {
        Case { lowered: self.lowered.swept(sweep, position), ..self.clone() }
    }

    /// Does the case run on this release?
    #[must_use]
    pub fn runs_at(&self, point: &Point) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        Releases::of_history().position(&point.name).is_some_and(|at| self.span.contains(at))
    }
}

/// Loads a case file.
///
/// # Errors
/// The first thing that is wrong, with its place and a hint.
pub fn load(path: &Path) -> Result<Case, CaseError> {
    let text = read::read(path)?;
    parse(&path.display().to_string(), &name_of(path), &text, Releases::of_history())
}

/// Reads a case of this name from a text that is in no file.
///
/// # Errors
/// The first thing that is wrong, with its place and a hint.
pub fn from_text(name: &str, text: &str) -> Result<Case, CaseError> {
    parse(name, name, text, Releases::of_history())
}

/// The name of the case in this file: its folder and its own name without extension.
fn name_of(path: &Path) -> String {
    let slug = path.file_stem().unwrap_or_default().to_string_lossy();
    match path.parent().and_then(Path::file_name) {
        Some(area) => format!("{}/{slug}", area.to_string_lossy()),
        None => slug.into_owned(),
    }
}

/// Reads a case from a text.
fn parse(file: &str, name: &str, text: &str, releases: &Releases) -> Result<Case, CaseError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    scan::scan(text).map_err(|complaint| complaint.of_file(file, text))?;
    let form = yaml::parse(file, text)?;
    resolve(name, text, &form, releases).map_err(|complaint| complaint.of_file(file, text))
}

/// Checks a written case and looks up everything it names.
fn resolve<'t>(
    name: &str,
    text: &'t str,
    form: &CaseForm<'t>,
    releases: &Releases,
) -> Result<Case, Complaint<'t>> {
    let under = |key: &'static str| move |complaint: Complaint<'t>| complaint.or_at(top_level(text, key));
    rules::check(form).map_err(under("title"))?;
    rules::title_is_whole(text, &form.title)?;
    let span = rules::span(form, releases)?;
    let names = Names::declared(&form.topology).map_err(under("topology"))?;
    let lowered = lower::lower(name, form, &names).map_err(under("topology"))?;
    let expectations = expect::resolve(form, &names, releases, &span)?;
    let deviations = rules::deviations(form, releases).map_err(under("deviates"))?;
    if let Some(device) = names.idle(&form.topology) {
        return Err(names.idle_device(device));
    }
    let mut line = 1;
    let mut counted = text;
    let steps = form.steps.0.iter().map(|step| {
        if let Some((before, rest)) = step.name.spot().and_then(|spot| error::split_at(counted, spot)) {
            line += before.matches('\n').count();
            counted = rest;
        }
        CaseStep { name: step.operation.name(), line }
    });
    let release_name =
        |word: &Option<form::Release<'t>>, at| word.as_ref().map(|_| releases.name(at).to_owned());
    let positions = span.positions();
    Ok(Case {
        name: name.to_owned(),
        title: form.title.text().to_owned(),
        sources: form.sources.0.iter().map(|source| source.text().to_owned()).collect(),
        reports: form.reports.iter().map(|report| report.text().to_owned()).collect(),
        why: form.why.as_ref().map(|why| why.text().trim().to_owned()),
        since: release_name(&form.since, *positions.start()),
        until: release_name(&form.until, *positions.end()),
        steps: steps.collect(),
        deviations,
        span,
        expectations,
        lowered,
    })
}

/// A key of the outermost map, for want of a better place.
fn top_level<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    starts
        .filter_map(|at| text.get(at..))
        .find_map(|line| line.get(..key.len()).filter(|start| *start == key))
}
