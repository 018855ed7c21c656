// SPDX-License-Identifier: GPL-2.0-only
//! What counts as a difference.

use rstest::rstest;

use crate::engine::{self, Rules};
use crate::implementation::recorded::wire::Line;
use crate::implementation::recorded::{
    Difference, Place, Results, first_difference, parse, recorded_results, results,
};
use crate::script::Arch;

/// A script with everything in its result that a comparison looks at.
const SCRIPT: &str = r#"{"id":"x","cfg":{"static":"i"},
    "topo":{"devs":{"d0":{"group":"g0"},"d1":{"group":"g0"}}},
    "ops":["add d0","fail attach d1 * -12","add d1","alloc A d0","attach_group A g0","release g9","bind d9 kdma"],
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

fn recorded(text: &str) -> Results<'_> {
    let mut line: Line<'_> = serde_json::from_str(text).expect("a line");
    recorded_results(&mut line).expect("with a result")
}

fn difference(there: &str, here: &str) -> Option<Difference> {
    let changed = SCRIPT.replacen(there, here, 1);
    assert!(there.is_empty() || changed != SCRIPT, "`{there}` is not in the script");
    first_difference(&recorded(SCRIPT), &recorded(&changed))
}

#[rstest]
#[case(r#"["cfg static=i",-95]"#, "", Place::Setup, "setup", "cfg static=i = -95", "")]
#[case(r#""w":1"#, r#""w":2"#, Place::Step(0), "w", "1", "2")]
#[case(r#""r":0"#, r#""r":-16"#, Place::Step(0), "r", "0", "-16")]
#[case(r#""r":0"#, r#""skip":"group empty""#, Place::Step(0), "r", "0", "skip group empty")]
#[case(r#""probe d0","#, "", Place::Step(0), "cb[0]", "probe d0", "attach d0 dma1")]
#[case(r#""WARN here:12""#, r#""probe d0""#, Place::Step(0), "cb[2]", "WARN here:12", "probe d0")]
#[case(r#","WARN here:12""#, "", Place::Step(0), "cb[2]", "WARN here:12", "nothing")]
#[case(r#""dom":"dma1""#, r#""dom":null"#, Place::Step(0), "g.g0.dom", "dma1", "null")]
#[case(r#""def":"dma1""#, r#""def":"dma2""#, Place::Step(0), "g.g0.def", "dma1", "dma2")]
#[case(r#""ty":"DMA""#, r#""ty":"identity""#, Place::Step(0), "g.g0.ty", "DMA", "identity")]
#[case(r#""oc":1"#, r#""oc":0"#, Place::Step(0), "g.g0.oc", "1", "0")]
#[case(r#""oc":1,"#, "", Place::Step(0), "g.g0.oc", "1", "no such field")]
#[case(r#""ow":"o1""#, r#""ow":null"#, Place::Step(0), "g.g0.ow", "o1", "null")]
#[case(r#""ow":"o1","#, "", Place::Step(0), "g.g0.ow", "o1", "no such field")]
#[case(r#""pa":0"#, r#""pa":1"#, Place::Step(0), "g.g0.pa", "0", "1")]
#[case(r#""dv":["d0"]"#, r#""dv":["d1","d0"]"#, Place::Step(0), "g.g0.dv", "[d0]", "[d1 d0]")]
#[case(r#"{"g0":{"#, r#"{"g1":{"#, Place::Step(0), "g.g0", "exists", "does not exist")]
#[case(r#""d":{"d0":["dma1","g0",null]}"#, r#""d":{}"#, Place::Step(0), "d.d0", "exists", "does not exist")]
#[case(r#""w":0,"cb":[]}"#, r#""w":0,"cb":["map dma1"]}"#, Place::Step(1), "cb[0]", "nothing", "map dma1")]
#[case("A!freed", "A", Place::Step(2), "d.d0.attached", "A!freed", "A")]
#[case(r#""kdma""#, "null", Place::Step(2), "d.d0.driver", "kdma", "null")]
#[case(r#""unm1",1]"#, r#""unm2",1]"#, Place::Step(2), "d.d0.mapping", "unm1", "unm2")]
#[case(r#""unm1",1]"#, r#""unm1",0]"#, Place::Step(2), "d.d0.dma_ops", "1", "0")]
#[case(r#","unm1",1]"#, "]", Place::Step(2), "d.d0.mapping", "unm1", "no such field")]
#[case(r#""NULL""#, "0", Place::Step(3), "r", "NULL", "0")]
#[case(r#""group empty""#, r#""no mapping""#, Place::Step(4), "skip", "group empty", "no mapping")]
#[case("no such group", "name in use", Place::Step(5), "bad", "no such group", "name in use")]
#[case(r#""r":null"#, r#""r":0"#, Place::Step(6), "r", "null", "0")]
#[case(" !attached", "", Place::Step(6), "cb[0]", "free A !attached", "free A")]
#[case("A = -5", "A", Place::Step(6), "cb[1]", "setpasid d0 1 A = -5", "setpasid d0 1 A")]
#[case(r#""leak_grp":1"#, r#""leak_grp":0"#, Place::End, "leak_grp", "1", "0")]
#[case(r#"["release d0"]"#, "[]", Place::End, "cb[0]", "release d0", "nothing")]
#[case(
    r#""end":{"r":0,"leak_dom":0,"leak_grp":1,"w":0,"cb":["release d0"]}"#,
    r#""crash":["BUG: oops"]"#,
    Place::End,
    "end",
    "the script ended",
    "crash: BUG: oops"
)]
fn differences(
    #[case] there: &str,
    #[case] here: &str,
    #[case] place: Place,
    #[case] field: &str,
    #[case] recorded: &str,
    #[case] computed: &str,
) {
    let expected =
        Difference { place, field: field.into(), recorded: recorded.into(), computed: computed.into() };
    assert_eq!(difference(there, here), Some(expected));
}

