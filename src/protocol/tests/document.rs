// SPDX-License-Identifier: GPL-2.0-only
//! `harness/PROTOCOL.md` says all there is, and what it shows is right.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use serde_json::Value;

use super::round_trip::scripts_of_cases;
use crate::history;
use crate::implementation::{Implementation, Reference};
use crate::protocol::record::{Head, Record};
use crate::protocol::{
    Capability, Hello, LINE_LIMIT, List, MAX_ITEMS, MAX_WINDOW, Question, Reply, VERSION, WireAnswer,
    WireCall, WireOp, WireScript, Word, Worded, from_json,
};
use crate::script::{
    Arch, Bus, DefaultType, DetachOps, DomainKind, DriverKind, FaultKind, Field, Script, Static,
};
use crate::trace::compare::first_difference;
use crate::trace::{BadOp, Sight, Skip};

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/PROTOCOL.md");
    std::fs::read_to_string(path).expect("readable")
}

fn words<T: Worded>() -> impl Iterator<Item = String> {
    T::ALL.iter().map(|value| value.word().to_owned())
}

/// All keys of messages; the names of groups and devices are none.
fn keys(value: &Value, keys_of: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| keys(item, keys_of)),
        Value::Object(entries) => {
            for (key, value) in entries {
                keys_of.insert(key.clone());
                match (key.as_str(), value) {
                    ("handles", Value::Object(_)) => {}
                    ("groups" | "devices", Value::Object(named)) => {
                        named.values().for_each(|state| keys(state, keys_of));
                    }
                    _ => keys(value, keys_of),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The keys of everything that all cases need.
fn keys_in_use() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for script in scripts_of_cases() {
        let question = Question { seq: 1, script: WireScript::of(&script).expect("writable") };
        keys(&serde_json::to_value(question).expect("JSON"), &mut found);
        for release in ["v5.10", "v6.1", "v6.12", "v7.3"] {
            let answer = Reference::at(history::resolve(release).expect("known")).run(&script);
            let reply = Reply::new(Some(1), WireAnswer::of(&script, &answer));
            keys(&serde_json::to_value(reply).expect("JSON"), &mut found);
        }
    }
    let hello = Hello {
        version: Some(String::new()),
        release: Some(String::new()),
        arch: List(vec![Word(Arch::Arm32)]),
        steps: Some(List::default()),
        capabilities: Some(List::default()),
        observes: Some(List::default()),
        window: 2,
        ..Hello::new("")
    };
    keys(&serde_json::to_value(Head { hello, source: Default::default() }).expect("JSON"), &mut found);
    found
}

#[test]
fn every_word_is_there() {
    let document = document();
    let mut wanted: BTreeSet<String> = keys_in_use();
    assert!(wanted.len() > 60, "{wanted:?}");
    wanted.extend(["lost", "hang", "note", "skipped", "errored"].map(str::to_owned));
    wanted.extend(WireOp::NAMES.iter().chain(WireCall::NAMES).map(|name| (*name).to_owned()));
    wanted.extend(Skip::ALL.iter().map(|skip| skip.words().to_owned()));
    wanted.extend(BadOp::ALL.iter().map(|bad| bad.words().to_owned()));
    wanted.extend(words::<Capability>().chain(words::<Sight>()).chain(words::<Arch>()));
    wanted.extend(words::<DefaultType>().chain(words::<DomainKind>()).chain(words::<DetachOps>()));
    wanted.extend(words::<Static>().chain(words::<Bus>()).chain(words::<DriverKind>()));
    wanted.extend(words::<FaultKind>().chain(words::<Field>()));
    let missing: Vec<&String> =
        wanted.iter().filter(|word| !document.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "not in the document: {missing:?}");
}

#[test]
fn every_number_is_right() {
    let document = document();
    for words in [
        format!("Version {VERSION}."),
        format!("the version of the protocol: {VERSION} "),
        format!("at most {} MiB; a list has at most {MAX_ITEMS} items", LINE_LIMIT >> 20),
        format!("longer than {} MiB", LINE_LIMIT >> 20),
        format!("up to {MAX_WINDOW} |"),
    ] {
        assert!(document.contains(&words), "not in the document: {words}");
    }
}

/// What has been said in a block so far.
#[derive(Default)]
struct Talk {
    hello: Option<Hello>,
    scripts: HashMap<u64, Script>,
    head: Option<Head>,
    messages: usize,
}

impl Talk {
    fn hear(&mut self, line: &str) {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let has = |key| value.get(key).is_some();
        let bytes = line.as_bytes();
        if has("protocol") {
            self.hello = Some(Hello::read(bytes).expect(line));
        } else if has("hello") {
            self.head = Some(from_json(bytes).expect(line));
        } else if has("answer") {
            let head = self.head.as_ref().expect("a head first");
            let Record { script, answer, .. } = Record::read(bytes, 2, head.hello.unseen()).expect(line);
            self.agrees(&head.hello.clone(), &script, &answer);
        } else if has("script") {
            let question: Question<'_> = from_json(bytes).expect(line);
            self.scripts.insert(question.seq, question.script.read().expect(line));
        } else {
            let reply: Reply<'_> = from_json(bytes).expect(line);
            let nothing = Script::default();
            let script = reply.seq.and_then(|seq| self.scripts.get(&seq)).unwrap_or(&nothing);
            let hello = self.hello.clone().unwrap_or_else(|| Hello::new("somebody"));
            let answer = reply.into_answer().read(script, hello.unseen()).expect(line);
            self.agrees(&hello, script, &answer);
        }
        self.messages += 1;
    }

    /// Of somebody who names a release, the traces are those of the engine.
    fn agrees(&self, hello: &Hello, script: &Script, answer: &crate::implementation::Answer) {
        let (Some(release), Some(trace)) = (&hello.release, answer.trace()) else { return };
        let engine = Reference::at(history::resolve(release).expect("known")).run(script);
        assert_eq!(first_difference(script, trace, engine.trace().expect("a trace")), None);
    }
}

#[test]
fn every_example_is_right() {
    let document = document();
    let mut messages = 0;
    for block in document.split("```json\n").skip(1) {
        let (block, _) = block.split_once("```").expect("an end");
        let mut talk = Talk::default();
        block.lines().for_each(|line| talk.hear(line));
        messages += talk.messages;
    }
    assert!(messages >= 14, "{messages}");
}
