// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership serve`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use dma_ownership::implementation::recorded::{TraceFile, observe, parse};
use dma_ownership::protocol::{Question, Reply, WireScript, from_json};
use dma_ownership::script::Script;
use dma_ownership::trace::compare::first_difference;
use dma_ownership::trace::{Trace, Unseen};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Ran, Suite, command, recorded, run};

/// The scripts of a recording, and what the kernel did.
fn scripts(name: &str) -> Vec<(Script, Trace)> {
    let mut file = TraceFile::open(Path::new(&recorded(name))).expect("a recording");
    let arch = file.header().arch();
    let mut scripts = Vec::new();
    while let Some(line) = file.next_line() {
        let (_, line) = line.expect("a line");
        let script = parse(&line, arch).expect("a script");
        let trace = observe(&script, &line).expect("a result");
        scripts.push((script, trace));
    }
    scripts
}

fn question(seq: usize, script: &Script) -> String {
    let script = WireScript::of(script).expect("no odd names");
    serde_json::to_string(&Question { seq: seq as u64, script }).expect("JSON") + "\n"
}

/// What the service answers to recorded scripts is what the kernel did; with the scripts it is a recording.
#[rstest]
#[case("epochs-7.3.4.jsonl.gz", &["--release", "v7.3.4"], 20)]
#[case("epochs-1ea2a07a532b.jsonl.gz", &["--release", "commit:512881eacfa7"], 20)]
#[case("linux-6.1.176-armhf.jsonl.gz", &["--release", "v6.1.176", "--arch", "arm32"], 1126)]
fn what_is_served_replays(#[case] name: &str, #[case] arguments: &[&str], #[case] count: usize) {
    let scripts = scripts(name);
    let questions: Vec<String> =
        scripts.iter().enumerate().map(|(seq, (script, _))| question(seq, script)).collect();
    let served = Ran::with_input(command().arg("serve").args(arguments), &questions.concat());
    assert_eq!(served.code, 0, "{}", served.err);
    let (hello, answers) = served.out.split_once('\n').expect("a hello");
    assert!(hello.starts_with(r#"{"protocol":2,"name":"reference engine"#), "{hello}");
    assert_eq!(answers.lines().count(), count);

    let hello: Value = serde_json::from_str(hello).expect("JSON");
    let source = json!({"kernel": "reference", "release": "", "package": "none"});
    let mut file = json!({"hello": hello, "source": source}).to_string();
    for (index, ((script, trace), answer)) in scripts.iter().zip(answers.lines()).enumerate() {
        let reply: Reply<'_> = from_json(answer.as_bytes()).expect("a reply");
        assert_eq!(reply.seq, Some(index as u64));
        let reply = reply.into_answer().read(script, Unseen::NOTHING).expect("an answer");
        assert_eq!(first_difference(script, trace, reply.trace().expect("a trace")), None, "{}", script.id);

        let question: Value = serde_json::from_str(&questions[index]).expect("JSON");
        let mut answer: Value = serde_json::from_str(answer).expect("JSON");
        answer.as_object_mut().expect("an object").remove("seq");
        file += &format!("\n{}", json!({"script": question["script"], "answer": answer}));
    }
    let suite = Suite::of(&[]);
    let ran = run(&["replay", &suite.file("served.jsonl", &file)]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.contains(&format!("{count} scripts, {count} agree")), "{ran}");
}

#[test]
fn a_service_answers_each_line_at_once_and_outlives_bad_ones() {
    let mut child = command()
        .args(["serve", "--release", "v6.1", "--arch", "generic"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("piped");
    let mut output = BufReader::new(child.stdout.take().expect("piped"));
    let mut answer = || {
        let mut line = String::new();
        output.read_line(&mut line).expect("an answer");
        line
    };
    assert!(answer().contains("\"release\":\"v6.1\""));
    for (question, reply) in [
        ("nonsense", r#"{"seq":null,"errored":"line 1: expected ident (line 1, column 2)"}"#),
        (
            r#"{"seq":7,"script":{"id":"a","ops":[{"dance":{}}]}}"#,
            r#"{"seq":7,"errored":"line 2: script.ops[0]: unknown variant `dance`, expected one of"#,
        ),
        (
            r#"{"seq":7,"script":{"id":"a","ops":[{"unbind":{"device":"d"}}]}}"#,
            r#"{"seq":7,"errored":"line 3: script.ops[0].device: no device `d` in this script"}"#,
        ),
        (
            r#"{"seq":8,"script":{"id":"b","groups":[{"name":"g"}],"owners":["o"],"ops":[{"iommu_group_claim_dma_owner":{"group":"g","owner":"o"}}]}}"#,
            r#"{"seq":8,"trace":{"steps":[{"skipped":"group not present"}],"end":{}}}"#,
        ),
        (
            r#"{"seq":9,"script":{"id":"c","arch":"arm32","ops":[]}}"#,
            r#"{"seq":9,"skipped":"does not run `arm32`"}"#,
        ),
    ] {
        writeln!(input, "{question}").expect("it listens");
        let answer = answer();
        assert!(answer.contains(reply), "{answer}");
    }
    drop(input);
    assert!(child.wait().expect("it ends").success());
}

/// Both formats are read by the same command, which tells what is wrong by place in both.
#[test]
fn bad_lines_of_own_recordings_are_told_by_place() {
    let head = r#"{"hello":{"protocol":2,"name":"x","release":"v6.1"},"source":{"kernel":"a","release":"b","package":"c"}}"#;
    let good = r#"{"script":{"id":"x","ops":[{"observe":{}}]},"answer":{"trace":{"steps":[{"returned":"ok"}],"end":{}}}}"#;
    let suite = Suite::of(&[]);
    let lines = [head, good, "{}", &good.replace("ok", "EWHAT"), &good.replace("ok", "EIO")];
    let ran = run(&["replay", &suite.file("own.jsonl", &lines.join("\n"))]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.out.contains("own.jsonl on v6.1: 2 scripts, 1 agree"), "{ran}");
    assert!(
        ran.out.contains("x (line 5), step 0 `observe`: returned\n    recorded: EIO\n    computed: ok"),
        "{ran}"
    );
    assert!(ran.err.contains("own.jsonl:3: missing field `script` (line 1, column 2)"), "{ran}");
    assert!(ran.err.contains("own.jsonl:4: answer.trace.steps[0].returned: invalid value"), "{ran}");
    for (head, message) in [
        (
            head.replace(":2", ":3"),
            "own.jsonl:1: hello.protocol: version 3, but this program speaks version 2",
        ),
        (head.replace("v6.1", "v9.9"), "own.jsonl: no known release for v9.9 (package `c`)"),
        (head.replace(r#","release":"v6.1""#, ""), "own.jsonl: cannot tell the release from package `c`"),
    ] {
        let ran = run(&["replay", &suite.file("own.jsonl", &head)]);
        assert_eq!(ran.code, 2, "{ran}");
        assert!(ran.err.contains(message), "{ran}");
    }
}
