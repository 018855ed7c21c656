// SPDX-License-Identifier: GPL-2.0-only
//! Words for releases, and the point of history that each leads to.

use dma_ownership::history::find;

const WRITTEN: &str = "a release is written v6.1, v6.1-rc3, v6.1.192 or commit:1ea2a07a532b";
const OUTSIDE: &str = "releases from v5.10 to v7.3 are known";
const ABI: &str = "such a name does not tell the stable release; give the version of the package, which `uname -v` ends with";
const NO_COMMIT: &str =
    "only commits that changed behaviour are known: `dma-ownership releases --changes` lists them";

/// What was asked for, the point, and the release that it stands in for.
const FOUND: &[(&str, &str, Option<&str>)] = &[
    ("v5.10", "v5.10", None),
    ("v7.3", "v7.3", None),
    ("6.1", "v6.1", None),
    ("6.1-rc3", "v6.1-rc3", None),
    ("v6.1-rc4", "v6.1-rc4", None),
    ("v6.1.192", "v6.1.192", None),
    ("6.1.192", "v6.1.192", None),
    ("6.1.192-2", "v6.1.192", None),
    // between stable points that are known, just before one, and just at it
    ("v6.1.180", "v6.1.176", Some("v6.1.180")),
    ("v6.1.17", "v6.1", Some("v6.1.17")),
    ("v6.1.18", "v6.1.18", None),
    ("v6.1.5", "v6.1", Some("v6.1.5")),
    ("v6.12.22", "v6.12.21", Some("v6.12.22")),
    ("v6.12.25", "v6.12.24", Some("v6.12.25")),
    ("v6.12.92", "v6.12.64", Some("v6.12.92")),
    ("v6.12.999", "v6.12.117", Some("v6.12.999")),
    ("v6.9.2", "v6.9", Some("v6.9.2")),
    // of the newest version
    ("v7.3.0", "v7.3", None),
    ("v7.3.999", "v7.3.4", Some("v7.3.999")),
    // packages of distributions
    ("6.12.117-1~deb12u1", "v6.12.117", None),
    ("6.12.57-1", "v6.12.26", Some("v6.12.57")),
    ("6.12.95+deb12-armmp", "v6.12.95", None),
    ("6.12.9-200.fc41.x86_64", "v6.12", Some("v6.12.9")),
    // commits, by any beginning of their id
    ("commit:1ea2a07a532b", "commit:1ea2a07a532b", None),
    ("commit:1ea2a07a532b^", "commit:1ea2a07a532b^", None),
    ("commit:1ea2a07a", "commit:1ea2a07a532b", None),
    ("commit:1ea2a07a532b8e3ed2a0cdf2d5d5eb8c5b9c9b9f", "commit:1ea2a07a532b", None),
];

/// What was asked for, and the hint.
const UNKNOWN: &[(&str, &str)] = &[
    ("v5.9", OUTSIDE),
    ("v5.9.200", OUTSIDE),
    ("v7.4", OUTSIDE),
    ("v7.4-rc1", OUTSIDE),
    ("v8.0.1", OUTSIDE),
    ("8.0.1-1", OUTSIDE),
    ("v4.19", OUTSIDE),
    ("6.1.0-56-amd64", ABI),
    ("6.8.0-45-generic", ABI),
    ("6.1.192-", WRITTEN),
    ("6.1-2", WRITTEN),
    ("6.1.2.3", WRITTEN),
    ("6.1-rc0", WRITTEN),
    ("6.1.192-rc1-2", WRITTEN),
    ("latest", WRITTEN),
    ("v6.1.2-rc1", WRITTEN),
    ("v99999999999.1", WRITTEN),
    ("commit:1ea2a07a0000", "did you mean commit:1ea2a07a532b?"),
    ("commit:1ffffffffff0", NO_COMMIT),
    ("commit:zz", NO_COMMIT),
    ("commit:1", NO_COMMIT),
];

/// What does not lead where it should.
pub fn wrong() -> Vec<String> {
    let found = FOUND.iter().filter_map(|(asked, point, stands_in_for)| match find(asked) {
        Ok(found) => {
            let right = found.point.name == *point && found.stands_in_for.as_deref() == *stands_in_for;
            (!right).then(|| format!("{asked}: leads to {} for {:?}", found.point.name, found.stands_in_for))
        }
        Err(error) => Some(format!("{asked}: {error}")),
    });
    let unknown = UNKNOWN.iter().filter_map(|(asked, hint)| match find(asked) {
        Ok(found) => Some(format!("{asked}: leads to {}", found.point.name)),
        Err(error) => {
            let told = error.to_string();
            (told != format!("unknown release `{asked}` ({hint})")).then(|| format!("{asked}: {told}"))
        }
    });
    found.chain(unknown).collect()
}
