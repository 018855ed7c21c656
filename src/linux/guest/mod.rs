// SPDX-License-Identifier: GPL-2.0-only
//! A live kernel in a guest: booted, and asked line by line.
//!
//! Lines go through memory that host and guest share, and an answer comes back for each ([`session`]).

mod boot;
mod console;
mod link;
mod process;
pub mod session;

pub use boot::{BootError, Qemu};
pub use link::{Boot, Link, LinkError};
