// SPDX-License-Identifier: GPL-2.0-only
//! What counts as a difference between a recorded result and a trace.

use rstest::rstest;

use crate::implementation::recorded::wire::Line;
use crate::implementation::recorded::{observe, parse};
use crate::script::{Arch, Script};
use crate::trace::Trace;
use crate::trace::compare::{Difference, Place, first_difference};

/// A script with everything in its result that a comparison looks at.
const SCRIPT: &str = r#"{"id":"x","cfg":{"static":"i"},
    "topo":{"groups":{"g0":{},"g1":{}},"devs":{"d0":{"group":"g0"},"d1":{"group":"g0"}}},
    "ops":["add d0","fail attach d1 * -12","add d1","alloc A d0","attach_group A g0","claim g9 o1","unbind d1"],
    "setup":[["cfg static=i",-95]],
    "steps":[
     {"r":0,"w":1,"cb":["probe d0","attach d0 dma1","WARN here:12"],
      "g":{"g0":{"dom":"dma1","def":"dma1","blk":"n/a","ty":"DMA","oc":1,"ow":"o1","pa":0,"dv":["d0"]}},
      "d":{"d0":["dma1","g0",null]}},
     {"r":0,"w":0,"cb":[]},
     {"r":-12,"w":0,"cb":[],"g":{},"d":{"d0":["A!freed","g0","kdma","unm1",1]}},
     {"r":"NULL","w":0,"cb":[],"g":{},"d":{}},
     {"skip":"group empty","w":0,"cb":[],"g":{},"d":{}},
     {"bad":"no such group","w":0,"cb":[],"g":{},"d":{}},
     {"r":null,"w":0,"cb":["free A !attached","setpasid d0 1 A = -5"],"lost":true,"g":{},"d":{}}],
    "end":{"r":0,"leak_dom":0,"leak_grp":1,"w":0,"cb":["release d0"]}}"#;

fn observed(text: &str) -> (Script, Trace) {
    let line: Line<'_> = serde_json::from_str(text).expect("a line");
    let script = parse(&line, Arch::Generic).expect("a script");
    let trace = observe(&script, &line).expect("with a result");
    (script, trace)
}

/// What is found when the text is changed on the reference's side.
fn difference(there: &str, here: &str) -> Option<Difference> {
    let changed = SCRIPT.replacen(there, here, 1);
    assert!(there.is_empty() || changed != SCRIPT, "`{there}` is not in the script");
    let (script, trace) = observed(SCRIPT);
    first_difference(&script, &trace, &observed(&changed).1)
}

#[rstest]
#[case(r#"["cfg static=i",-95]"#, "", Place::Setup, "refused", "settings = EOPNOTSUPP", "nothing")]
#[case(r#""r":0"#, r#""r":-16"#, Place::Step(0), "returned", "ok", "EBUSY")]
#[case(r#""r":0"#, r#""skip":"group empty""#, Place::Step(0), "returned", "ok", "skipped: group empty")]
#[case(r#""probe d0","#, "", Place::Step(0), "call 1", "probe_device d0", "attach d0 to made(dma, 1)")]
#[case(r#""WARN here:12""#, r#""probe d0""#, Place::Step(0), "call 3", "WARN: here:12", "probe_device d0")]
#[case(r#","WARN here:12""#, "", Place::Step(0), "call 3", "WARN: here:12", "no more calls")]
#[case(r#""dom":"dma1""#, r#""dom":null"#, Place::Step(0), "group g0: domain", "made(dma, 1)", "null")]
#[case(
    r#""def":"dma1""#,
    r#""def":"dma2""#,
    Place::Step(0),
    "group g0: default_domain",
    "made(dma, 1)",
    "made(dma, 2)"
)]
#[case(
    r#""ty":"DMA""#,
    r#""ty":"identity""#,
    Place::Step(0),
    "group g0: type of default_domain",
    "DMA",
    "identity"
)]
#[case(r#""oc":1"#, r#""oc":0"#, Place::Step(0), "group g0: owner_cnt", "1", "0")]
#[case(r#""oc":1,"#, "", Place::Step(0), "group g0: owner_cnt", "1", "no such field")]
#[case(r#""ow":"o1""#, r#""ow":null"#, Place::Step(0), "group g0: owner", "o1", "null")]
#[case(r#""ow":"o1","#, "", Place::Step(0), "group g0: owner", "o1", "no such field")]
#[case(r#""pa":0"#, r#""pa":1"#, Place::Step(0), "group g0: PASIDs", "false", "true")]
#[case(r#""dv":["d0"]"#, r#""dv":["d1","d0"]"#, Place::Step(0), "group g0: devices", "[d0]", "[d1 d0]")]
#[case(r#"{"g0":{"dom"#, r#"{"g1":{"dom"#, Place::Step(0), "group g0", "exists", "does not exist")]
#[case(
    r#""d":{"d0":["dma1","g0",null]}"#,
    r#""d":{}"#,
    Place::Step(0),
    "device d0",
    "exists",
    "does not exist"
)]
#[case(
    r#""w":0,"cb":[]}"#,
    r#""w":0,"cb":["map dma1"]}"#,
    Place::Step(1),
    "call 1",
    "no more calls",
    "map into made(dma, 1)"
)]
#[case("A!freed", "A", Place::Step(2), "device d0: attached to", "A (freed)", "A")]
#[case(r#""kdma""#, "null", Place::Step(2), "device d0: driver", "kernel_dma", "none")]
#[case(
    r#""unm1",1]"#,
    r#""unm2",1]"#,
    Place::Step(2),
    "device d0: DMA setup",
    "made(unmanaged, 1), its own operations",
    "made(unmanaged, 2), its own operations"
)]
#[case(
    r#""unm1",1]"#,
    r#""unm1",0]"#,
    Place::Step(2),
    "device d0: DMA setup",
    "made(unmanaged, 1), its own operations",
    "made(unmanaged, 1), direct operations"
)]
#[case(
    r#","unm1",1]"#,
    "]",
    Place::Step(2),
    "device d0: DMA setup",
    "made(unmanaged, 1), its own operations",
    "no such field"
)]
#[case(r#""NULL""#, "0", Place::Step(3), "returned", "null", "ok")]
#[case(
    r#""group empty""#,
    r#""no mapping""#,
    Place::Step(4),
    "returned",
    "skipped: group empty",
    "skipped: no mapping"
)]
#[case(
    "no such group",
    "name in use",
    Place::Step(5),
    "returned",
    "impossible: no such group",
    "impossible: name in use"
)]
#[case(r#""r":null"#, r#""r":0"#, Place::Step(6), "returned", "nothing (a void function)", "ok")]
#[case(" !attached", "", Place::Step(6), "call 1", "free A, still attached", "free A")]
#[case("A = -5", "A", Place::Step(6), "call 2", "set_dev_pasid d0 1 to A = EIO", "set_dev_pasid d0 1 to A")]
#[case(r#""leak_grp":1"#, r#""leak_grp":0"#, Place::End, "groups never freed", "1", "0")]
#[case(r#"["release d0"]"#, "[]", Place::End, "call 1", "release_device d0", "no more calls")]
#[case(
    r#""end":{"r":0,"leak_dom":0,"leak_grp":1,"w":0,"cb":["release d0"]}"#,
    r#""crash":["BUG: oops"]"#,
    Place::End,
    "how it ended",
    "the script ended",
    "crash: the kernel died: BUG: oops"
)]
fn differences(
    #[case] there: &str,
    #[case] here: &str,
    #[case] place: Place,
    #[case] field: &str,
    #[case] observed: &str,
    #[case] reference: &str,
) {
    let expected =
        Difference { place, field: field.into(), observed: observed.into(), reference: reference.into() };
    assert_eq!(difference(there, here), Some(expected));
}

