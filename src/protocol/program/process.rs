// SPDX-License-Identifier: GPL-2.0-only
//! A running program: what it says, line by line, within bounds; and its end.

mod group;
mod tail;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::fault::{Fault, ProgramError};
use crate::protocol::LINE_LIMIT;
use tail::Tail;

/// Lines that are read before anybody asks for them; the program waits when there are more.
const LINES_AHEAD: usize = 2;
/// A program that has closed its output, or was told to end, has so long until it is ended.
const GRACE: Duration = Duration::from_millis(500);
/// How often to look whether it has ended.
const LOOK: Duration = Duration::from_millis(5);

/// What comes from a program.
#[derive(Debug)]
pub(super) enum Event {
    /// A line, without its end.
    Line(Vec<u8>),
    /// A line that is too long.
    TooLong,
    /// The end of its output.
    Closed,
    /// Its output cannot be read.
    Failed(io::Error),
}

/// A running program.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Lines on their way to the program; writing them never keeps anybody waiting.
    input: Option<Sender<Vec<u8>>>,
    output: Receiver<Event>,
    tail: Tail,
    errors: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts a program in a process group of its own.
    pub(super) fn start(words: &[String]) -> Result<Process, ProgramError> {
        let (program, arguments) = words.split_first().ok_or(ProgramError::Empty)?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        group::own(&mut command);
        let failed = |error| ProgramError::Start { program: program.clone(), error };
        let mut child = command.spawn().map_err(failed)?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(failed(io::Error::other("no pipes")));
        };
        let (input, lines) = channel();
        let (events, output) = sync_channel(LINES_AHEAD);
        let tail = Tail::default();
        let kept = tail.clone();
        // Should one of the threads not start, dropping the process ends the program.
        let mut process = Process { child, input: Some(input), output, tail, errors: None };
        let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name.into()).spawn(work).map_err(failed)
        };
        spawn("program input", Box::new(move || write(stdin, &lines)))?;
        spawn("program output", Box::new(move || read(stdout, &events)))?;
        process.errors = Some(spawn("program errors", Box::new(move || kept.fill(stderr)))?);
        Ok(process)
    }

    /// Sends a line.
    pub(super) fn send(&mut self, line: Vec<u8>) {
        if let Some(input) = &self.input {
            // Whoever does not read any more will not answer either, and that is noticed.
            let _ = input.send(line);
        }
    }

    /// What comes next; `None`: nothing until then.
    pub(super) fn next(&mut self, deadline: Instant) -> Option<Event> {
        use std::sync::mpsc::RecvTimeoutError::{Disconnected, Timeout};
        match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(event) => Some(event),
            Err(Timeout) => None,
            Err(Disconnected) => Some(Event::Closed),
        }
    }

    /// Ends it with all it has started, and says what it did wrong.
    pub(super) fn end(mut self, fault: &Fault) -> String {
        self.input = None;
        let by_itself = matches!(fault, Fault::Closed) && self.wait_for_end();
        let status = self.kill();
        if let Some(errors) = &self.errors {
            wait_until(|| errors.is_finished());
        }
        let what = match (fault, status) {
            (Fault::Closed, Some(status)) if by_itself => format!("ended ({status}) without an answer"),
            (Fault::Closed, _) => "closed its output without an answer".into(),
            (fault, _) => fault.to_string(),
        };
        match self.tail.last_lines() {
            None => what,
            Some(lines) => format!("{what}; it had said: {lines}"),
        }
    }

    /// Has it ended by itself, or does it soon?
    fn wait_for_end(&self) -> bool {
        wait_until(|| group::has_ended(&self.child))
    }

    fn kill(&mut self) -> Option<ExitStatus> {
        group::kill(&mut self.child);
        self.child.wait().ok()
    }
}

impl Drop for Process {
    /// It is told to end by the end of its input.
    fn drop(&mut self) {
        if self.input.take().is_some() {
            self.wait_for_end();
            self.kill();
        }
    }
}

fn wait_until(done: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + GRACE;
    loop {
        if done() {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(LOOK);
    }
}

fn write(mut stdin: ChildStdin, lines: &Receiver<Vec<u8>>) {
    for line in lines {
        if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read(stdout: ChildStdout, events: &SyncSender<Event>) {
    let mut reader = BufReader::with_capacity(1 << 16, stdout);
    loop {
        let mut line = Vec::new();
        let event = match reader.by_ref().take(LINE_LIMIT as u64 + 1).read_until(b'\n', &mut line) {
            Ok(0) => Event::Closed,
            Ok(_) if line.last() == Some(&b'\n') => {
                line.pop();
                Event::Line(line)
            }
            Ok(read) if read > LINE_LIMIT => Event::TooLong,
            Ok(_) => Event::Line(line),
            Err(error) => Event::Failed(error),
        };
        let last = !matches!(event, Event::Line(_));
        if events.send(event).is_err() || last {
            return;
        }
    }
}
