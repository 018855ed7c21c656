// SPDX-License-Identifier: GPL-2.0-only
//! The side that answers: a hello, then a line for each line that comes in.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};

use super::error::Under;
use super::{Hello, Question, Reply, WireAnswer, from_json};
use crate::implementation::recorded::{Problem, read_line};
use crate::implementation::{Answer, Implementation};

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

/// Says hello and answers every line of the input until it ends. Empty lines are passed over; one that is no script
/// is answered by `errored`.
///
/// # Errors
/// The input cannot be read or the output cannot be written.
pub fn serve(
    implementation: &mut (impl Implementation + ?Sized),
    hello: &Hello,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<(), ServeError> {
    write_line(out, hello)?;
    let mut buffer = Vec::new();
    for number in 1_u64.. {
        match read_line(input, &mut buffer) {
            Ok(false) => break,
            Ok(true) if buffer.trim_ascii().is_empty() => {}
            Ok(true) => answer(implementation, hello, number, &buffer, out)?,
            Err(Problem::Io(error)) => return Err(ServeError::Input(error)),
            Err(problem) => write_line(out, &errored(None, &format!("line {number}: {problem}")))?,
        }
    }
    Ok(())
}

fn answer(
    implementation: &mut (impl Implementation + ?Sized),
    hello: &Hello,
    number: u64,
    text: &[u8],
    out: &mut impl Write,
) -> io::Result<()> {
    let question = from_json::<Question<'_>>(text);
    let read = question.and_then(|question| Ok((question.seq, question.script.read().under("script")?)));
    let (seq, script) = match read {
        Ok(read) => read,
        Err(error) => {
            return write_line(out, &errored(seq_of(text), &format!("line {number}: {error}")));
        }
    };
    let answer = match hello.unfit(&script) {
        Some(unfit) => Answer::Skipped { reason: unfit.to_string() },
        None => implementation.run(&script),
    };
    write_line(out, &Reply::new(Some(seq), WireAnswer::of(&script, &answer)))
}

/// The number of a message of which the rest is wrong.
pub(super) fn seq_of(text: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Numbered {
        seq: u64,
    }
    serde_json::from_slice::<Numbered>(text).ok().map(|message| message.seq)
}

fn errored(seq: Option<u64>, message: &str) -> Reply<'_> {
    Reply::new(seq, WireAnswer { errored: Some(message.into()), ..WireAnswer::default() })
}

/// Whoever asks waits for the answer, so it is not kept back.
fn write_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}
