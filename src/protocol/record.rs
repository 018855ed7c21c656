// SPDX-License-Identifier: GPL-2.0-only
//! Files of recorded answers: a head line, then a line for each script with its answer.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::error::Under;
use super::{Hello, WireAnswer, WireError, WireScript, from_json};
use crate::implementation::Answer;
use crate::implementation::recorded::wire::Text;
use crate::implementation::recorded::{self, decompressed, read_line};
use crate::script::Script;
use crate::trace::Unseen;

/// The first line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Who answered.
    pub hello: Hello,
    /// Where the answers come from.
    pub source: Source,
}

/// Where answers come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// A short name, such as `6.1` or `6.1-armhf`.
    pub kernel: String,
    /// What the kernel calls itself.
    pub release: String,
    /// The package or the sources it was built from.
    pub package: String,
}

/// A line of a file: a script and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
struct WireRecord<'a> {
    /// What the script is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<Text<'a>>,
    script: WireScript<'a>,
    answer: WireAnswer<'a>,
}

/// A script and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The line in the file, from 1.
    pub line: u64,
    /// What the script is for.
    pub note: Option<String>,
    /// The script.
    pub script: Script,
    /// The answer.
    pub answer: Answer,
}

impl Record {
    /// Reads a line of a file whose observer does not look at some things.
    ///
    /// # Errors
    /// What is wrong, with its place.
    pub fn read(text: &[u8], line: u64, unseen: Unseen) -> Result<Record, WireError> {
        let wire: WireRecord<'_> = from_json(text)?;
        let script = wire.script.read().under("script")?;
        let answer = wire.answer.read(&script, unseen).under("answer")?;
        Ok(Record { line, note: wire.note.map(|note| note.to_string()), script, answer })
    }
}

/// What is wrong with a file.
#[derive(Debug, Error)]
#[error("{}{}: {problem}", file.display(), line.map(|l| format!(":{l}")).unwrap_or_default())]
pub struct RecordError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1, where there is one.
    pub line: Option<u64>,
    /// What is wrong.
    pub problem: RecordProblem,
}

/// A kind of mistake in a file.
#[derive(Debug, Error)]
pub enum RecordProblem {
    /// It cannot be opened or read.
    #[error("cannot read: {0}")]
    Read(io::Error),
    /// It cannot be written.
    #[error("cannot write: {0}")]
    Write(io::Error),
    /// A line is not what it must be.
    #[error("{0}")]
    Wire(#[from] WireError),
    /// A line is too long.
    #[error("line longer than {} MiB", super::LINE_LIMIT >> 20)]
    LineTooLong,
    /// There is no line.
    #[error("empty file: expected a line with hello and source")]
    Empty,
}

impl From<recorded::Problem> for RecordProblem {
    fn from(problem: recorded::Problem) -> RecordProblem {
        match problem {
            recorded::Problem::Io(error) => RecordProblem::Read(error),
            recorded::Problem::LineTooLong => RecordProblem::LineTooLong,
            other => RecordProblem::Read(io::Error::other(other.to_string())),
        }
    }
}

/// Is this the first line of a file in this format, rather than in the format of the bench?
#[must_use]
pub fn is_head(line: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Any {
        #[serde(rename = "hello")]
        _hello: serde::de::IgnoredAny,
    }
    serde_json::from_slice::<Any>(line).is_ok()
}

/// A file, opened to be read.
pub struct RecordFile {
    path: PathBuf,
    head: Head,
    reader: Box<dyn BufRead>,
    buffer: Vec<u8>,
    line: u64,
}

impl RecordFile {
    /// Opens a file, plain or compressed by gzip, and reads its head; `None`: it begins otherwise.
    ///
    /// # Errors
    /// The file cannot be read, or its head is wrong.
    pub fn open(path: &Path) -> Result<Option<RecordFile>, RecordError> {
        let at = |line, problem| RecordError { file: path.to_owned(), line, problem };
        let mut reader = decompressed(path).map_err(|error| at(None, RecordProblem::Read(error)))?;
        let mut buffer = Vec::new();
        match read_line(&mut reader, &mut buffer) {
            Ok(true) if is_head(&buffer) => {}
            Ok(_) => return Ok(None),
            Err(problem) => return Err(at(Some(1), problem.into())),
        }
        let head: Head = from_json(&buffer).map_err(|error| at(Some(1), error.into()))?;
        head.hello.check().under("hello").map_err(|error| at(Some(1), error.into()))?;
        Ok(Some(RecordFile { path: path.to_owned(), head, reader, buffer, line: 1 }))
    }

