// SPDX-License-Identifier: GPL-2.0-only
//! Files of recorded answers.

use std::fs;
use std::path::Path;

use rstest::rstest;

use crate::implementation::Answer;
use crate::protocol::Hello;
use crate::protocol::record::{Head, RecordFile, RecordProblem, RecordWriter, Source};
use crate::script::{DeviceId, DeviceSpec, DomainName, DomainRef, Op, Script};

fn head() -> Head {
    let source = Source { kernel: "6.1".into(), release: "6.1.0".into(), package: "linux 6.1".into() };
    Head { hello: Hello::new("linux"), source }
}

fn skipped() -> Answer {
    Answer::Skipped { reason: "not today".into() }
}

fn script(id: &str) -> Script {
    Script { id: id.into(), ops: vec![Op::Observe], ..Script::default() }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().expect("readable").map(|entry| entry.expect("an entry").file_name());
    entries.map(|name| name.to_string_lossy().into_owned()).collect()
}

#[rstest]
#[case("some.jsonl", b"{\"he")]
#[case("some.jsonl.gz", &[0x1f, 0x8b])]
fn what_is_written_is_read(#[case] name: &str, #[case] start: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    let mut writer = RecordWriter::create(&path, &head()).expect("begun");
    for (id, note) in [("a", None), ("b", Some("why"))] {
        writer.write(&script(id), &skipped(), note).expect("written");
    }
    assert!(!path.exists(), "it has no name before it is whole");
    writer.finish().expect("finished");
    assert_eq!(names(folder.path()), [name]);
    assert!(fs::read(&path).expect("readable").starts_with(start));

    let file = RecordFile::open(&path).expect("readable").expect("in this format");
    assert_eq!(file.head(), &head());
    let records: Vec<_> = file.map(|record| record.expect("good")).collect();
    let told: Vec<_> =
        records.iter().map(|r| (r.line, r.script.id.as_str(), r.note.as_deref(), &r.answer)).collect();
    assert_eq!(told, [(2, "a", None, &skipped()), (3, "b", Some("why"), &skipped())]);
}

#[test]
fn what_is_given_up_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("some.jsonl");
    fs::write(&path, "older").expect("written");
    let mut writer = RecordWriter::create(&path, &head()).expect("begun");
    writer.write(&script("a"), &skipped(), None).expect("written");
    drop(writer);
    assert_eq!(names(folder.path()), ["some.jsonl"]);
    assert_eq!(fs::read_to_string(&path).expect("readable"), "older");
}

#[test]
fn names_that_cannot_be_written_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = RecordWriter::create(&folder.path().join("some.jsonl"), &head()).expect("begun");
    let odd = Script {
        devices: vec![DeviceSpec::new("d", None)],
        domains: vec![DomainName::User("made(dma, 1)".into())],
        ops: vec![Op::DomainAlloc { domain: DomainRef(0), device: DeviceId(0) }],
        ..Script::default()
    };
    let error = writer.write(&odd, &skipped(), None).expect_err("an odd name");
    assert!(matches!(error.problem, RecordProblem::Wire(_)), "{error}");
    assert!(error.to_string().contains("ops[0].domain: `made(dma, 1)` cannot be a name"), "{error}");
}

#[test]
fn other_formats_are_left_to_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("some.jsonl");
    for text in ["", "nonsense\n", r#"{"kernel":"6.1","release":"6.1.0","package":"x"}"#] {
        fs::write(&path, text).expect("written");
        assert!(RecordFile::open(&path).expect("readable").is_none(), "{text}");
    }
    assert!(RecordFile::open(&folder.path().join("none")).is_err());
}
