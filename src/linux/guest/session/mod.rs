// SPDX-License-Identifier: GPL-2.0-only
//! Scripts through guests: many at once, over crashes and new boots.
//!
//! Lines are handed to the guest ahead of its answers, so that it never waits. A guest that dies or stops answering
//! costs the script it was at; what was sent behind that is sent again to the next guest.

mod pace;
mod queue;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use thiserror::Error;

use super::boot::BootError;
use super::console;
use super::link::{Boot, Link, LinkError};
use pace::Pace;
use queue::Queue;

/// No answer is longer.
const ANSWER_LIMIT: usize = 64 << 10;
/// Lines of a script, the largest number whose answers fit whatever they are.
pub const LINES_LIMIT: usize = (56 << 20) / ANSWER_LIMIT - 2;
/// So many lines are with the guest at a time.
const AHEAD: usize = 512;
/// When so much of an area is used, it is emptied: memory that was never written costs nothing.
const TIDY_INPUT: usize = 4 << 20;
const TIDY_OUTPUT: usize = 8 << 20;
/// After so many boots without one script done it is given up.
const FRUITLESS_BOOTS: u32 = 3;
/// A guest that does not answer for so long hangs. Tasks that wait for ever are found by the kernel before that.
const STALL: Duration = Duration::from_secs(60);
/// What the bench says to a command that it does not have.
const UNKNOWN_COMMAND: &str = r#""bad":"command""#;
/// So much of the console is told of a guest that does not answer.
const CONSOLE_LINES: usize = 12;
/// Takes the world apart; its answer is the teardown.
const RESET: &str = "reset";
/// Is in the answer to that one and in no other.
const LEAKS: &str = "\"leak_dom\"";

/// A script as lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Job {
    /// Lines that make its world.
    pub setup: Vec<String>,
    /// Lines that are its steps.
    pub ops: Vec<String>,
}

impl Job {
    /// How many answers it has: one for each line, and one for the teardown.
    fn answers(&self) -> usize {
        self.setup.len() + self.ops.len() + 1
    }

    fn text(&self) -> String {
        let lines = self.setup.iter().chain(&self.ops).map(String::as_str).chain([RESET]);
        lines.flat_map(|line| [line, "\n"]).collect()
    }
}

/// What a guest made of a script: answers as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// To the lines of the setup.
    pub setup: Vec<String>,
    /// To the steps, until the end or the crash.
    pub steps: Vec<String>,
    /// How it ended.
    pub end: Finish,
}

/// How a script ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finish {
    /// With the teardown, whose answer this is.
    Teardown(String),
    /// The guest died; what its console told.
    Crash(Vec<String>),
    /// The guest stopped answering; what its console told.
    Hang(Vec<String>),
}

/// What a session is given: a script to run, or something to hand back in its place in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<T> {
    /// A script.
    Run(T, Job),
    /// Nothing to do.
    Pass(T),
}

/// What became of an item.
#[derive(Debug)]
pub enum Done {
    /// It ran.
    Ran(Job, Ran),
    /// It was not to run.
    Passed,
    /// No guest could run it.
    Failed(SessionError),
}

/// Why no guest could run a script.
#[derive(Debug, Error)]
pub enum SessionError {
    /// A guest did not come up.
    #[error(transparent)]
    Boot(#[from] BootError),
    /// A guest came up but did not answer.
    #[error("{error}; its console ends in:\n{said}")]
    Greeting {
        /// What happened.
        error: LinkError,
        /// The last lines of the console.
        said: String,
    },
    /// Lines did not come through.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Guests come up, or not, but none gets one script done.
    #[error("given up after {FRUITLESS_BOOTS} boots without one script done; the last: {0}")]
    GivenUp(String),
}

/// What the bench in a guest can, beyond what every one can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// It has `getdom` and what came with it.
    pub queries: bool,
    /// It has `pcireset`, and with it PCI devices.
    pub pci: bool,
    /// iommufd was built for its kernel.
    pub iommufd: bool,
}

