// SPDX-License-Identifier: GPL-2.0-only
//! What becomes of a single case's trial.

use super::suite::Suite;

super::tests! {
    good_suite_passes,
    changed_snapshot_fails_its_trial_alone,
    change_at_some_releases_names_them,
    new_snapshot_is_shown,
    new_snapshot_waits_for_review,
    nothing_is_written_in_ci,
    insta_can_make_all_pass,
    changed_title_is_a_change,
    case_that_cannot_be_loaded_fails_alone,
    unmet_expectation_fails_although_the_snapshot_holds,
    snapshot_that_cannot_be_read_fails_its_trial,
}

const OBSERVE: &str = "snapshots/look/observe.snap";

fn good_suite_passes() {
    let output = Suite::blessed("good").run(&[]);
    assert_eq!(
        output.stdout,
        "
running 10 tests
test claim/first-claim       ... ok
test look/observe            ... ok
test suite/names             ... ok
test suite/folder-sizes      ... ok
test suite/key-order         ... ok
test suite/orphan-snapshots  ... ok
test suite/missing-snapshots ... ok
test suite/titles            ... ok
test suite/copies            ... ok
test suite/redundant         ... ok

test result: ok. 10 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out

"
    );
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
}

fn changed_snapshot_fails_its_trial_alone() {
    let suite = Suite::blessed("good");
    suite.replace(OBSERVE, "1 observe", "1 observe = EBUSY");
    let output = suite.run(&[]);
    assert_eq!(
        output.failure("look/observe"),
        "\
SUITE/cases/look/observe.yaml: Looking changes nothing

SUITE/snapshots/look/observe.snap differs at every release (- reviewed, + observed):

 source: commit:1ea2a07a532b

 == v5.10 ..
-1 observe = EBUSY
+1 observe

run again: cargo test --test conformance -- --exact look/observe
review:    cargo insta review
accept:    INSTA_UPDATE=always cargo test --test conformance -- --exact look/observe"
    );
    assert_eq!(
        output.summary(),
        "test result: FAILED. 9 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out"
    );
    assert_eq!((output.code, output.stderr.as_str()), (Some(101), ""), "no word of insta, no backtrace");
}

fn change_at_some_releases_names_them() {
    let suite = Suite::blessed("good");
    let snapshot = "snapshots/claim/first-claim.snap";
    suite.replace(snapshot, "== v6.6-rc1 .. v6.12\n", "== v6.6-rc1 .. v6.11\n");
    suite.replace(snapshot, "== v6.13-rc1 ..\n", "== v6.12 ..\n");
    let output = suite.run(&["claim/"]);
    let expected = "\
SUITE/cases/claim/first-claim.yaml: An unused group can be claimed

SUITE/snapshots/claim/first-claim.snap differs at v6.12-rc1 .. v6.12 (- reviewed, + observed):
";
    assert!(output.failure("claim/first-claim").starts_with(expected), "{output:#?}");
}

fn new_snapshot_is_shown() {
    let suite = Suite::copy_of("good");
    let output = suite.run(&["look/"]);
    assert_eq!(
        output.failure("look/observe"),
        "\
SUITE/cases/look/observe.yaml: Looking changes nothing

SUITE/snapshots/look/observe.snap does not exist yet. Observed:

title: Looking changes nothing
source: commit:1ea2a07a532b

== v5.10 ..
1 observe

run again: cargo test --test conformance -- --exact look/observe
review:    cargo insta review
accept:    INSTA_UPDATE=always cargo test --test conformance -- --exact look/observe"
    );
    assert!(!suite.path("snapshots").exists(), "INSTA_UPDATE=no writes nothing");
}

fn new_snapshot_waits_for_review() {
    let suite = Suite::copy_of("good");
    let output = suite.run_with(&["look/"], &[("INSTA_UPDATE", "auto")]);
    assert_eq!(output.code, Some(101));
    assert!(suite.read("snapshots/look/observe.snap.new").contains("1 observe\n"));
    assert!(!suite.path(OBSERVE).exists());
}

fn nothing_is_written_in_ci() {
    let suite = Suite::copy_of("good");
    let output = suite.run_with(&[], &[("INSTA_UPDATE", "auto"), ("CI", "true")]);
    assert_eq!(output.code, Some(101));
    assert!(!suite.path("snapshots").exists());
}

fn insta_can_make_all_pass() {
    let suite = Suite::copy_of("good");
    let output = suite.run_with(&[], &[("INSTA_UPDATE", "new"), ("INSTA_FORCE_PASS", "1")]);
    assert_eq!(
        output.summary(),
        "test result: ok. 9 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out"
    );
    assert_eq!(
        output.line("suite/missing-snapshots"),
        "test suite/missing-snapshots ... ignored (snapshots are being written)"
    );
    assert!(suite.path("snapshots/look/observe.snap.new").exists());
}

fn changed_title_is_a_change() {
    let suite = Suite::blessed("good");
    suite.replace("cases/look/observe.yaml", "Looking changes nothing", "Nothing is changed by looking");
    let output = suite.run(&["look/"]);
    let failure = output.failure("look/observe");
    assert!(
        failure.contains("observe.snap differs in its head, or in the commits that it names (- reviewed, + observed):\n\n-title: "),
        "{failure}"
    );
}

fn case_that_cannot_be_loaded_fails_alone() {
    let output = Suite::blessed("bad-case").run(&["look/"]);
    assert_eq!(
        output.failure("look/unknown-step"),
        "SUITE/cases/look/unknown-step.yaml:6:5: unknown step `observ`\n  hint: did you mean `observe`?"
    );
    assert_eq!(
        output.failure("look/folder"),
        "SUITE/cases/look/folder.yaml: is not a file\n  hint: a case is a file `cases/<area>/<slug>.yaml`"
    );
    assert_eq!(output.line("look/observe"), "test look/observe      ... ok");
    assert_eq!(
        output.summary(),
        "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 8 filtered out"
    );
}

fn unmet_expectation_fails_although_the_snapshot_holds() {
    let output = Suite::blessed("unmet").run(&["claim/"]);
    assert_eq!(
        output.failure("claim/first-claim"),
        "\
SUITE/cases/claim/first-claim.yaml: An unused group can be claimed, they say

not as the case expects:

SUITE/cases/claim/first-claim.yaml:7: step 2 (line 7) `iommu_group_claim_dma_owner`: expected 0 at v5.17 .. commit:1ea2a07a532b^, got absent
SUITE/cases/claim/first-claim.yaml:7: step 2 (line 7) `iommu_group_claim_dma_owner`: expected EPERM at v6.1 .. v7.3, got 0

run again: cargo test --test conformance -- --exact claim/first-claim"
    );
}

fn snapshot_that_cannot_be_read_fails_its_trial() {
    let suite = Suite::blessed("good");
    std::fs::write(suite.path(OBSERVE), b"---\n\xff\xfe\n---\n").expect("written");
    let output = suite.run(&["look/"]);
    assert_eq!(
        output.failure("look/observe"),
        "\
SUITE/cases/look/observe.yaml: Looking changes nothing

SUITE/snapshots/look/observe.snap: this is no snapshot; remove it and run again

run again: cargo test --test conformance -- --exact look/observe"
    );
}
