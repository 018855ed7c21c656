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
        write!(f, ": {}", clipped(self.problem.to_string()))?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {}", clipped(hint.clone()))?;
        }
        Ok(())
    }
}

impl std::error::Error for CaseError {}

/// A text that quotes the file, but not all of it.
fn clipped(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(400) {
        text.truncate(end);
        text.push('…');
    }
    text
}

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
    /// A page table of iommufd.
    Hwpt,
    /// An address space of iommufd.
    Ioas,
    /// An owner token.
    Owner,
    /// An attach handle.
    Handle,
    /// A VFIO container.
    Container,
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Noun::Group => "group",
            Noun::Device => "device",
            Noun::Domain => "domain",
            Noun::Paging => "paging domain",
            Noun::Mapping => "mapping",
            Noun::Hwpt => "page table",
            Noun::Ioas => "address space",
            Noun::Owner => "owner",
            Noun::Handle => "handle",
            Noun::Container => "container",
        })
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file cannot be read; why, in the system's words.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It is a folder or something else that is no regular file.
    #[error("is not a file")]
    NotAFile,
    /// It is larger than any case.
    #[error("{size} bytes; a case has at most {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The largest size allowed.
        limit: u64,
    },
    /// It is not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// A tab.
    #[error("tab character")]
    Tab,
    /// A character that cannot be seen.
    #[error("control character U+{:04X}", u32::from(*.0))]
    ControlCharacter(char),
    /// A space that looks like one and is none to YAML.
    #[error("space of another kind, U+{:04X}", u32::from(*.0))]
    OddSpace(char),
    /// A YAML anchor or alias.
    #[error("anchor or alias `{0}`")]
    Anchor(String),
    /// A YAML merge key.
    #[error("merge key `<<`")]
    MergeKey,
    /// A YAML tag.
    #[error("tag `{0}`")]
    Tag(String),
    /// A YAML directive.
    #[error("YAML directive")]
    Directive,
    /// A second YAML document.
    #[error("second document in one file")]
    SecondDocument,
    /// Lists and maps in each other, deeper than any case needs.
    #[error("nested too deeply")]
    TooDeep,
    /// The text is not YAML; the parser's words.
    #[error("not YAML: {0}")]
    NotYaml(String),
    /// A field that does not exist.
    #[error("unknown field `{0}`")]
    UnknownField(String),
    /// A step that does not exist.
    #[error("unknown step `{0}`")]
    UnknownStep(String),
    /// A field that must be there.
    #[error("missing field `{0}`")]
    MissingField(String),
    /// A key that comes twice in one map.
    #[error("duplicate key `{0}`")]
    DuplicateKey(String),
    /// A value of another type or out of range.
    #[error("expected {expected}, found {found}")]
    WrongValue {
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// A word that is none of those known here.
    #[error("unknown word `{found}`")]
    UnknownWord {
        /// What is there.
        found: String,
        /// The words known here.
        known: Vec<String>,
    },
    /// A step that is only an expectation, or empty.
    #[error("step without an operation")]
    NoOperation,
    /// Two operations in one step.
    #[error("two operations in one step: `{0}` and `{1}`")]
    TwoOperations(String, String),
    /// A map that has both release ranges and fields of a state.
    #[error("release range `{0}` beside the field `{1}`")]
    RangeBesideField(String, String),
    /// An `expect` that expects nothing.
    #[error("`expect` is empty")]
    EmptyExpect,
    /// More of something than a test bench can hold.
    #[error("{count} {what}; there may be {limit}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A name of forbidden characters or length.
    #[error("`{1}` is not a usable {0} name")]
    BadName(Noun, String),
    /// A name that is declared twice.
    #[error("{0} `{1}` is declared twice")]
    DuplicateName(Noun, String),
    /// A device that is in two groups.
    #[error("device `{device}` is in group `{group}` already")]
    DeviceInTwoGroups {
        /// The device.
        device: String,
        /// The group it is in already.
        group: String,
    },
    /// A name that is not declared.
    #[error("{0} `{1}` is not declared")]
    Undeclared(Noun, String),
    /// A device without group that nothing is done with: mistyped, most likely.
    #[error("device `{0}` is in no group, and nothing is done with it")]
    IdleDevice(String),
    /// A capability set that does not exist.
    #[error("unknown capability set `{0}`")]
    UnknownSet(String),
    /// A name that stands for something else.
    #[error("`{name}` is a {is}, not a {needed}")]
    WrongKind {
        /// The name.
        name: String,
        /// What it is.
        is: Noun,
        /// What is needed.
        needed: Noun,
    },
    /// Something that is not a name of a domain.
    #[error("`{0}` does not name a domain")]
    BadDomain(String),
    /// A device that is not in this group.
    #[error("device `{device}` is never in group `{group}`")]
    WrongGroup {
        /// The device.
        device: String,
        /// The group.
        group: String,
    },
    /// Something that only 32-bit ARM has.
    #[error("{0} exists only on 32-bit ARM")]
    NeedsArm32(String),
    /// Two things that cannot go together.
    #[error("{0}")]
    Conflict(String),
    /// A rule for titles.
    #[error("title {0}")]
    Title(&'static str),
    /// Not a source.
    #[error("`{0}` is not a source")]
    BadSource(String),
    /// A release that is not known.
    #[error("unknown release `{0}`")]
    UnknownRelease(String),
    /// A range that ends before it begins.
    #[error("range `{0}` ends before it begins")]
    ReversedRange(String),
    /// Two ranges that both hold for a release.
    #[error("`{0}` and `{1}` both hold for a release")]
    OverlappingRanges(String, String),
    /// A range outside `since` and `until`.
    #[error("`{0}` holds for no release this case runs on")]
    NeverApplies(String),
    /// An errno that is not known.
    #[error("unknown errno `{0}`")]
    UnknownErrno(String),
    /// Not an outcome.
    #[error("unknown outcome `{0}`")]
    UnknownOutcome(String),
    /// A domain that is allocated twice.
    #[error("domain `{0}` is allocated twice")]
    AllocatedTwice(String),
    /// A step number beyond the last step.
    #[error("there is no step {0}")]
    NoSuchStep(usize),
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
