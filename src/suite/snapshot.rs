// SPDX-License-Identifier: GPL-2.0-only
//! The body of a snapshot: everything about a case that a person reviews.

use std::fmt::Write;

use super::bands::{self, Band};
use crate::history::{Line, Point};

/// What a heading of a band begins with.
const HEADING: &str = "== ";

/// What is said of a case at the head of its snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The case's title.
    pub title: &'a str,
    /// Its sources.
    pub sources: &'a [String],
}

/// Writes a body: the title, the sources, then a block for each band.
///
/// `texts` are the different behaviours, to which the numbers in `bands` refer.
#[must_use]
pub fn body(head: Head<'_>, bands: &[Band<'_>], texts: &[String]) -> String {
    let mut body = String::with_capacity(256 + texts.iter().map(|text| text.len() + 64).sum::<usize>());
    let _ = writeln!(body, "title: {}", head.title);
    for source in head.sources {
        let _ = writeln!(body, "source: {source}");
    }
    for band in bands {
        let _ = match band.repeats {
            Some(same) => writeln!(body, "\n{HEADING}{band}: as {}", same.name),
            None => {
                let text = texts.get(band.behaviour).map_or("", String::as_str);
                write!(body, "\n{HEADING}{band}\n{text}")
            }
        };
    }
    body
}

/// The points at which two bodies differ, in words; `None` if only their heads do.
///
/// The earlier body may know other points than `points`; a point it does not know counts as different.
#[must_use]
pub fn changed_points(points: &[Point], earlier: &str, now: &str) -> Option<String> {
    let (earlier, now) = (texts_at(points, earlier), texts_at(points, now));
    let changed: Vec<bool> = earlier.iter().zip(&now).map(|(earlier, now)| earlier != now).collect();
    changed.contains(&true).then(|| bands::ranges(points, &changed))
}

/// Reads a body back: what it says of each point.
fn texts_at<'b>(points: &[Point], body: &'b str) -> Vec<Option<&'b str>> {
    let position = |name: &str| points.iter().position(|point| point.name == name);
    let mut texts: Vec<Option<&'b str>> = vec![None; points.len()];
    for block in blocks(body) {
        let (heading, text) = block.split_once('\n').unwrap_or((block, ""));
        let (range, text) = match heading.split_once(": as ") {
            Some((range, same)) => (range, position(same).and_then(|index| texts[index])),
            None => (heading, Some(text.trim_end())),
        };
        let (first, last) = match range.split_once(" .. ") {
            Some((first, last)) => (first, position(last)),
            None => match range.strip_suffix(" ..") {
                Some(first) => (first, points.len().checked_sub(1)),
                None => (range.split(" (").next().unwrap_or(range), position(range)),
            },
        };
        let Some(first) = position(first) else { continue };
        let last = last.unwrap_or(first).max(first);
        for index in first..=last {
            if index == first || points[index].line == Line::Mainline {
                texts[index] = text;
            }
        }
    }
    for index in 0..points.len() {
        if let (Line::Stable { base }, None) = (&points[index].line, texts[index]) {
            texts[index] = position(base).and_then(|base| texts[base]);
        }
    }
    texts
}

/// The parts of a body that begin with a heading, without the mark of the heading.
fn blocks(body: &str) -> impl Iterator<Item = &str> {
    let mut starts = body.match_indices(HEADING).map(|(at, _)| at);
    let mut starts: Vec<usize> =
        starts.by_ref().filter(|at| *at == 0 || body.as_bytes()[at - 1] == b'\n').collect();
    starts.push(body.len());
    let ends: Vec<usize> = starts.iter().skip(1).copied().collect();
    starts.into_iter().zip(ends).map(move |(start, end)| &body[start + HEADING.len()..end])
}

#[cfg(test)]
mod tests;
