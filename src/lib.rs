// SPDX-License-Identifier: GPL-2.0-only
//! Conformance suite for Linux IOMMU DMA ownership: who may drive DMA of a group of devices, and which domain each
//! device is attached to, for every kernel release from v5.10 to v7.3.
//!
//! # The way the data takes
//!
//! ```text
//! cases/**/*.yaml ─ case ─▶ Script ─ for each point of history ─▶ engine ─▶ Trace ─ bands ─▶ text ─▶ snapshots/**/*.snap
//! recorded kernels ─ implementation ─▶ Script + Trace ─ compared with ─▶ the engine's Trace
//! ```
//!
//! It goes one way: [`script`] and [`trace`] are the vocabulary, the [`engine`] knows nothing of YAML or of releases
//! by name, [`case`] knows nothing of the engine's inside.
//!
//! # Map of the source
//!
//! | module | holds |
//! |---|---|
//! | [`script`] | what is asked: topology, IOMMU driver, faults, operations, errnos |
//! | [`trace`] | what is observed: returns, driver calls, pointers, WARNs, crashes; symbolic names; a run as text |
//! | [`engine`] | the reference engine, one file for each family of operations |
//! | `engine::rules` | every question whose answer changed in history, one enum each |
//! | `engine::set_domain` | the primitives: attach one device, set a group's domain, roll back |
//! | `engine::{attach, ownership, pasid, type_write}` | attach, detach, replace; use, claim, release, blocking domain; PASIDs; sysfs `type` |
//! | `engine::{probe, leave, default_domain}` | joining and leaving a group, scans, default domains |
//! | `engine::{driver_core, arm, flows}` | binding drivers, 32-bit ARM mappings, display drivers |
//! | `engine::{mock, setup, execute, observe}` | the mock IOMMU driver, the world around a script, from operation to function, what can be seen |
//! | [`history`] | upstream commits and the rules they set; tags, commits and stable releases |
//! | [`case`] | the YAML form: reading, errors with place and hint, lowering to scripts, expectations; its schema |
//! | [`suite`] | cases over history: each behaviour once, bands, snapshot bodies, the checks of the suite as a whole |
//! | [`linux`] | live kernels: prepared, booted, asked |
//! | [`implementation`] | what is tested: the trait, the engine, recordings in the bench's format |
//! | [`protocol`] | scripts and answers as lines of JSON: between programs, both ends, and in files |
//! | [`replay`] | recordings against the engine |
//! | [`fuzz`] | random scripts that look at the state, campaigns, shortening, scripts as cases |
//! | [`cli`] | the commands, thin |
//!
//! Outside the library, `harness/` holds the test targets: `main.rs` (cases as trials), `replay.rs` (recorded kernels),
//! `selftest/` (the harness run on fixture folders), `bad_input/` (every message about a bad case, and what the schema says), `commands/` (the
//! command line), `programs/` (programs that speak the protocol well or badly); and `examples/`, such a program.

pub mod case;
pub mod cli;
pub mod engine;
pub mod fuzz;
pub mod history;
pub mod implementation;
pub mod linux;
pub mod protocol;
pub mod replay;
pub mod script;
pub mod suite;
pub mod trace;
mod whole_file;
