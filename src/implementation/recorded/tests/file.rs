// SPDX-License-Identifier: GPL-2.0-only
//! Files of recorded traces, good and bad.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use rstest::rstest;

use crate::implementation::recorded::{LINE_LIMIT, ObserveError, TraceFile, observe};
use crate::script::Script;

const HEADER: &str = r#"{"kernel":"6.1","release":"6.1.0","package":"6.1.192-2"}"#;
const EMPTY: &str = r#"{"id":"x","ops":[],"steps":[],"end":{"r":0,"leak_dom":0,"leak_grp":0,"w":0,"cb":[]}}"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("writable");
        path
    }
}

fn zipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("in memory");
    encoder.finish().expect("in memory")
}

/// The problems of a file's lines, or `ok`.
fn lines(path: &Path) -> Vec<String> {
    let mut file = match TraceFile::open(path) {
        Ok(file) => file,
        Err(error) => return vec![error.to_string()],
    };
    let mut all = Vec::new();
    while let Some(line) = file.next_line() {
        all.push(match line {
            Ok(_) => "ok".into(),
            Err(error) => error.to_string().replace(&format!("{}", path.display()), "FILE"),
        });
    }
    all
}

#[test]
fn plain_and_compressed_files_read_the_same() {
    let folder = Folder::new();
    let text = format!("{HEADER}\n{EMPTY}\n\n{EMPTY}");
    let mut two_members = zipped(&format!("{HEADER}\n{EMPTY}\n"));
    two_members.extend(zipped(EMPTY));
    for path in [
        folder.file("plain", text.as_bytes()),
        folder.file("zipped", &zipped(&text)),
        folder.file("members", &two_members),
    ] {
        assert_eq!(lines(&path), ["ok", "ok"], "{}", path.display());
        let header = TraceFile::open(&path).expect("has a header").header().clone();
        assert_eq!(header.package, "6.1.192-2");
    }
}

#[rstest]
#[case(b"", "empty file")]
#[case(b"\n", ":1: no header line")]
#[case(b"{}", ":1: no header line with kernel, release and package: column 2: missing field `kernel`")]
#[case(b"\xff\xfe", ":1: no header line")]
#[case(b"\x1f\x8b\x00 not gzip", "cannot read")]
fn files_without_a_header(#[case] content: &[u8], #[case] message: &str) {
    let folder = Folder::new();
    let all = lines(&folder.file("bad", content));
    assert!(all.len() == 1 && all[0].contains(message), "{all:?}");
}

#[test]
fn what_is_no_file_is_said() {
    let folder = Folder::new();
    for path in [folder.0.path().to_owned(), folder.0.path().join("nowhere")] {
        let all = lines(&path);
        assert!(all[0].contains("cannot read"), "{all:?}");
    }
}

#[test]
fn a_bad_line_does_not_hide_the_next() {
    let folder = Folder::new();
    let mut text = HEADER.as_bytes().to_vec();
    text.extend(b"\n{\"ops\":[}\n\xff\n");
    text.extend("[".repeat(10_000).as_bytes());
    text.push(b'\n');
    text.extend(EMPTY.as_bytes());
    text.extend(b"\n\"");
    text.extend("x".repeat(LINE_LIMIT).as_bytes());
    text.push(b'\n');
    text.extend(EMPTY.as_bytes());
    let all = lines(&folder.file("bad", &text));
    assert_eq!(all.len(), 6);
    assert_eq!(all[0], "FILE:2: column 9: expected value");
    assert!(all[1].starts_with("FILE:3: column 1"), "{}", all[1]);
    assert!(all[2].starts_with("FILE:4: column"), "{}", all[2]);
    assert_eq!(all[3], "ok");
    assert_eq!(all[4], "FILE:6: line longer than 8 MiB");
    assert_eq!(all[5], "ok");
}

#[test]
fn a_broken_compressed_file_ends() {
    let folder = Folder::new();
    let text = format!("{HEADER}\n{}", format!("{EMPTY}\n").repeat(10_000));
    let mut content = zipped(&text);
    content.truncate(content.len() - 20);
    let all = lines(&folder.file("cut.gz", &content));
    assert!(all.last().is_some_and(|last| last.contains("cannot read")), "{:?}", all.last());
    assert!(all.iter().filter(|line| *line != "ok").count() == 1);
}

#[rstest]
#[case(r#"{"id":"x","ops":[]}"#, "no steps")]
#[case(r#"{"id":"x","ops":[],"steps":[]}"#, "exactly one of end, crash and hang is expected")]
#[case(
    r#"{"id":"x","ops":[],"steps":[],"crash":[],"hang":[]}"#,
    "exactly one of end, crash and hang is expected"
)]
fn a_script_without_result(#[case] json: &str, #[case] missing: &'static str) {
    let line = serde_json::from_str(json).expect("a script");
    assert_eq!(observe(&Script::default(), &line), Err(ObserveError::NoResult(missing)));
}
