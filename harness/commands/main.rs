// SPDX-License-Identifier: GPL-2.0-only
//! `cargo test --test commands`: the command line, as its users see it.

mod bisect;
mod fuzz;
mod kernel;
mod on;
mod record;
mod schema;
mod serve;
#[path = "../support/mod.rs"]
mod support;

use std::io::Read;
use std::process::{Command, Stdio};

use rstest::rstest;
use support::{Ran, Suite, command, read_recorded, recorded, run};

#[test]
fn without_a_command_all_cases_run() {
    let suite = Suite::of(&[("claim/plain.yaml", &support::case("A claim of a free group passes", "ok"))]);
    let ran = Ran::of(command().current_dir(suite.root()));
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.contains("claim/plain"), "{ran}");
    assert!(ran.out.contains("1 as expected, 0 not as expected, 0 that cannot be loaded"), "{ran}");
    assert!(!ran.out.contains('\u{1b}'), "no colours outside a terminal: {ran}");
}

#[test]
fn the_table_tells_what_changes() {
    let suite = Suite::of(&[("claim/plain.yaml", &support::case("A claim", "ok"))]);
    let ran = run(&["run", "--cases", suite.cases()]);
    let row = ran.out.lines().find(|line| line.contains("claim/plain")).expect("a row");
    assert!(row.contains("2 iommu_group_claim_dma_owner: absent | ok from commit:1ea2a07a532b"), "{row}");
}

#[test]
fn an_expectation_that_is_not_met_is_a_deviation() {
    let suite = Suite::of(&[
        ("claim/good.yaml", &support::case("A claim", "ok")),
        ("claim/bad.yaml", &support::case("Another claim", "EBUSY")),
    ]);
    let ran = run(&["run", "--cases", suite.cases()]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.out.contains("1 as expected, 1 not as expected, 0 that cannot be loaded"), "{ran}");
    let told = ran.out.lines().find(|line| line.starts_with("error: ")).expect("a message");
    assert!(
        told.contains("claim/bad.yaml:8: step 2 (line 8) `iommu_group_claim_dma_owner`: expected EBUSY"),
        "{told}"
    );
    assert!(told.contains(" at v5.19"), "{told}");
    let ran = run(&["run", "--cases", suite.cases(), "good"]);
    assert_eq!(ran.code, 0, "{ran}");
    let ran = run(&["run", "--cases", suite.cases(), "--release", "v5.18", "--release", "v5.15"]);
    assert_eq!(ran.code, 0, "the case expects nothing of v5.18: {ran}");
}

#[test]
fn a_known_deviation_passes_as_long_as_it_occurs() {
    let known =
        "deviates: [{ implementation: reference, releases: v5.19-rc1.., step: 2, reason: not modelled }]\n";
    let case = |outcome| support::case("A claim", outcome) + known;
    let suite = Suite::of(&[("claim/known.yaml", &case("EBUSY"))]);
    let ran = run(&["run", "--cases", suite.cases()]);
    assert_eq!(ran.code, 0, "{ran}");
    let suite = Suite::of(&[("claim/known.yaml", &case("ok"))]);
    let ran = run(&["run", "--cases", suite.cases()]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.out.contains("step 2: known deviation no longer occurs: not modelled"), "{ran}");
    let ran = run(&["run", "--cases", suite.cases(), "--release", "v5.18"]);
    assert_eq!(ran.code, 0, "it was not looked for there: {ran}");
}

#[test]
fn a_case_that_cannot_be_loaded_does_not_keep_others_from_running() {
    let suite = Suite::of(&[
        ("claim/good.yaml", &support::case("A claim", "ok")),
        ("claim/broken.yaml", "title: A claim\nsteps: []\n"),
    ]);
    let ran = run(&["run", "--cases", suite.cases()]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.out.contains("CANNOT BE LOADED"), "{ran}");
    assert!(ran.out.contains("1 as expected, 0 not as expected, 1 that cannot be loaded"), "{ran}");
}

