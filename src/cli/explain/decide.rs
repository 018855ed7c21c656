// SPDX-License-Identifier: GPL-2.0-only
//! Which rule decided the outcome of a step.
//!
//! A rule decided it if with another variant of the rule, one that some release has, the step would have come out
//! differently. The whole case is run again for each such variant.

use crate::cli::run::report::Ran;
use crate::cli::words::{Came, origin};
use crate::engine::{self, Axis};
use crate::history::{self, Change, Point};
use crate::trace::Trace;
use crate::trace::names::Names;

/// A rule that decided the outcome.
struct Decision {
    axis: Axis,
    /// What each other variant would have given, where that is something else.
    alternatives: Vec<Alternative>,
    /// All variants with which the step would have come out differently.
    differing: Vec<u8>,
}

/// What another variant of a rule would have given.
struct Alternative {
    variant: u8,
    /// What the step would have come out with.
    outcome: String,
    /// The first earlier step that would have come out differently too.
    by_way_of: Option<usize>,
}

/// The rules that decided the outcome of an operation, in lines.
pub fn decision(ran: &Ran, point: &Point, at: usize, index: usize) -> Vec<String> {
    let decisions = decisions(ran, point, at, index);
    let came = Came::of(ran.trace(at), index);
    if decisions.is_empty() {
        let worth_saying = came.is_error() || matches!(came, Came::Crashed(_));
        let plainly = "decided by: no rule that changed between the first and the last release".to_owned();
        return if worth_saying { vec![plainly] } else { Vec::new() };
    }
    let names = Names::new(&ran.lowered.script, ran.trace(at));
    let outcome = came.word(&names);
    let mut lines = Vec::new();
    for decision in &decisions {
        let axis = decision.axis;
        let variant = axis.variant_name(point.rules.get(axis));
        lines.push(format!(
            "decided by: {} = {variant}, {}",
            axis.name(),
            since(history::decided_by(point, axis))
        ));
        if let Some(change) = decision.began(point) {
            lines.push(format!("    {outcome} {}", since(Some(change))));
        }
        for alternative in &decision.alternatives {
            let way = alternative.by_way_of.map(|step| {
                let number =
                    ran.lowered.steps.get(step).copied().map_or_else(|| (step + 1).to_string(), origin);
                format!(", by way of step {number}")
            });
            lines.push(format!(
                "    with {}, {}: {}{}",
                axis.variant_name(alternative.variant),
                since(brought(axis, alternative.variant)),
                alternative.outcome,
                way.unwrap_or_default()
            ));
        }
    }
    lines
}

impl Decision {
    /// The change from which on the rule has given this outcome, where that is not the one that brought today's
    /// variant.
    fn began(&self, point: &Point) -> Option<&'static Change> {
        let last = history::decided_by(point, self.axis)?;
        let of_axis = history::CHANGES.iter().filter_map(|change| {
            let (_, variant) = change.sets.iter().find(|(axis, _)| *axis == self.axis)?;
            Some((change, *variant))
        });
        let until_now: Vec<_> = of_axis.collect();
        let now = until_now.iter().position(|(change, _)| change.id == last.id)?;
        let other = |variant: &u8| self.differing.contains(variant);
        let same = until_now[..=now].iter().rev().take_while(|(_, variant)| !other(variant));
        same.last().map(|(change, _)| *change).filter(|first| first.id != last.id)
    }
}

/// The rules with which the step would have come out differently; where a rule decides the step itself, those that
/// decided earlier steps are left out.
fn decisions(ran: &Ran, point: &Point, at: usize, index: usize) -> Vec<Decision> {
    let script = &ran.lowered.script;
    let run = &ran.runs.runs[ran.runs.of[at]].run;
    let here = outcomes(ran, &run.trace, index);
    let consulted = run.consulted_in.get(index).copied().unwrap_or_default();
    let alternative = |axis, variant| {
        let trace = engine::run(script, &point.rules.with(axis, variant)).trace;
        let there = outcomes(ran, &trace, index);
        let first = here.iter().zip(&there).position(|(here, there)| here != there);
        (here.last() != there.last()).then(|| Alternative {
            variant,
            outcome: there.last().cloned().unwrap_or_default(),
            by_way_of: first.filter(|step| *step < index),
        })
    };
    let decision = |axis: Axis| {
        let others = variants(axis).filter(|variant| *variant != point.rules.get(axis));
        let alternatives: Vec<_> = others.filter_map(|variant| alternative(axis, variant)).collect();
        Decision { axis, differing: alternatives.iter().map(|a| a.variant).collect(), alternatives }
    };
    let mut found: Vec<Decision> = consulted.iter().map(decision).collect();
    if found.iter().flat_map(|decision| &decision.alternatives).any(|a| a.by_way_of.is_none()) {
        for decision in &mut found {
            decision.alternatives.retain(|alternative| alternative.by_way_of.is_none());
        }
    }
    found.retain(|decision| !decision.alternatives.is_empty());
    found
}

/// What the operations up to this one came out with.
fn outcomes(ran: &Ran, trace: &Trace, index: usize) -> Vec<String> {
    let names = Names::new(&ran.lowered.script, trace);
    (0..=index).map(|index| Came::of(trace, index).words(&names)).collect()
}

/// The variants that some release has.
fn variants(axis: Axis) -> impl Iterator<Item = u8> {
    let occurs = move |variant: &u8| history::points().iter().any(|point| point.rules.get(axis) == *variant);
    (0..axis.variants()).filter(occurs)
}

/// The change that brought a variant; `None`: it was there before.
fn brought(axis: Axis, variant: u8) -> Option<&'static Change> {
    history::CHANGES.iter().find(|change| change.sets.contains(&(axis, variant)))
}

/// Where a variant comes from.
fn since(change: Option<&Change>) -> String {
    match change {
        None => "as it was before v5.10".into(),
        Some(change) => format!("since commit {} in {} ({})", change.id, change.landed, change.title),
    }
}
