// SPDX-License-Identifier: GPL-2.0-only
//! Tests of names and points.

use rstest::rstest;

use super::release::Version;
use super::stable::STABLE;
use super::{CHANGES, Line, decided_by, points, resolve};
use crate::engine::rules::{AttachGate, AttachPath, Claim, TypeWithoutDefault, UseWithoutDefault};
use crate::engine::{Axis, Rules};

#[test]
fn changes_are_in_the_order_of_their_tags() {
    let tags = CHANGES
        .iter()
        .filter(|change| change.id != "392bf51946c2")
        .map(Version::of_change)
        .collect::<Vec<_>>();
    assert!(tags.is_sorted(), "392bf51946c2 alone stands behind the branch that did not have it yet");
    assert!(CHANGES.iter().all(|change| Version::parse(change.landed).is_some()));
}

#[test]
fn every_change_changes_a_rule() {
    for (at, change) in CHANGES.iter().enumerate() {
        let before = super::point::commit_point(at, false).rules;
        assert_ne!(super::point::commit_point(at, true).rules, before, "{}", change.id);
        assert_eq!(change.id.len(), 12);
        assert!(change.id.bytes().all(|b| b.is_ascii_hexdigit()), "{}", change.id);
    }
}

#[test]
fn ids_are_unique() {
    let mut ids = CHANGES.iter().map(|change| change.id).collect::<Vec<_>>();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), CHANGES.len());
}

#[test]
fn every_variant_is_the_first_or_comes_by_a_change() {
    for &axis in Axis::ALL {
        for variant in 1..axis.variants() {
            let brought = CHANGES.iter().any(|change| change.sets.contains(&(axis, variant)));
            assert!(brought, "{} {}", axis.name(), axis.variant_name(variant));
        }
    }
}

#[test]
fn points_are_in_order_and_unique() {
    let mainline = points().iter().filter(|point| point.line == Line::Mainline);
    let versions = mainline.filter_map(|point| Version::parse(&point.name)).collect::<Vec<_>>();
    assert!(versions.is_sorted_by(|a, b| a < b));
    assert_eq!(points().first().map(|point| point.name.as_str()), Some("v5.10"));
    assert_eq!(points().iter().rfind(|p| p.line == Line::Mainline).map(|p| p.name.as_str()), Some("v7.3"));
    assert_eq!(points()[0].rules, Rules::default());
}

#[rstest]
#[case::parent("commit:1ea2a07a532b^", Claim::Absent, TypeWithoutDefault::ParseFirst)]
#[case::itself("commit:1ea2a07a532b", Claim::Null, TypeWithoutDefault::ParseFirst)]
#[case::follow_up("commit:0286300e6045", Claim::Blocking, TypeWithoutDefault::Refused)]
#[case::before("v5.18", Claim::Absent, TypeWithoutDefault::Refused)]
#[case::tag("v5.19-rc1", Claim::Blocking, TypeWithoutDefault::Refused)]
fn ownership_began_in_three_steps(
    #[case] name: &str,
    #[case] claim: Claim,
    #[case] type_write: TypeWithoutDefault,
) {
    let rules = resolve(name).expect("known").rules;
    assert_eq!((rules.claim, rules.type_without_default), (claim, type_write));
}

#[test]
fn stable_releases_are_in_order_and_take_over_what_their_base_lacks() {
    for (at, (name, base, taken_over)) in STABLE.iter().enumerate() {
        let version = Version::parse(name).expect("a version");
        assert!(name.starts_with(&format!("{base}.")), "{name}");
        assert!(STABLE[..at].iter().all(|(before, ..)| Version::parse(before).expect("a version") < version));
        let of_base = resolve(base).expect("known").changes;
        for id in *taken_over {
            let change = CHANGES.iter().find(|change| change.id == *id).expect("a change");
            assert!(!of_base.contains(change), "{name} has {id} from its base");
        }
    }
}

#[test]
fn stable_releases_are_their_base_and_what_they_took_over() {
    let (base, stable) = (resolve("v6.1").expect("known"), resolve("v6.1.192").expect("known"));
    assert_eq!(base.rules.attach_path, AttachPath::Direct);
    assert_eq!(stable.rules, Rules { attach_path: AttachPath::Reattach, ..base.rules });
    let long_term = resolve("v6.12.117").expect("known").rules;
    assert_eq!(long_term.use_without_default, UseWithoutDefault::Deferred);
}

#[rstest]
#[case::its_release("v6.6.90", UseWithoutDefault::DeferredUnlessPlatform)]
#[case::itself("commit:a6dbcf69d4c4", UseWithoutDefault::DeferredUnlessPlatform)]
#[case::its_parent("commit:a6dbcf69d4c4^", UseWithoutDefault::Allowed)]
#[case::earlier("v6.6.9", UseWithoutDefault::Allowed)]
#[case::next_tag("v6.7-rc1", UseWithoutDefault::Allowed)]
#[case::later_commit("commit:98ac73f99bc4", UseWithoutDefault::Allowed)]
#[case::mainline_took_another("v6.15-rc1", UseWithoutDefault::Deferred)]
fn a_change_of_a_stable_branch_is_nowhere_else(#[case] name: &str, #[case] rule: UseWithoutDefault) {
    let point = resolve(name).expect("known");
    assert_eq!(point.rules.use_without_default, rule);
    let has = point.changes.iter().any(|change| change.id == "a6dbcf69d4c4");
    assert_eq!(has, rule == UseWithoutDefault::DeferredUnlessPlatform);
}

#[test]
fn the_deciding_change_is_the_last_that_set_the_rule() {
    let decided = |name: &str, axis| decided_by(&resolve(name).expect("known"), axis).map(|change| change.id);
    assert_eq!(decided("v5.18", Axis::AttachGate), None);
    assert_eq!(decided("commit:1ea2a07a532b", Axis::AttachGate), Some("1ea2a07a532b"));
    assert_eq!(decided("v7.3", Axis::AttachGate), Some("0286300e6045"));
    assert_eq!(decided("v6.1.192", Axis::AttachPath), Some("2cc73c5712f9"));
    assert_eq!(decided("v6.1", Axis::AttachPath), None);
    assert_eq!(resolve("v5.19").expect("known").rules.attach_gate, AttachGate::NotCore);
}
