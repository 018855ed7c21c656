// SPDX-License-Identifier: GPL-2.0-only
//! From either format to the project's own.

use std::path::Path;

use crate::implementation::recorded::wire::Header;
use crate::protocol::record::{Head, RecordWriter, Source};
use crate::protocol::{Hello, List, Word};

use super::{Recording, RecordingError};

/// Writes what a file holds into one in the project's own format; so many scripts were in it.
///
/// # Errors
/// The one cannot be read or the other not written; then there is no other.
pub fn convert(from: &Path, to: &Path) -> Result<u64, RecordingError> {
    let recording = Recording::open(from)?;
    let head = match &recording {
        Recording::Bench(file) => head(file.header()),
        Recording::Own(file) => file.head().clone(),
    };
    let mut writer = RecordWriter::create(to, &head)?;
    let mut scripts = 0;
    for recorded in recording {
        let recorded = recorded?;
        writer.write(&recorded.script, &recorded.answer, recorded.note.as_deref())?;
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
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/fixtures/bench").join(name);
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
