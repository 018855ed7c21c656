// SPDX-License-Identifier: GPL-2.0-only
//! Conformance suite for Linux IOMMU DMA ownership.

pub mod case;
pub mod cli;
pub mod engine;
pub mod history;
pub mod implementation;
pub mod script;
pub mod suite;
pub mod trace;
