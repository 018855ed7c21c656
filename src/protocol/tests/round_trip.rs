// SPDX-License-Identifier: GPL-2.0-only
//! Scripts and traces, there and back.

use std::path::Path;

use crate::case;
use crate::history;
use crate::implementation::recorded::{self, TraceFile};
use crate::implementation::{Answer, Implementation, Reference};
use crate::protocol::{Question, Reply, WireAnswer, WireScript, from_json};
use crate::script::Script;
use crate::suite::find;
use crate::trace::Unseen;
use crate::trace::compare::first_difference;
use rstest::rstest;

/// One of each way of doing things.
const RELEASES: [&str; 8] =
    ["v5.10", "commit:1ea2a07a532b", "v6.1", "v6.4", "v6.7.3", "v6.12", "v6.19", "v7.3"];

pub(super) fn scripts_of_cases() -> Vec<Script> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let found = find::cases(&root).expect("readable");
    assert!(found.cases.len() > 300);
    found.cases.iter().map(|file| case::load(&file.path).expect("a good case").lower().script).collect()
}

fn there_and_back(script: &Script) {
    let wire = WireScript::of(script).expect("writable");
    let text = serde_json::to_vec(&Question { seq: 1, script: wire }).expect("JSON");
    let question: Question<'_> = from_json(&text).expect("the same JSON");
    assert_eq!(question.script.read().as_ref(), Ok(script), "{}", String::from_utf8_lossy(&text));
}

fn answer_there_and_back(script: &Script, answer: &Answer) {
    let text = serde_json::to_vec(&Reply::new(Some(1), WireAnswer::of(script, answer))).expect("JSON");
    let reply: Reply<'_> = from_json(&text).expect("the same JSON");
    let back = reply.into_answer().read(script, Unseen::NOTHING);
    let back = back.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&text)));
    assert_eq!(crashes(&back), crashes(answer));
    if let (Some(trace), Some(other)) = (answer.trace(), back.trace()) {
        assert_eq!(first_difference(script, trace, other), None);
        assert_eq!(first_difference(script, other, trace), None);
    }
    let again = serde_json::to_vec(&Reply::new(Some(1), WireAnswer::of(script, &back))).expect("JSON");
    assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&text));
}

fn crashes(answer: &Answer) -> Option<usize> {
    match answer {
        Answer::Crashed { step, .. } => Some(*step),
        _ => None,
    }
}

/// What real kernels were asked and what they answered.
#[rstest]
#[case("epochs-6.1.192.jsonl.gz", 20)]
#[case("epochs-7.3.4.jsonl.gz", 20)]
#[case("linux-5.10.223-armhf.jsonl.gz", 1126)]
#[case("linux-6.12.117.jsonl.gz", 2077)]
fn recordings(#[case] name: &str, #[case] count: usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/fixtures/bench").join(name);
    let mut file = TraceFile::open(&path).expect("a recording");
    let arch = file.header().arch();
    let mut scripts = 0;
    while let Some(line) = file.next_line() {
        let (_, line) = line.expect("a line");
        let script = recorded::parse(&line, arch).expect("a script");
        there_and_back(&script);
        let trace = recorded::observe(&script, &line).expect("a result");
        answer_there_and_back(&script, &Answer::of(trace));
        scripts += 1;
    }
    assert_eq!(scripts, count);
}

#[test]
fn cases_at_several_releases() {
    for script in scripts_of_cases() {
        there_and_back(&script);
        for release in RELEASES {
            let point = history::resolve(release).expect("known");
            let answer = Reference::at(point).run(&script);
            answer_there_and_back(&script, &answer);
        }
    }
}
