// SPDX-License-Identifier: GPL-2.0-only
//! The lines after the first: a script with a number, and the answer with the same number.

use serde::{Deserialize, Serialize};

use super::bounded::List;
use super::error::{Problem, Under, WireError};
use super::nullable;
use super::script::WireScript;
use super::trace::{Ending, WireTrace};
use crate::implementation::Answer;
use crate::implementation::recorded::wire::Text;
use crate::script::Script;
use crate::trace::{Crash, End, Unseen};

/// A script, to be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct Question<'a> {
    /// Its number; the answer has the same.
    pub seq: u64,
    /// The script.
    pub script: WireScript<'a>,
}

/// An answer with its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct Reply<'a> {
    /// The number of the question; `null` if it could not be read.
    #[serde(deserialize_with = "nullable")]
    pub seq: Option<u64>,
    /// It ran to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<WireTrace<'a>>,
    /// The kernel died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crashed: Option<WireCrash<'a>>,
    /// It does not run this script, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Text<'a>>,
    /// It failed itself, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errored: Option<Text<'a>>,
}

/// An answer without a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WireAnswer<'a> {
    /// It ran to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<WireTrace<'a>>,
    /// The kernel died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crashed: Option<WireCrash<'a>>,
    /// It does not run this script, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Text<'a>>,
    /// It failed itself, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errored: Option<Text<'a>>,
}

/// A kernel that died.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WireCrash<'a> {
    /// In which step, from 0; the number of steps: in the teardown.
    pub step: usize,
    /// What was observed until then.
    pub trace: WireTrace<'a>,
    /// It stopped answering.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hang: bool,
    /// What its console said.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub console: List<Text<'a>>,
}

impl<'a> Reply<'a> {
    /// The reply with this number.
    #[must_use]
    pub fn new(seq: Option<u64>, answer: WireAnswer<'a>) -> Reply<'a> {
        let WireAnswer { trace, crashed, skipped, errored } = answer;
        Reply { seq, trace, crashed, skipped, errored }
    }

    /// The answer without its number.
    #[must_use]
    pub fn into_answer(self) -> WireAnswer<'a> {
        let Reply { seq: _, trace, crashed, skipped, errored } = self;
        WireAnswer { trace, crashed, skipped, errored }
    }
}

impl<'a> WireAnswer<'a> {
    /// The JSON of an answer to this script.
    #[must_use]
    pub fn of(script: &'a Script, answer: &'a Answer) -> WireAnswer<'a> {
        let mut wire = WireAnswer::default();
        match answer {
            Answer::Trace(trace) => wire.trace = Some(WireTrace::of(script, trace)),
            Answer::Crashed { step, trace } => {
                let mut console: List<Text<'a>> =
                    trace.told.console.iter().map(|line| line.as_str().into()).collect();
                let mut hang = false;
                if let End::Crash(crash) = trace.end {
                    hang = crash == Crash::Hang;
                    if console.is_empty() && !matches!(crash, Crash::Observed | Crash::Hang) {
                        console.0.push(crash.words().into());
                    }
                }
                let trace = WireTrace::of(script, trace);
                wire.crashed = Some(WireCrash { step: *step, trace, hang, console });
            }
            Answer::Skipped { reason } => wire.skipped = Some(reason.as_str().into()),
            Answer::Errored { message } => wire.errored = Some(message.as_str().into()),
        }
        wire
    }

    /// The answer to this script, by an observer who does not look at some things.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn read(&self, script: &Script, unseen: Unseen) -> Result<Answer, WireError> {
        match (&self.trace, &self.crashed, &self.skipped, &self.errored) {
            (Some(trace), None, None, None) => {
                let trace = trace.read(script, unseen, Ending::Teardown).under("trace")?;
                Ok(Answer::Trace(Box::new(trace)))
            }
            (None, Some(crash), None, None) => crash.read(script, unseen).under("crashed"),
            (None, None, Some(reason), None) => Ok(Answer::Skipped { reason: reason.as_str().into() }),
            (None, None, None, Some(message)) => Ok(Answer::Errored { message: message.as_str().into() }),
            _ => Err(Problem::ExactlyOne("`trace`, `crashed`, `skipped` and `errored`").into()),
        }
    }
}

impl WireCrash<'_> {
    fn read(&self, script: &Script, unseen: Unseen) -> Result<Answer, WireError> {
        let steps = self.trace.steps.len();
        if self.step != steps {
            let problem = format!("in step {}, but the trace has {steps} steps", self.step);
            return Err(Problem::Conflict(problem)).under("step");
        }
        let how = if self.hang { Crash::Hang } else { Crash::Observed };
        let mut trace = self.trace.read(script, unseen, Ending::Died(how)).under("trace")?;
        trace.told.console = self.console.iter().map(ToString::to_string).collect();
        Ok(Answer::Crashed { step: self.step, trace: Box::new(trace) })
    }
}
