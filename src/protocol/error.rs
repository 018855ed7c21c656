// SPDX-License-Identifier: GPL-2.0-only
//! What is wrong with a message, and where.

use std::fmt;

use serde::Deserialize;
use thiserror::Error;

/// A message shows so much of what it complains about.
const SHOWN: usize = 60;
/// A message of the JSON reader is no longer than that.
const MESSAGE: usize = 400;

/// A mistake in a message, with its place in the JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError {
    /// The place, such as `steps[3].groups.g0.domain`; empty for the whole.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { self.problem.fmt(f) } else { write!(f, "{}: {}", self.path, self.problem) }
    }
}

impl std::error::Error for WireError {}

/// A kind of mistake.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// It is not the JSON that is expected.
    #[error("{message} (line {line}, column {column})")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// A line is longer than the limit.
    #[error("longer than {} MiB", super::LINE_LIMIT >> 20)]
    LineTooLong,
    /// A name that is declared nowhere.
    #[error("no {0} `{1}` in this script")]
    Unknown(&'static str, String),
    /// A name that is declared twice.
    #[error("a second {0} `{1}`")]
    Duplicate(&'static str, String),
    /// What cannot be a name.
    #[error("`{0}` cannot be a name: {NAME_RULE}")]
    BadName(String),
    /// Looks like the name of a domain that nobody declares, and is none.
    #[error("`{0}` is no domain: a name, {DOMAIN_RULE}")]
    BadDomain(String),
    /// A word that is not one of those allowed.
    #[error("`{0}` is not {1}")]
    BadWord(String, &'static str),
    /// More than a script can hold.
    #[error("more than {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Not exactly one of several keys.
    #[error("exactly one of {0} is expected")]
    ExactlyOne(&'static str),
    /// A key that must be there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// Two values that do not fit each other.
    #[error("{0}")]
    Conflict(String),
    /// Ids of a script or trace that are in none of its tables.
    #[error("not well made: an id is in no table")]
    BadId,
}

/// What a name must be.
const NAME_RULE: &str = "1 to 64 bytes without blanks, control characters and parentheses, and not `null`";
/// How domains are named that nobody declares.
const DOMAIN_RULE: &str = "`made(TYPE, N)`, `static(NAME)`, `domain(GROUP)`, `default_domain(GROUP)` or \
                           `blocking_domain(GROUP)`";

impl WireError {
    /// A mistake in the whole.
    #[must_use]
    pub fn new(problem: Problem) -> WireError {
        WireError { path: String::new(), problem }
    }

    /// The same, seen from one level further out.
    #[must_use]
    pub fn under(self, segment: impl fmt::Display) -> WireError {
        let path = match self.path.as_str() {
            "" => segment.to_string(),
            path if path.starts_with('[') => format!("{segment}{path}"),
            path => format!("{segment}.{path}"),
        };
        WireError { path, ..self }
    }
}

impl From<Problem> for WireError {
    fn from(problem: Problem) -> WireError {
        WireError::new(problem)
    }
}

/// Says where a mistake is.
pub(super) trait Under<T> {
    /// Adds the outer part of the path.
    fn under(self, segment: impl fmt::Display) -> Result<T, WireError>;
}

impl<T, E: Into<WireError>> Under<T> for Result<T, E> {
    fn under(self, segment: impl fmt::Display) -> Result<T, WireError> {
        self.map_err(|error| error.into().under(segment))
    }
}

/// The start of a text, for a message.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.into(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// Reads a line of JSON.
///
/// # Errors
/// What is wrong, with line, column and path.
pub fn from_json<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, WireError> {
    let error = match serde_json::from_slice::<T>(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    // Paths cost time, so they are only looked for when something is wrong.
    let mut reader = serde_json::Deserializer::from_slice(text);
    let path = match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(error) if error.path().iter().next().is_some() => error.path().to_string(),
        _ => String::new(),
    };
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let problem = Problem::Json {
        line: error.line(),
        column: error.column(),
        message: message.chars().take(MESSAGE).collect(),
    };
    Err(WireError { path: path.chars().take(MESSAGE).collect(), problem })
}
