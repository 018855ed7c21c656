// SPDX-License-Identifier: GPL-2.0-only
//! What can be wrong with a case file, and where.

use std::fmt;

/// A case file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseError {
    /// The file, as it was asked for.
    pub file: String,
    /// Where in it; `None` when it is about the file as a whole.
    pub place: Option<Place>,
    /// What is wrong.
    pub problem: Problem,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A place in a file, both counted from 1; columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Place {
    /// This line and column.
    pub(crate) fn new(line: usize, column: usize) -> Place {
        let small = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Place { line: small(line), column: small(column) }
    }

    /// The place of a byte of a text.
    #[must_use]
    pub fn of(text: &str, byte: usize) -> Place {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        Place::new(line, column)
    }
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(place) = self.place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        write!(f, ": {}", self.problem)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CaseError {}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Noun {
    /// A group.
    Group,
    /// A device.
    Device,
    /// A domain, of the user or an ARM mapping's.
    Domain,
    /// A paging domain.
    Paging,
    /// An ARM mapping.
    Mapping,
    /// An owner token.
    Owner,
    /// A named capability set.
    CapabilitySet,
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Noun::Group => "group",
            Noun::Device => "device",
            Noun::Domain => "domain",
            Noun::Paging => "paging domain",
            Noun::Mapping => "mapping",
            Noun::Owner => "owner",
            Noun::CapabilitySet => "capability set",
        })
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file cannot be read; why, in the system's words.
    Unreadable(String),
    /// It is a folder or something else that is no regular file.
    NotAFile,
    /// It is larger than any case.
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The largest size allowed.
        limit: u64,
    },
    /// It is not UTF-8.
    NotUtf8,
    /// There is nothing in it.
    Empty,
    /// A tab.
    Tab,
    /// A character that cannot be seen.
    ControlCharacter(char),
    /// A YAML anchor or alias.
    Anchor(String),
    /// A YAML merge key.
    MergeKey,
    /// A YAML tag.
    Tag(String),
    /// A YAML directive.
    Directive,
    /// A second YAML document.
    SecondDocument,
    /// Lists and maps in each other, deeper than any case needs.
    TooDeep,
    /// The text is not YAML; the parser's words.
    NotYaml(String),
    /// A field that does not exist.
    UnknownField(String),
    /// A step that does not exist.
    UnknownStep(String),
    /// A field that must be there.
    MissingField(String),
    /// A key that comes twice in one map.
    DuplicateKey(String),
    /// A value of another type or out of range.
    WrongValue {
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// A word that is none of those known here.
    UnknownWord {
        /// What is there.
        found: String,
        /// The words known here.
        known: Vec<String>,
    },
    /// A step that is only an expectation, or empty.
    NoOperation,
    /// Two operations in one step.
    TwoOperations(String, String),
    /// A map that has both release ranges and fields of a state.
    RangeBesideField(String, String),
    /// An `expect` that expects nothing.
    EmptyExpect,
    /// A list that must not be empty.
    EmptyList(&'static str),
    /// More of something than a test bench can hold.
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A name of forbidden characters or length.
    BadName(Noun, String),
    /// A name that is declared twice.
    DuplicateName(Noun, String),
    /// A device that is in two groups.
    DeviceInTwoGroups {
        /// The device.
        device: String,
        /// The group it is in already.
        group: String,
    },
    /// A name that is not declared.
    Undeclared(Noun, String),
    /// A name that stands for something else.
    WrongKind {
        /// The name.
        name: String,
        /// What it is.
        is: Noun,
        /// What is needed.
        needed: Noun,
    },
    /// Something that is not a name of a domain.
    BadDomain(String),
    /// A device that is not in this group.
    WrongGroup {
        /// The device.
        device: String,
        /// The group.
        group: String,
    },
    /// Something that only 32-bit ARM has.
    NeedsArm32(String),
    /// Two things that cannot go together.
    Conflict(String),
    /// A rule for titles.
    Title(&'static str),
    /// Not a source.
    BadSource(String),
    /// A release that is not known.
    UnknownRelease(String),
    /// A range that ends before it begins.
    ReversedRange(String),
    /// Two ranges that both hold for a release.
    OverlappingRanges(String, String),
    /// A range outside `since` and `until`.
    NeverApplies(String),
    /// An errno that is not known.
    UnknownErrno(String),
    /// Not an outcome.
    UnknownOutcome(String),
    /// A domain that is allocated twice.
    AllocatedTwice(String),
    /// A step number beyond the last step.
    NoSuchStep(usize),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Problem::NotAFile => f.write_str("is not a file"),
            Problem::TooLarge { size, limit } => write!(f, "{size} bytes; a case has at most {limit}"),
            Problem::NotUtf8 => f.write_str("not UTF-8"),
            Problem::Empty => f.write_str("the file is empty"),
            Problem::Tab => f.write_str("tab"),
            Problem::ControlCharacter(c) => write!(f, "control character U+{:04X}", u32::from(*c)),
            Problem::Anchor(text) => write!(f, "anchor or alias `{text}`"),
            Problem::MergeKey => f.write_str("merge key `<<`"),
            Problem::Tag(text) => write!(f, "tag `{text}`"),
            Problem::Directive => f.write_str("YAML directive"),
            Problem::SecondDocument => f.write_str("second document in one file"),
            Problem::TooDeep => f.write_str("nested too deeply"),
            Problem::NotYaml(words) => write!(f, "not YAML: {words}"),
            Problem::UnknownField(name) => write!(f, "unknown field `{name}`"),
            Problem::UnknownStep(name) => write!(f, "unknown step `{name}`"),
            Problem::MissingField(name) => write!(f, "missing field `{name}`"),
            Problem::DuplicateKey(name) => write!(f, "duplicate key `{name}`"),
            Problem::WrongValue { found, expected } => write!(f, "expected {expected}, found {found}"),
            Problem::UnknownWord { found, .. } => write!(f, "unknown word `{found}`"),
            Problem::NoOperation => f.write_str("step without an operation"),
            Problem::TwoOperations(a, b) => write!(f, "two operations in one step: `{a}` and `{b}`"),
            Problem::RangeBesideField(range, field) => {
                write!(f, "release range `{range}` beside the field `{field}`")
            }
            Problem::EmptyExpect => f.write_str("`expect` is empty"),
            Problem::EmptyList(what) => write!(f, "`{what}` is empty"),
            Problem::TooMany { what, count, limit } => write!(f, "{count} {what}; there may be {limit}"),
            Problem::BadName(noun, name) => write!(f, "`{name}` cannot be the name of a {noun}"),
            Problem::DuplicateName(noun, name) => write!(f, "{noun} `{name}` is declared twice"),
            Problem::DeviceInTwoGroups { device, group } => {
                write!(f, "device `{device}` is in group `{group}` already")
            }
            Problem::Undeclared(noun, name) => write!(f, "{noun} `{name}` is not declared"),
            Problem::WrongKind { name, is, needed } => write!(f, "`{name}` is a {is}, not a {needed}"),
            Problem::BadDomain(name) => write!(f, "`{name}` does not name a domain"),
            Problem::WrongGroup { device, group } => {
                write!(f, "device `{device}` is never in group `{group}`")
            }
            Problem::NeedsArm32(what) => write!(f, "{what} exists only on 32-bit ARM"),
            Problem::Conflict(what) => f.write_str(what),
            Problem::Title(rule) => write!(f, "title {rule}"),
            Problem::BadSource(source) => write!(f, "`{source}` is not a source"),
            Problem::UnknownRelease(name) => write!(f, "unknown release `{name}`"),
            Problem::ReversedRange(range) => write!(f, "range `{range}` ends before it begins"),
            Problem::OverlappingRanges(a, b) => write!(f, "`{a}` and `{b}` both hold for a release"),
            Problem::NeverApplies(range) => write!(f, "`{range}` holds for no release this case runs on"),
            Problem::UnknownErrno(name) => write!(f, "unknown errno `{name}`"),
            Problem::UnknownOutcome(name) => write!(f, "unknown outcome `{name}`"),
            Problem::AllocatedTwice(name) => write!(f, "domain `{name}` is allocated twice"),
            Problem::NoSuchStep(number) => write!(f, "there is no step {number}"),
        }
    }
}

