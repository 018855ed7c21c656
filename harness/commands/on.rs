// SPDX-License-Identifier: GPL-2.0-only
//! Cases on other implementations, here the engine of another release.

use rstest::rstest;

use crate::support::{self, Ran, SEED, Suite, run};

/// A claim that every release with ownership allows, the report that the project began with, a case that v6.1 does
/// not have, and one that cannot be loaded.
fn suite() -> Suite {
    let later = support::case("A claim of later times", "ok").replace("steps:", "since: v6.6\nsteps:");
    Suite::of(&[
        ("claim/later.yaml", &later),
        ("claim/plain.yaml", &support::case("A claim", "ok")),
        ("reports/seed.yaml", SEED),
    ])
}

fn run_on(suite: &Suite, more: &[&str]) -> Ran {
    run(&[&["run", "--cases", suite.cases(), "--on", "reference@v6.1"], more].concat())
}

#[test]
fn an_engine_agrees_with_itself() {
    let ran = run_on(&suite(), &[]);
    assert_eq!(ran.code, 0, "{ran}");
    let summary = "reference v6.1 against v6.1: 2 agree, 0 deviate, \
                   1 skipped (1: the case is not for v6.1), 0 crashed";
    assert!(ran.out.contains(summary), "{ran}");
}

#[test]
fn a_deviation_is_told_with_both_sides() {
    let ran = run_on(&suite(), &["--release", "v5.18", "seed"]);
    assert_eq!(ran.code, 1, "{ran}");
    let told: Vec<&str> = ran.out.lines().collect();
    assert!(told[0].starts_with("reports/seed deviates: "), "{ran}");
    assert!(told[1].starts_with("    reference v6.1: "), "{ran}");
    assert!(told[2].starts_with("    reference v5.18: "), "{ran}");
    assert_eq!(told[3], "    dma-ownership explain reports/seed --release v5.18");
    assert!(told[4].contains("0 agree, 1 deviate, 0 skipped, 0 crashed"), "{ran}");
}

#[test]
fn several_run_side_by_side_in_the_order_asked_for() {
    let ran = run_on(&suite(), &["--on", "reference@v5.18", "--on", "reference"]);
    assert_eq!(ran.code, 0, "{ran}");
    let summaries: Vec<&str> = ran.out.lines().filter(|line| line.contains(" against ")).collect();
    let names: Vec<&str> =
        summaries.iter().map(|line| line.split(" against ").next().unwrap_or_default()).collect();
    assert_eq!(names[..2], ["reference v6.1", "reference v5.18"]);
    assert!(names[2].starts_with("reference v7."), "{ran}");
}

#[test]
fn what_cannot_be_opened_does_not_keep_others_from_running() {
    let ran = run_on(&suite(), &["--on", "reference@v9.9"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.err.contains("reference@v9.9: "), "{ran}");
    assert!(ran.out.contains("reference v6.1 against v6.1: 2 agree"), "{ran}");
}

#[test]
fn known_deviations_pass_and_expire() {
    let known = "deviates: [{ implementation: reference, releases: v5.19.., step: 2, reason: too early }]\n";
    let case = support::case("A claim", "ok") + known;
    let suite = Suite::of(&[("claim/known.yaml", &case)]);
    let ran = run(&["run", "--cases", suite.cases(), "--on", "reference@v5.18", "--release", "v5.19"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.contains("0 agree, 0 deviate, 0 skipped, 0 crashed, 1 deviate as known"), "{ran}");
    let ran = run_on(&suite, &[]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.out.contains("claim/known: known deviation no longer occurs: too early"), "{ran}");
    assert!(ran.out.contains("1 no longer deviate as known"), "{ran}");
}

#[rstest]
#[case("json", "\"result\": \"deviates\"")]
#[case("junit", "<failure message=\"deviates\">")]
#[case("ktap", "  not ok 1 reports/seed")]
fn deviations_show_in_every_format(#[case] format: &str, #[case] told: &str) {
    let ran = run_on(&suite(), &["--release", "v5.18", "seed", "--format", format]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.out.contains(told), "{ran}");
}

#[rstest]
#[case("json", "\"result\": \"skipped\"")]
#[case("junit", "<skipped message=\"the case is not for v6.1\"/>")]
#[case("ktap", "  ok 1 claim/later # SKIP the case is not for v6.1")]
fn skipped_cases_say_why_in_every_format(#[case] format: &str, #[case] told: &str) {
    let ran = run_on(&suite(), &["--format", format]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.contains(told), "{ran}");
}

#[rstest]
#[case(&["--on", "refer"], "`refer` is no implementation")]
#[case(&["--on", "reference@v6.1", "--release", "v6.1", "--release", "v6.2"], "give --release once")]
fn senseless_questions_are_refused(#[case] arguments: &[&str], #[case] message: &str) {
    let suite = suite();
    let ran = run(&[&["run", "--cases", suite.cases()], arguments].concat());
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.err.contains(message), "{ran}");
}
