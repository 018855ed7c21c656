// SPDX-License-Identifier: GPL-2.0-only
//! Running cases over history, and what holds for a suite as a whole.

pub mod bands;
pub mod bisect;
pub mod case_run;
pub mod checks;
pub mod deciding;
pub mod find;
pub mod judge;
pub mod reach;
pub mod reports;
pub mod runs;
mod smallest;
pub mod snapshot;
pub mod survey;
pub mod sweep;
pub mod unreached;
pub mod verdict;
