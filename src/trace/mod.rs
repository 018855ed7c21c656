// SPDX-License-Identifier: GPL-2.0-only
//! What was observed while a [`Script`](crate::script::Script) ran.

mod call;
mod came;
pub mod compare;
mod end;
pub mod fields;
pub mod names;
mod observed;
pub mod operation;
mod outcome;
mod reason;
pub mod text;
mod unseen;

pub use call::{Call, PasidTarget};
pub use came::Came;
pub use end::{Crash, End, Warn};
pub use observed::{
    DeviceState, DomainInfo, GroupState, Holds, MappingState, Mark, PasidSlot, Pointer, ResetState, Role,
    SetupError, SetupLine, Step, Told, Trace,
};
pub use outcome::{BadOp, Outcome, Skip};
pub use reason::Reason;
pub use unseen::{Sight, Unseen};
