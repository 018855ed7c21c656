// SPDX-License-Identifier: GPL-2.0-only
//! Arguments and variables.

use super::suite::Suite;

super::tests! {
    list_has_a_line_for_each_trial_and_nothing_else,
    list_of_ignored_trials_is_empty,
    filter_selects_by_part_of_the_name,
    skip_leaves_out,
    exact_name_reads_one_case_only,
    exact_name_of_nothing_runs_nothing,
    exact_name_of_nothing_is_an_error_under_nextest,
    empty_suite_is_an_error,
    suite_that_is_not_there_is_an_error,
    snapshots_may_be_elsewhere,
    wrong_insta_variable_is_told_once,
    unknown_argument_is_told,
    several_threads_find_the_same,
}

fn list_has_a_line_for_each_trial_and_nothing_else() {
    let output = Suite::copy_of("good").run(&["--list", "--format", "terse"]);
    assert_eq!(
        output.stdout,
        "\
claim/first-claim: test
look/observe: test
suite/names: test
suite/folder-sizes: test
suite/key-order: test
suite/orphan-snapshots: test
suite/missing-snapshots: test
suite/titles: test
suite/copies: test
suite/redundant: test
"
    );
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
}

fn list_of_ignored_trials_is_empty() {
    let output = Suite::copy_of("good").run(&["--list", "--format", "terse", "--ignored"]);
    assert_eq!((output.stdout.as_str(), output.code), ("", Some(0)));
}

fn filter_selects_by_part_of_the_name() {
    let output = Suite::blessed("good").run(&["first"]);
    assert_eq!(
        output.stdout,
        "
running 1 test
test claim/first-claim ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out

"
    );
}

fn skip_leaves_out() {
    let output = Suite::blessed("good").run(&["--skip", "suite/", "--skip", "claim/"]);
    assert_eq!(
        output.summary(),
        "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out"
    );
    assert_eq!(output.line("look/observe"), "test look/observe ... ok");
}

const NO_SCAN: (&str, &str) = ("DMA_OWNERSHIP_SCAN_FORBIDDEN", "1");

fn exact_name_reads_one_case_only() {
    let suite = Suite::blessed("good");
    let output = suite.run_with(&["--exact", "look/observe"], &[NO_SCAN]);
    assert_eq!(
        output.stdout,
        "
running 1 test
test look/observe ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out

"
    );
    let output = suite.run_with(&["--exact", "look/observe", "--nocapture"], &[NO_SCAN, ("NEXTEST", "1")]);
    assert_eq!(output.code, Some(0), "as nextest calls it");
    for arguments in
        [&["look/observe"][..], &["--exact", "look/none"], &["--exact", "look/observe", "--skip", "x"]]
    {
        let output = suite.run_with(arguments, &[NO_SCAN]);
        assert_eq!(output.stderr, "error: the folder of cases was to be scanned\n", "{arguments:?}");
    }
}

fn exact_name_of_nothing_runs_nothing() {
    let output = Suite::copy_of("good").run(&["--exact", "look/none"]);
    assert_eq!(
        output.summary(),
        "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 10 filtered out"
    );
}

fn exact_name_of_nothing_is_an_error_under_nextest() {
    let output = Suite::copy_of("good").run_with(&["--exact", "look/none"], &[("NEXTEST", "1")]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(101), "error: there is no trial look/none\n"));
}

fn empty_suite_is_an_error() {
    let output = Suite::copy_of("empty").run(&[]);
    assert_eq!(output.stderr, "error: there is no case beneath SUITE/cases\n");
    assert_eq!((output.code, output.stdout.as_str()), (Some(101), ""));
}

fn suite_that_is_not_there_is_an_error() {
    let suite = Suite::copy_of("good");
    let nowhere = suite.path("nowhere").display().to_string();
    let output = suite.run_with(&[], &[("DMA_OWNERSHIP_CASES", &nowhere)]);
    assert!(output.stderr.starts_with("error: cannot read the folder SUITE/nowhere: "), "{output:#?}");
    assert_eq!(output.code, Some(101));
}

fn snapshots_may_be_elsewhere() {
    let suite = Suite::blessed("good");
    std::fs::rename(suite.path("snapshots"), suite.path("elsewhere")).expect("renamed");
    let elsewhere = suite.path("elsewhere").display().to_string();
    let output = suite.run_with(&[], &[("DMA_OWNERSHIP_SNAPSHOTS", &elsewhere)]);
    assert_eq!(output.code, Some(0), "{output:#?}");
}

fn wrong_insta_variable_is_told_once() {
    let output = Suite::blessed("good").run_with(&[], &[("INSTA_OUTPUT", "bogus")]);
    assert_eq!(output.stderr, "error: INSTA_OUTPUT is \"bogus\"; insta knows diff, summary, minimal, none\n");
    assert_eq!((output.code, output.stdout.as_str()), (Some(101), ""));
}

fn unknown_argument_is_told() {
    let output = Suite::blessed("good").run(&["--shuffle"]);
    assert!(output.stderr.contains("unexpected argument '--shuffle'"), "{output:#?}");
    assert_eq!(output.code, Some(2));
}

fn several_threads_find_the_same() {
    let suite = Suite::blessed("good");
    suite.replace("snapshots/look/observe.snap", "1 observe", "1 observe = EBUSY");
    let alone = suite.run(&["--test-threads", "1"]);
    let together = suite.run(&["--test-threads", "4"]);
    assert_eq!(alone.failure("look/observe"), together.failure("look/observe"));
    assert_eq!(alone.summary(), together.summary());
}
