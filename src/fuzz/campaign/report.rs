// SPDX-License-Identifier: GPL-2.0-only
//! Disagreements as files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Disagreement, Found, Kind, Options};
use crate::engine;
use crate::fuzz::yaml::{self, Words};
use crate::trace::compare::Place;
use crate::trace::{operation, text};
use crate::whole_file;

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {error}", path.display())]
pub struct ReportError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// Writes a file for each disagreement into the folder: a case, or, where a case cannot say it, a text. The name of
/// a file tells the kind. Files that are there under such a name are replaced.
///
/// # Errors
/// A file cannot be written.
pub fn write_all(
    found: &Found,
    options: &Options,
    implementation: &str,
    folder: &Path,
) -> Result<Vec<PathBuf>, ReportError> {
    let mut written = Vec::new();
    if found.kinds.is_empty() {
        return Ok(written);
    }
    fs::create_dir_all(folder).map_err(|error| ReportError { path: folder.to_owned(), error })?;
    for (kind, alike) in &found.kinds {
        for (number, disagreement) in alike.iter().enumerate() {
            let words = words(kind, disagreement, options, implementation);
            let (extension, content) = match yaml::write(&disagreement.script, &words) {
                Ok(case) => ("yaml", case),
                Err(why) => ("txt", plain(disagreement, &words, &why)),
            };
            let number = if number == 0 { String::new() } else { format!("-{}", number + 1) };
            let path = folder.join(format!("{}{number}.{extension}", kind.slug()));
            whole_file::write(&path, &content).map_err(|error| ReportError { path: path.clone(), error })?;
            written.push(path);
        }
    }
    Ok(written)
}

fn words(kind: &Kind, disagreement: &Disagreement, options: &Options, implementation: &str) -> Words {
    let Disagreement { script, difference, observed, sources, more, again, finished } = disagreement;
    let reference = format!("reference {}", options.point.name);
    let place = match difference.place {
        Place::Setup => "in the setup".to_owned(),
        Place::Step(index) => match script.ops.get(index) {
            Some(op) => format!("in step {}, {}", index + 1, operation::words(script, op)),
            None => "after the last step".into(),
        },
        Place::End => "in the teardown".into(),
    };
    let made_for = &options.profile.point.name;
    let mut head = vec![
        format!("{implementation} and {reference} disagree {place}."),
        format!("  {}", difference.field),
        format!("    {implementation}: {}", difference.observed),
        format!("    {reference}: {}", difference.reference),
        format!("Shortened from {}, scripts made for {made_for}.", sources.join(", ")),
    ];
    if *more > 0 {
        head.push(format!("{more} more scripts that differ in this operation and field were not shortened."));
    }
    if !again {
        head.push("It did not come again when the same script ran once more, and is not shortened.".into());
    }
    if !finished {
        head.push("It may become shorter still: the limit of questions was reached.".into());
    }
    head.push(String::new());
    head.push("There is no `expect`: say what must happen only where a source says it.".into());
    let mut tail = Vec::new();
    if let Some(observed) = observed {
        tail.push(format!("{implementation}:"));
        tail.extend(lines(&text::render(script, observed, &[], text::Style::default())));
        tail.push(String::new());
    }
    tail.push(format!("{reference}:"));
    let trace = engine::run(script, &options.point.rules).trace;
    tail.extend(lines(&text::render(script, &trace, &[], text::Style { reasons: true })));
    Words { title: title(kind), head, tail }
}

fn lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(|line| format!("  {line}"))
}

/// A title that the loader takes and that nobody keeps.
fn title(kind: &Kind) -> String {
    let title = format!("Untitled: {kind} differs");
    title.chars().take(100).collect()
}

/// The script in words.
fn plain(disagreement: &Disagreement, words: &Words, why: &yaml::Inexpressible) -> String {
    let script = &disagreement.script;
    let mut lines = words.head.clone();
    lines.push(format!("This script is no case: {why}."));
    lines.push(String::new());
    lines.push(format!("{:?}, registered: {}, {:?}", script.arch, script.registered, script.settings));
    lines.extend(script.groups.iter().map(|group| format!("{group:?}")));
    lines.extend(script.devices.iter().map(|device| format!("{device:?}")));
    lines.extend(
        script.ops.iter().enumerate().map(|(at, op)| format!("{} {}", at + 1, operation::words(script, op))),
    );
    lines.push(String::new());
    lines.extend(words.tail.iter().cloned());
    lines.join("\n") + "\n"
}
