// SPDX-License-Identifier: GPL-2.0-only
//! The line protocol, the side that answers: a header line, then a line of JSON for each script that comes in.
//!
//! Questions are scripts in the recorded form. An answer is the question followed by the result, so that header and
//! answers together are a file of recorded traces. A line that cannot be answered gets an object with `errored`.

use std::io::{self, BufRead, Write};

use serde::Serialize;

use super::recorded::wire::{Header, Line, Scalar};
use super::recorded::{self, Ending, JsonError, Problem, read_line};
use super::{Answer, Implementation};
use crate::script::Arch;

/// Version of the protocol, in the header line.
pub const PROTOCOL: u32 = 1;

/// The answer to a line without a result.
#[derive(Debug, Serialize)]
struct NoResult<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Scalar<'a>>,
    /// Line of the input, from 1.
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errored: Option<String>,
}

/// Why a service ended before its input.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The input cannot be read.
    #[error("cannot read: {0}")]
    Input(io::Error),
    /// The output cannot be written.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

/// Answers every line of the input until it ends; `header` goes first.
///
/// # Errors
/// The input cannot be read or the output cannot be written.
pub fn serve(
    implementation: &mut impl Implementation,
    header: &Header,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<(), ServeError> {
    write_line(out, header)?;
    let mut buffer = Vec::new();
    for number in 1.. {
        match read_line(input, &mut buffer) {
            Ok(false) => break,
            Ok(true) if buffer.trim_ascii().is_empty() => {}
            Ok(true) => answer(implementation, header.arch(), number, &buffer, out)?,
            Err(Problem::Io(error)) => return Err(ServeError::Input(error)),
            Err(problem) => write_line(out, &errored(None, number, problem.to_string()))?,
        }
    }
    Ok(())
}

fn answer(
    implementation: &mut impl Implementation,
    arch: Arch,
    number: u64,
    text: &[u8],
    out: &mut impl Write,
) -> io::Result<()> {
    let mut line: Line<'_> = match serde_json::from_slice(text) {
        Ok(line) => line,
        Err(error) => return write_line(out, &errored(None, number, JsonError::from(error).to_string())),
    };
    let script = match recorded::parse(&line, arch) {
        Ok(script) => script,
        Err(error) => {
            return write_line(out, &errored(line.id.as_ref(), number, error.to_string()));
        }
    };
    match implementation.run(&script) {
        Answer::Trace(trace) | Answer::Crashed { trace, .. } => {
            let results = recorded::results(&trace, &script, &line);
            line.setup = (!results.setup.is_empty()).then_some(results.setup);
            line.steps = Some(results.steps);
            (line.end, line.crash, line.hang) = match results.ending {
                Ending::Teardown(end) => (Some(end), None, None),
                Ending::Crash(words) => (None, Some(words), None),
                Ending::Hang(words) => (None, None, Some(words)),
            };
            write_line(out, &line)
        }
        Answer::Skipped { reason } => write_line(
            out,
            &NoResult { id: line.id.as_ref(), line: number, skipped: Some(reason), errored: None },
        ),
        Answer::Errored { message } => write_line(out, &errored(line.id.as_ref(), number, message)),
    }
}

fn errored<'a>(id: Option<&'a Scalar<'a>>, line: u64, message: String) -> NoResult<'a> {
    NoResult { id, line, skipped: None, errored: Some(message) }
}

/// Whoever asks waits for the answer, so it is not kept back.
fn write_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}