#[rstest]
#[case::nothing("", "")]
#[case::function_and_line_of_a_warn("WARN here:12", "WARN there:34")]
#[case::what_was_not_there_to_record(r#""blk":"n/a""#, r#""blk":"blk1""#)]
#[case::calls_beyond_those_kept("\"setpasid d0 1 A = -5\"", "\"setpasid d0 1 A = -5\",\"probe d0\"")]
fn no_difference(#[case] there: &str, #[case] here: &str) {
    assert_eq!(difference(there, here), None);
}

#[test]
fn what_was_not_recorded_is_not_compared() {
    let without = SCRIPT.replace(r#","oc":1,"ow":"o1","pa":0"#, "");
    assert_eq!(first_difference(&recorded(&without), &recorded(SCRIPT)), None);
}

#[test]
fn a_crash_is_where_the_steps_end() {
    let crash = |steps: &str| format!(r#"{{"id":"x","ops":[],"steps":[{steps}],"crash":["BUG"]}}"#);
    let (one, none) = (crash(r#"{"r":0}"#), crash(""));
    assert_eq!(first_difference(&recorded(&one), &recorded(&one)), None);
    let found = first_difference(&recorded(&one), &recorded(&none)).expect("differ");
    assert_eq!((found.place, found.recorded.as_str()), (Place::Step(0), "the step ran"));
    assert_eq!(found.computed, "crash: BUG");
}

#[test]
fn what_the_engine_does_reads_as_recorded() {
    let text = r#"{"id":"x","cfg":{"detach":1,"static":"i"},"topo":{"devs":{"d0":{"group":"g0","dt":1}}},
        "ops":["add d0","deny u","alloc A d0","type g1 DMA","claim g0 o1","free A"]}"#;
    let line: Line<'_> = serde_json::from_str(text).expect("a line");
    let script = parse(&line, Arch::Generic).expect("a script");
    let results = results(&engine::run(&script, &Rules::default()).trace, &script, &line);
    let setup: Vec<String> = results.setup.iter().map(|s| format!("{} {}", s.0, s.1)).collect();
    assert_eq!(setup, ["cfg detach=1 static=i -95", "dev d0 group=g0 dt=1 -95"]);
    let steps = serde_json::to_string(&results.steps).expect("JSON");
    let steps: Vec<&str> = steps.split(r#"},{""#).collect();
    assert_eq!(
        steps,
        [
            r#"[{"r":0,"w":0,"cb":["probe d0","newgroup g0","alloc dma1","attach d0 dma1","finalize d0"],"g":{"g0":{"dom":"dma1","def":"dma1","blk":"n/a","ty":"DMA","dv":["d0"]}},"d":{"d0":["dma1","g0",null]}"#,
            r#"r":0,"w":0,"cb":[]"#,
            r#"r":"NULL","w":0,"cb":["deny unmanaged"],"g":{"g0":{"dom":"dma1","def":"dma1","blk":"n/a","ty":"DMA","dv":["d0"]}},"d":{"d0":["dma1","g0",null]}"#,
            r#"skip":"group not present""#,
            r#"r":"nosys","w":0,"cb":[],"g":{"g0":{"dom":"dma1","def":"dma1","blk":"n/a","ty":"DMA","dv":["d0"]}},"d":{"d0":["dma1","g0",null]}"#,
            r#"skip":"no such domain","w":0,"cb":[],"g":{"g0":{"dom":"dma1","def":"dma1","blk":"n/a","ty":"DMA","dv":["d0"]}},"d":{"d0":["dma1","g0",null]}}]"#,
        ]
    );
}