#[rstest]
#[case::nothing("", "")]
#[case::function_and_line_of_a_warn("WARN here:12", "WARN there:34")]
#[case::what_was_not_there_to_observe(r#""blk":"n/a""#, r#""blk":"blk1""#)]
#[case::calls_beyond_those_kept("\"setpasid d0 1 A = -5\"", "\"setpasid d0 1 A = -5\",\"probe d0\"")]
fn no_difference(#[case] there: &str, #[case] here: &str) {
    assert_eq!(difference(there, here), None);
}

#[test]
fn what_was_not_observed_is_not_compared() {
    let (script, reference) = observed(SCRIPT);
    let (_, without) = observed(&SCRIPT.replace(r#","oc":1,"ow":"o1","pa":0"#, ""));
    assert_eq!(first_difference(&script, &without, &reference), None);
}

#[test]
fn a_crash_is_where_the_steps_end() {
    let crash = |steps: &str| format!(r#"{{"id":"x","ops":["obs"],"steps":[{steps}],"crash":["BUG"]}}"#);
    let ((script, one), (_, none)) = (observed(&crash(r#"{"r":0}"#)), observed(&crash("")));
    assert_eq!(first_difference(&script, &one, &one), None);
    let found = first_difference(&script, &one, &none).expect("differ");
    assert_eq!((found.place, found.observed.as_str()), (Place::Step(0), "the step ran"));
    assert_eq!(found.reference, "crash: the kernel died: BUG");
}

#[rstest]
#[case(r#""r":0"#, r#""r":"why""#, "steps[0]: r `why` is not understood")]
#[case(r#""r":0"#, r#""r":77777"#, "steps[0]: r `77777` is not understood")]
#[case(r#""r":0,"#, "", "steps[0]: neither r nor skip nor bad")]
#[case("probe d0", "probe d7", "steps[0]: device `d7` is not understood")]
#[case("attach d0 dma1", "attach d0 dma1 x", "steps[0]: cb `attach d0 dma1 x` is not understood")]
#[case("attach d0 dma1", "attach d0", "steps[0]: cb `attach d0` is not understood")]
#[case("A = -5", "A = 5", "steps[6]: cb `setpasid d0 1 A = 5` is not understood")]
#[case(r#""ty":"DMA""#, r#""ty":"DNA""#, "steps[0]: type `DNA` is not understood")]
#[case("group empty", "group full", "steps[4]: skip `group full` is not understood")]
#[case("release d0", "relieve d0", "end: cb `relieve d0` is not understood")]
#[case("cfg static=i", "cgf static=i", "setup: line `cgf static=i` is not understood")]
#[case(r#""end""#, r#""hang":[],"end""#, "no result: exactly one of end, crash and hang is expected")]
fn what_is_not_understood(#[case] there: &str, #[case] here: &str, #[case] message: &str) {
    let text = SCRIPT.replacen(there, here, 1);
    let line: Line<'_> = serde_json::from_str(&text).expect("a line");
    let script = parse(&line, Arch::Generic).expect("a script");
    assert_eq!(observe(&script, &line).map_err(|error| error.to_string()), Err(message.to_owned()));
}
