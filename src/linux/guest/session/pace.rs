// SPDX-License-Identifier: GPL-2.0-only
//! How long to wait for a guest that has nothing to say.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// The first wait, and the longest. The guest and this process may share a core: to wait without sleeping would keep
/// it from answering.
const SHORTEST: Duration = Duration::from_micros(30);
const LONGEST: Duration = Duration::from_millis(2);

/// Waits longer and longer while nothing comes.
#[derive(Debug)]
pub(super) struct Pace {
    next: Duration,
    since: Instant,
}

impl Pace {
    pub(super) fn new() -> Pace {
        Pace { next: SHORTEST, since: Instant::now() }
    }

    /// Something has come.
    pub(super) fn progress(&mut self) {
        *self = Pace::new();
    }

    /// Have the waits become long, so that it is time to see what is wrong?
    pub(super) fn is_waiting(&self) -> bool {
        self.next >= LONGEST
    }

    /// Since when nothing has come.
    pub(super) fn since(&self) -> Instant {
        self.since
    }

    /// For how long.
    pub(super) fn waited(&self) -> Duration {
        self.since.elapsed()
    }

    pub(super) fn wait(&mut self) {
        sleep(self.next);
        self.next = (self.next * 9 / 8).min(LONGEST);
    }
}
