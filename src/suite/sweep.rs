// SPDX-License-Identifier: GPL-2.0-only
//! Sweeps over history: a case's fault at every position, and how each run differs from the one without fault.
//!
//! ```text
//! sweep attach with EIO
//! at 1
//!     2 iommu_group_claim_dma_owner g vfio = EIO: attach a to blocking(g) = EIO
//!     g: owner_cnt 0, not 1; owner null, not vfio
//! at 2
//!     2 iommu_group_claim_dma_owner g vfio = EIO: attach b to blocking(g) = EIO; attach a to dma(g)
//!     g: owner_cnt 0, not 1; owner null, not vfio
//! ```
//!
//! Beneath a position is a line for each operation that differs, with its outcome and what it called from the first
//! call on that differs; then what is left differently before the teardown: fields of groups and devices, each with
//! its value and that of the run without fault. A position that changes nothing has no lines.

use std::collections::HashMap;
use std::fmt::Write;

use super::runs::{self, Runs};
use crate::case::{Lowered, Sweep};
use crate::engine;
use crate::history::Point;
use crate::trace::fields::{self, Fields};
use crate::trace::names::Names;
use crate::trace::text::{self, Origin};
use crate::trace::{Came, End, Outcome, Trace, operation};

/// A sweep at some points of history.
#[derive(Clone, Debug)]
pub struct SweepRuns {
    /// The sweep.
    pub sweep: Sweep,
    /// Its runs: entry `i` is position `i`; at position 0 the fault never strikes. At the last one it strikes at
    /// some point of history.
    pub positions: Vec<Position>,
    /// For each point the number of calls that the fault is about: it strikes at the positions up to it.
    pub calls: Vec<u32>,
}

/// What stands for a field that is not shown.
const NOTHING: &str = "(none)";

/// One position of a sweep.
#[derive(Clone, Debug)]
pub struct Position {
    /// The script with the fault.
    pub lowered: Lowered,
    /// What it did, at every point.
    pub runs: Runs,
}

impl Position {
    fn trace(&self, point: usize) -> &Trace {
        &self.runs.runs[self.runs.of[point]].run.trace
    }

    /// The number of the first run with the same trace.
    fn behaviour(&self, point: usize) -> usize {
        self.runs.runs[self.runs.of[point]].like
    }
}

/// A script of a case.
#[derive(Clone, Debug)]
pub struct Swept {
    /// Of a sweep: the position, such as `attach 3`.
    pub position: Option<String>,
    /// The case, or the case with a fault.
    pub lowered: Lowered,
}

/// All scripts of a case at a point of history: the case itself and, for each sweep, every position at which the
/// fault strikes, and the next one.
#[must_use]
pub fn scripts(lowered: &Lowered, point: &Point) -> Vec<Swept> {
    let mut all = vec![Swept { position: None, lowered: lowered.clone() }];
    for sweep in &lowered.sweeps {
        let calls = calls(lowered, sweep, point);
        all.extend((1..=calls.saturating_add(1)).map(|position| Swept {
            position: Some(sweep.place(position)),
            lowered: lowered.swept(sweep, position),
        }));
    }
    all
}

/// The number of calls that a sweep's fault is about.
#[must_use]
pub fn calls(lowered: &Lowered, sweep: &Sweep, point: &Point) -> u32 {
    let run = engine::run(&lowered.swept(sweep, 0).script, &point.rules);
    run.matched.get(sweep.number(&lowered.script)).copied().unwrap_or_default()
}

/// Runs all sweeps of a case at these points.
#[must_use]
pub fn over(lowered: &Lowered, points: &[Point]) -> Vec<SweepRuns> {
    lowered.sweeps.iter().map(|sweep| SweepRuns::new(lowered, sweep, points)).collect()
}

impl SweepRuns {
    fn new(lowered: &Lowered, sweep: &Sweep, points: &[Point]) -> SweepRuns {
        let number = sweep.number(&lowered.script);
        let run = |position| {
            let lowered = lowered.swept(sweep, position);
            let runs = runs::over(&lowered.script, points);
            Position { lowered, runs }
        };
        let matched = |position: &Position, point: usize| {
            let run = &position.runs.runs[position.runs.of[point]].run;
            run.matched.get(number).copied().unwrap_or_default()
        };
        let never = run(0);
        let calls: Vec<u32> = (0..points.len()).map(|point| matched(&never, point)).collect();
        let last = calls.iter().copied().max().unwrap_or_default();
        let positions = std::iter::once(never).chain((1..=last).map(run)).collect();
        SweepRuns { sweep: sweep.clone(), positions, calls }
    }

    /// What is said of it at every point.
    fn texts(&self) -> Vec<String> {
        let mut known: HashMap<(usize, usize, usize), String> = HashMap::new();
        let mut texts = Vec::with_capacity(self.calls.len());
        for (point, calls) in self.calls.iter().enumerate() {
            let mut text = format!("sweep {}\n", operation::fault_words(self.script(), &self.sweep.fault));
            let Some(never) = self.positions.first() else { continue };
            let struck = usize::try_from(*calls).unwrap_or(usize::MAX);
            for (number, position) in self.positions.iter().enumerate().skip(1).take(struck) {
                let key = (number, never.behaviour(point), position.behaviour(point));
                let shown =
                    known.entry(key).or_insert_with(|| difference(&position.lowered, never, position, point));
                let _ = writeln!(text, "at {number}");
                text.push_str(shown);
            }
            texts.push(text);
        }
        texts
    }

    fn script(&self) -> &crate::script::Script {
        &self.positions[0].lowered.script
    }
}