/// How many guests there were, and what they died of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Boots that came up.
    pub boots: u32,
    /// Guests that died.
    pub crashes: u32,
    /// Guests that stopped answering.
    pub hangs: u32,
    /// How long there was none that answered: from the last answer of one that died or hung to the next one's first.
    pub down: Duration,
}

/// One guest after the other, and the scripts that go through them.
#[derive(Debug)]
pub struct Session<B: Boot> {
    boot: B,
    guest: Option<Running<B::Link>>,
    stall: Duration,
    fruitless: u32,
    /// There is no use in trying again.
    hopeless: bool,
    /// What became of the last guest.
    last: String,
    /// Since when there is none that answers, if one did.
    down_since: Option<Instant>,
    counts: Counts,
}

/// A guest that has been greeted.
#[derive(Debug)]
struct Running<L> {
    link: L,
    /// Areas can be emptied.
    rewinds: bool,
    /// The bench can.
    abilities: Abilities,
    /// Bytes of a line that has not come whole.
    pending: Vec<u8>,
}

impl<B: Boot> Session<B> {
    /// A session without a guest yet.
    pub fn new(boot: B) -> Session<B> {
        Session {
            boot,
            guest: None,
            stall: STALL,
            fruitless: 0,
            hopeless: false,
            last: String::new(),
            down_since: None,
            counts: Counts::default(),
        }
    }

    /// What starts its guests.
    pub fn boot(&self) -> &B {
        &self.boot
    }

    /// What happened so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What the bench of the guest can. Boots a guest if there is none.
    ///
    /// # Errors
    /// No guest comes up.
    pub fn abilities(&mut self) -> Result<Abilities, SessionError> {
        self.guest().map(|guest| guest.abilities)
    }

    /// The guest; booted if there is none.
    fn guest(&mut self) -> Result<&mut Running<B::Link>, SessionError> {
        let guest = match self.guest.take() {
            Some(guest) => guest,
            None => self.new_guest()?,
        };
        Ok(self.guest.insert(guest))
    }

    fn new_guest(&mut self) -> Result<Running<B::Link>, SessionError> {
        if self.fruitless >= FRUITLESS_BOOTS || self.hopeless {
            return Err(SessionError::GivenUp(self.last.clone()));
        }
        self.fruitless += 1;
        let booted = self.boot.boot().map_err(SessionError::from);
        let greeted = booted.and_then(|link| greet(link, self.stall));
        match &greeted {
            Ok(_) => {
                self.counts.boots += 1;
                self.counts.down += self.down_since.take().map_or(Duration::ZERO, |since| since.elapsed());
            }
            Err(error) => {
                self.hopeless = matches!(error, SessionError::Boot(error) if error.is_final());
                self.last = error.to_string();
            }
        }
        greeted
    }

    /// Runs every item of the source; hands each on in its order, as soon as it is done.
    pub fn run<T>(&mut self, source: &mut dyn Iterator<Item = Item<T>>, each: &mut dyn FnMut(T, Done)) {
        let mut queue = Queue::new(source);
        let mut pace = Pace::new();
        loop {
            queue.pass(each);
            if queue.is_done() {
                return;
            }
            match self.turn(&mut queue, &mut pace, each) {
                Ok(()) => {}
                // The script at the front pays for it; whatever was ahead is sent again.
                Err(error) => {
                    self.guest = None;
                    queue.take_back();
                    queue.fail(error, each);
                }
            }
        }
    }

