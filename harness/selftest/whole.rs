// SPDX-License-Identifier: GPL-2.0-only
//! What becomes of the checks of a suite as a whole.

use super::suite::Suite;

super::tests! {
    orphan_snapshot_is_told,
    missing_snapshot_is_told,
    duplicate_titles_are_told,
    near_copies_are_told,
    bad_layout_is_told,
    large_folder_is_told,
    checks_see_all_cases_when_few_are_selected,
    coverage_is_asked_of_our_own_suite_only,
}

fn orphan_snapshot_is_told() {
    let suite = Suite::blessed("good");
    suite.write("snapshots/look/gone.snap", "---\nsource: x\n---\n");
    let output = suite.run(&[]);
    assert_eq!(
        output.failure("suite/orphan-snapshots"),
        "look/gone.snap: there is no case look/gone; remove the snapshot"
    );
    assert_eq!(
        output.summary(),
        "test result: FAILED. 9 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out"
    );
}

fn missing_snapshot_is_told() {
    let suite = Suite::blessed("good");
    std::fs::remove_file(suite.path("snapshots/look/observe.snap")).expect("removed");
    let output = suite.run(&["suite/missing"]);
    assert_eq!(output.failure("suite/missing-snapshots"), "look/observe: has no reviewed snapshot");
}

fn duplicate_titles_are_told() {
    let output = Suite::blessed("duplicate-titles").run(&["suite/titles"]);
    assert_eq!(
        output.failure("suite/titles"),
        "look/observe, look/twice: all are titled \"Looking changes nothing\""
    );
}

fn near_copies_are_told() {
    let output = Suite::blessed("near-copies").run(&["suite/"]);
    assert_eq!(output.failure("suite/copies"), "look/observe, look/other-names: differ in names only");
    assert_eq!(
        output.failure("suite/redundant"),
        "look/observe: every step of it is in other cases too\n\
         look/other-names: every step of it is in other cases too"
    );
}

fn bad_layout_is_told() {
    let output = Suite::blessed("bad-layout").run(&["suite/"]);
    assert_eq!(
        output.failure("suite/names"),
        "\
look/Observe_it: may have small letters, digits and single hyphens only
loose: is in no area; move it into a folder
SUITE/cases/look/stray.yml: is neither a case (.yaml) nor a note (.md)"
    );
    assert_eq!(
        output.failure("suite/key-order"),
        "SUITE/cases/look/Observe_it.yaml: `title` stands after `sources`; the order is title, sources, reports, why, since, \
         until, topology, given, steps, sweep, deviates"
    );
}

fn large_folder_is_told() {
    let suite = Suite::copy_of("good");
    for number in 0..100 {
        suite.write(&format!("cases/look/more-{number}.yaml"), "");
    }
    let output = suite.run(&["suite/folder-sizes"]);
    assert_eq!(output.failure("suite/folder-sizes"), "look: holds 101 cases, more than 100; divide it");
}

fn checks_see_all_cases_when_few_are_selected() {
    let suite = Suite::blessed("duplicate-titles");
    for arguments in [&["titles"][..], &["--exact", "suite/titles"], &["--skip", "look"]] {
        let output = suite.run(arguments);
        assert!(output.failure("suite/titles").starts_with("look/observe, look/twice: "), "{arguments:?}");
    }
}

fn coverage_is_asked_of_our_own_suite_only() {
    let output = Suite::blessed("good").run(&["--list", "--format", "terse"]);
    assert!(!output.stdout.contains("suite/rules"), "{output:#?}");
}