/// What all sweeps of a case say at every point; nothing where there is none.
#[must_use]
pub fn texts(sweeps: &[SweepRuns], points: usize) -> Vec<String> {
    let mut all = vec![String::new(); points];
    for sweep in sweeps {
        for (text, more) in all.iter_mut().zip(sweep.texts()) {
            text.push_str(&more);
        }
    }
    all
}

/// The lines beneath a position.
fn difference(lowered: &Lowered, never: &Position, position: &Position, point: usize) -> String {
    let script = &lowered.script;
    let sides = [Side::new(&never.lowered, never.trace(point)), Side::new(lowered, position.trace(point))];
    let [without, with] = &sides;
    let mut text = String::new();
    for (index, op) in script.ops.iter().enumerate() {
        let came = Came::of(with.trace, index);
        let origin = lowered.steps.get(index).copied().unwrap_or(Origin::Step(index + 1));
        if origin == Origin::Swept || came == Came::NotReached {
            continue;
        }
        let (words, before) = (returned(came, with), returned(Came::of(without.trace, index), without));
        let calls = match came {
            Came::Crashed(_) => None,
            _ => calls_from_difference(without.calls.get(index), with.calls.get(index)),
        };
        if words == before && calls.is_none() {
            continue;
        }
        let head = text::head(&operation::words(script, op), origin);
        let _ = writeln!(text, "    {head}{words}{}", calls.unwrap_or_default());
    }
    if sides.iter().any(|side| side.trace.died().is_some()) {
        return text;
    }
    for line in left_differently(&without.last(), &with.last()) {
        let _ = writeln!(text, "    {line}");
    }
    if leaks(without.trace) != leaks(with.trace) {
        let _ = writeln!(text, "    end:{}", leaks(with.trace));
    }
    text
}

/// ` = EIO`; nothing for a void function that came back.
fn returned(came: Came<'_>, side: &Side<'_>) -> String {
    match came {
        Came::Back(Outcome::Void) => String::new(),
        _ => format!(" = {}", came.words(&side.names)),
    }
}

/// A trace with what is needed to tell of it.
struct Side<'a> {
    trace: &'a Trace,
    names: Names<'a>,
    /// For each operation what it called, then what the teardown called.
    calls: Vec<Vec<String>>,
}

impl<'a> Side<'a> {
    fn new(lowered: &'a Lowered, trace: &'a Trace) -> Side<'a> {
        let script = &lowered.script;
        Side { trace, names: Names::new(script, trace), calls: text::calls(script, trace) }
    }

    /// What is there before the teardown.
    fn last(&self) -> Vec<(String, Fields)> {
        let Some(step) = self.trace.steps.last() else { return Vec::new() };
        let groups =
            step.groups.iter().map(|g| (self.names.group(g.group).to_owned(), fields::group(&self.names, g)));
        let devices = step
            .devices
            .iter()
            .map(|d| (self.names.device(d.device).to_owned(), fields::device(&self.names, d)));
        groups.chain(devices).collect()
    }
}

/// `: attach b to dma(g) = EIO; attach a to blocking(g)`: the calls from the first one on that differs.
fn calls_from_difference(without: Option<&Vec<String>>, with: Option<&Vec<String>>) -> Option<String> {
    let nothing = Vec::new();
    let (without, with) = (without.unwrap_or(&nothing), with.unwrap_or(&nothing));
    if without == with {
        return None;
    }
    let common = without.iter().zip(with).take_while(|(a, b)| a == b).count();
    Some(match &with[common..] {
        [] => ": no further call".into(),
        calls => format!(": {}", calls.join("; ")),
    })
}

/// ` LEAK: 1 domain`
fn leaks(trace: &Trace) -> String {
    let End::Teardown { leaked_domains, leaked_groups, .. } = trace.end else { return String::new() };
    let mut text = String::new();
    for (count, what) in [(leaked_domains, "domain"), (leaked_groups, "group")] {
        if count > 0 {
            let plural = if count > 1 { "s" } else { "" };
            let _ = write!(text, " LEAK: {count} {what}{plural}");
        }
    }
    text
}

/// `g: domain dma(g), not blocking(g); owner_cnt 0, not 1`
fn left_differently(without: &[(String, Fields)], with: &[(String, Fields)]) -> Vec<String> {
    let find = |all: &'_ [(String, Fields)], name: &str| {
        all.iter().find(|(known, _)| known == name).map(|(_, fields)| fields.clone())
    };
    let mut lines = Vec::new();
    for (name, fields) in with {
        let Some(others) = find(without, name) else {
            let all: Vec<String> = fields.iter().map(|(field, value)| format!("{field} {value}")).collect();
            lines.push(format!("{name}: there; {}", all.join("; ")));
            continue;
        };
        let value = |all: &Fields, field: &str| {
            let found = all.iter().find(|(known, _)| *known == field);
            found.map_or(NOTHING.to_owned(), |(_, value)| value.clone())
        };
        let lost = others.iter().filter(|(field, _)| !fields.iter().any(|(known, _)| known == field));
        let differing: Vec<String> = fields
            .iter()
            .chain(lost)
            .map(|(field, _)| (field, value(fields, field), value(&others, field)))
            .filter(|(_, with, without)| with != without)
            .map(|(field, with, without)| format!("{field} {with}, not {without}"))
            .collect();
        if !differing.is_empty() {
            lines.push(format!("{name}: {}", differing.join("; ")));
        }
    }
    let gone = without.iter().filter(|(name, _)| find(with, name).is_none());
    lines.extend(gone.map(|(name, _)| format!("{name}: not there")));
    lines
}
