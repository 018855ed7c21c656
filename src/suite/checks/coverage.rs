// SPDX-License-Identifier: GPL-2.0-only
//! Every rule and every change of history is reached by a case in which it decides something.

use std::collections::BTreeSet;

use crate::engine::{self, Axis, Rules};
use crate::history::{self, Change, Point};
use crate::script::Script;
use crate::suite::reach::Matrix;
use crate::suite::survey::{Survey, SurveyedScript};
use crate::suite::unreached;
use crate::trace::Trace;
use crate::trace::text::{Style, render};

/// Lists the variants of rules that decide nothing: of each axis the variants that some point of history has,
/// without those for which another such variant would change what some case shows.
#[must_use]
pub fn undecisive_variants(surveys: &[&Survey]) -> Vec<String> {
    let present = Present::new(history::points());
    let mut open = present.choices();
    for survey in surveys {
        if open.is_empty() {
            break;
        }
        for (SurveyedScript { script, .. }, (rules, consulted)) in
            survey.scripts.iter().flat_map(|script| script.runs.iter().map(move |run| (script, run)))
        {
            let tried: Vec<(Axis, u8)> = consulted
                .iter()
                .map(|axis| (axis, rules.get(axis)))
                .filter(|choice| open.contains(choice))
                .collect();
            if tried.is_empty() {
                continue;
            }
            let shown = Shown::new(script, rules);
            for (axis, variant) in tried {
                let mut others = present.of(axis).filter(|other| *other != variant);
                if others.any(|other| shown.differs(&rules.with(axis, other))) {
                    open.remove(&(axis, variant));
                }
            }
        }
    }
    open.into_iter()
        .map(|(axis, variant)| format!("{} = {}: decides no case", axis.name(), axis.variant_name(variant)))
        .collect()
}

/// Lists the changes of history with which every case shows what it shows without them.
#[must_use]
pub fn undecisive_changes(surveys: &[&Survey]) -> Vec<String> {
    let undecisive =
        history::CHANGES.iter().filter(|change| !surveys.iter().any(|survey| decides(change, survey)));
    undecisive.map(|change| format!("{} ({}): decides no case", change.id, change.title)).collect()
}

/// Does the case show something else just after the change than just before?
fn decides(change: &Change, survey: &Survey) -> bool {
    let all = history::points();
    let limited = survey.points.len() != all.len();
    if limited && !survey.points.iter().any(|point| point.name == change.landed) {
        return false;
    }
    let resolve = |name: String| history::resolve(&name).ok().map(|point| point.rules);
    let (Some(before), Some(after)) =
        (resolve(format!("commit:{}^", change.id)), resolve(format!("commit:{}", change.id)))
    else {
        return false;
    };
    survey.scripts.iter().any(|script| {
        let looked_at = script.consulted().iter().any(|axis| before.get(axis) != after.get(axis));
        looked_at && Shown::new(&script.script, &before).differs(&after)
    })
}

/// Lists what no case reaches of the engine: variants of rules, reasons of errnos, WARNs and crashes.
#[must_use]
pub fn unreached(surveys: &[&Survey]) -> Vec<String> {
    let matrix = Matrix::new(history::points(), surveys.iter().map(|survey| &survey.reach));
    unreached::against_known(&matrix.unreached(), |what| !what.starts_with("src/"))
}

/// Lists, of the places in these source files of the engine that return an errno, print a WARN or end the kernel,
/// those that no case comes to. A file is its path as the compiler was given it, and its text.
#[must_use]
pub fn unreached_places<'a>(
    surveys: &[&Survey],
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<String> {
    let places = surveys.iter().flat_map(|survey| &survey.reach.places);
    let reached: BTreeSet<(&str, u32)> = places.map(|place| (place.file(), place.line())).collect();
    let mut missed = Vec::new();
    for (file, text) in files {
        for (line, code) in (1..).zip(text.lines()) {
            let is_place = NOTING.iter().any(|call| code.contains(call));
            if is_place && !reached.contains(&(file, line)) {
                missed.push(format!("{file}: {}", code.trim()));
            }
        }
    }
    unreached::against_known(&missed, |what| what.starts_with("src/"))
}

/// The calls with which the engine notes a place.
const NOTING: [&str; 3] = [".refuse(", ".warn(", ".die("];

/// What a script shows with some rules.
struct Shown<'a> {
    script: &'a Script,
    trace: Trace,
    text: String,
}

impl<'a> Shown<'a> {
    fn new(script: &'a Script, rules: &Rules) -> Shown<'a> {
        let trace = engine::run(script, rules).trace;
        let text = text(script, &trace);
        Shown { script, trace, text }
    }

    /// Does it show something else with these rules?
    fn differs(&self, rules: &Rules) -> bool {
        let trace = engine::run(self.script, rules).trace;
        trace != self.trace && text(self.script, &trace) != self.text
    }
}

fn text(script: &Script, trace: &Trace) -> String {
    render(script, trace, &[], Style::default())
}

/// The variants of each axis that some point of history has.
struct Present(BTreeSet<(Axis, u8)>);

impl Present {
    fn new(points: &[Point]) -> Present {
        let of_point = |point: &Point| {
            let rules = point.rules;
            Axis::ALL.iter().map(move |axis| (*axis, rules.get(*axis)))
        };
        Present(points.iter().flat_map(of_point).collect())
    }

    fn of(&self, axis: Axis) -> impl Iterator<Item = u8> {
        self.0.iter().filter(move |(of, _)| *of == axis).map(|(_, variant)| *variant)
    }

    /// The variants of axes that have more than one.
    fn choices(&self) -> BTreeSet<(Axis, u8)> {
        self.0.iter().copied().filter(|(axis, _)| self.of(*axis).count() > 1).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::survey::tests::{ATTACH, CLAIM, survey};

    #[test]
    fn without_cases_nothing_is_decided() {
        let present = Present::new(history::points());
        assert_eq!(undecisive_variants(&[]).len(), present.choices().len());
        assert_eq!(undecisive_changes(&[]).len(), history::CHANGES.len());
    }

    #[test]
    fn a_case_decides_what_its_outcome_hangs_on() {
        let claim = survey("x/claim", "d", CLAIM);
        let attach = survey("x/attach", "d, e", ATTACH);
        let open = undecisive_variants(&[&claim, &attach]);
        assert!(!open.iter().any(|problem| problem.starts_with("claim = ")), "{open:#?}");
        assert!(open.iter().any(|problem| problem.starts_with("null_owner = ")), "{open:#?}");
        let open = undecisive_changes(&[&claim, &attach]);
        assert!(!open.iter().any(|problem| problem.starts_with("1ea2a07a532b ")), "{open:#?}");
        assert!(open.iter().any(|problem| problem.starts_with("89395ccedbc1 ")), "{open:#?}");
    }

    #[test]
    fn a_case_that_does_not_run_where_a_change_landed_does_not_decide_it() {
        let late = survey("x/late", "d", &format!("since: v6.0\n{CLAIM}"));
        let open = undecisive_changes(&[&late]);
        assert!(open.iter().any(|problem| problem.starts_with("1ea2a07a532b ")), "{open:#?}");
    }
}
