// SPDX-License-Identifier: GPL-2.0-only
//! Reading a body back, to tell which points of history two bodies differ at.

use std::borrow::Cow;

use super::{HEADING, excerpt};
use crate::history::{Line, Point};
use crate::suite::bands;
use crate::suite::deciding::Deciding;

/// The points at which two bodies differ, in words; `None` if only their heads do.
///
/// The earlier body may know other points than `points`; a point it does not know counts as different.
#[must_use]
pub fn changed_points(points: &[Point], earlier: &str, now: &str) -> Option<String> {
    let (earlier, now) = (texts_at(points, earlier), texts_at(points, now));
    let changed: Vec<bool> = earlier.iter().zip(&now).map(|(earlier, now)| earlier != now).collect();
    if changed.iter().all(|changed| *changed) {
        return Some("every release".into());
    }
    changed.contains(&true).then(|| bands::ranges(points, &changed))
}

/// What a body says of each point.
pub(super) fn texts_at<'b>(points: &[Point], body: &'b str) -> Vec<Option<Cow<'b, str>>> {
    let position = |name: &str| points.iter().position(|point| point.name == name);
    let mut texts: Vec<Option<Cow<'b, str>>> = vec![None; points.len()];
    let mut before: Option<Cow<'b, str>> = None;
    for block in blocks(body) {
        let (heading, text) = block.split_once('\n').unwrap_or((block, ""));
        let heading = Heading::of(heading);
        let text = without_deciding(text);
        let text_at = |name: &str| position(name).and_then(|index| texts[index].clone());
        let text = match (heading.same, heading.base) {
            (Some(same), _) => text_at(same),
            (None, Some(base)) => Some(restored(text, text_at(base).as_deref())),
            (None, None) => Some(restored(text, before.as_deref())),
        };
        if heading.base.is_none() {
            before.clone_from(&text);
        }
        let Some(first) = position(heading.first) else { continue };
        let last = match heading.end {
            HeadingEnd::Single => first,
            HeadingEnd::Last(last) => position(last).unwrap_or(first),
            HeadingEnd::Open => points.len() - 1,
        };
        for index in first..=last {
            if points[index].line == points[first].line {
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

/// The heading of a band, without its mark.
struct Heading<'a> {
    first: &'a str,
    end: HeadingEnd<'a>,
    /// Of a stable release.
    base: Option<&'a str>,
    /// The band whose text it refers to.
    same: Option<&'a str>,
}

enum HeadingEnd<'a> {
    Single,
    Last(&'a str),
    Open,
}

impl<'a> Heading<'a> {
    fn of(text: &'a str) -> Heading<'a> {
        let (range, same) = match text.split_once(": as ") {
            Some((range, same)) => (range, Some(same)),
            None => (text, None),
        };
        let (range, base) = match range.split_once(" (") {
            Some((range, base)) => (range, base.split(' ').next()),
            None => (range, None),
        };
        let (first, end) = match range.split_once(" ..") {
            None => (range, HeadingEnd::Single),
            Some((first, "")) => (first, HeadingEnd::Open),
            Some((first, last)) => (first, HeadingEnd::Last(last.trim_start())),
        };
        Heading { first, end, base, same }
    }
}

/// The text of a block behind the commits that decided it.
fn without_deciding(text: &str) -> &str {
    let lines = text.split_inclusive('\n').take_while(|line| Deciding::is_line(line));
    &text[lines.map(str::len).sum()..]
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
