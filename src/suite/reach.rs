// SPDX-License-Identifier: GPL-2.0-only
//! What cases reach of the engine, at each point of history: variants of rules, errnos, WARNs, crashes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::runs::Runs;
use crate::engine::{Axis, AxisSet, Place, Rules, Run};
use crate::history::Point;
use crate::script::Errno;
use crate::trace::{Call, Crash, End, Outcome, Reason, Warn};

/// Something that the engine can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feat {
    /// A rule is looked at that has this variant.
    Variant(Axis, u8),
    /// An operation returns the errno for this reason.
    Returned(Errno, Reason),
    /// A WARN is printed.
    Warned(Warn),
    /// The kernel dies.
    Died(Crash),
}

/// A kind of feat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::EnumIter)]
pub enum Kind {
    /// [`Feat::Variant`]
    Variant,
    /// [`Feat::Returned`]
    Errno,
    /// [`Feat::Warned`]
    Warn,
    /// [`Feat::Died`]
    Crash,
}

impl Kind {
    /// All.
    pub fn all() -> impl Iterator<Item = Kind> {
        <Kind as strum::IntoEnumIterator>::iter()
    }

    /// Several of them.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Kind::Variant => "rule variants",
            Kind::Errno => "errnos",
            Kind::Warn => "WARNs",
            Kind::Crash => "crashes",
        }
    }
}

impl Feat {
    /// Its kind.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Feat::Variant(..) => Kind::Variant,
            Feat::Returned(..) => Kind::Errno,
            Feat::Warned(_) => Kind::Warn,
            Feat::Died(_) => Kind::Crash,
        }
    }
}

/// `claim = Absent`, `EBUSY: user space owns the group`, `NullOwner: owner is NULL`
impl fmt::Display for Feat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Feat::Variant(axis, variant) => write!(f, "{} = {}", axis.name(), axis.variant_name(*variant)),
            Feat::Returned(errno, reason) => write!(f, "{errno}: {}", reason.words()),
            Feat::Warned(warn) => write!(f, "{warn:?}: {}", warn.words()),
            Feat::Died(crash) => write!(f, "{crash:?}: {}", crash.words()),
        }
    }
}

/// What one case reaches.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The names of the points it runs on.
    points: Vec<String>,
    /// The rules that it looks at, at each of them.
    consulted: Vec<(Rules, AxisSet)>,
    /// Everything else: with an entry for each point.
    feats: BTreeMap<Feat, Vec<bool>>,
    /// The places of the engine where it is refused, warned of or dies.
    pub places: BTreeSet<Place>,
}

impl Reach {
    /// What a case reaches with these runs of its script, and of its script with a fault at each position.
    #[must_use]
    pub fn new<'a>(points: &[Point], of_scripts: impl IntoIterator<Item = &'a Runs>) -> Reach {
        let mut consulted: Vec<_> = points.iter().map(|point| (point.rules, AxisSet::EMPTY)).collect();
        let mut feats: BTreeMap<Feat, Vec<bool>> = BTreeMap::new();
        let mut places = BTreeSet::new();
        for Runs { runs, of } in of_scripts {
            for ((_, consulted), index) in consulted.iter_mut().zip(of) {
                *consulted = consulted.union(runs[*index].run.consulted);
            }
            for (index, with) in runs.iter().enumerate() {
                places.extend(with.run.places.iter().copied());
                for feat in feats_of(&with.run) {
                    let at = feats.entry(feat).or_insert_with(|| vec![false; points.len()]);
                    for (at, of) in at.iter_mut().zip(of) {
                        *at |= *of == index;
                    }
                }
            }
        }
        Reach { points: points.iter().map(|point| point.name.clone()).collect(), consulted, feats, places }
    }
}

/// What a run shows, but for the rules it looks at.
fn feats_of(run: &Run) -> BTreeSet<Feat> {
    let mut feats = BTreeSet::new();
    let warned = |feats: &mut BTreeSet<Feat>, calls: &[Call]| {
        feats.extend(calls.iter().filter_map(|call| match call {
            Call::Warn(warn) => Some(Feat::Warned(*warn)),
            _ => None,
        }));
    };
    for step in &run.trace.steps {
        if let (Outcome::Err(errno), Some(reason)) = (step.outcome, step.reason) {
            feats.insert(Feat::Returned(errno, reason));
        }
        warned(&mut feats, &step.calls);
    }
    match &run.trace.end {
        End::Teardown { calls, .. } => warned(&mut feats, calls),
        End::Crash(crash) => {
            feats.insert(Feat::Died(*crash));
        }
    }
    feats
}

/// What many cases reach at each of some points.
#[derive(Clone, Debug)]
pub struct Matrix<'a> {
    /// The points.
    pub points: &'a [Point],
    /// For each feat that the engine is known to be able to, and each point, by how many cases it is reached.
    pub feats: BTreeMap<Feat, Vec<u32>>,
}

