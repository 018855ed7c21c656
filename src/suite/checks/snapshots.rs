// SPDX-License-Identifier: GPL-2.0-only
//! Cases and snapshots belong together one to one.

use std::collections::BTreeSet;
use std::path::Path;

use crate::suite::find::{self, FindError, Found};

/// What the name of a snapshot ends with.
const REVIEWED: &str = ".snap";

/// What the name of a snapshot that waits for review ends with.
const PENDING: &str = ".snap.new";

/// Lists files in the folder of snapshots that belong to no case.
///
/// # Errors
/// A folder that cannot be read.
pub fn orphans(found: &Found, root: &Path) -> Result<Vec<String>, FindError> {
    let cases: BTreeSet<&str> = found.cases.iter().map(|case| case.name.as_str()).collect();
    let problems = files(root)?.into_iter().filter_map(|file| {
        let case = file.strip_suffix(REVIEWED).or_else(|| file.strip_suffix(PENDING));
        match case {
            Some(case) if cases.contains(case) => None,
            Some(case) => Some(format!("{file}: there is no case {case}; remove the snapshot")),
            None => Some(format!("{file}: is no snapshot; remove it")),
        }
    });
    Ok(problems.collect())
}

/// Lists cases without a reviewed snapshot.
///
/// # Errors
/// A folder that cannot be read.
pub fn missing(found: &Found, root: &Path) -> Result<Vec<String>, FindError> {
    let files: BTreeSet<String> = files(root)?.into_iter().collect();
    let lacking = found.cases.iter().filter(|case| !files.contains(&format!("{}{REVIEWED}", case.name)));
    Ok(lacking.map(|case| format!("{}: has no reviewed snapshot", case.name)).collect())
}

/// Paths beneath the folder of snapshots; none when there is no such folder yet.
fn files(root: &Path) -> Result<Vec<String>, FindError> {
    if !root.exists() {
        return Ok(Vec::new());
    }
    let beneath = |path: &Path| {
        let below = path.strip_prefix(root).unwrap_or(path);
        below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    };
    Ok(find::files(root)?.iter().map(|path| beneath(path)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::find::CaseFile;
    use std::fs;

    #[test]
    fn cases_and_snapshots_are_held_against_each_other() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(root.path().join("claim")).expect("created");
        for file in
            ["claim/a.snap", "claim/b.snap.new", "claim/gone.snap", "claim/gone.snap.new", "claim/note.txt"]
        {
            fs::write(root.path().join(file), "").expect("written");
        }
        let case = |name: &str| CaseFile { name: name.into(), path: name.into() };
        let found = Found { cases: vec![case("claim/a"), case("claim/b")], strays: Vec::new() };
        assert_eq!(
            orphans(&found, root.path()).expect("readable"),
            [
                "claim/gone.snap: there is no case claim/gone; remove the snapshot",
                "claim/gone.snap.new: there is no case claim/gone; remove the snapshot",
                "claim/note.txt: is no snapshot; remove it",
            ]
        );
        assert_eq!(missing(&found, root.path()).expect("readable"), ["claim/b: has no reviewed snapshot"]);
        assert_eq!(missing(&found, &root.path().join("none")).expect("no folder").len(), 2);
    }
}
