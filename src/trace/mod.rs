// SPDX-License-Identifier: GPL-2.0-only
//! What was observed while a [`Script`](crate::script::Script) ran.

mod call;
mod came;
pub mod compare;
pub mod fields;
pub mod names;
mod observed;
pub mod operation;
mod reason;
pub mod text;
mod unseen;

pub use call::{Call, PasidTarget};
pub use came::Came;
pub use observed::{
    BadOp, Crash, DeviceState, DomainInfo, End, GroupState, Holds, MappingState, Mark, Outcome, PasidSlot,
    Pointer, ResetState, Role, SetupError, SetupLine, Skip, Step, Told, Trace, Warn,
};
pub use reason::Reason;
pub use unseen::{Sight, Unseen};
