// SPDX-License-Identifier: GPL-2.0-only
//! The reference engine at one release.

use super::{Answer, Implementation};
use crate::engine;
use crate::history::Point;
use crate::script::Script;

/// The reference engine at one point of history.
#[derive(Clone, Debug)]
pub struct Reference {
    point: Point,
}

impl Reference {
    /// The engine with the rules of this point.
    #[must_use]
    pub fn at(point: Point) -> Reference {
        Reference { point }
    }

    /// Where it stands.
    #[must_use]
    pub fn point(&self) -> &Point {
        &self.point
    }
}

impl Implementation for Reference {
    fn name(&self) -> String {
        format!("reference {}", self.point.name)
    }

    fn run(&mut self, script: &Script) -> Answer {
        Answer::of(engine::run(script, &self.point.rules).trace)
    }
}
