// SPDX-License-Identifier: GPL-2.0-only
//! Which commit made a case of the suite come out differently.

use rstest::rstest;

use crate::support::run;

/// The lines after the one that names the case.
fn told(arguments: &[&str]) -> (i32, Vec<String>) {
    let ran = run(&[&["bisect"], arguments].concat());
    (ran.code, ran.out.lines().skip(1).map(str::to_owned).collect())
}

fn commits(lines: &[String]) -> Vec<&str> {
    let heads = lines.iter().filter(|line| !line.starts_with(' '));
    heads.map(|line| line.split(' ').next().unwrap_or_default()).collect()
}

#[test]
fn the_report_that_the_project_began_with() {
    let case = "reports/rk3288-vop-attach-busy";
    let (code, lines) = told(&[case, "--good", "v5.18", "--bad", "v5.19"]);
    assert_eq!((code, commits(&lines)), (0, vec!["1ea2a07a532b"]));
    assert_eq!(lines[1], "    step 3 iommu_attach_device drm ff930000.vop: returned: ok -> EBUSY");
}

#[test]
fn all_flips_of_a_case_that_broke_was_mended_and_broke_again() {
    let (code, lines) = told(&["reports/amd-apu-hdaudio-identity-v2"]);
    assert_eq!((code, commits(&lines)), (0, vec!["512881eacfa7", "2380f1e8195e", "189116d5ad54"]));
    let came: Vec<&str> = lines.iter().filter_map(|line| line.split(": returned: ").nth(1)).collect();
    assert_eq!(came, ["ok -> EBUSY", "EBUSY -> ok", "ok -> EBUSY"]);
}

#[test]
fn what_a_release_lacks_is_told_as_such() {
    let (code, lines) = told(&["claim/null-owner", "--good", "v6.12", "--bad", "v6.1"]);
    assert_eq!((code, lines[0].as_str()), (0, "v6.1 does not have this commit:"));
    assert!(lines[1].starts_with("89395ccedbc1 v6.2-rc1 "), "{lines:?}");
}

#[rstest]
#[case::backport("6.12.21-1", "6.12.57-1", "b46064a18810")]
#[case::across_branches("6.6.9", "6.12.117-1~deb12u1", "b46064a18810")]
fn stable_and_distribution_versions_are_bisected(#[case] good: &str, #[case] bad: &str, #[case] id: &str) {
    let (code, lines) = told(&["use/defer-comes-before-busy", "--good", good, "--bad", bad]);
    assert_eq!((code, commits(&lines)), (0, vec![id]), "{lines:?}");
}

#[test]
fn what_comes_out_the_same_has_no_culprit() {
    let (code, lines) =
        told(&["reports/rk3288-vop-attach-busy", "--good", "v6.1", "--bad", "v6.2", "--step", "3"]);
    assert_eq!((code, lines), (1, vec!["the same at v6.1 and v6.2".to_owned()]));
}

#[rstest]
#[case(&["claim/null-owner", "--good", "v6.1"], "--bad")]
#[case(&["claim/null-owner", "--step", "77"], "there is no step 77: the case has")]
#[case(&["claim/null-owner", "--step", "0"], "there is no step 0")]
#[case(&["claim/no-such-owner"], "do you mean `claim/")]
#[case(&["claim/null-owner", "--good", "v6.1", "--bad", "6.x"], "unknown release `6.x`")]
fn senseless_questions_are_refused(#[case] arguments: &[&str], #[case] message: &str) {
    let ran = run(&[&["bisect"], arguments].concat());
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.err.contains(message), "{ran}");
}
