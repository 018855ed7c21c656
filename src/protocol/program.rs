// SPDX-License-Identifier: GPL-2.0-only
//! The side that asks: a program that speaks the protocol, as an implementation.
//!
//! Nothing that the program does ends the run. What it does wrong is the answer to the script it was asked last; it
//! is then ended with everything it has started, and a new one is asked the next script.

mod fault;
mod process;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

pub use fault::{Fault, ProgramError};

use super::hello::MAX_WINDOW;
use super::serve::seq_of;
use super::{Hello, Question, Reply, WireScript, from_json};
use crate::implementation::{Answer, Implementation};
use crate::script::Script;
use crate::trace::Unseen;
use process::{Event, Process};

/// Characters of what a program says about itself.
const MAX_WORDS: usize = 2000;

/// How much a program is let do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time until it has said hello.
    pub start: Duration,
    /// Time for each answer.
    pub answer: Duration,
    /// It is started anew so many times in a row without an answer; after that it is given up.
    pub restarts: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { start: Duration::from_secs(10), answer: Duration::from_secs(10), restarts: 3 }
    }
}

/// A program that answers scripts.
#[derive(Debug)]
pub struct Program {
    words: Vec<String>,
    limits: Limits,
    hello: Hello,
    unseen: Unseen,
    process: Option<Process>,
    /// The number of the last question.
    seq: u64,
    /// So many processes in a row have not answered.
    failures: u32,
    /// Why it is not started any more.
    given_up: Option<String>,
}

impl Program {
    /// Starts a program and waits for its hello. The command is split into words as a shell does, without a shell.
    ///
    /// # Errors
    /// The command cannot be split or started, or does not say hello.
    pub fn start(command: &str, limits: Limits) -> Result<Program, ProgramError> {
        let words = shell_words::split(command).map_err(|error| ProgramError::Words(error.to_string()))?;
        let (process, hello) = greet(&words, limits)?;
        Ok(Program {
            words,
            limits,
            unseen: hello.unseen(),
            hello,
            process: Some(process),
            seq: 0,
            failures: 0,
            given_up: None,
        })
    }

    /// What it said first.
    #[must_use]
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    fn window(&self) -> usize {
        self.hello.window.clamp(1, MAX_WINDOW) as usize
    }

    /// The running process; a new one if there is none.
    fn process(&mut self) -> Result<&mut Process, String> {
        let process = match self.process.take() {
            Some(process) => process,
            None => {
                let (process, hello) = greet(&self.words, self.limits).map_err(|error| error.to_string())?;
                if hello != self.hello {
                    return Err("started anew, it said another hello".into());
                }
                process
            }
        };
        Ok(self.process.insert(process))
    }

    /// Ends the process, and says what it did wrong.
    fn blame(&mut self, fault: &Fault) -> String {
        match self.process.take() {
            Some(process) => process.end(fault),
            None => fault.to_string(),
        }
    }

    /// After a failure: perhaps there is no point in going on.
    fn count_failure(&mut self, message: &str) {
        self.failures += 1;
        if self.failures > self.limits.restarts {
            let times = self.failures;
            self.given_up =
                Some(format!("given up, after {times} starts in a row without an answer: {message}"));
        }
    }

    /// Sends a question; its number.
    fn ask(&mut self, script: &Script) -> Result<u64, NotAsked> {
        if let Some(unfit) = self.hello.unfit(script) {
            return Err(NotAsked::Answer(Answer::Skipped { reason: unfit.to_string() }));
        }
        let seq = self.seq + 1;
        let line = WireScript::of(script).map_err(|error| error.to_string()).and_then(|script| {
            serde_json::to_vec(&Question { seq, script }).map_err(|error| error.to_string())
        });
        let mut line = line.map_err(|error| {
            let message = format!("the protocol cannot carry this script: {error}");
            NotAsked::Answer(Answer::Errored { message })
        })?;
        line.push(b'\n');
        self.process().map_err(NotAsked::NoProcess)?.send(line);
        self.seq = seq;
        Ok(seq)
    }

    /// Waits for the answer to this question.
    fn listen(&mut self, seq: u64, script: &Script, deadline: Instant) -> Result<Answer, Fault> {
        let Some(process) = &mut self.process else { return Err(Fault::Closed) };
        match process.next(deadline) {
            None => Err(Fault::Silent(self.limits.answer)),
            Some(Event::Closed) => Err(Fault::Closed),
            Some(Event::TooLong) => Err(Fault::TooLong),
            Some(Event::Failed(error)) => Err(Fault::Unreadable(error)),
            Some(Event::Line(line)) => self.understand(seq, script, &line),
        }
    }