    /// Sends what there is room for, takes what has come; waits a moment if nothing has.
    fn turn<T>(
        &mut self,
        queue: &mut Queue<'_, T>,
        pace: &mut Pace,
        each: &mut dyn FnMut(T, Done),
    ) -> Result<(), SessionError> {
        let stall = self.stall;
        let guest = self.guest()?;
        match guest.feed(queue) {
            Ok(true) => {}
            Ok(false) => {
                self.guest = None;
                return Ok(());
            }
            // It died behind the last script.
            Err(error @ LinkError::Silent) => {
                self.guest = None;
                self.last = error.to_string();
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        // In this order: what has answered and then died has answered.
        let alive = !pace.is_waiting() || guest.link.is_alive();
        let answers = guest.answers()?;
        if !answers.is_empty() {
            pace.progress();
            for answer in answers {
                match queue.answer(answer, each) {
                    Ok(true) => self.fruitless = 0,
                    Ok(false) => {}
                    Err(unasked) => return Err(LinkError::Unasked(unasked).into()),
                }
            }
            return Ok(());
        }
        // One that was not asked whether it lives may have died: on a busy machine the first waits last long.
        let hangs = pace.is_waiting() && pace.waited() > stall;
        if alive && !hangs {
            pace.wait();
            return Ok(());
        }
        let said = console::summary(&guest.link.console());
        self.guest = None;
        self.down_since.get_or_insert(pace.since());
        pace.progress();
        let end = if alive { Finish::Hang(said) } else { Finish::Crash(said) };
        self.count(&end);
        self.last = if alive { "the guest stopped answering" } else { "the guest died" }.into();
        if queue.ends(end, each) {
            self.fruitless = 0;
        }
        queue.take_back();
        Ok(())
    }

    fn count(&mut self, end: &Finish) {
        match end {
            Finish::Teardown(_) => {}
            Finish::Crash(_) => self.counts.crashes += 1,
            Finish::Hang(_) => self.counts.hangs += 1,
        }
    }
}

/// Finds out what a guest can, and has it begin with a clean world.
fn greet<L: Link>(link: L, limit: Duration) -> Result<Running<L>, SessionError> {
    let mut guest = Running { link, rewinds: false, abilities: Abilities::default(), pending: Vec::new() };
    match guest.greet(limit) {
        Ok(()) => Ok(guest),
        Err(error) => {
            let said = console::tail(&guest.link.console(), CONSOLE_LINES);
            Err(SessionError::Greeting { error, said })
        }
    }
}

impl<L: Link> Running<L> {
    fn greet(&mut self, limit: Duration) -> Result<(), LinkError> {
        self.rewinds = self.link.rewind()?;
        self.link.send("reset\ngetdom\npcireset\niommufd\n")?;
        let start = Instant::now();
        let mut answers = Vec::new();
        let mut pace = Pace::new();
        while answers.len() < 4 {
            if !self.link.is_alive() || start.elapsed() > limit {
                return Err(LinkError::Silent);
            }
            answers.extend(self.answers()?);
            pace.wait();
        }
        let knows =
            |index| answers.get(index).is_some_and(|answer: &String| !answer.contains(UNKNOWN_COMMAND));
        self.abilities = Abilities { queries: knows(1), pci: knows(2), iommufd: knows(3) };
        Ok(())
    }

    /// Sends as many scripts as there is room for. False: there is no room any more, and this guest cannot make any.
    fn feed<T>(&mut self, queue: &mut Queue<'_, T>) -> Result<bool, LinkError> {
        loop {
            let used = self.link.used();
            let idle = queue.ahead() == 0;
            let full = used.input > TIDY_INPUT || used.output > TIDY_OUTPUT;
            if full && self.rewinds {
                if !idle {
                    return Ok(true);
                }
                self.rewinds = self.link.rewind()?;
                continue;
            }
            let ahead = queue.ahead();
            let Some(job) = queue.next() else { return Ok(true) };
            let answers = ahead + job.answers();
            if !idle && answers > AHEAD {
                return Ok(true);
            }
            let text = job.text();
            let size = self.link.size();
            let space = answers * ANSWER_LIMIT;
            if idle && (text.len() > size.input || space > size.output) {
                return Err(LinkError::Full);
            }
            if used.input + text.len() > size.input || used.output + space > size.output {
                return Ok(!idle);
            }
            self.link.send(&text)?;
            queue.sent();
        }
    }

    /// The answers that have come.
    fn answers(&mut self) -> Result<Vec<String>, LinkError> {
        self.link.take(&mut self.pending)?;
        let whole = self.pending.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let lines: Vec<u8> = self.pending.drain(..whole).collect();
        Ok(String::from_utf8_lossy(&lines).lines().map(str::to_owned).collect())
    }
}
