// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership fuzz`: the engine at one release against the engine at another shows the whole way without a kernel.

use std::fs;
use std::path::Path;

use rstest::rstest;

use crate::support::{Ran, run};

/// The engine of one release against that of another; the folder gets the disagreements.
fn fuzz(on: &str, release: &str, seed: &str, more: &[&str], folder: &Path) -> Ran {
    let folder = folder.to_str().expect("a plain path");
    let on = format!("reference@{on}");
    let arguments = ["fuzz", "--on", &on, "--release", release, "--seed", seed, "--out", folder];
    run(&[&arguments[..], more].concat())
}

#[test]
fn one_release_agrees_with_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    for arch in ["generic", "arm32"] {
        let ran = fuzz("v6.12", "v6.12", "3", &["--scripts", "400", "--arch", arch], &out);
        assert_eq!(ran.code, 0, "{ran}");
        assert!(
            ran.out.starts_with("reference v6.12 against reference v6.12, seed 3: 400 scripts, "),
            "{ran}"
        );
        assert!(ran.out.contains("\n0 disagree in 0 ways, "), "{ran}");
    }
    assert!(!out.exists(), "there is nothing to write");
}

#[rstest]
// A driver's own domain over another one is refused from v5.19 on.
#[case("v5.18", "v5.19", "iommu-attach-device-returned", "EBUSY")]
#[case("v5.18", "v5.19", "bind-returned", "EBUSY")]
// A claim that fails at the second device is rolled back from v6.5 on.
#[case("commit:dcf40ed3a20d^", "commit:dcf40ed3a20d", "iommu-group-claim-dma-owner-call", "to dma(g0)")]
// A claim by the NULL owner is refused from v6.2 on.
#[case("v6.1", "v6.12", "iommu-group-claim-dma-owner-returned", "EINVAL")]
fn a_changed_rule_is_found_and_written_as_a_case(
    #[case] on: &str,
    #[case] release: &str,
    #[case] kind: &str,
    #[case] reference: &str,
) {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = fuzz(on, release, "3", &["--scripts", "3000"], folder.path());
    assert_eq!(ran.code, 1, "{ran}");
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder.path()).expect("a folder").flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let file = path.to_str().expect("a plain path");
        assert!(ran.out.contains(&format!("\n  {file}\n")), "{name}: {ran}");
        let checked = run(&["check", file]);
        assert_eq!(checked.code, 0, "{checked}");
        if name.starts_with(kind) {
            cases.push(fs::read_to_string(path).expect("a case"));
        }
    }
    let said = format!("#     reference {release}: ");
    let case = cases
        .iter()
        .find(|text| text.lines().any(|line| line.starts_with(&said) && line.contains(reference)));
    let case = case.unwrap_or_else(|| panic!("{kind} is not among what was written: {ran}"));
    assert!(case.contains(&format!("#     reference {on}: ")) && !case.contains("expect:"), "{case}");
    let steps = case.lines().filter(|line| line.starts_with("  - ")).count();
    assert!((2..=6).contains(&steps), "{case}");
}

#[test]
fn a_name_makes_its_script_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = fuzz("v5.18", "v5.19", "7", &["--scripts", "40"], folder.path());
    assert_eq!(ran.code, 1, "{ran}");
    let file = folder.path().join("bind-returned.yaml");
    let text = fs::read_to_string(&file).expect("binds are refused");
    let name = text.split_once("Shortened from s7-").expect("a name").1;
    let number: String = name.chars().take_while(char::is_ascii_digit).collect();
    let again = tempfile::tempdir().expect("a folder");
    let ran = fuzz("v5.18", "v5.19", "7", &["--from", &number, "--scripts", "1"], again.path());
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.out.contains(" 1 scripts, ") && ran.out.contains("\n1 disagree in 1 ways, "), "{ran}");
}

#[test]
fn what_scripts_reach_is_told() {
    let ran = run(&["fuzz", "--on", "reference@v6.12", "--reach", "--scripts", "200"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.starts_with("v6.12, seed 1: 200 scripts, "), "{ran}");
    assert!(ran.out.contains(" % rule claim: Blocking\n"), "{ran}");
}

#[rstest]
#[case(&["fuzz"], "--on <IMPLEMENTATION>")]
#[case(&["fuzz", "--on", "refrence"], "`refrence` is no implementation")]
#[case(&["fuzz", "--on", "reference@v9.9"], "v9.9")]
#[case(&["fuzz", "--on", "reference@v6.1", "--release", "v0.1"], "v0.1")]
fn what_makes_no_sense_is_refused(#[case] arguments: &[&str], #[case] message: &str) {
    let ran = run(arguments);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.err.contains(message), "{ran}");
}
