// SPDX-License-Identifier: GPL-2.0-only
//! Scripts as ready YAML cases.
//!
//! What is written is read again and must lower to the same script. It has no `expect`: what was observed is no
//! source of what must happen, and stands in comments. Title and sources are for a person to write; what is there
//! until then says so.
//!
//! A case cannot say everything that a script can: names such as "the second DMA domain that the core made", domains
//! that are named but never allocated or allocated twice, devices whose order is not that of their groups, settings in
//! another order, errnos without name. [`Inexpressible`] tells what it is.

mod steps;
mod topology;

#[cfg(test)]
mod tests;

use std::fmt::Write;

use crate::case::{self, CaseError};
use crate::script::{DomainName, Errno, Script};
use crate::suite::checks::editors;
use crate::trace::names;

/// Why a script cannot be written as a case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Inexpressible {
    /// The name of a domain, which the format does not have.
    #[error("a case has no name for the domain `{0}`")]
    Domain(String),
    /// An id that is in no table.
    #[error("an operation is about a {0} that the script does not declare")]
    Undeclared(&'static str),
    /// An errno without a name.
    #[error("a case names errnos, and {0} has no name here")]
    Errno(Errno),
    /// A type of domain, which the format does not have at this place.
    #[error("a case has no word for the type `{0}` {1}")]
    Kind(&'static str, &'static str),
    /// The loader refuses what was written.
    #[error("a case cannot say it: {}{}", .0.problem, .0.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default())]
    Refused(Box<CaseError>),
    /// What was written lowers to another script.
    #[error("the case would be another script")]
    Differs,
}

/// What a case says beside the script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// What it shows, in one line; empty: a placeholder.
    pub title: String,
    /// Comments before the title, a line each.
    pub head: Vec<String>,
    /// Comments behind the last step, a line each.
    pub tail: Vec<String>,
}

/// Until somebody says where it is known from.
const SOURCE: &str = "kernel:drivers/iommu/iommu.c";

/// A case in an area, as all are: for the way to the schema.
const PLACE: &str = "area/case";

/// The script as a case.
///
/// # Errors
/// What of it a case cannot say.
pub fn write(script: &Script, words: &Words) -> Result<String, Inexpressible> {
    let mut text = editors::comment(PLACE) + "\n";
    comments(&mut text, &words.head);
    let title = if words.title.is_empty() { "A title is missing" } else { &words.title };
    let _ = writeln!(text, "title: {}", quoted(title));
    let _ = writeln!(
        text,
        "# Placeholder: the report, the commit or the source file that says what must happen."
    );
    let _ = writeln!(text, "sources: [{}]", quoted(SOURCE));
    topology::write(script, &mut text)?;
    let _ = writeln!(text, "steps:");
    for op in &script.ops {
        let _ = writeln!(text, "  - {}", steps::step(script, *op)?);
    }
    comments(&mut text, &words.tail);
    let case = case::from_text(&script.id, &text).map_err(|error| Inexpressible::Refused(Box::new(error)))?;
    let same = Script { id: script.id.clone(), ..case.lower().script } == *script;
    if same { Ok(text) } else { Err(Inexpressible::Differs) }
}

fn comments(text: &mut String, lines: &[String]) {
    for line in lines {
        let line = line.trim_end();
        let _ = if line.is_empty() { writeln!(text, "#") } else { writeln!(text, "# {line}") };
    }
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A name, in quotes where YAML could take it for something else.
fn name(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let letter = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    if letter && text.chars().all(plain) { text.to_owned() } else { quoted(text) }
}

/// An errno's name.
fn errno(errno: Errno) -> Result<&'static str, Inexpressible> {
    errno.name().ok_or(Inexpressible::Errno(errno))
}

/// A domain as a case names it.
fn domain(script: &Script, id: crate::script::DomainRef) -> Result<String, Inexpressible> {
    match script.domains.get(id.index()) {
        None => Err(Inexpressible::Undeclared("domain")),
        Some(known @ DomainName::Made(..)) => Err(Inexpressible::Domain(names::domain_name(script, known))),
        Some(DomainName::User(user)) => Ok(name(user)),
        Some(known) => Ok(name_with_brackets(&names::domain_name(script, known))),
    }
}

/// `domain(g)`: plain, for brackets mean nothing to YAML inside a word.
fn name_with_brackets(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '(' | ')');
    if text.chars().all(plain) { text.to_owned() } else { quoted(text) }
}