/// A problem found in a text, before the file's name is put to it.
#[derive(Clone, Debug)]
pub(crate) struct Complaint<'t> {
    /// The part of the text that it is about.
    pub(crate) spot: Option<&'t str>,
    /// What is wrong.
    pub(crate) problem: Problem,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl<'t> Complaint<'t> {
    /// About this part of the text.
    pub(crate) fn at(spot: Option<&'t str>, problem: Problem) -> Complaint<'t> {
        Complaint { spot, problem, hint: None }
    }

    /// With a hint.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Complaint<'t> {
        self.hint = Some(hint.into());
        self
    }

    /// With a hint, if there is one.
    pub(crate) fn hint_if(mut self, hint: Option<String>) -> Complaint<'t> {
        self.hint = hint;
        self
    }

    /// About this part, unless it knows a better one.
    pub(crate) fn or_at(mut self, spot: Option<&'t str>) -> Complaint<'t> {
        self.spot = self.spot.or(spot);
        self
    }

    /// The error for the file with this name and text.
    pub(crate) fn of_file(self, file: &str, text: &str) -> CaseError {
        let place = self.spot.and_then(|spot| offset(text, spot)).map(|byte| Place::of(text, byte));
        CaseError { file: file.to_owned(), place, problem: self.problem, hint: self.hint }
    }
}

/// A text before and from a part of it.
pub(crate) fn split_at<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    offset(text, part).and_then(|at| text.split_at_checked(at))
}

/// Where a part of a text begins in it; `None` if it is not a part of it.
fn offset(text: &str, part: &str) -> Option<usize> {
    let start = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    (start + part.len() <= text.len()).then_some(start)
}
