// SPDX-License-Identifier: GPL-2.0-only
//! Reading a body back, to tell which points of history two bodies differ at.

use std::borrow::Cow;

use super::{HEADING, excerpt};
use crate::history::{Line, Point};
use crate::suite::bands;

/// The points at which two bodies differ, in words; `None` if only their heads do.
///
/// The earlier body may know other points than `points`; a point it does not know counts as different.
#[must_use]
pub fn changed_points(points: &[Point], earlier: &str, now: &str) -> Option<String> {
    let (earlier, now) = (texts_at(points, earlier), texts_at(points, now));
    let changed: Vec<bool> = earlier.iter().zip(&now).map(|(earlier, now)| earlier != now).collect();
    changed.contains(&true).then(|| bands::ranges(points, &changed))
}

/// What a body says of each point.
pub(super) fn texts_at<'b>(points: &[Point], body: &'b str) -> Vec<Option<Cow<'b, str>>> {
    let position = |name: &str| points.iter().position(|point| point.name == name);
    let mut texts: Vec<Option<Cow<'b, str>>> = vec![None; points.len()];
    for block in blocks(body) {
        let (heading, text) = block.split_once('\n').unwrap_or((block, ""));
        let (range, same) = match heading.split_once(": as ") {
            Some((range, same)) => (range, Some(same)),
            None => (heading, None),
        };
        let (first, last) = match range.split_once(" .. ") {
            Some((first, last)) => (first, position(last)),
            None => match range.strip_suffix(" ..") {
                Some(first) => (first, points.len().checked_sub(1)),
                None => (range.split(" (").next().unwrap_or(range), None),
            },
        };
        let Some(first) = position(first) else { continue };
        let text = match same {
            Some(same) => position(same).and_then(|index| texts[index].clone()),
            None => {
                Some(restored(text, departed_from(points, first).and_then(|index| texts[index].as_deref())))
            }
        };
        for index in first..=last.unwrap_or(first).max(first) {
            if index == first || points[index].line == Line::Mainline {
                texts[index].clone_from(&text);
            }
        }
    }
    for index in 0..points.len() {
        if let (Line::Stable { base }, None) = (&points[index].line, &texts[index]) {
            texts[index] = position(base).and_then(|base| texts[base].clone());
        }
    }
    texts
}

/// The point whose text the block of a band that begins at `first` leaves out.
fn departed_from(points: &[Point], first: usize) -> Option<usize> {
    match points[first].line {
        Line::Mainline => points[..first].iter().rposition(|point| point.line == Line::Mainline),
        Line::Stable { base } => points.iter().position(|point| point.name == base),
    }
}

fn restored<'b>(text: &'b str, other: Option<&str>) -> Cow<'b, str> {
    // The blank line before the next block is no part of the text.
    let text = text.trim_end_matches('\n');
    match other {
        None => text.into(),
        Some(other) => {
            let whole = excerpt::restore(&format!("{other}\n"), &format!("{text}\n"));
            whole.trim_end_matches('\n').to_owned().into()
        }
    }
}

/// The parts of a body that begin with a heading, without the mark of the heading.
fn blocks(body: &str) -> impl Iterator<Item = &str> {
    let is_line_start = |at: usize| at == 0 || body.as_bytes()[at - 1] == b'\n';
    let mut starts: Vec<usize> =
        body.match_indices(HEADING).map(|(at, _)| at).filter(|at| is_line_start(*at)).collect();
    starts.push(body.len());
    let ends: Vec<usize> = starts.iter().skip(1).copied().collect();
    starts.into_iter().zip(ends).map(move |(start, end)| &body[start + HEADING.len()..end])
}
