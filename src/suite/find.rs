// SPDX-License-Identifier: GPL-2.0-only
//! Finding cases: every `.yaml` file beneath a folder, named by its path.

use std::ffi::OsStr;
use std::fmt;
use std::fs::DirEntry;
use std::io;
use std::path::{Path, PathBuf};

/// What the name of a case's file ends with.
pub const EXTENSION: &str = "yaml";

/// The schema of a case file, beneath the folder of cases.
pub const SCHEMA: &str = "case.schema.json";

/// A case's file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseFile {
    /// The case's name: its path beneath the folder of cases, without extension, such as `reports/rk3288-vop`.
    /// It is the name of the trial and of the snapshot too.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// What a folder of cases holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The cases, by name.
    pub cases: Vec<CaseFile>,
    /// Files that are neither cases nor Markdown nor the schema.
    pub strays: Vec<PathBuf>,
}

/// A folder that could not be read.
#[derive(Debug)]
pub struct FindError {
    /// Which.
    pub folder: PathBuf,
    /// Why.
    pub error: io::Error,
}

impl fmt::Display for FindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read the folder {}: {}", self.folder.display(), self.error)
    }
}

impl std::error::Error for FindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// Finds all cases beneath `root`. Hidden entries are passed over, symbolic links to folders not followed.
///
/// Anything named `.yaml` is a case, be it a folder or unreadable: to say so is the loader's task, and fails
/// one case rather than the suite.
///
/// # Errors
/// A folder that cannot be read.
pub fn cases(root: &Path) -> Result<Found, FindError> {
    let mut found = Found::default();
    walk(root, &mut |path| {
        if path.extension() == Some(OsStr::new(EXTENSION)) {
            let name = name(root, &path);
            found.cases.push(CaseFile { name, path });
        } else if path.extension() != Some(OsStr::new("md")) && path != root.join(SCHEMA) {
            found.strays.push(path);
        }
    })?;
    found.cases.sort();
    found.strays.sort();
    Ok(found)
}

/// The case of this name, without a look at any other; `None` if there is none.
#[must_use]
pub fn exact(root: &Path, name: &str) -> Option<CaseFile> {
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':']);
    if !name.split('/').all(plain) {
        return None;
    }
    let path = root.join(format!("{name}.{EXTENSION}"));
    path.symlink_metadata().is_ok().then(|| CaseFile { name: name.into(), path })
}

/// Every file beneath `root` with its path; an entry named like a case counts as a file.
///
/// # Errors
/// A folder that cannot be read.
pub fn files(root: &Path) -> Result<Vec<PathBuf>, FindError> {
    let mut files = Vec::new();
    walk(root, &mut |path| files.push(path))?;
    files.sort();
    Ok(files)
}

fn walk(folder: &Path, visit: &mut impl FnMut(PathBuf)) -> Result<(), FindError> {
    let failed = |error| FindError { folder: folder.into(), error };
    for entry in folder.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if is_hidden(&entry) {
            continue;
        }
        let path = entry.path();
        if entry.file_type().map_err(failed)?.is_dir() && path.extension() != Some(OsStr::new(EXTENSION)) {
            walk(&path, visit)?;
        } else {
            visit(path);
        }
    }
    Ok(())
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// The path beneath `root` without extension, with `/` on every system.
fn name(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path).with_extension("");
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temporary folder");
        for folder in ["claim", "deep/er", "claim/folder.yaml", ".hidden"] {
            fs::create_dir_all(root.path().join(folder)).expect("created");
        }
        for file in [
            "claim/b.yaml",
            "claim/a.yaml",
            "deep/er/c.yaml",
            "README.md",
            "claim/d.yml",
            ".hidden/x.yaml",
            SCHEMA,
            "deep/case.schema.json",
        ] {
            fs::write(root.path().join(file), "").expect("written");
        }
        root
    }

    #[test]
    fn cases_are_found_by_name() {
        let root = folder();
        let found = cases(root.path()).expect("readable");
        let names: Vec<_> = found.cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names, ["claim/a", "claim/b", "claim/folder", "deep/er/c"]);
        assert_eq!(found.cases[3].path, root.path().join("deep/er/c.yaml"));
        assert_eq!(
            found.strays,
            ["claim/d.yml", "deep/case.schema.json"].map(|stray| root.path().join(stray))
        );
    }

    #[test]
    fn one_case_is_found_without_the_others() {
        let root = folder();
        let one = exact(root.path(), "claim/a").expect("there");
        assert_eq!(one, CaseFile { name: "claim/a".into(), path: root.path().join("claim/a.yaml") });
        for name in ["claim/z", "claim", "", "claim/", "/claim/a", "../claim/a", "claim/./a", ".hidden/x"] {
            assert_eq!(exact(root.path(), name), None, "{name}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let root = folder();
        let error = cases(&root.path().join("none")).expect_err("not there");
        assert!(error.to_string().starts_with("cannot read the folder "), "{error}");
    }
}