    fn understand(&self, seq: u64, script: &Script, line: &[u8]) -> Result<Answer, Fault> {
        let reply = match from_json::<Reply<'_>>(line) {
            Ok(reply) => reply,
            Err(error) if seq_of(line) == Some(seq) => {
                return Ok(Answer::Errored { message: format!("its answer is not well made: {error}") });
            }
            Err(error) => return Err(Fault::Garbage(error)),
        };
        match reply.seq {
            Some(number) if number != seq => return Err(Fault::WrongSeq { told: number, asked: seq }),
            None if reply.errored.is_none() => return Err(Fault::NoSeq),
            _ => {}
        }
        Ok(match reply.into_answer().read(script, self.unseen) {
            Ok(Answer::Skipped { reason }) => Answer::Skipped { reason: limited(&reason) },
            Ok(Answer::Errored { message }) => Answer::Errored { message: limited(&message) },
            Ok(answer) => answer,
            Err(error) => Answer::Errored { message: format!("its answer is not well made: {error}") },
        })
    }
}

/// Why a question was not sent.
enum NotAsked {
    /// The answer is known without.
    Answer(Answer),
    /// There is nobody to ask.
    NoProcess(String),
}

/// Starts a process and reads its hello.
fn greet(words: &[String], limits: Limits) -> Result<(Process, Hello), ProgramError> {
    let mut process = Process::start(words)?;
    let hello = match process.next(Instant::now() + limits.start) {
        None => Err(Fault::NoHello(limits.start)),
        Some(Event::Closed) => Err(Fault::Closed),
        Some(Event::TooLong) => Err(Fault::TooLong),
        Some(Event::Failed(error)) => Err(Fault::Unreadable(error)),
        Some(Event::Line(line)) => Hello::read(&line).map_err(Fault::BadHello),
    };
    match hello {
        Ok(hello) => Ok((process, hello)),
        Err(fault) => Err(ProgramError::NoHello(process.end(&fault))),
    }
}

fn limited(words: &str) -> String {
    match words.char_indices().nth(MAX_WORDS) {
        None => words.into(),
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
    }
}

impl Implementation for Program {
    fn name(&self) -> String {
        match &self.hello.version {
            Some(version) => format!("{} {}", limited(&self.hello.name), limited(version)),
            None => limited(&self.hello.name),
        }
    }

    fn run(&mut self, script: &Script) -> Answer {
        let mut given = None;
        self.run_all(&[script], &mut |_, answer| given = Some(answer));
        given.unwrap_or_else(|| Answer::Errored { message: "not asked".into() })
    }

    fn run_all(&mut self, scripts: &[&Script], each: &mut dyn FnMut(usize, Answer)) {
        let mut to_ask: VecDeque<usize> = (0..scripts.len()).collect();
        // Places and numbers of the questions that are on their way, oldest first.
        let mut asked: VecDeque<(usize, u64)> = VecDeque::new();
        let mut since = Instant::now();
        loop {
            while asked.len() < self.window() {
                let Some(place) = to_ask.pop_front() else { break };
                if let Some(message) = &self.given_up {
                    each(place, Answer::Errored { message: message.clone() });
                    continue;
                }
                match self.ask(scripts[place]) {
                    Ok(seq) => {
                        if asked.is_empty() {
                            since = Instant::now();
                        }
                        asked.push_back((place, seq));
                    }
                    Err(NotAsked::Answer(answer)) => each(place, answer),
                    Err(NotAsked::NoProcess(message)) => {
                        self.count_failure(&message);
                        each(place, Answer::Errored { message });
                    }
                }
            }
            let Some((place, seq)) = asked.pop_front() else { break };
            match self.listen(seq, scripts[place], since + self.limits.answer) {
                Ok(answer) => {
                    self.failures = 0;
                    since = Instant::now();
                    each(place, answer);
                }
                Err(fault) => {
                    let message = self.blame(&fault);
                    self.count_failure(&message);
                    each(place, Answer::Errored { message });
                    // The others have done nothing wrong, and are asked again.
                    while let Some((place, _)) = asked.pop_back() {
                        to_ask.push_front(place);
                    }
                }
            }
        }
    }
}