#[rstest]
#[case(&["relases"], "unrecognized subcommand 'relases'")]
#[case(&["run", "--on", "windows"], "invalid value 'windows' for '--on <IMPLEMENTATION>'")]
#[case(&["run", "--format", "xml"], "invalid value 'xml' for '--format <FORMAT>'")]
#[case(&["run", "--release", "v9.9"], "unknown release `v9.9`")]
#[case(&["run", "claim/plian"], "no case is named `claim/plian`; do you mean `claim/plain`?")]
#[case(&["explain", "nothing-alike"], "no case is named `nothing-alike`")]
#[case(&["explain", "p"], "`p` is a part of several names: claim/plain, claim/plain-too")]
#[case(&["serve"], "the following required arguments were not provided")]
#[case(&["serve", "--release", "6.x"], "unknown release `6.x`")]
#[case(&["run", "--release", "6.1.0-56-amd64"], "such a name does not tell the stable release")]
#[case(&["replay"], "the following required arguments were not provided")]
fn usage_errors(#[case] arguments: &[&str], #[case] message: &str) {
    let case = support::case("A claim", "ok");
    let suite = Suite::of(&[("claim/plain.yaml", &case), ("claim/plain-too.yaml", &case)]);
    let ran = Ran::of(command().args(arguments).current_dir(suite.root()));
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.err.contains(message), "{ran}");
}

#[test]
fn no_cases_is_an_error() {
    let empty = Suite::of(&[]);
    let ran = Ran::of(command().current_dir(empty.root()).env_remove("CARGO_MANIFEST_DIR"));
    assert_eq!((ran.code, ran.err.contains("there is no case beneath")), (2, true), "{ran}");
    let ran = Ran::of(command().current_dir(empty.cases()).env_remove("CARGO_MANIFEST_DIR"));
    assert_eq!((ran.code, ran.err.contains("there is no folder `cases` here")), (2, true), "{ran}");
}

#[test]
fn what_cases_reach_is_counted() {
    let suite = Suite::of(&[("claim/plain.yaml", &support::case("A claim", "ok"))]);
    let ran = run(&["run", "--coverage", "--cases", suite.cases()]);
    assert_eq!(ran.code, 1, "one case does not reach everything: {ran}");
    assert!(ran.out.contains("\nnot reached: WARN NullOwner: a case is missing\n"), "{ran}");
    assert!(ran.out.contains("1 cases reach "), "{ran}");
    let ran = run(&["run", "--coverage", "--cases", suite.cases(), "--release", "v5.18", "--format", "json"]);
    assert_eq!(ran.code, 0, "one release need not reach everything: {ran}");
    let value: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(value["releases"][0]["name"], "v5.18");
    let feats = value["feats"].as_array().expect("a list");
    let claim = feats.iter().find(|feat| feat["what"] == "claim = Absent").expect("the rule");
    assert_eq!(claim["cases"]["v5.18"], 1);
    let ran = run(&["run", "--coverage", "--cases", suite.cases(), "--format", "ktap"]);
    assert_eq!(ran.code, 2, "{ran}");
}

#[test]
fn results_as_json() {
    let suite = Suite::of(&[
        ("claim/bad.yaml", &support::case("A claim", "EBUSY")),
        ("claim/broken.yaml", "title: A claim\n"),
    ]);
    let ran = run(&["run", "--cases", suite.cases(), "--format", "json"]);
    assert_eq!(ran.code, 1, "{ran}");
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(json["format"], 1);
    assert_eq!(json["summary"]["not_as_expected"], 1);
    assert_eq!(json["summary"]["not_loaded"], 1);
    let bad = &json["cases"][0];
    assert_eq!((&bad["name"], &bad["error"]), (&"claim/bad".into(), &serde_json::Value::Null));
    assert_eq!((&bad["unmet"][0]["step"], &bad["unmet"][0]["expected"]), (&2.into(), &"EBUSY".into()));
    let first = &bad["bands"][0];
    assert_eq!(first["first"], "v5.10");
    assert_eq!(first["steps"][1]["operation"], "iommu_group_claim_dma_owner g vfio");
    assert_eq!(first["steps"][1]["outcome"], "absent");
    assert!(json["cases"][1]["error"].as_str().is_some_and(|error| error.contains("broken.yaml")));
}

