// SPDX-License-Identifier: GPL-2.0-only
//! From the bench's format to the project's own.

use std::path::Path;

use crate::implementation::Answer;
use crate::implementation::recorded::wire::Header;
use crate::implementation::recorded::{self, FileError, Problem, TraceFile};
use crate::protocol::record::{Head, RecordWriter, Source};
use crate::protocol::{Hello, List, Word};

use super::RecordingError;

/// Writes what a file in the bench's format holds into one in the project's own; so many scripts were in it.
///
/// # Errors
/// The one cannot be read or the other not written; then there is no other.
pub fn convert(from: &Path, to: &Path) -> Result<u64, RecordingError> {
    let mut file = TraceFile::open(from)?;
    let header = file.header().clone();
    let mut writer = RecordWriter::create(to, &head(&header))?;
    let mut scripts = 0;
    while let Some(next) = file.next_line() {
        let (number, line) = next?;
        let at = |kind| FileError::new(from, Some(number), kind);
        let script = recorded::parse(&line, header.arch())
            .map_err(|error| at(Problem::Script { id: line.name(), error }))?;
        let trace = recorded::observe(&script, &line)
            .map_err(|error| at(Problem::Result { id: line.name(), error }))?;
        let note = line.note.as_ref().map(recorded::wire::Text::as_str);
        writer.write(&script, &Answer::of(trace), note)?;
        scripts += 1;
    }
    writer.finish()?;
    Ok(scripts)
}

/// The head of a file whose header is this.
fn head(header: &Header) -> Head {
    Head {
        hello: Hello {
            version: Some(header.release.clone()),
            release: header.wanted(),
            arch: List(vec![Word(header.arch())]),
            ..Hello::new("linux")
        },
        source: Source {
            kernel: header.kernel.clone(),
            release: header.release.clone(),
            package: header.package.clone(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::{Options, replay_file};
    use rstest::rstest;

    /// A recording that is converted is replayed as before, and takes no more room.
    #[rstest]
    #[case("epochs-6.1.192.jsonl.gz", 20, "v6.1.192")]
    #[case("epochs-1ea2a07a532b.jsonl.gz", 20, "commit:512881eacfa7")]
    #[case("linux-6.1.176-armhf.jsonl.gz", 1126, "v6.1.176")]
    fn what_is_converted_replays(#[case] name: &str, #[case] count: u64, #[case] release: &str) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/recorded").join(name);
        let folder = tempfile::tempdir().expect("a folder");
        let to = folder.path().join(name);
        assert_eq!(convert(&from, &to).expect("converted"), count);
        let report = replay_file(&to, &Options { release: None, keep: 5 }).expect("replayed");
        assert_eq!((report.release.as_str(), report.scripts), (release, count));
        assert_eq!((report.agree, report.bad), (count, 0), "{:?}", report.disagreements);
        let size = |path: &Path| path.metadata().expect("there").len();
        assert!(size(&to) < size(&from) * 3 / 2, "{} and {}", size(&to), size(&from));
    }
}
