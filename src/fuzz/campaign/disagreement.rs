// SPDX-License-Identifier: GPL-2.0-only
//! A disagreement, and what makes two of them the same.

use std::fmt;

use crate::script::Script;
use crate::trace::compare::{Difference, Place};
use crate::trace::{Trace, operation};

/// What a disagreement is about: the operation and the field of the first difference, without names and numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// The operation's name; `setup` and `teardown` are the world's beginning and end.
    pub operation: &'static str,
    /// The field, such as `returned`, `call`, `group: owner_cnt`.
    pub field: String,
}

/// The field of a difference in how far a script came.
const STEPS: &str = "steps";
/// The field of a difference in how a script ended.
const END: &str = "how it ended";

impl Kind {
    /// The kind of this first difference.
    #[must_use]
    pub fn of(script: &Script, difference: &Difference) -> Kind {
        let operation = match difference.place {
            Place::Setup => "setup",
            Place::Step(index) => script.ops.get(index).map_or("teardown", operation::name),
            Place::End => "teardown",
        };
        // `call 3`, `group g0: owner_cnt`: the word in the middle is a number or a name.
        let field = match difference.field.split_once(' ') {
            Some((what @ ("call" | "group" | "device"), rest)) => match rest.split_once(": ") {
                Some((_, field)) => format!("{what}: {field}"),
                None => what.to_owned(),
            },
            _ => difference.field.clone(),
        };
        Kind { operation, field }
    }

    /// Is it about who lives and who dies?
    #[must_use]
    pub fn is_death(&self) -> bool {
        self.field == STEPS || self.field == END
    }

    /// The kind as a part of a file's name.
    #[must_use]
    pub fn slug(&self) -> String {
        let words = format!("{}-{}", self.operation, self.field);
        let mut slug = String::with_capacity(words.len());
        for c in words.chars() {
            match c {
                'a'..='z' | '0'..='9' => slug.push(c),
                'A'..='Z' => slug.push(c.to_ascii_lowercase()),
                _ if slug.ends_with('-') => {}
                _ => slug.push('-'),
            }
        }
        slug
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.field)
    }
}

/// A script that the engine and the implementation make different things of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The shortest script.
    pub script: Script,
    /// The first difference.
    pub difference: Difference,
    /// What was observed; `None`: it did not come again.
    pub observed: Option<Trace>,
    /// The generated scripts that were shortened to it.
    pub sources: Vec<String>,
    /// So many others of its kind were not shortened.
    pub more: u64,
    /// It came again when the same script ran once more. If not, nothing was shortened.
    pub again: bool,
    /// Nothing shorter is left to try.
    pub finished: bool,
}

impl Disagreement {
    /// The same operations, whatever they are done to?
    pub(super) fn is_like(&self, other: &Disagreement) -> bool {
        let names = |script: &Script| script.ops.iter().map(operation::name).collect::<Vec<_>>();
        self.again == other.again && names(&self.script) == names(&other.script)
    }

    /// Takes one that is like it in.
    pub(super) fn join(&mut self, other: Disagreement) {
        self.sources.extend(other.sources);
        self.more += other.more;
    }
}
