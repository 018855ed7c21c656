// SPDX-License-Identifier: GPL-2.0-only
//! Random scripts on an implementation and on the engine; what they disagree about, in the shortest scripts.

mod disagreement;
mod report;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::mpsc::{self, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

pub use disagreement::{Disagreement, Kind};
pub use report::{ReportError, write_all};

use super::generate::Generator;
use super::profile::Profile;
use super::shrink::{Shrunk, shrink};
use super::yaml;
use crate::history::Point;
use crate::implementation::judge::{Judged, judge};
use crate::implementation::{Answer, Implementation};
use crate::script::Script;
use crate::trace::compare::Difference;

/// Scripts that are handed over at once.
const BATCH: u64 = 200;
/// So many batches more are made meanwhile.
const AHEAD: usize = 1;
/// So many scripts of a kind of disagreement are shortened; the others are only counted.
const SHORTENED: usize = 4;
/// So many questions are asked to shorten one.
const QUESTIONS: usize = 600;
/// The same, where each may cost a boot.
const QUESTIONS_ABOUT_DEATH: usize = 60;
/// So many failures of the implementation itself in a row end a campaign.
const FAILURES: u64 = 50;

/// What to do, and for how long.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed.
    pub seed: u64,
    /// The number of the first script.
    pub first: u64,
    /// So many scripts at most.
    pub scripts: Option<u64>,
    /// No new scripts after this time.
    pub time: Option<Duration>,
    /// What the scripts are for.
    pub profile: Profile,
    /// The release of the engine that the answers are compared with.
    pub point: Point,
}

/// How it went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Scripts that were answered.
    pub scripts: u64,
    /// Their operations.
    pub operations: u64,
    /// Scripts after which the implementation was dead.
    pub crashed: u64,
    /// Scripts that disagree.
    pub disagree: u64,
    /// Scripts that were not run, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Scripts on which the implementation itself failed, by message.
    pub failed: BTreeMap<String, u64>,
    /// How long the scripts ran, without the time for shortening.
    pub running: Duration,
    /// How long it took to shorten disagreements.
    pub shrinking: Duration,
    /// Scripts that were tried to shorten disagreements.
    pub asked: u64,
}

/// What a campaign found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How it went.
    pub figures: Figures,
    /// Disagreements by kind, each with the shortest scripts.
    pub kinds: BTreeMap<Kind, Vec<Disagreement>>,
    /// The implementation failed so often that it was given up.
    pub given_up: bool,
}

/// Runs a campaign; `progress` is told how it goes after each batch.
pub fn run(
    implementation: &mut dyn Implementation,
    options: &Options,
    progress: &mut dyn FnMut(&Figures),
) -> Found {
    let start = Instant::now();
    let mut found = Found::default();
    let mut failures = 0;
    thread::scope(|scope| {
        // The next scripts are made while the guest is busy with these.
        let (ready, next) = mpsc::sync_channel(AHEAD);
        scope.spawn(move || generate(options, &ready));
        while options.time.is_none_or(|time| start.elapsed() < time) && failures < FAILURES {
            let Ok(scripts) = next.recv() else { break };
            found.batch(implementation, options, &scripts, &mut failures);
            progress(&found.figures);
        }
    });
    found.given_up = failures >= FAILURES;
    for alike in found.kinds.values_mut() {
        alike.sort_by_key(|disagreement| disagreement.script.ops.len());
    }
    found
}

/// Makes the scripts of a campaign, batch by batch, until there are enough or nobody takes them any more.
fn generate(options: &Options, ready: &SyncSender<Vec<Script>>) {
    let generator = Generator::new(options.seed, options.profile.clone());
    let end = options.scripts.map_or(u64::MAX, |scripts| options.first.saturating_add(scripts));
    let mut number = options.first;
    while number < end {
        let next = end.min(number.saturating_add(BATCH));
        if ready.send((number..next).map(|number| generator.script(number)).collect()).is_err() {
            return;
        }
        number = next;
    }
}

