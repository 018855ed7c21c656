// SPDX-License-Identifier: GPL-2.0-only
//! Bands: neighbouring points of history at which the same was observed.
//!
//! A mainline band is headed `== v5.10 .. v5.18`, a single point `== v5.19-rc1`, and a band that reaches the
//! newest release is left open, `== v5.19-rc1 ..`, so that a new release without news changes no snapshot.
//! A stable release whose behaviour is its base's has no band of its own; others stand after the mainline,
//! `== v6.1.18 .. v6.1.192 (v6.1 and its backports)`. A band whose text stands above already says so instead:
//! `== v6.1.18 .. v6.1.192 (v6.1 and its backports): as v6.7`.

use std::fmt;

use crate::history::{Line, Point};

/// Points that behave alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band<'a> {
    /// Its first point.
    pub first: &'a Point,
    /// Where it ends.
    pub end: BandEnd<'a>,
    /// Which behaviour, as numbered by the caller.
    pub behaviour: usize,
    /// The first point of an earlier band with the same behaviour.
    pub repeats: Option<&'a Point>,
    /// The behaviour it departs from: that of the mainline band before, or of a stable release's base.
    pub departs_from: Option<usize>,
    /// The point that had that behaviour: the mainline point before the first, or the base.
    pub before: Option<&'a Point>,
}

/// Where a band ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BandEnd<'a> {
    /// With the point it begins with.
    Single,
    /// With this point.
    Last(&'a Point),
    /// Not yet.
    Open,
}

impl fmt::Display for Band<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first.name)?;
        match self.end {
            BandEnd::Single => {}
            BandEnd::Last(last) => write!(f, " .. {}", last.name)?,
            BandEnd::Open => f.write_str(" ..")?,
        }
        match &self.first.line {
            Line::Stable { base } => write!(f, " ({base} and its backports)"),
            Line::Mainline => Ok(()),
        }
    }
}

/// Which behaviour each point has: entry `i` is that of point `i`.
///
/// `open`: nothing keeps the last mainline point from having successors.
#[must_use]
pub fn bands<'a>(points: &'a [Point], behaviours: &[usize], open: bool) -> Vec<Band<'a>> {
    let mut bands: Vec<Band<'a>> = Vec::new();
    let all = || points.iter().zip(behaviours.iter().copied());

    let mut before = None;
    for (point, behaviour) in all().filter(|(point, _)| point.line == Line::Mainline) {
        match bands.last_mut() {
            Some(band) if band.behaviour == behaviour => band.end = BandEnd::Last(point),
            _ => bands.push(new_band(&bands, point, behaviour, before)),
        }
        before = Some((point, behaviour));
    }
    if let (true, Some(band)) = (open, bands.last_mut()) {
        band.end = BandEnd::Open;
    }

    let mut before = None;
    for (point, behaviour) in all().filter(|(point, _)| point.line != Line::Mainline) {
        let Line::Stable { base } = point.line else { continue };
        let of_base = all().find(|(other, _)| other.name == base);
        let goes_on = before == Some((&point.line, behaviour));
        before = Some((&point.line, behaviour));
        match bands.last_mut() {
            _ if of_base.is_some_and(|(_, of_base)| of_base == behaviour) => {}
            Some(band) if goes_on => band.end = BandEnd::Last(point),
            _ => bands.push(new_band(&bands, point, behaviour, of_base)),
        }
    }
    bands
}

fn new_band<'a>(
    earlier: &[Band<'a>],
    first: &'a Point,
    behaviour: usize,
    before: Option<(&'a Point, usize)>,
) -> Band<'a> {
    let repeats = earlier.iter().find(|band| band.behaviour == behaviour).map(|band| band.first);
    let (before, departs_from) = before.unzip();
    Band { first, end: BandEnd::Single, behaviour, repeats, departs_from, before }
}

/// Points in as few words as possible: `v5.10 .. v5.18, v6.1.192`. `chosen` has an entry for each point.
///
/// Stable releases go with their base and are named where they do not: `v6.0 .. v6.6 without v6.1.192`.
#[must_use]
pub fn ranges(points: &[Point], chosen: &[bool]) -> String {
    let all = || points.iter().zip(chosen.iter().copied());
    let mut words: Vec<String> = Vec::new();
    let mut run: Option<(&Point, &Point)> = None;
    let mut flush = |run: &mut Option<(&Point, &Point)>| match run.take() {
        Some((first, last)) if first.name == last.name => words.push(first.name.clone()),
        Some((first, last)) => words.push(format!("{} .. {}", first.name, last.name)),
        None => {}
    };
    for (point, chosen) in all().filter(|(point, _)| point.line == Line::Mainline) {
        if chosen {
            run = Some((run.map_or(point, |(first, _)| first), point));
        } else {
            flush(&mut run);
        }
    }
    flush(&mut run);

    let mut without: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(point) = points.get(at) {
        let Line::Stable { base } = point.line else {
            at += 1;
            continue;
        };
        let same = |other: usize| points[other].line == point.line && chosen[other] == chosen[at];
        let end = (at..points.len()).find(|other| !same(*other)).unwrap_or(points.len());
        let last = &points[end - 1];
        let word =
            if end == at + 1 { point.name.clone() } else { format!("{} .. {}", point.name, last.name) };
        let base_chosen = all().any(|(other, chosen)| chosen && other.name == base);
        match (chosen[at], base_chosen) {
            (true, false) => words.push(word),
            (false, true) => without.push(word),
            (true, true) | (false, false) => {}
        }
        at = end;
    }
    let without = if without.is_empty() { String::new() } else { format!(" without {}", without.join(", ")) };
    words.join(", ") + &without
}

#[cfg(test)]
pub(super) mod tests;
