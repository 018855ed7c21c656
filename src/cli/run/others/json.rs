// SPDX-License-Identifier: GPL-2.0-only
//! What other implementations did as JSON: one [`Document`].
//!
//! Fields are only ever added while `format` stays the same; a change of meaning raises it.

use std::io::Write;

use serde::Serialize;

use super::{Counts, Found, Tested};
use crate::cli::failure::Failure;
use crate::cli::run::json::FORMAT;
use crate::suite::judge::{Judged, Strayed, step_of};

/// Everything.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    /// Version of the format, as of the one of the reference's own results.
    pub format: u32,
    /// The implementations, in the order in which they were asked for.
    pub implementations: Vec<One<'a>>,
}

/// What one implementation did.
#[derive(Debug, Serialize)]
pub struct One<'a> {
    /// What it calls itself.
    pub name: &'a str,
    /// The release it was compared with.
    pub release: &'a str,
    /// Seconds until it was ready.
    pub ready: f64,
    /// Seconds that the cases took.
    pub seconds: f64,
    /// How many cases came out how.
    pub summary: Counts,
    /// The cases by name.
    pub cases: Vec<CaseResult<'a>>,
}

/// A case.
#[derive(Debug, Serialize)]
pub struct CaseResult<'a> {
    /// Its name.
    pub name: &'a str,
    /// `agrees`, `deviates`, `known`, `expired`, `crashed`, `skipped`, `errored` or `not_loaded`.
    pub result: &'static str,
    /// Why it was skipped, errored, could not be loaded, or is let pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The first difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Differs<'a>>,
}

/// A difference.
#[derive(Debug, Serialize)]
pub struct Differs<'a> {
    /// Of a case with a sweep: the position at which it is, such as `attach 3`; none in the run without fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<&'a str>,
    /// The number of the case's step, if it is in one.
    pub step: Option<usize>,
    /// The place in the whole script: `setup`, `step N` from 0, or `end`.
    pub place: String,
    /// What differs.
    pub field: &'a str,
    /// What was observed.
    pub observed: &'a str,
    /// What the reference has.
    pub reference: &'a str,
    /// The console of a kernel that died.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub console: &'a [String],
}

pub fn write(found: &[Found], tested: &[Tested], out: &mut impl Write) -> Result<(), Failure> {
    let implementations = tested.iter().map(|one| implementation(found, one)).collect();
    let document = Document { format: FORMAT, implementations };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(|error| Failure::Report(error.to_string()))?;
    writeln!(out)?;
    Ok(())
}

fn implementation<'a>(found: &'a [Found], tested: &'a Tested) -> One<'a> {
    One {
        name: &tested.name,
        release: &tested.point.name,
        ready: tested.ready.as_secs_f64(),
        seconds: tested.ran.as_secs_f64(),
        summary: tested.counts(),
        cases: found.iter().zip(&tested.judged).map(|(found, judged)| case(found, judged.as_ref())).collect(),
    }
}

fn case<'a>(found: &'a Found, judged: Option<&'a Judged>) -> CaseResult<'a> {
    let plain = |result, reason| CaseResult { name: &found.name, result, reason, difference: None };
    if let Err(error) = &found.case {
        return plain("not_loaded", Some(error.to_string()));
    }
    let differs = |result, strayed: &'a Strayed| {
        let Strayed { position, lowered, deviates } = strayed;
        let place = deviates.difference.place;
        let difference = Differs {
            position: position.as_deref(),
            step: step_of(lowered, place),
            place: place.to_string(),
            field: &deviates.difference.field,
            observed: &deviates.difference.observed,
            reference: &deviates.difference.reference,
            console: &deviates.observed.told.console,
        };
        CaseResult { name: &found.name, result, reason: None, difference: Some(difference) }
    };
    match judged {
        None => plain("errored", None),
        Some(Judged::Agrees) => plain("agrees", None),
        Some(Judged::Deviates(deviates)) => differs("deviates", deviates),
        Some(Judged::Crashed(deviates)) => differs("crashed", deviates),
        Some(Judged::Known { reason }) => plain("known", Some(reason.clone())),
        Some(Judged::Expired { reason }) => plain("expired", Some(reason.clone())),
        Some(Judged::Skipped { reason }) => plain("skipped", Some(reason.clone())),
        Some(Judged::Errored { message }) => plain("errored", Some(message.clone())),
    }
}
