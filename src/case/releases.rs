// SPDX-License-Identifier: GPL-2.0-only
//! Release ranges: names of releases turned into positions in the order of history.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

use super::error::{Complaint, Problem};
use super::hint::nearest;
use crate::history::{self, UnknownRelease};

/// The releases that cases run on, oldest first.
pub(crate) struct Releases {
    names: Vec<String>,
    positions: HashMap<String, usize>,
    /// The listed name of a release that was written in another way.
    resolve: fn(&str) -> Result<String, UnknownRelease>,
}

impl Releases {
    /// Those of history.
    pub(crate) fn of_history() -> &'static Releases {
        static RELEASES: OnceLock<Releases> = OnceLock::new();
        RELEASES.get_or_init(|| {
            let names = history::points().iter().map(|point| point.name.clone()).collect();
            Releases::new(names, |name| history::resolve(name).map(|point| point.name))
        })
    }

    /// These, oldest first.
    pub(crate) fn new(names: Vec<String>, resolve: fn(&str) -> Result<String, UnknownRelease>) -> Releases {
        let positions = names.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        Releases { names, positions, resolve }
    }

    /// The position of a release that is listed under this very name.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    /// The position of a release, however it is written.
    pub(crate) fn find<'t>(&self, name: &str, spot: Option<&'t str>) -> Result<usize, Complaint<'t>> {
        if let Some(at) = self.position(name) {
            return Ok(at);
        }
        let unknown = |hint: String| {
            let hint = Some(hint).filter(|hint| !hint.is_empty());
            Complaint::at(spot, Problem::UnknownRelease(name.to_owned())).hint_if(hint)
        };
        let resolved = (self.resolve)(name).map_err(|error| unknown(error.hint))?;
        match self.position(&resolved) {
            // A commit may be written with more digits.
            Some(at) if name.starts_with("commit:") => Ok(at),
            _ => Err(unknown(match nearest(name, self.names.iter().map(String::as_str)) {
                Some(near) => format!("cases run on `{near}`; `dma-ownership releases` lists them all"),
                None => "cases do not run on it; `dma-ownership releases` lists those they run on".into(),
            })),
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> RangeInclusive<usize> {
        0..=self.names.len().saturating_sub(1)
    }

    /// The name at a position.
    pub(crate) fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", String::as_str)
    }
}

/// Some releases, by their positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// One release, by its name.
    One(usize),
    /// A range.
    Range(RangeInclusive<usize>),
}

impl Span {
    /// Reads `v5.18`, `..v5.18`, `v5.19-rc1..`, `v6.0..v6.6` or `commit:1ea2a07a532b`.
    pub(crate) fn read<'t>(
        releases: &Releases,
        text: &str,
        spot: Option<&'t str>,
    ) -> Result<Span, Complaint<'t>> {
        const RANGES: &str = "write `..v5.18`, `v5.19-rc1..` or `v6.0..v6.6`";
        let compares = text.starts_with(['<', '>']) || text.ends_with('+') || text.contains(['–', ' ']);
        if compares || text.contains("-v") {
            return Err(Complaint::at(spot, Problem::UnknownRelease(text.to_owned())).hint(RANGES));
        }
        let Some((first, last)) = text.split_once("..") else {
            return releases.find(text, spot).map(Span::One);
        };
        if first.is_empty() && last.is_empty() {
            return Err(Complaint::at(spot, Problem::UnknownRelease(text.to_owned())).hint(RANGES));
        }
        let all = releases.all();
        let end = |name: &str, open| if name.is_empty() { Ok(open) } else { releases.find(name, spot) };
        let (first, last) = (end(first, *all.start())?, end(last, *all.end())?);
        if first > last {
            return Err(Complaint::at(spot, Problem::ReversedRange(text.to_owned()))
                .hint("put the older release first"));
        }
        Ok(Span::Range(first..=last))
    }

    /// The positions it covers.
    pub(crate) fn positions(&self) -> RangeInclusive<usize> {
        match self {
            Span::One(at) => *at..=*at,
            Span::Range(range) => range.clone(),
        }
    }

    /// Does it hold for the release at this position?
    pub(crate) fn contains(&self, at: usize) -> bool {
        self.positions().contains(&at)
    }

    /// A position that both hold for.
    pub(crate) fn common(&self, other: &Span) -> Option<usize> {
        let (a, b) = (self.positions(), other.positions());
        let first = *a.start().max(b.start());
        (first <= *a.end().min(b.end())).then_some(first)
    }
}
