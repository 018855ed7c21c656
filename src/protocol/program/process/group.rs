// SPDX-License-Identifier: GPL-2.0-only
//! A program and all it starts: a process group of its own, which can be ended as one.

use std::process::{Child, Command};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// Lets a program be the leader of a group of its own.
pub(super) fn own(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// Has it ended? It is not reaped by this, so its group's number stays its own.
pub(super) fn has_ended(child: &Child) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::Pid(Pid::from_child(child)), options), Ok(None))
}

/// Ends the group.
pub(super) fn kill(child: &mut Child) {
    // What has ended already cannot be ended again, and that is no error.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    let _ = child.kill();
}
