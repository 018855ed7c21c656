// SPDX-License-Identifier: GPL-2.0-only
//! Bad case files: for each kind of mistake a fixture, and the exact words that its author reads.

#[path = "../schema/mod.rs"]
mod case_schema;
mod mistakes;
mod schema;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dma_ownership::case::{self, CaseError, MAX_BYTES};
use mistakes::{IOMMUFD, Mistake, NAMES, NUMBERS, RELEASES, SHAPE, SWEEPS, TEXT, WORDS};
use rstest::rstest;

/// Long enough for a slow and busy machine, far too short for anything that grows without bound.
const PATIENCE: Duration = Duration::from_secs(5);

fn fixture(name: &str) -> PathBuf {
    Path::new("harness/fixtures/bad").join(name).with_extension("yaml")
}

fn error_of(path: &Path) -> CaseError {
    let start = Instant::now();
    let error = match case::load(path) {
        Ok(case) => panic!("{} loads as `{}`", path.display(), case.title),
        Err(error) => error,
    };
    assert!(start.elapsed() < PATIENCE, "{} took {:?}", path.display(), start.elapsed());
    error
}

#[rstest]
#[case::shape(SHAPE)]
#[case::sweeps(SWEEPS)]
#[case::text(TEXT)]
#[case::names(NAMES)]
#[case::numbers(NUMBERS)]
#[case::releases(RELEASES)]
#[case::words(WORDS)]
#[case::iommufd(IOMMUFD)]
fn a_mistake_is_told_with_its_place_and_a_hint(#[case] mistakes: &[Mistake]) {
    let mut wrong = Vec::new();
    for (name, message, hint) in mistakes {
        let path = fixture(name);
        let told = error_of(&path).to_string();
        let hint = if hint.is_empty() { String::new() } else { format!("\n  hint: {hint}") };
        let expected = format!("{}{message}{hint}", path.display());
        if told != expected {
            wrong.push(format!("--- expected\n{expected}\n+++ told\n{told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn all() -> impl Iterator<Item = &'static Mistake> {
    [SHAPE, TEXT, NAMES, NUMBERS, RELEASES, WORDS, IOMMUFD, SWEEPS].into_iter().flatten()
}

#[test]
fn every_fixture_is_told_of() {
    let told: BTreeSet<PathBuf> = all().map(|mistake| fixture(mistake.0)).collect();
    let entries = fs::read_dir("harness/fixtures/bad").expect("the folder of fixtures");
    let there: BTreeSet<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(told, there);
}

#[test]
fn every_kind_of_mistake_that_a_text_can_have_has_a_fixture() {
    let kind = |words: &str| words.split([' ', '(', '{', ',']).next().unwrap_or_default().to_owned();
    let told: BTreeSet<String> =
        all().map(|mistake| kind(&format!("{:?}", error_of(&fixture(mistake.0)).problem))).collect();
    let source = include_str!("../../src/case/error.rs").lines().map(str::trim);
    let declared = source.clone().zip(source.skip(1)).filter(|(line, _)| line.starts_with("#[error("));
    let declared: BTreeSet<String> = declared.map(|(_, next)| kind(next)).collect();
    let of_files: BTreeSet<String> = ["Unreadable", "NotAFile", "TooLarge"].map(str::to_owned).into();
    assert_eq!(declared.difference(&told).cloned().collect::<BTreeSet<_>>(), of_files);
}

#[test]
fn a_folder_is_not_a_case() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.yaml");
    fs::create_dir(&path).expect("a folder in it");
    assert_eq!(
        error_of(&path).to_string(),
        format!("{}: is not a file\n  hint: a case is a file `cases/<area>/<slug>.yaml`", path.display())
    );
}

#[test]
fn a_hundred_megabytes_are_refused_unread() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.yaml");
    File::create(&path).and_then(|file| file.set_len(100 << 20)).expect("a sparse file");
    assert_eq!(
        error_of(&path).to_string(),
        format!(
            "{}: 104857600 bytes; a case has at most {MAX_BYTES}\n  hint: split it, or take out what does not matter",
            path.display()
        )
    );
}

#[test]
fn what_is_not_there_cannot_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.yaml");
    assert_eq!(error_of(&path).to_string(), format!("{}: cannot be read: entity not found", path.display()));
}

#[cfg(unix)]
#[rstest]
#[case::a_link_to_nothing("nothing", "cannot be read: entity not found")]
#[case::a_link_to_itself("x.yaml", "cannot be read: ")]
#[case::a_device_without_end(
    "/dev/zero",
    "is not a file\n  hint: a case is a file `cases/<area>/<slug>.yaml`"
)]
fn a_link_that_leads_to_no_file(#[case] target: &str, #[case] expected: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.yaml");
    std::os::unix::fs::symlink(target, &path).expect("a link");
    let told = error_of(&path).to_string();
    assert!(told.starts_with(&format!("{}: {expected}", path.display())), "{told}");
}

/// Who may read everything, such as root, can read this too: then there is nothing to refuse.
#[cfg(unix)]
#[test]
fn a_file_that_must_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.yaml");
    fs::write(&path, "title: x\n").expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("its mode");
    let told = error_of(&path).to_string();
    let refused = format!("{}: cannot be read: permission denied", path.display());
    let readable = File::open(&path).is_ok();
    assert_eq!(told == refused, !readable, "{told}");
}

/// Texts of the largest size allowed, made of one piece again and again: what could cost a parser quadratic
/// time or a deep stack.
#[rstest]
fn a_text_of_one_piece_is_refused_in_no_time(
    #[values("", "title: x\n", "title: x\nsteps:\n  - ", "title: x\ngiven: {")] start: &str,
) {
    const PIECES: &[&str] = &[
        "[",
        "{",
        "- ",
        "? ",
        "[]",
        "{a: ",
        "a: ",
        "a:\n",
        "- a\n",
        "a: 1\n",
        "'",
        "\"",
        "|\n",
        "\n",
        "!",
        "&a ",
        "*a ",
        "<<: ",
        "---\n",
        "...\n",
        ",",
        ":",
        "::",
        "\\",
        "- - ",
        "[a,",
        "|",
        "- |\n",
        "? a\n",
        "?\n",
        "? - ",
        "\r",
        "%a\n",
        "@",
        "]",
        "}",
        "\"a\": ",
        "title: x\n",
        "é",
        "\0",
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.yaml");
    let room = usize::try_from(MAX_BYTES).expect("a small number") - start.len();
    for piece in PIECES {
        fs::write(&path, format!("{start}{}", piece.repeat(room / piece.len()))).expect("a file");
        error_of(&path);
    }
}
