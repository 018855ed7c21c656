// SPDX-License-Identifier: GPL-2.0-only
//! A live kernel as an [`Implementation`](crate::implementation::Implementation).
//!
//! A script becomes lines of text for the bench inside the guest ([`lower`]); the lines go through memory that host
//! and guest share, and an answer comes back for each ([`session`]); the answers are what recorded files hold, and
//! become a trace as those do ([`LinuxGuest`]).

mod boot;
mod cannot;
mod console;
mod implementation;
mod link;
mod lower;
mod names;
mod process;
pub mod session;

pub use boot::{BootError, Qemu};
pub use cannot::CannotRun;
pub use implementation::{GuestError, LinuxGuest};
pub use link::{Boot, Link, LinkError};
pub use lower::{Bench, Lowered, lower};
pub use names::Names;