impl Figures {
    fn note(&mut self, script: &Script, answer: &Answer) {
        match answer {
            Answer::Trace(_) | Answer::Crashed { .. } => {
                self.scripts += 1;
                self.operations += script.ops.len() as u64;
                self.crashed += u64::from(matches!(answer, Answer::Crashed { .. }));
            }
            Answer::Skipped { .. } | Answer::Errored { .. } => {}
        }
    }

    /// Scripts in a second, without the time for shortening.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        let seconds = self.running.as_secs_f64();
        #[allow(clippy::cast_precision_loss, reason = "nobody runs 2^52 scripts")]
        if seconds > 0.0 { self.scripts as f64 / seconds } else { 0.0 }
    }
}

impl Found {
    /// Runs some scripts, and shortens those that disagree; `failures` counts those in a row on which the
    /// implementation failed.
    fn batch(
        &mut self,
        implementation: &mut dyn Implementation,
        options: &Options,
        scripts: &[Script],
        failures: &mut u64,
    ) {
        let began = Instant::now();
        let mut differing = Vec::new();
        let references: Vec<&Script> = scripts.iter().collect();
        implementation.run_all(&references, &mut |index, answer| {
            let Some(script) = scripts.get(index) else { return };
            self.figures.note(script, &answer);
            match judge(script, &options.point, answer) {
                Judged::Agrees => *failures = 0,
                Judged::Deviates(deviates) => {
                    *failures = 0;
                    differing.push((script, deviates.difference));
                }
                Judged::Skipped { reason } => *self.figures.skipped.entry(reason).or_default() += 1,
                Judged::Errored { message } => {
                    *failures += 1;
                    *self.figures.failed.entry(message).or_default() += 1;
                }
            }
        });
        self.figures.running += began.elapsed();
        let began = Instant::now();
        for (script, difference) in differing {
            self.take(implementation, options, script, difference);
        }
        self.figures.shrinking += began.elapsed();
    }

    /// Takes a disagreement in: shortened, if there are not enough of its kind.
    fn take(
        &mut self,
        implementation: &mut dyn Implementation,
        options: &Options,
        script: &Script,
        difference: Difference,
    ) {
        self.figures.disagree += 1;
        let kind = Kind::of(script, &difference);
        let alike = self.kinds.entry(kind.clone()).or_default();
        if alike.iter().map(|known| known.sources.len()).sum::<usize>() >= SHORTENED {
            if let Some(first) = alike.first_mut() {
                first.more += 1;
            }
            return;
        }
        let mut seen = match judge(script, &options.point, implementation.run(script)) {
            Judged::Deviates(again) if again.difference == difference => Some(again.observed),
            _ => None,
        };
        let again = seen.is_some();
        self.figures.asked += 1;
        let mut shown = difference;
        let mut shortest = Shrunk { script: script.clone(), asked: 0, finished: true };
        if again {
            let sayable = yaml::write(script, &yaml::Words::default()).is_ok();
            let limit = if kind.is_death() { QUESTIONS_ABOUT_DEATH } else { QUESTIONS };
            shortest = shrink(script, limit, &mut |candidate| {
                if sayable && yaml::write(candidate, &yaml::Words::default()).is_err() {
                    return false;
                }
                let answer = implementation.run(candidate);
                let Judged::Deviates(deviates) = judge(candidate, &options.point, answer) else {
                    return false;
                };
                let same = Kind::of(candidate, &deviates.difference) == kind;
                if same {
                    (shown, seen) = (deviates.difference, Some(deviates.observed));
                }
                same
            });
            self.figures.asked += shortest.asked as u64;
        }
        let disagreement = Disagreement {
            script: Script { id: script.id.clone(), ..shortest.script },
            difference: shown,
            observed: seen,
            sources: vec![script.id.clone()],
            more: 0,
            again,
            finished: shortest.finished,
        };
        match alike.iter_mut().find(|known| known.is_like(&disagreement)) {
            Some(known) => known.join(disagreement),
            None => alike.push(disagreement),
        }
    }

    /// Kinds of disagreement.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.kinds.len()
    }
}
