// SPDX-License-Identifier: GPL-2.0-only
use super::read::texts_at;
use super::*;
use crate::suite::bands::{bands, tests::points};

const NAMES: [&str; 6] = ["v5.10", "v5.15", "v5.15.80", "v5.18", "v5.19-rc1", "v5.19"];

fn body_of(behaviours: &[usize], texts: &[&str]) -> String {
    let points = points(&NAMES);
    let texts: Vec<String> = texts.iter().map(|text| format!("{text}\n")).collect();
    let sources = ["https://example.org/1".to_owned(), "commit:1ea2a07a532b".to_owned()];
    body(Head { title: "A title", sources: &sources }, &bands(&points, behaviours, true), &texts)
}

#[test]
fn a_body_is_title_sources_and_bands() {
    assert_eq!(
        body_of(&[0, 0, 1, 0, 1, 2], &["1 observe = ok", "1 observe = EBUSY", "1 observe = EIO"]),
        "\
title: A title
source: https://example.org/1
source: commit:1ea2a07a532b

== v5.10 .. v5.18
1 observe = ok

== v5.19-rc1
1 observe = EBUSY

== v5.19 ..
1 observe = EIO

== v5.15.80 (v5.15 and its backports): as v5.19-rc1
"
    );
}

#[test]
fn a_band_shows_where_it_departs_from_the_one_before() {
    let texts = ["1 observe\n    a\n2 observe\n    b", "1 observe\n    a\n2 observe\n    c"];
    assert_eq!(
        body_of(&[0, 0, 1, 1, 1, 1], &texts),
        "\
title: A title
source: https://example.org/1
source: commit:1ea2a07a532b

== v5.10 .. v5.15
1 observe
    a
2 observe
    b

== v5.18 ..
1 observe ...
2 observe
    c

== v5.15.80 (v5.15 and its backports): as v5.18
"
    );
}

#[test]
fn a_body_can_be_read_back() {
    let points = points(&NAMES);
    for behaviours in [[0; 6], [0, 1, 2, 3, 4, 5], [0, 0, 1, 0, 1, 2], [0, 1, 0, 1, 0, 1], [0, 0, 2, 1, 1, 0]]
    {
        let texts = ["zero", "one", "two", "three", "four", "five"];
        let texts = texts.map(|text| format!("1 observe\n    {text}\n2 observe\n    always"));
        let texts = texts.each_ref().map(String::as_str);
        let expected: Vec<_> = behaviours.iter().map(|index| Some(texts[*index].into())).collect();
        assert_eq!(texts_at(&points, &body_of(&behaviours, &texts)), expected);
    }
}

#[test]
fn the_points_that_changed_are_named() {
    let points = points(&NAMES);
    let texts = ["zero", "one", "two"];
    let changed = |earlier: [usize; 6], now: [usize; 6]| {
        changed_points(&points, &body_of(&earlier, &texts), &body_of(&now, &texts))
    };
    assert_eq!(changed([0; 6], [0; 6]), None);
    assert_eq!(changed([0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 1]).as_deref(), Some("v5.19-rc1"));
    assert_eq!(
        changed([0; 6], [1, 1, 0, 0, 2, 2]).as_deref(),
        Some("v5.10 .. v5.15, v5.19-rc1 .. v5.19 without v5.15.80")
    );
    assert_eq!(changed([0; 6], [0, 0, 1, 0, 0, 0]).as_deref(), Some("v5.15.80"));
}

#[test]
fn a_body_that_is_none_differs_everywhere() {
    let points = points(&NAMES);
    let now = body_of(&[0; 6], &["zero"]);
    for earlier in ["", "== ", "== v9.9 .. v8.8\nx", "== v5.99 ..", "something\n== (", "title: x\n"] {
        assert_eq!(changed_points(&points, earlier, &now).as_deref(), Some("every release"), "{earlier}");
    }
}
