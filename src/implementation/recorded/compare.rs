// SPDX-License-Identifier: GPL-2.0-only
//! Recorded and computed results, side by side: the first difference.
//!
//! What a recording does not have is not compared: a field that is absent, and `n/a`. WARNs are compared by
//! number and place only, for their function and line differ from build to build. Everything else must be equal.

use std::fmt;

use super::render::{Ending, Results};
use super::wire::{Device, Group, Ordered, Step, Text};

/// Where two results first differ, with both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub place: Place,
    /// Which field, such as `r`, `cb[2]` or `g.g0.oc`.
    pub field: String,
    /// What was recorded.
    pub recorded: String,
    /// What the implementation did.
    pub computed: String,
}

/// A place in a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The setup.
    Setup,
    /// A step, from 0.
    Step(usize),
    /// The teardown, or how it ended.
    End,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Setup => f.write_str("setup"),
            Place::Step(index) => write!(f, "step {index}"),
            Place::End => f.write_str("end"),
        }
    }
}

/// A difference whose place is not known yet.
struct Field {
    field: String,
    recorded: String,
    computed: String,
}

impl Field {
    fn at(self, place: Place) -> Difference {
        Difference { place, field: self.field, recorded: self.recorded, computed: self.computed }
    }
}

/// The first difference; `None`: they agree.
#[must_use]
pub fn first_difference(recorded: &Results<'_>, computed: &Results<'_>) -> Option<Difference> {
    let setup = |results: &Results<'_>| {
        let lines: Vec<String> = results.setup.iter().map(|s| format!("{} = {}", s.0, s.1)).collect();
        lines.join(", ")
    };
    if recorded.setup != computed.setup {
        return Some(field("setup", setup(recorded), setup(computed)).at(Place::Setup));
    }
    for (index, (r, c)) in recorded.steps.iter().zip(&computed.steps).enumerate() {
        if let Err(difference) = step(r, c) {
            return Some(difference.at(Place::Step(index)));
        }
    }
    if recorded.steps.len() != computed.steps.len() {
        let index = recorded.steps.len().min(computed.steps.len());
        let (r, c) = (how_far(recorded, index), how_far(computed, index));
        return Some(field("steps", r, c).at(Place::Step(index)));
    }
    match (&recorded.ending, &computed.ending) {
        (Ending::Teardown(r), Ending::Teardown(c)) => {
            let compared = same("w", &r.w, &c.w)
                .and_then(|()| calls(&r.cb, &c.cb, r.lost))
                .and_then(|()| same("leak_dom", &r.leak_dom, &c.leak_dom))
                .and_then(|()| same("leak_grp", &r.leak_grp, &c.leak_grp));
            compared.err().map(|difference| difference.at(Place::End))
        }
        (Ending::Crash(_), Ending::Crash(_)) | (Ending::Hang(_), Ending::Hang(_)) => None,
        (r, c) => Some(field("end", ending(r), ending(c)).at(Place::End)),
    }
}

fn field(name: impl Into<String>, recorded: impl fmt::Display, computed: impl fmt::Display) -> Field {
    Field { field: name.into(), recorded: recorded.to_string(), computed: computed.to_string() }
}

/// What a result has at a step that the other does not have.
fn how_far(results: &Results<'_>, index: usize) -> String {
    if index < results.steps.len() { "the step ran".into() } else { ending(&results.ending) }
}

fn ending(ending: &Ending<'_>) -> String {
    let (what, console) = match ending {
        Ending::Teardown(_) => return "the script ended".into(),
        Ending::Crash(console) => ("crash", console),
        Ending::Hang(console) => ("hang", console),
    };
    match console.first() {
        None => what.into(),
        Some(line) => format!("{what}: {line}"),
    }
}

fn same<T: PartialEq + fmt::Display>(name: &str, recorded: &T, computed: &T) -> Result<(), Field> {
    if recorded == computed { Ok(()) } else { Err(field(name, recorded, computed)) }
}

fn step(recorded: &Step<'_>, computed: &Step<'_>) -> Result<(), Field> {
    let (r, c) = (outcome(recorded), outcome(computed));
    if r != c {
        return Err(field(r.0, r.1, if r.0 == c.0 { c.1 } else { format!("{} {}", c.0, c.1) }));
    }
    if let Some(cb) = &recorded.cb {
        calls(cb, computed.cb.as_deref().unwrap_or_default(), recorded.lost)?;
    }
    if let Some(w) = recorded.w {
        same("w", &w, &computed.w.unwrap_or(0))?;
    }
    if let Some(groups) = &recorded.g {
        entries("g", groups, computed.g.as_ref(), group)?;
    }
    if let Some(devices) = &recorded.d {
        entries("d", devices, computed.d.as_ref(), device)?;
    }
    Ok(())
}

