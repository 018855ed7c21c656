// SPDX-License-Identifier: GPL-2.0-only
//! The table as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{AREA, REPORTS, told_by};
use crate::case::{self, Case, Told};

/// Writes the table of the reports that these cases tell, and the list of those that need no case.
#[must_use]
pub fn table(cases: &[Case]) -> String {
    let number = |name: &str| REPORTS.iter().find(|report| report.name == name).map(|report| report.number);
    let mut rows: BTreeMap<(u16, String), Vec<&Case>> = BTreeMap::new();
    for case in cases {
        for name in told_by(case) {
            let key = (number(&name).unwrap_or(u16::MAX), name);
            rows.entry(key).or_default().push(case);
        }
    }
    let mut text =
        "| no. | report | what the case shows | what its sources say | sources |\n|---|---|---|---|---|\n"
            .to_owned();
    for ((number, name), cases) in &rows {
        for case in cases {
            let number = if *number == u16::MAX { String::new() } else { number.to_string() };
            let told: Vec<String> = said(case).iter().map(|line| cell(line)).collect();
            let sources: Vec<String> = case.sources.iter().map(|source| source_link(source)).collect();
            let _ = writeln!(
                text,
                "| {number} | {} | {} | {} | {} |",
                link(name, case),
                cell(&case.title),
                told.join("<br>"),
                sources.join("<br>")
            );
        }
    }
    text.push_str("\nReports that are no cases:\n\n| no. | report | why not |\n|---|---|---|\n");
    for report in REPORTS {
        if let Some(reason) = report.context
            && !rows.contains_key(&(report.number, report.name.to_owned()))
        {
            let _ = writeln!(text, "| {} | {} | {} |", report.number, report.name, cell(reason));
        }
    }
    text
}

/// The name of a report, as a link to the case that tells it.
fn link(name: &str, case: &Case) -> String {
    match case.name.strip_prefix(AREA).and_then(|slug| slug.strip_prefix('/')) {
        Some(slug) if slug == name => format!("[{name}]({slug}.yaml)"),
        Some(slug) => format!("{name}: [{slug}]({slug}.yaml)"),
        None => format!("{name}: [{0}](../{0}.yaml)", case.name),
    }
}

/// What the sources of a case say: steps in which something changed, else those that fail, else the last one.
fn said(case: &Case) -> Vec<String> {
    let all = case::told(case);
    let changes: Vec<&Told> = all.iter().filter(|told| told.values.len() > 1).collect();
    let fails = |told: &&Told| told.values.iter().any(|(_, value)| !value.starts_with("ok"));
    let chosen: Vec<&Told> = match (changes.is_empty(), all.iter().filter(fails).collect::<Vec<_>>()) {
        (false, _) => changes,
        (true, failing) if !failing.is_empty() => failing,
        (true, _) => all.last().into_iter().collect(),
    };
    chosen.into_iter().map(line).collect()
}

/// One step in one line.
fn line(told: &Told) -> String {
    let mut line = format!("{} {}: ", told.step, told.operation);
    for (index, (release, value)) in told.values.iter().enumerate() {
        let _ = match index {
            0 => write!(line, "{value}"),
            _ => write!(line, "; {value} from {release}"),
        };
    }
    line
}

fn source_link(source: &str) -> String {
    match source.split_once(':') {
        Some(("commit", id)) => format!("[{id}](https://git.kernel.org/linus/{id})"),
        Some(("kernel", path)) => format!("`{path}`"),
        _ => format!("<{source}>"),
    }
}

/// A text that stands in one cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
