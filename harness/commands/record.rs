// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership record`: what is recorded is replayed.

use std::fs;

use rstest::rstest;

use crate::support::{self, Suite, run};

#[rstest]
#[case("plain.jsonl", "generic")]
#[case("small.jsonl.gz", "arm32")]
fn random_scripts_are_recorded_and_replayed(#[case] name: &str, #[case] arch: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(name);
    let file = file.to_str().expect("a plain path");
    let ran = run(&[
        "record",
        "--on",
        "reference@v6.12",
        "--random",
        "150",
        "--seed",
        "4",
        "--arch",
        arch,
        "-o",
        file,
    ]);
    assert_eq!(ran.code, 0, "{ran}");
    assert_eq!(ran.out.lines().next(), Some(&*format!("{file}: 150 scripts, 0 of them crashed")), "{ran}");
    let ran = run(&["replay", file]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.contains("on v6.12: 150 scripts, 150 agree"), "{ran}");
    // The engine of another time does other things.
    let ran = run(&["replay", file, "--release", "v6.1"]);
    assert_eq!(ran.code, 1, "{ran}");
    let files: Vec<_> = fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    assert_eq!(files.len(), 1, "{files:?}");
}

#[test]
fn cases_are_recorded_with_their_titles() {
    let suite = Suite::of(&[
        ("claim/plain.yaml", &support::case("A claim", "ok")),
        ("claim/bad.yaml", "title: A claim\n"),
        ("claim/late.yaml", &support::case("A late claim", "ok").replace("steps:", "since: v6.6\nsteps:")),
        ("reports/seed.yaml", support::SEED),
    ]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cases.jsonl");
    let name = file.to_str().expect("a plain path");
    let ran = run(&["record", "--on", "reference@v6.1", "--cases", suite.cases(), "-o", name]);
    assert_eq!(ran.code, 1, "a case cannot be loaded: {ran}");
    assert!(ran.err.contains("claim/bad.yaml"), "{ran}");
    let text = fs::read_to_string(&file).expect("a file");
    assert_eq!(text.lines().count(), 1 + 2, "{text}");
    assert!(text.contains("\"note\":\"A claim\"") && !text.contains("A late claim"), "{text}");
    let ran = run(&["replay", name]);
    assert!(ran.out.contains("on v6.1: 2 scripts, 2 agree"), "{ran}");
    let ran = run(&["record", "--on", "reference@v6.1", "--cases", suite.cases(), "-o", name, "plain"]);
    assert_eq!(ran.code, 0, "{ran}");
}

#[test]
fn scripts_of_other_recordings_are_recorded_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a plain path").to_owned();
    let (first, second) = (path("first.jsonl"), path("second.jsonl"));
    let bench = concat!(env!("CARGO_MANIFEST_DIR"), "/harness/fixtures/bench/epochs-6.0.1.jsonl.gz");
    let ran = run(&["record", "--on", "reference@v6.12", "--scripts", bench, "-o", &first]);
    assert_eq!(ran.code, 0, "{ran}");
    let ran = run(&["record", "--on", "reference@v6.0", "--scripts", &first, "-o", &second]);
    assert_eq!(ran.code, 0, "{ran}");
    let scripts = |file: &str| {
        let text = fs::read_to_string(file).expect("a file");
        let lines = text.lines().skip(1).map(|line| line.split("\"answer\"").next().map(str::to_owned));
        lines.collect::<Vec<_>>()
    };
    assert_eq!(scripts(&first), scripts(&second));
    assert_eq!(scripts(&first).len(), 20);
    let ran = run(&["replay", &first, &second, bench]);
    assert!(ran.out.contains("on v6.12: 20 scripts, 20 agree"), "{ran}");
    assert!(ran.out.contains("on v6.0: 20 scripts, 20 agree"), "{ran}");
}

#[rstest]
#[case(&["record", "--on", "reference@v6.1"], "--output <FILE>")]
#[case(&["record", "--on", "reference@v6.1", "--scripts", "/no/such/file", "-o", "x"], "/no/such/file")]
#[case(&["record", "--on", "reference@v6.1", "-o", "x", "--random", "1", "claim"], "cannot be used with")]
#[case(&["record", "--on", "reference@v6.1", "--random", "1", "-o", "/no/such/folder/x"], "cannot write")]
fn what_makes_no_sense_is_refused(#[case] arguments: &[&str], #[case] message: &str) {
    let ran = run(arguments);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.err.contains(message), "{ran}");
}