impl<'a> Matrix<'a> {
    /// Counts.
    #[must_use]
    pub fn new<'r>(points: &'a [Point], cases: impl IntoIterator<Item = &'r Reach>) -> Matrix<'a> {
        let mut feats: BTreeMap<Feat, Vec<u32>> = BTreeMap::new();
        let mut count = |feat: Feat, at: usize, more: u32| {
            feats.entry(feat).or_insert_with(|| vec![0; points.len()])[at] += more;
        };
        // What the points have must be there even if nothing reaches it.
        for (at, point) in points.iter().enumerate() {
            for axis in Axis::ALL {
                count(Feat::Variant(*axis, point.rules.get(*axis)), at, 0);
            }
        }
        let places: BTreeMap<&str, usize> =
            points.iter().enumerate().map(|(at, point)| (point.name.as_str(), at)).collect();
        for reach in cases {
            let at: Vec<Option<usize>> =
                reach.points.iter().map(|name| places.get(name.as_str()).copied()).collect();
            for (at, (rules, consulted)) in at.iter().zip(&reach.consulted) {
                let Some(at) = at else { continue };
                for axis in consulted.iter() {
                    count(Feat::Variant(axis, rules.get(axis)), *at, 1);
                }
            }
            for (feat, reached) in &reach.feats {
                for at in at.iter().zip(reached).filter(|(_, reached)| **reached).filter_map(|(at, _)| *at) {
                    count(*feat, at, 1);
                }
            }
        }
        Matrix { points, feats }
    }

    /// How many feats of a kind are reached at a point.
    #[must_use]
    pub fn reached_at(&self, kind: Kind, point: usize) -> usize {
        self.feats.iter().filter(|(feat, counts)| feat.kind() == kind && counts[point] > 0).count()
    }

    /// Can the feat happen at the point, as far as is known? A variant where the point has it; anything else where a
    /// case reaches it.
    #[must_use]
    pub fn is_possible_at(&self, feat: Feat, point: usize) -> bool {
        match feat {
            Feat::Variant(axis, variant) => self.points[point].rules.get(axis) == variant,
            Feat::Returned(..) | Feat::Warned(_) | Feat::Died(_) => {
                self.feats.get(&feat).is_some_and(|counts| counts[point] > 0)
            }
        }
    }

    /// What no case reaches at any of the points: `rule claim = Null` of the variants that one of them has,
    /// `errno NoGroup` whatever the errno, `WARN NullOwner`, `crash EmptyGroup`.
    #[must_use]
    pub fn unreached(&self) -> Vec<String> {
        let reached: Vec<Feat> = self.reached().collect();
        let variants =
            self.feats.keys().filter(|feat| feat.kind() == Kind::Variant && !reached.contains(feat));
        let variants = variants.map(|feat| format!("rule {feat}"));
        let returned = self.reasons();
        let reasons = Reason::all().filter(|reason| !returned.contains(reason));
        let reasons = reasons.map(|reason| format!("errno {reason:?}"));
        let warns = Warn::causes().filter(|warn| !reached.contains(&Feat::Warned(*warn)));
        let warns = warns.map(|warn| format!("WARN {warn:?}"));
        let crashes = Crash::causes().filter(|crash| !reached.contains(&Feat::Died(*crash)));
        let crashes = crashes.map(|crash| format!("crash {crash:?}"));
        variants.chain(reasons).chain(warns).chain(crashes).collect()
    }

    /// The reasons for which some case has an errno.
    #[must_use]
    pub fn reasons(&self) -> BTreeSet<Reason> {
        let reason = |feat| match feat {
            Feat::Returned(_, reason) => Some(reason),
            Feat::Variant(..) | Feat::Warned(_) | Feat::Died(_) => None,
        };
        self.reached().filter_map(reason).collect()
    }

    /// What some case reaches.
    pub fn reached(&self) -> impl Iterator<Item = Feat> {
        self.feats.iter().filter(|(_, counts)| counts.iter().any(|count| *count > 0)).map(|(feat, _)| *feat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history;
    use crate::suite::survey::tests::{CLAIM, survey};

    #[test]
    fn a_claim_reaches_its_rules_and_nothing_else() {
        let points = history::points();
        let claim = survey("x/claim", "d", CLAIM);
        let matrix = Matrix::new(points, [&claim.reach]);
        let at = |name| points.iter().position(|point| point.name == name).expect("a point");
        let counts = |name, of: &str| {
            let feat = matrix.feats.iter().find(|(feat, _)| feat.to_string() == of);
            feat.map(|(feat, counts)| (counts[at(name)], matrix.is_possible_at(*feat, at(name))))
        };
        assert_eq!(counts("v5.18", "claim = Absent"), Some((1, true)));
        assert_eq!(counts("v6.0", "claim = Absent"), Some((0, false)));
        assert_eq!(counts("v6.0", "claim = Blocking"), Some((1, true)));
        assert_eq!(matrix.reached_at(Kind::Errno, at("v6.0")), 0);
        let unreached = matrix.unreached();
        assert!(unreached.contains(&"WARN NullOwner".to_owned()), "{unreached:?}");
        assert!(unreached.contains(&"crash EmptyGroup".to_owned()), "{unreached:?}");
        assert!(!unreached.contains(&"rule claim = Blocking".to_owned()), "{unreached:?}");
    }
}
