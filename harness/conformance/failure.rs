// SPDX-License-Identifier: GPL-2.0-only
//! What a failed trial says.

use std::fmt::Write;

use dma_ownership::history::Point;
use dma_ownership::suite::snapshot::changed_points;
use dma_ownership::suite::verdict::Verdict;
use similar::{DiffTag, TextDiff};

/// So many lines of a text or a diff are shown; `cargo insta review` shows all.
const LINES_SHOWN: usize = 120;

/// So many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// What a heading of a band begins with.
const HEADING: &str = "== ";

/// A snapshot that does not exist.
pub fn new_snapshot(snapshot: &str, body: &str) -> String {
    let shown: Vec<&str> = body.lines().collect();
    format!("{snapshot} does not exist yet. Observed:\n\n{}", limited(&shown))
}

/// A snapshot that differs from what was observed.
pub fn changed_snapshot(snapshot: &str, points: &[Point], reviewed: &str, body: &str) -> String {
    let what = match changed_points(points, reviewed, body) {
        Some(points) => format!("differs at {points}"),
        None => "differs in its head, or in the commits that it names".into(),
    };
    format!("{snapshot} {what} (- reviewed, + observed):\n\n{}", diff(reviewed, body))
}

/// Expectations that are not met. Accepting the snapshot does not help against them.
pub fn unexpected(case: &str, verdict: &Verdict) -> String {
    let mut text = String::from("not as the case expects:\n\n");
    for unmet in &verdict.unmet {
        let _ = writeln!(text, "{case}:{}: {unmet}", unmet.line);
    }
    for expired in &verdict.expired {
        let _ = writeln!(text, "{case}: {expired}");
    }
    text
}

/// The changed lines with their neighbours, each place under the heading of its band.
fn diff(reviewed: &str, observed: &str) -> String {
    let diff = TextDiff::from_lines(reviewed.trim_end(), observed.trim_end());
    let (old, new) = (diff.old_slices(), diff.new_slices());
    let mut lines: Vec<String> = Vec::new();
    for group in diff.grouped_ops(CONTEXT) {
        let Some(first) = group.first() else { continue };
        let start = first.new_range().start;
        if let Some(heading) = new[..start].iter().rev().find(|line| line.starts_with(HEADING)) {
            lines.push(format!("@ {}", heading.trim_end()));
        } else if !lines.is_empty() {
            lines.push("@".into());
        }
        for op in &group {
            let marked = |sign: &'static str, side: &[&str]| -> Vec<String> {
                side.iter().map(|line| format!("{sign}{}", line.trim_end()).trim_end().to_owned()).collect()
            };
            let (removed, added) = (&old[op.old_range()], &new[op.new_range()]);
            if op.tag() == DiffTag::Equal {
                lines.extend(marked(" ", removed));
            } else {
                lines.extend(marked("-", removed));
                lines.extend(marked("+", added));
            }
        }
    }
    let shown: Vec<&str> = lines.iter().map(String::as_str).collect();
    limited(&shown)
}

/// The lines, without what is too much of them.
fn limited(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in &lines[..lines.len().min(LINES_SHOWN)] {
        let _ = writeln!(text, "{line}");
    }
    if let Some(more @ 1..) = lines.len().checked_sub(LINES_SHOWN) {
        let _ = writeln!(text, "({more} more lines)");
    }
    text
}

/// How to run a trial again.
pub fn rerun(trial: &str) -> String {
    format!("run again: {}", command(trial))
}

/// How to accept what a trial observed.
pub fn accept(trial: &str) -> String {
    format!("review:    cargo insta review\naccept:    INSTA_UPDATE=always {}", command(trial))
}

fn command(trial: &str) -> String {
    format!("cargo test --test conformance -- --exact {trial}")
}
