// SPDX-License-Identifier: GPL-2.0-only
use super::read::texts_at;
use super::*;
use crate::suite::bands::{bands, tests::points};
use crate::suite::deciding::How;

const NAMES: [&str; 6] = ["v5.10", "v5.15", "v5.15.80", "v5.18", "v5.19-rc1", "v5.19"];

fn body_of(behaviours: &[usize], texts: &[&str]) -> String {
    decided(behaviours, texts, &[])
}

/// The same, with changes that decided the band that begins with a point.
fn decided(behaviours: &[usize], texts: &[&str], deciding: &[(&str, Deciding)]) -> String {
    let points = points(&NAMES);
    let texts: Vec<String> = texts.iter().map(|text| format!("{text}\n")).collect();
    let sources = ["https://example.org/1".to_owned(), "commit:1ea2a07a532b".to_owned()];
    body(Head { title: "A title", sources: &sources }, &bands(&points, behaviours, true), &texts, &|band| {
        deciding
            .iter()
            .filter(|(first, _)| *first == band.first.name)
            .map(|(_, deciding)| *deciding)
            .collect()
    })
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
fn what_decided_a_band_stands_beneath_its_heading() {
    let deciding = |at: usize, how| Deciding { change: &crate::history::CHANGES[at], how };
    let decided_by = [
        ("v5.18", deciding(0, How::Missing)),
        ("v5.18", deciding(1, How::Came)),
        ("v5.15.80", deciding(1, How::TakenOver)),
    ];
    let behaviours = [0, 0, 1, 1, 1, 1];
    let texts = ["1 observe = ok", "1 observe = EIO"];
    let body = decided(&behaviours, &texts, &decided_by);
    assert_eq!(
        body.split_once("\n\n").expect("a head").1,
        "\
== v5.10 .. v5.15
1 observe = ok

== v5.18 ..
without commit 28b41e2c6aeb (untrusted PCI devices get a DMA default domain by the core)
since commit 08a27c1c3ecf (a group's default domain can be changed through sysfs)
1 observe = EIO

== v5.15.80 (v5.15 and its backports): as v5.18
backport of commit 08a27c1c3ecf (a group's default domain can be changed through sysfs)
"
    );
    assert_eq!(changed_points(&points(&NAMES), &body, &body_of(&behaviours, &texts)), None);
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
fn a_band_of_stable_releases_can_be_read_back() {
    let points = points(&["v5.15", "v5.15.17", "v5.15.80", "v5.15.90", "v5.16", "v5.16.3"]);
    let texts = ["1 observe = ok\n", "1 observe = EIO\n", "1 observe = EPERM\n"].map(String::from);
    let sources: [String; 0] = [];
    for behaviours in [[0, 1, 1, 2, 0, 1], [0, 1, 1, 0, 2, 2], [0, 0, 1, 1, 1, 0]] {
        let bands = bands(&points, &behaviours, true);
        let body = body(Head { title: "A title", sources: &sources }, &bands, &texts, &|_| Vec::new());
        let expected: Vec<_> = behaviours.iter().map(|index| Some(texts[*index].trim_end().into())).collect();
        assert_eq!(texts_at(&points, &body), expected, "{body}");
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
