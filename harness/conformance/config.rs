// SPDX-License-Identifier: GPL-2.0-only
//! Where the suite lies, and who runs it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A folder of cases to run instead of the repository's `cases/`. The checks that need this repository's own
/// suite, such as that every rule is reached, are not among the trials then.
const CASES: &str = "DMA_OWNERSHIP_CASES";

/// The folder of snapshots, instead of `snapshots/` beside the folder of cases.
const SNAPSHOTS: &str = "DMA_OWNERSHIP_SNAPSHOTS";

/// When `1`, looking for more cases than the one that `--exact` names is an error. Tests of the harness set it.
const SCAN_FORBIDDEN: &str = "DMA_OWNERSHIP_SCAN_FORBIDDEN";

/// What `cargo nextest` sets to `1` for the tests it runs.
const NEXTEST: &str = "NEXTEST";

/// Where the suite lies, and who runs it.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of cases.
    pub cases: PathBuf,
    /// The folder of snapshots.
    pub snapshots: PathBuf,
    /// Is it this repository's own suite?
    pub own_suite: bool,
    /// Is a scan of the folder of cases an error?
    pub scan_forbidden: bool,
    /// Does nextest run us? Then a trial that is not there is an error.
    pub nextest: bool,
}

impl Config {
    pub fn from_environment() -> Config {
        let folder =
            |variable| env::var_os(variable).filter(|value: &OsString| !value.is_empty()).map(absolute);
        let is_set = |variable| env::var_os(variable).is_some_and(|value| value == "1");
        let elsewhere = folder(CASES);
        let own_suite = elsewhere.is_none();
        let cases = elsewhere.unwrap_or_else(|| repository().join("cases"));
        let beside = cases.parent().unwrap_or(&cases).join("snapshots");
        Config {
            snapshots: folder(SNAPSHOTS).unwrap_or(beside),
            cases,
            own_suite,
            scan_forbidden: is_set(SCAN_FORBIDDEN),
            nextest: is_set(NEXTEST),
        }
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn absolute(folder: OsString) -> PathBuf {
    repository().join(folder)
}

/// A path as messages show it: within the repository from its top, so that it can be clicked on.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap_or(path).display().to_string()
}
