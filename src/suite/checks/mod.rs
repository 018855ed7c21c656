// SPDX-License-Identifier: GPL-2.0-only
//! What holds for a suite as a whole. Each check lists what is wrong, in words; an empty list is good.

pub mod copies;
pub mod coverage;
pub mod domain_names;
pub mod editors;
pub mod layout;
pub mod order;
pub mod snapshots;
pub mod stepwise;
pub mod titles;
pub mod undeclared;