/// Which of the three ways a step can come out, and its value.
fn outcome(step: &Step<'_>) -> (&'static str, String) {
    match (&step.r, &step.skip, &step.bad) {
        (Some(r), _, _) => ("r", r.to_string()),
        (None, Some(skip), _) => ("skip", skip.to_string()),
        (None, None, Some(bad)) => ("bad", bad.to_string()),
        (None, None, None) => ("r", "nothing".into()),
    }
}

/// Calls in order; when some of the recorded ones were lost, only those that are there.
fn calls(recorded: &[Text<'_>], computed: &[Text<'_>], lost: bool) -> Result<(), Field> {
    let equal = |r: &Text<'_>, c: &Text<'_>| {
        r == c || (r.as_str().starts_with("WARN ") && c.as_str().starts_with("WARN "))
    };
    let common = recorded.iter().zip(computed).take_while(|(r, c)| equal(r, c)).count();
    if common == recorded.len() && (lost || common == computed.len()) {
        return Ok(());
    }
    let at = |calls: &[Text<'_>]| calls.get(common).map_or("nothing".into(), ToString::to_string);
    Err(field(format!("cb[{common}]"), at(recorded), at(computed)))
}

/// Compares two maps entry by entry.
fn entries<'a, T: Default>(
    name: &str,
    recorded: &Ordered<'a, T>,
    computed: Option<&Ordered<'a, T>>,
    compare: impl Fn(&T, &T) -> Result<(), Field>,
) -> Result<(), Field> {
    let nothing = Ordered::default();
    let computed = computed.unwrap_or(&nothing);
    for (key, r) in &recorded.0 {
        let Some(c) = computed.get(key.as_str()) else {
            return Err(field(format!("{name}.{key}"), "exists", "does not exist"));
        };
        compare(r, c).map_err(|f| Field { field: format!("{name}.{key}.{}", f.field), ..f })?;
    }
    match computed.0.iter().find(|(key, _)| recorded.get(key.as_str()).is_none()) {
        None => Ok(()),
        Some((key, _)) => Err(field(format!("{name}.{key}"), "does not exist", "exists")),
    }
}

fn group(recorded: &Group<'_>, computed: &Group<'_>) -> Result<(), Field> {
    pointer("dom", recorded.dom.as_ref(), computed.dom.as_ref())?;
    pointer("def", recorded.def.as_ref(), computed.def.as_ref())?;
    pointer("blk", recorded.blk.as_ref(), computed.blk.as_ref())?;
    pointer("ty", recorded.ty.as_ref(), computed.ty.as_ref())?;
    if recorded.oc.is_some() {
        number("oc", recorded.oc, computed.oc)?;
    }
    if let Some(owner) = &recorded.ow {
        match &computed.ow {
            Some(other) => pointer("ow", owner.as_ref(), other.as_ref())?,
            None => return Err(field("ow", text(owner.as_ref()), "no such field")),
        }
    }
    if recorded.pa.is_some() {
        number("pa", recorded.pa, computed.pa)?;
    }
    if recorded.dv == computed.dv { Ok(()) } else { Err(field("dv", list(&recorded.dv), list(&computed.dv))) }
}

fn device(recorded: &Device<'_>, computed: &Device<'_>) -> Result<(), Field> {
    pointer("attached", recorded.attached.as_ref(), computed.attached.as_ref())?;
    pointer("group", recorded.group.as_ref(), computed.group.as_ref())?;
    pointer("driver", recorded.driver.as_ref(), computed.driver.as_ref())?;
    let Some((mapping, ops)) = &recorded.arm else { return Ok(()) };
    let Some((other_mapping, other_ops)) = &computed.arm else {
        return Err(field("mapping", text(mapping.as_ref()), "no such field"));
    };
    pointer("mapping", mapping.as_ref(), other_mapping.as_ref())?;
    same("dma_ops", ops, other_ops)
}

fn pointer(name: &str, recorded: Option<&Text<'_>>, computed: Option<&Text<'_>>) -> Result<(), Field> {
    if recorded == computed || recorded.is_some_and(|r| r.as_str() == "n/a") {
        return Ok(());
    }
    Err(field(name, text(recorded), text(computed)))
}

fn number(name: &str, recorded: Option<u64>, computed: Option<u64>) -> Result<(), Field> {
    if recorded == computed {
        return Ok(());
    }
    let text = |n: Option<u64>| n.map_or("no such field".into(), |n| n.to_string());
    Err(field(name, text(recorded), text(computed)))
}

fn text(pointer: Option<&Text<'_>>) -> String {
    pointer.map_or("null".into(), ToString::to_string)
}

fn list(names: &[Text<'_>]) -> String {
    let names: Vec<&str> = names.iter().map(Text::as_str).collect();
    format!("[{}]", names.join(" "))
}
