// SPDX-License-Identifier: GPL-2.0-only
//! Files of recorded traces, plain or compressed, one line at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use thiserror::Error;

use super::observe::ObserveError;
use super::script::ScriptError;
use super::wire::{Header, Line};

/// No recorded line is nearly as long; a longer one is not read into memory.
pub const LINE_LIMIT: usize = 8 << 20;

/// What is wrong with a file of recorded traces.
#[derive(Debug, Error)]
#[error("{}{}: {kind}", file.display(), line.map(|l| format!(":{l}")).unwrap_or_default())]
pub struct FileError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1, where there is one.
    pub line: Option<u64>,
    /// What is wrong.
    pub kind: Box<Problem>,
}

impl FileError {
    /// An error at this place.
    #[must_use]
    pub fn new(file: &Path, line: Option<u64>, kind: Problem) -> FileError {
        FileError { file: file.to_owned(), line, kind: Box::new(kind) }
    }
}

/// A kind of mistake in a file.
#[derive(Debug, Error)]
pub enum Problem {
    /// The file cannot be opened or read.
    #[error("cannot read: {0}")]
    Io(#[from] io::Error),
    /// There is no line at all.
    #[error("empty file: expected a header line with kernel, release and package")]
    Empty,
    /// The first line is no header.
    #[error("no header line with kernel, release and package: {0}")]
    Header(JsonError),
    /// A line is longer than any recorded one.
    #[error("line longer than {} MiB", LINE_LIMIT >> 20)]
    LineTooLong,
    /// A line is not JSON, or not a script with its result.
    #[error("{0}")]
    Json(JsonError),
    /// The script of a line cannot be understood.
    #[error("script `{id}`: {error}")]
    Script {
        /// The script's name.
        id: String,
        /// What is wrong.
        error: ScriptError,
    },
    /// The line has a script but not, or not in these words, what a kernel made of it.
    #[error("script `{id}`: {error}")]
    Result {
        /// The script's name.
        id: String,
        /// What is wrong.
        error: ObserveError,
    },
}

/// What is wrong with a line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("column {column}: {message}")]
pub struct JsonError {
    /// The column, from 1.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> JsonError {
        let text = error.to_string();
        let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
        JsonError { column: error.column(), message: message.to_owned() }
    }
}

/// A file of recorded traces, opened.
pub struct TraceFile {
    path: PathBuf,
    header: Header,
    reader: Box<dyn BufRead>,
    buffer: Vec<u8>,
    line: u64,
}

impl TraceFile {
    /// Opens a file, plain or compressed by gzip, and reads its header.
    ///
    /// # Errors
    /// The file cannot be read or has no header.
    pub fn open(path: &Path) -> Result<TraceFile, FileError> {
        let at = |line, kind| FileError::new(path, line, kind);
        let mut reader = decompressed(path).map_err(|e| at(None, e.into()))?;
        let mut buffer = Vec::new();
        if !read_line(&mut reader, &mut buffer).map_err(|kind| at(Some(1), kind))? {
            return Err(at(None, Problem::Empty));
        }
        let header = serde_json::from_slice(&buffer).map_err(|e| at(Some(1), Problem::Header(e.into())))?;
        Ok(TraceFile { path: path.to_owned(), header, reader, buffer, line: 1 })
    }

    /// Where the traces come from.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next script and its result, with its line number; `None` at the end.
    ///
    /// # Errors
    /// The line is not usable. After an error of reading there is no next line; other lines can still be read.
    pub fn next_line(&mut self) -> Option<Result<(u64, Line<'_>), FileError>> {
        loop {
            self.line += 1;
            let line = self.line;
            match read_line(&mut self.reader, &mut self.buffer) {
                Ok(false) => return None,
                Ok(true) if self.buffer.trim_ascii().is_empty() => {}
                Ok(true) => break,
                Err(kind) => {
                    if !matches!(kind, Problem::LineTooLong) {
                        self.reader = Box::new(io::empty());
                    }
                    return Some(Err(FileError::new(&self.path, Some(line), kind)));
                }
            }
        }
        let line = self.line;
        let parsed = serde_json::from_slice(&self.buffer);
        Some(
            parsed.map(|parsed| (line, parsed)).map_err(|e: serde_json::Error| {
                FileError::new(&self.path, Some(line), Problem::Json(e.into()))
            }),
        )
    }

    /// The file's name.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Opens a file, plain or compressed by gzip.
pub(crate) fn decompressed(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    Ok(match file.fill_buf()? {
        [0x1f, 0x8b, ..] => Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file))),
        _ => Box::new(file),
    })
}

/// Reads a line into the buffer, without its end; false at the end of the input. What goes beyond the limit is
/// skipped.
pub(crate) fn read_line(reader: &mut (impl BufRead + ?Sized), buffer: &mut Vec<u8>) -> Result<bool, Problem> {
    buffer.clear();
    let mut limited = reader.take(LINE_LIMIT as u64 + 1);
    let read = limited.read_until(b'\n', buffer)?;
    if read == 0 {
        return Ok(false);
    }
    if buffer.last() == Some(&b'\n') {
        buffer.pop();
    } else if read > LINE_LIMIT {
        buffer.clear();
        reader.skip_until(b'\n')?;
        return Err(Problem::LineTooLong);
    }
    Ok(true)
}
