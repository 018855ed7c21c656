// SPDX-License-Identifier: GPL-2.0-only
//! A file of recorded answers, in the project's own format or in that of the bench.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::history::{self, Point};
use crate::implementation::Answer;
use crate::implementation::recorded::{self, Chosen, FileError, HeaderError, Problem, TraceFile};
use crate::protocol::record::{RecordError, RecordFile};
use crate::script::Script;

/// What is wrong with a file or a line of it.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// In a file in the bench's format.
    #[error(transparent)]
    Bench(#[from] FileError),
    /// In a file in the project's own format.
    #[error(transparent)]
    Own(#[from] RecordError),
    /// The head fits no release.
    #[error("{}: {error}", file.display())]
    Header {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        error: HeaderError,
    },
}

/// A file of recorded answers, opened; its first line tells the format.
pub enum Recording {
    /// In the bench's format.
    Bench(TraceFile),
    /// In the project's own.
    Own(RecordFile),
}

/// A script and what was recorded of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The line in the file, from 1.
    pub line: u64,
    /// What the script is for.
    pub note: Option<String>,
    /// The script.
    pub script: Script,
    /// What was recorded.
    pub answer: Answer,
}

impl Recording {
    /// Opens a file in either format, plain or compressed by gzip.
    ///
    /// # Errors
    /// It cannot be read, or its first line is wrong.
    pub fn open(path: &Path) -> Result<Recording, RecordingError> {
        match RecordFile::open(path)? {
            Some(file) => Ok(Recording::Own(file)),
            None => Ok(Recording::Bench(TraceFile::open(path)?)),
        }
    }

    /// The release that the head names.
    ///
    /// # Errors
    /// It names none that is known.
    pub fn release(&self) -> Result<Chosen, HeaderError> {
        match self {
            Recording::Bench(file) => file.header().choose(),
            Recording::Own(file) => {
                let package = &file.head().source.package;
                let wanted = file.head().hello.release.clone();
                let wanted = wanted.ok_or_else(|| HeaderError::NoVersion(package.clone()))?;
                let point: Option<Point> = history::resolve(&wanted).ok();
                match point {
                    Some(point) => Ok(Chosen { wanted, point }),
                    None => Err(HeaderError::UnknownVersion { wanted, package: package.clone() }),
                }
            }
        }
    }
}

impl Iterator for Recording {
    type Item = Result<Recorded, RecordingError>;

    /// The next script. Bad lines can be passed over.
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Recording::Own(file) => Some(file.next()?.map_err(RecordingError::from).map(|record| Recorded {
                line: record.line,
                note: record.note,
                script: record.script,
                answer: record.answer,
            })),
            Recording::Bench(file) => {
                let (path, arch) = (file.path().to_owned(), file.header().arch());
                let (number, line) = match file.next_line()? {
                    Ok(line) => line,
                    Err(error) => return Some(Err(error.into())),
                };
                let script =
                    recorded::parse(&line, arch).map_err(|error| Problem::Script { id: line.name(), error });
                let read = script.and_then(|script| {
                    let trace = recorded::observe(&script, &line)
                        .map_err(|error| Problem::Result { id: line.name(), error })?;
                    let note = line.note.as_ref().map(|note| note.as_str().to_owned());
                    Ok(Recorded { line: number, note, script, answer: Answer::of(trace) })
                });
                Some(read.map_err(|kind| FileError::new(&path, Some(number), kind).into()))
            }
        }
    }
}
