// SPDX-License-Identifier: GPL-2.0-only
//! Tests of reading and comparing recorded traces.

mod compare;
mod file;
mod header;
mod script;
