// SPDX-License-Identifier: GPL-2.0-only
//! Scripts on their way: waiting, sent, half answered; and what must keep its place among them.

use std::collections::VecDeque;

use super::{Done, Finish, Item, Job, LEAKS, Ran, SessionError};

/// Items that wait behind one that is not done.
const LONGEST: usize = 1024;
/// So much of an answer that nobody asked for is told.
const SHOWN: usize = 120;

/// Items in their order.
pub(super) struct Queue<'s, T> {
    source: &'s mut dyn Iterator<Item = Item<T>>,
    /// The source has no more.
    exhausted: bool,
    entries: VecDeque<Entry<T>>,
    /// So many entries from the front on are passed over or sent.
    gone: usize,
    /// Answers that are to come.
    ahead: usize,
}

struct Entry<T> {
    tag: T,
    /// `None`: to be passed over.
    job: Option<Job>,
    answers: Vec<String>,
    /// A guest died before it answered the first line: perhaps not this one's fault.
    suspected: bool,
}

impl<'s, T> Queue<'s, T> {
    pub(super) fn new(source: &'s mut dyn Iterator<Item = Item<T>>) -> Queue<'s, T> {
        Queue { source, exhausted: false, entries: VecDeque::new(), gone: 0, ahead: 0 }
    }

    /// Hands on what needs no guest and has nothing before it.
    pub(super) fn pass(&mut self, each: &mut dyn FnMut(T, Done)) {
        loop {
            if self.entries.is_empty() {
                self.pull();
            }
            if self.entries.front().is_none_or(|entry| entry.job.is_some()) {
                return;
            }
            let Some(entry) = self.entries.pop_front() else { return };
            self.gone = self.gone.saturating_sub(1);
            each(entry.tag, Done::Passed);
        }
    }

    /// Is there nothing left?
    pub(super) fn is_done(&self) -> bool {
        self.exhausted && self.entries.is_empty()
    }

    /// Answers that are to come.
    pub(super) fn ahead(&self) -> usize {
        self.ahead
    }

    fn pull(&mut self) -> bool {
        if self.exhausted || self.entries.len() >= LONGEST {
            return false;
        }
        let (tag, job) = match self.source.next() {
            None => {
                self.exhausted = true;
                return false;
            }
            Some(Item::Run(tag, job)) => (tag, Some(job)),
            Some(Item::Pass(tag)) => (tag, None),
        };
        self.entries.push_back(Entry { tag, job, answers: Vec::new(), suspected: false });
        true
    }

    /// The next script that has not been sent.
    pub(super) fn next(&mut self) -> Option<&Job> {
        loop {
            match self.entries.get(self.gone) {
                Some(Entry { job: Some(_), .. }) => break,
                Some(Entry { job: None, .. }) => self.gone += 1,
                None => {
                    if !self.pull() {
                        return None;
                    }
                }
            }
        }
        self.entries.get(self.gone).and_then(|entry| entry.job.as_ref())
    }

    /// That one has been sent.
    pub(super) fn sent(&mut self) {
        if let Some(Entry { job: Some(job), .. }) = self.entries.get(self.gone) {
            self.ahead += job.answers();
            self.gone += 1;
        }
    }

    /// Takes the next answer. True: a script is done with it.
    ///
    /// # Errors
    /// The answer, if it is out of step.
    pub(super) fn answer(&mut self, answer: String, each: &mut dyn FnMut(T, Done)) -> Result<bool, String> {
        self.pass(each);
        let Some(Entry { job: Some(job), answers, .. }) = self.entries.front_mut() else {
            return Err(answer);
        };
        if self.gone == 0 {
            return Err(answer);
        }
        let is_last = answers.len() + 1 == job.answers();
        if is_last != answer.contains(LEAKS) {
            return Err(answer.chars().take(SHOWN).collect());
        }
        self.ahead = self.ahead.saturating_sub(1);
        if !is_last {
            answers.push(answer);
            return Ok(false);
        }
        self.finish(Finish::Teardown(answer), each);
        Ok(true)
    }

    /// The guest is gone. True: a script was cut short by that and has been handed on.
    pub(super) fn ends(&mut self, end: Finish, each: &mut dyn FnMut(T, Done)) -> bool {
        self.pass(each);
        let Some(entry) = self.entries.front_mut() else { return false };
        if self.gone == 0 {
            return false;
        }
        if entry.answers.is_empty() && !entry.suspected {
            entry.suspected = true;
            return false;
        }
        self.finish(end, each);
        true
    }

    /// The script at the front is done.
    fn finish(&mut self, end: Finish, each: &mut dyn FnMut(T, Done)) {
        let Some(Entry { tag, job, mut answers, .. }) = self.entries.pop_front() else { return };
        self.gone = self.gone.saturating_sub(1);
        let job = job.unwrap_or_default();
        let steps = answers.split_off(job.setup.len().min(answers.len()));
        each(tag, Done::Ran(job, Ran { setup: answers, steps, end }));
    }

    /// The script at the front cannot be run.
    pub(super) fn fail(&mut self, error: SessionError, each: &mut dyn FnMut(T, Done)) {
        self.pass(each);
        if let Some(entry) = self.entries.pop_front() {
            self.gone = self.gone.saturating_sub(1);
            each(entry.tag, Done::Failed(error));
        }
    }

    /// Whatever was sent must be sent again.
    pub(super) fn take_back(&mut self) {
        for entry in &mut self.entries {
            entry.answers.clear();
        }
        (self.gone, self.ahead) = (0, 0);
    }
}
