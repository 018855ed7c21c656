// SPDX-License-Identifier: GPL-2.0-only
//! Cases on another implementation, judged by the reference engine at the release where that one stands.
//!
//! What a case expects is not looked at: the reference is held to that for itself, and the implementation to the
//! reference, which says more. A case with a sweep is as many scripts as the fault has positions there, and one
//! more, at which the fault comes too late: there must be no further call.

use super::sweep::{self, Swept};
use crate::case::{Case, Lowered};
use crate::history::Point;
use crate::implementation::judge::{self, Deviates};
use crate::implementation::{Answer, Implementation};
use crate::script::Script;
use crate::trace::compare::Place;
use crate::trace::text::Origin;

/// A case to be run on an implementation.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The case.
    pub case: Case,
    /// Its script.
    pub lowered: Lowered,
}

impl Asked {
    /// This case.
    #[must_use]
    pub fn new(case: Case) -> Asked {
        Asked { lowered: case.lower(), case }
    }
}

/// Where an implementation left the reference.
#[derive(Clone, Debug)]
pub struct Strayed {
    /// Of a sweep: the position, such as `attach 3`.
    pub position: Option<String>,
    /// What was run: the case, or the case with a fault.
    pub lowered: Lowered,
    /// The difference.
    pub deviates: Deviates,
}

/// How an implementation did on a case.
#[derive(Clone, Debug)]
pub enum Judged {
    /// As the reference.
    Agrees,
    /// Otherwise than the reference.
    Deviates(Box<Strayed>),
    /// It died, or stopped answering, where the reference does not.
    Crashed(Box<Strayed>),
    /// The case records this difference as known.
    Known {
        /// Why it is let pass.
        reason: String,
    },
    /// The case records a difference as known that there is not.
    Expired {
        /// Why it would have been let pass.
        reason: String,
    },
    /// It was not run.
    Skipped {
        /// Why.
        reason: String,
    },
    /// The implementation failed itself.
    Errored {
        /// How.
        message: String,
    },
}

impl Judged {
    /// Is it as it must be?
    #[must_use]
    pub fn is_good(&self) -> bool {
        match self {
            Judged::Agrees | Judged::Known { .. } | Judged::Skipped { .. } => true,
            Judged::Deviates(_) | Judged::Crashed(_) | Judged::Expired { .. } | Judged::Errored { .. } => {
                false
            }
        }
    }
}

/// Runs those of the cases that are for this release; each is handed on, with its place, as soon as it is judged.
/// `family` is the implementation's name in a case's `deviates`.
pub fn judge_all(
    implementation: &mut (impl Implementation + ?Sized),
    family: &str,
    point: &Point,
    asked: &[&Asked],
    each: &mut dyn FnMut(usize, Judged),
) {
    let mut places: Vec<usize> = Vec::with_capacity(asked.len());
    for (index, one) in asked.iter().enumerate() {
        if one.case.runs_at(point) {
            places.push(index);
        } else {
            each(index, Judged::Skipped { reason: format!("the case is not for {}", point.name) });
        }
    }
    // The scripts of all cases, each with its case.
    let runs: Vec<(usize, Swept)> = places
        .into_iter()
        .flat_map(|place| {
            sweep::scripts(&asked[place].lowered, point).into_iter().map(move |run| (place, run))
        })
        .collect();
    let mut left: Vec<usize> = vec![0; asked.len()];
    for (place, _) in &runs {
        left[*place] += 1;
    }
    let mut judged: Vec<Vec<Judged>> = asked.iter().map(|_| Vec::new()).collect();
    let scripts: Vec<&Script> = runs.iter().map(|(_, run)| &run.lowered.script).collect();
    implementation.run_all(&scripts, &mut |index, answer| {
        let Some((place, run)) = runs.get(index) else { return };
        judged[*place].push(judge(asked[*place], run, family, point, answer));
        if judged[*place].len() == left[*place] {
            each(*place, together(std::mem::take(&mut judged[*place])));
        }
    });
}

/// The verdict on a case by those on its scripts: the first one that is bad, else one that says something.
fn together(judged: Vec<Judged>) -> Judged {
    // What is known to deviate need not do so in every script of the case.
    let occurs = judged.iter().any(|one| matches!(one, Judged::Known { .. }));
    let weight = |one: &Judged| match one {
        Judged::Expired { .. } if occurs => 0,
        Judged::Agrees => 1,
        Judged::Skipped { .. } => 2,
        Judged::Known { .. } => 3,
        Judged::Expired { .. } | Judged::Errored { .. } => 4,
        Judged::Deviates(_) | Judged::Crashed(_) => 5,
    };
    judged
        .into_iter()
        .reduce(|first, next| if weight(&next) > weight(&first) { next } else { first })
        .unwrap_or(Judged::Agrees)
}

/// Judges the answer to a script of the case.
#[must_use]
pub fn judge(asked: &Asked, run: &Swept, family: &str, point: &Point, answer: Answer) -> Judged {
    let lowered = &run.lowered;
    let deviates = match judge::judge(&lowered.script, point, answer) {
        judge::Judged::Agrees => None,
        judge::Judged::Deviates(deviates) => Some(deviates),
        judge::Judged::Skipped { reason } => return Judged::Skipped { reason },
        judge::Judged::Errored { message } => return Judged::Errored { message },
    };
    let place = deviates.as_ref().map(|deviates| deviates.difference.place);
    let known = asked.case.deviations.iter().find(|known| {
        let here = place.is_none_or(|place| step_of(lowered, place) == Some(known.step));
        known.implementation == family && known.holds_at(point) && here
    });
    match (deviates, known) {
        (None, None) => Judged::Agrees,
        (None, Some(known)) => Judged::Expired { reason: known.reason.clone() },
        (Some(_), Some(known)) => Judged::Known { reason: known.reason.clone() },
        (Some(deviates), None) => {
            let (theirs, ours) = (deviates.observed.died(), deviates.reference.died());
            let deviates = Box::new(Strayed {
                position: run.position.clone(),
                lowered: lowered.clone(),
                deviates: *deviates,
            });
            if theirs.is_some() && theirs != ours {
                Judged::Crashed(deviates)
            } else {
                Judged::Deviates(deviates)
            }
        }
    }
}

/// The number of the case's step at a place of its script.
#[must_use]
pub fn step_of(lowered: &Lowered, place: Place) -> Option<usize> {
    match place {
        Place::Step(index) => match lowered.steps.get(index) {
            Some(Origin::Step(number)) => Some(*number),
            _ => None,
        },
        Place::Setup | Place::End => None,
    }
}