    /// Where the answers come from.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    fn next_line(&mut self) -> Result<bool, RecordProblem> {
        loop {
            self.line += 1;
            if !read_line(&mut self.reader, &mut self.buffer)? {
                return Ok(false);
            }
            if !self.buffer.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }
}

impl Iterator for RecordFile {
    type Item = Result<Record, RecordError>;

    /// The next script with its answer. After an error of reading there is none; other bad lines can be passed over.
    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.next_line() {
            Ok(false) => return None,
            Ok(true) => {
                Record::read(&self.buffer, self.line, self.head.hello.unseen()).map_err(RecordProblem::from)
            }
            Err(problem) => {
                if matches!(problem, RecordProblem::Read(_)) {
                    self.reader = Box::new(BufReader::new(io::empty()));
                }
                Err(problem)
            }
        };
        let error = |problem| RecordError { file: self.path.clone(), line: Some(self.line), problem };
        Some(record.map_err(error))
    }
}

/// A file being written; it has its name only once it is whole.
pub struct RecordWriter {
    path: PathBuf,
    temporary: PathBuf,
    out: Option<Out>,
    line: u64,
}

enum Out {
    Plain(BufWriter<File>),
    Compressed(BufWriter<GzEncoder<File>>),
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Out::Plain(out) => out.write(bytes),
            Out::Compressed(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Out::Plain(out) => out.flush(),
            Out::Compressed(out) => out.flush(),
        }
    }
}

impl Out {
    fn finish(self) -> io::Result<()> {
        let file = match self {
            Out::Plain(out) => out.into_inner().map_err(io::IntoInnerError::into_error)?,
            Out::Compressed(out) => out.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?,
        };
        file.sync_all()
    }
}

impl RecordWriter {
    /// Begins a file; it is compressed if its name ends in `.gz`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn create(path: &Path, head: &Head) -> Result<RecordWriter, RecordError> {
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}.tmp", std::process::id()));
        let temporary = path.with_file_name(name);
        let wrong =
            |error| RecordError { file: path.to_owned(), line: None, problem: RecordProblem::Write(error) };
        let file = File::create(&temporary).map_err(wrong)?;
        let out = if path.extension().is_some_and(|extension| extension == "gz") {
            Out::Compressed(BufWriter::new(GzEncoder::new(file, Compression::best())))
        } else {
            Out::Plain(BufWriter::new(file))
        };
        let mut writer = RecordWriter { path: path.to_owned(), temporary, out: Some(out), line: 0 };
        writer.line(head)?;
        Ok(writer)
    }

    /// Writes a script with its answer.
    ///
    /// # Errors
    /// It cannot be written, or the script has names that the protocol cannot carry.
    pub fn write(&mut self, script: &Script, answer: &Answer, note: Option<&str>) -> Result<(), RecordError> {
        let wire = WireScript::of(script).map_err(|error| self.error(error.into()))?;
        let answer = WireAnswer::of(script, answer);
        self.line(&WireRecord { note: note.map(Text::from), script: wire, answer })
    }

    /// Ends the file and gives it its name.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> Result<(), RecordError> {
        let Some(out) = self.out.take() else { return Ok(()) };
        let done = out.finish().and_then(|()| fs::rename(&self.temporary, &self.path));
        done.map_err(|error| self.error(RecordProblem::Write(error)))
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), RecordError> {
        self.line += 1;
        let Some(out) = &mut self.out else { return Ok(()) };
        let written = serde_json::to_writer(&mut *out, value).map_err(io::Error::from);
        let written = written.and_then(|()| out.write_all(b"\n"));
        written.map_err(|error| self.error(RecordProblem::Write(error)))
    }

    fn error(&self, problem: RecordProblem) -> RecordError {
        RecordError { file: self.path.clone(), line: Some(self.line), problem }
    }
}

impl Drop for RecordWriter {
    /// What is not whole is not kept.
    fn drop(&mut self) {
        drop(self.out.take());
        // After finish() it has been renamed, and there is nothing to remove.
        let _ = fs::remove_file(&self.temporary);
    }
}
