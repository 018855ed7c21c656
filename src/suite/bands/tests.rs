// SPDX-License-Identifier: GPL-2.0-only
use super::*;
use crate::engine::Rules;
use crate::history::ChangeSet;

/// Points by name; `v5.15.80` and the like are stable releases of their first two numbers.
pub(in crate::suite) fn points(names: &[&'static str]) -> Vec<Point> {
    let line = |name: &'static str| match name.match_indices('.').nth(1) {
        Some((at, _)) => Line::Stable { base: &name[..at] },
        None => Line::Mainline,
    };
    let point = |name: &&'static str| Point {
        name: (*name).into(),
        line: line(name),
        rules: Rules::default(),
        changes: ChangeSet::default(),
        new_changes: Vec::new(),
    };
    names.iter().map(point).collect()
}

/// The headings of bands, with what they repeat.
fn headings(names: &[&'static str], behaviours: &[usize], open: bool) -> Vec<String> {
    let points = points(names);
    let heading = |band: &Band<'_>| match band.repeats {
        Some(same) => format!("{band}: as {}", same.name),
        None => band.to_string(),
    };
    bands(&points, behaviours, open).iter().map(heading).collect()
}

const NAMES: [&str; 6] = ["v5.10", "v5.15", "v5.15.80", "v5.18", "v5.19-rc1", "v5.19"];

#[test]
fn one_behaviour_is_one_open_band() {
    assert_eq!(headings(&NAMES, &[0; 6], true), ["v5.10 .."]);
    assert_eq!(headings(&NAMES, &[0; 6], false), ["v5.10 .. v5.19"]);
}

#[test]
fn a_change_begins_a_band() {
    assert_eq!(headings(&NAMES, &[0, 0, 0, 0, 1, 2], true), ["v5.10 .. v5.18", "v5.19-rc1", "v5.19 .."]);
    assert_eq!(headings(&NAMES, &[0, 0, 0, 0, 0, 2], false), ["v5.10 .. v5.19-rc1", "v5.19"]);
}

#[test]
fn a_stable_release_stands_out_only_where_it_differs_from_its_base() {
    assert_eq!(
        headings(&NAMES, &[0, 0, 1, 0, 1, 1], true),
        ["v5.10 .. v5.18", "v5.19-rc1 ..", "v5.15.80 (v5.15 and its backports): as v5.19-rc1"]
    );
    assert_eq!(
        headings(&NAMES, &[0, 1, 1, 2, 2, 2], true),
        ["v5.10", "v5.15", "v5.18 .."],
        "equal to its base, although the base is a band of its own"
    );
}

#[test]
fn stable_releases_of_one_base_that_behave_alike_are_one_band() {
    let names = ["v5.15", "v5.15.17", "v5.15.80", "v5.15.90", "v5.15.99", "v5.16", "v5.16.3"];
    assert_eq!(
        headings(&names, &[0, 1, 1, 2, 0, 3, 1], true),
        [
            "v5.15",
            "v5.16 ..",
            "v5.15.17 .. v5.15.80 (v5.15 and its backports)",
            "v5.15.90 (v5.15 and its backports)",
            "v5.16.3 (v5.16 and its backports): as v5.15.17",
        ]
    );
    assert_eq!(
        headings(&names, &[0, 1, 0, 1, 1, 0, 0], true)[1..],
        ["v5.15.17 (v5.15 and its backports)", "v5.15.90 .. v5.15.99 (v5.15 and its backports): as v5.15.17",]
    );
    let points = points(&names);
    assert_eq!(
        ranges(&points, &[true, false, false, true, false, false, true]),
        "v5.15, v5.16.3 without v5.15.17 .. v5.15.80, v5.15.99"
    );
}

#[test]
fn a_behaviour_that_comes_back_is_told_by_its_first_band() {
    assert_eq!(
        headings(&NAMES, &[0, 0, 0, 1, 0, 0], true),
        ["v5.10 .. v5.15", "v5.18", "v5.19-rc1 ..: as v5.10"]
    );
}

#[test]
fn a_stable_release_without_its_base_stands_alone() {
    assert_eq!(
        headings(&NAMES[2..], &[0, 0, 0, 0], true),
        ["v5.18 ..", "v5.15.80 (v5.15 and its backports): as v5.18"]
    );
}

#[test]
fn no_points_no_bands() {
    assert!(headings(&[], &[], true).is_empty());
}

#[test]
fn ranges_are_short() {
    let points = points(&NAMES);
    assert_eq!(ranges(&points, &[true; 6]), "v5.10 .. v5.19");
    assert_eq!(
        ranges(&points, &[true, false, true, false, true, true]),
        "v5.10, v5.19-rc1 .. v5.19, v5.15.80"
    );
    assert_eq!(ranges(&points, &[true, true, false, true, false, false]), "v5.10 .. v5.18 without v5.15.80");
    assert_eq!(ranges(&points[2..], &[true, false, false, false]), "v5.15.80");
    assert_eq!(ranges(&points, &[false; 6]), "");
}
