// SPDX-License-Identifier: GPL-2.0-only
//! What a case expects against what an implementation did, its known deviations taken into account.

use super::bands::ranges;
use crate::case::{Case, Lowered, Unmet, check_expectations};
use crate::history::Point;
use crate::trace::Trace;

/// The name of the reference engine in a case's `deviates`.
pub const REFERENCE: &str = "reference";

/// What is not as it must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Expectations that are not met, each once, in the order of the steps; `release` names all points at which
    /// that is so.
    pub unmet: Vec<Unmet>,
    /// Known deviations that no longer occur, in words.
    pub expired: Vec<String>,
}

impl Verdict {
    /// Judges an implementation by its traces, one for each of the points that the case ran on.
    #[must_use]
    pub fn new<'t>(
        implementation: &str,
        case: &Case,
        lowered: &Lowered,
        points: &[Point],
        trace_at: impl Fn(usize) -> &'t Trace,
    ) -> Verdict {
        let mut found: Vec<(Unmet, Vec<bool>)> = Vec::new();
        let mut occurred = vec![false; case.deviations.len()];
        for (index, point) in points.iter().enumerate() {
            for unmet in check_expectations(case, lowered, point, trace_at(index)) {
                let known = case.deviations.iter().position(|deviation| {
                    deviation.implementation == implementation
                        && deviation.step == unmet.step
                        && deviation.holds_at(point)
                });
                if let Some(known) = known {
                    occurred[known] = true;
                    continue;
                }
                let unmet = Unmet { release: String::new(), ..unmet };
                let at = found.iter().position(|(known, _)| *known == unmet).unwrap_or_else(|| {
                    found.push((unmet, vec![false; points.len()]));
                    found.len() - 1
                });
                found[at].1[index] = true;
            }
        }
        found.sort_by_key(|(unmet, _)| unmet.step);
        let unmet = found.into_iter().map(|(unmet, at)| Unmet { release: ranges(points, &at), ..unmet });
        let expired = case.deviations.iter().zip(occurred).filter(|(deviation, occurred)| {
            let ran = points.iter().any(|point| deviation.holds_at(point));
            deviation.implementation == implementation && ran && !occurred
        });
        let words = |known: &crate::case::Deviation| {
            format!("step {}: known deviation no longer occurs: {}", known.step, known.reason)
        };
        Verdict { unmet: unmet.collect(), expired: expired.map(|(known, _)| words(known)).collect() }
    }
}