#[test]
fn results_as_junit_and_ktap() {
    let suite = Suite::of(&[
        ("attach/good.yaml", &support::case("A claim", "ok")),
        ("claim/bad.yaml", &support::case("Another claim", "EBUSY")),
        ("claim/broken.yaml", "title: A claim\n"),
    ]);
    let ran = run(&["run", "--cases", suite.cases(), "--format", "ktap"]);
    assert_eq!(ran.code, 1, "{ran}");
    let results: Vec<&str> = ran.out.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        results,
        ["KTAP version 1", "1..3", "ok 1 attach/good", "not ok 2 claim/bad", "not ok 3 claim/broken"]
    );
    let ran = run(&["run", "--cases", suite.cases(), "--format", "junit"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.out.contains(r#"tests="3" skipped="0" failures="1" errors="1""#), "{ran}");
    assert!(ran.out.contains(r#"<testcase name="good" classname="attach"/>"#), "{ran}");
    assert!(ran.out.contains(r#"<failure message="not as expected">"#), "{ran}");
}

#[test]
fn explain_tells_which_commit_decided() {
    let suite = Suite::of(&[("reports/vop.yaml", support::SEED)]);
    let ran = run(&["explain", "vop", "--cases", suite.cases(), "--release", "v6.1"]);
    assert_eq!(ran.code, 0, "{ran}");
    let story = ran.out.split("== v6.1").nth(1).expect("the release's story");
    let attach = story.split("3 iommu_attach_device drm vop = EBUSY").nth(1).expect("the attach");
    assert!(attach.contains("because: a domain is attached that may not be replaced"), "{attach}");
    assert!(attach.contains("decided by: attach_gate = "), "{attach}");
    assert!(attach.contains("EBUSY since commit 1ea2a07a532b in v5.19-rc1"), "{attach}");
    assert!(attach.contains("as it was before v5.10: ok"), "{attach}");
    assert!(attach.contains("domain mapping(vop), default_domain null, blocking_domain null"), "{attach}");
}

#[test]
fn explain_tells_a_band_once_and_says_when_no_rule_decides() {
    let suite = Suite::of(&[("reports/vop.yaml", support::SEED)]);
    let ran = run(&["explain", "reports/vop", "--cases", suite.cases()]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.contains("== v5.10 .. "), "{ran}");
    assert!(ran.out.contains("domain mapping(vop) -> drm"), "{ran}");
    assert!(ran.out.contains("as in the band before"), "{ran}");
    assert!(
        ran.out.contains("decided by: no rule that changed between the first and the last release"),
        "{ran}"
    );
}

#[test]
fn explain_takes_a_file_and_minds_its_limits() {
    let text = support::SEED.replace("topology:", "since: v6.0\nuntil: v6.2\ntopology:");
    let suite = Suite::of(&[("reports/vop.yaml", &text)]);
    let file = format!("{}/reports/vop.yaml", suite.cases());
    assert_eq!(run(&["explain", &file]).code, 0);
    let ran = run(&["explain", &file, "--release", "v6.3"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.err.contains("does not run on v6.3 (since v6.0, until v6.2)"), "{ran}");
}

#[test]
fn check_tells_places() {
    let suite = Suite::of(&[
        ("claim/good.yaml", &support::case("A claim", "ok")),
        ("claim/bad.yaml", &support::case("A claim", "EWHAT")),
    ]);
    let ran = run(&["check", "--cases", suite.cases()]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.out.contains("claim/bad.yaml:9:"), "{ran}");
    assert!(ran.out.ends_with("2 files, 1 that cannot be used\n"), "{ran}");
    let good = format!("{}/claim/good.yaml", suite.cases());
    let ran = run(&["check", &good]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "1 file, 0 that cannot be used\n"));
    let ran = run(&["check", suite.cases(), "nowhere.yaml"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.out.ends_with("3 files, 2 that cannot be used\n"), "{ran}");
}

#[test]
fn releases_and_changes_are_listed() {
    let ran = run(&["releases"]);
    assert_eq!(ran.code, 0, "{ran}");
    let words: Vec<Vec<&str>> = ran.out.lines().map(|line| line.split_whitespace().collect()).collect();
    for row in [
        vec!["v5.10", "-"],
        vec!["v6.1.192", "v6.1", "and"],
        vec!["commit:1ea2a07a532b", "1ea2a07a532b", "DMA", "ownership:"],
    ] {
        assert!(words.iter().any(|words| words.starts_with(&row)), "{row:?}: {ran}");
    }
    let ran = run(&["releases", "--changes"]);
    let row = ran.out.lines().find(|line| line.contains("1ea2a07a532b")).expect("a row");
    assert!(row.contains("v5.19-rc1") && row.contains("attach_gate = NotDefault"), "{row}");
}

#[test]
fn a_recording_replays() {
    let file = recorded("epochs-6.1.192.jsonl.gz");
    let ran = run(&["replay", &file]);
    assert_eq!((ran.code, ran.out), (0, format!("{file} on v6.1.192: 20 scripts, 20 agree\n")));
    let ran = run(&["replay", &recorded("epochs-6.0.1.jsonl.gz"), &file]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.contains(" on v6.0 (nearest known to v6.0.1): 20 scripts, 20 agree"), "{ran}");
    assert!(ran.out.ends_with("2 files: 40 scripts, 40 agree\n"), "{ran}");
}

#[test]
fn a_recording_does_not_replay_on_another_release() {
    let file = recorded("epochs-6.1.192.jsonl.gz");
    let ran = run(&["replay", &file, "--release", "v5.18", "--max", "1"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.out.contains("\n    recorded: ") && ran.out.contains("\n    computed: "), "{ran}");
    assert!(ran.out.contains("more that disagree"), "{ran}");
    let ran = run(&["replay", &file, "--release", "v5.18", "--list-ids"]);
    assert!(ran.out.lines().all(|line| line.starts_with(&format!("{file}\t"))), "{ran}");
    assert!(ran.out.lines().count() > 1, "{ran}");
}

#[test]
fn bad_recordings_are_told_by_place() {
    let suite = Suite::of(&[]);
    let good = read_recorded("epochs-6.1.192.jsonl.gz");
    let mut lines: Vec<&str> = good.lines().collect();
    lines.insert(2, "{\"ops\":[}");
    lines.insert(3, r#"{"id":"x","ops":["dance"],"steps":[],"crash":[]}"#);
    let file = suite.file("bad.jsonl", &lines.join("\n"));
    let ran = run(&["replay", &file]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.out.contains("20 scripts, 20 agree"), "{ran}");
    assert!(ran.err.contains(&format!("{file}:3: column 9: expected value")), "{ran}");
    assert!(ran.err.contains(&format!("{file}:4: script `x`: ops[0] `dance`: unknown operation")), "{ran}");
    let ran = run(&["replay", &suite.file("other.jsonl", &good.replace("6.1.192-2", "homemade"))]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.err.contains("cannot tell the release from package `homemade`"), "{ran}");
    let ran = run(&["replay", "nowhere.jsonl", &recorded("epochs-6.1.192.jsonl.gz")]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.err.contains("nowhere.jsonl: cannot read"), "{ran}");
    assert!(ran.out.contains("20 scripts, 20 agree"), "the others are replayed: {ran}");
}

#[rstest]
#[case(&["releases"])]
#[case(&["run", "--format", "json"])]
fn a_closed_pipe_is_no_panic(#[case] arguments: &[&str]) {
    let repository = env!("CARGO_MANIFEST_DIR");
    let mut child = command()
        .args(arguments)
        .current_dir(repository)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut told).expect("text");
    assert_eq!(told, "");
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn colours_are_for_those_who_want_them() {
    let coloured = |name: &str, value: &str| {
        let suite = Suite::of(&[("claim/plain.yaml", &support::case("A claim", "ok"))]);
        let mut command: Command = command();
        Ran::of(command.env(name, value).args(["run", "--cases", suite.cases()])).out.contains('\u{1b}')
    };
    assert!(coloured("CLICOLOR_FORCE", "1"));
    assert!(!coloured("NO_COLOR", "1"));
}
