// SPDX-License-Identifier: GPL-2.0-only
//! The parts: each answers as the reference engine does, until it is asked the script `bad`.

use std::fs;
use std::io::{self, BufRead, Write};
use std::process::{Command, Stdio, exit};
use std::thread;
use std::time::Duration;

use dma_ownership::history;
use dma_ownership::implementation::{Implementation, Reference};
use dma_ownership::protocol::{Hello, Question, Reply, WireAnswer, from_json};
use serde_json::json;

/// Long enough to be noticed, short enough that nothing is left for long.
const EVER: Duration = Duration::from_secs(120);

/// What is said first.
fn hello(window: u32) -> Hello {
    Hello { release: Some("v6.1".into()), window, ..Hello::new("actor") }
}

fn say(line: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(line)?;
    out.write_all(b"\n")?;
    out.flush()
}

fn say_hello(hello: &Hello) -> io::Result<()> {
    say(&serde_json::to_vec(hello)?)
}

/// Plays a part.
pub fn act(part: &str, arguments: &[String]) -> io::Result<()> {
    match part {
        "mute" => thread::sleep(EVER),
        "dead" => {}
        "no-json" => say(b"Hello, world")?,
        "old" => say(br#"{"protocol":1,"kernel":"reference","release":"v6.1","package":"x"}"#)?,
        "no-name" => say(br#"{"protocol":2}"#)?,
        "unknown-step" => say(br#"{"protocol":2,"name":"x","steps":["iommu_atach_device"]}"#)?,
        "endless-hello" => endless(b"{")?,
        "changes-name" => {
            // another process, another name
            say_hello(&Hello::new(format!("actor {}", std::process::id())))?;
            talk("dies", arguments)?;
        }
        "narrow" => {
            let narrow =
                r#"{"protocol":2,"name":"x","steps":["device_add"],"capabilities":["hold"],"new":1}"#;
            say(narrow.as_bytes())?;
            talk(part, arguments)?;
        }
        "once" => {
            // the first process says hello, the others do not
            let flag = arguments.first().map(String::as_str).unwrap_or_default();
            if fs::OpenOptions::new().write(true).create_new(true).open(flag).is_ok() {
                say_hello(&hello(1))?;
                talk("dies", arguments)?;
            }
        }
        part => {
            say_hello(&hello(if part.starts_with("window") { 4 } else { 1 }))?;
            talk(part, arguments)?;
        }
    }
    Ok(())
}

fn talk(part: &str, arguments: &[String]) -> io::Result<()> {
    if part == "deaf" {
        thread::sleep(EVER);
        return Ok(());
    }
    let mut engine = Reference::at(history::resolve("v6.1").expect("known"));
    let mut held: Option<Vec<u8>> = None;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let question: Question<'_> = from_json(line.as_bytes()).expect("a question");
        let script = question.script.read().expect("a script");
        let answer = engine.run(&script);
        let reply = serde_json::to_vec(&Reply::new(Some(question.seq), WireAnswer::of(&script, &answer)))?;
        if script.id == "bad" {
            misbehave(part, arguments, question.seq, &reply, &mut held)?;
            continue;
        }
        say(&reply)?;
        if let Some(reply) = held.take() {
            say(&reply)?;
        }
    }
    Ok(())
}

/// What the parts do when they are asked the script `bad`.
fn misbehave(
    part: &str,
    arguments: &[String],
    seq: u64,
    reply: &[u8],
    held: &mut Option<Vec<u8>>,
) -> io::Result<()> {
    match part {
        "hangs" => thread::sleep(EVER),
        "dies" => exit(3),
        "complains" => {
            for line in 0..2000 {
                eprintln!("line {line} of what is wrong");
            }
            exit(1);
        }
        "wrong-seq" => say(&serde_json::to_vec(&json!({"seq": seq + 7, "skipped": "x"}))?)?,
        "null-seq" => say(br#"{"seq":null,"skipped":"x"}"#)?,
        "null-errored" => say(br#"{"seq":null,"errored":"I could not read that"}"#)?,
        "no-seq" => say(br#"{"skipped":"x"}"#)?,
        "garbage" => say(b"\x00\x01\x02 what?")?,
        "empty-line" => say(b"")?,
        "no-object" => say(b"[1,2,3]")?,
        "not-utf-8" => say(b"{\"seq\":3,\"errored\":\"\xff\xfe\"}")?,
        "deep" => say(&b"[".repeat(100_000))?,
        "two-answers" => say(&serde_json::to_vec(&json!({"seq": seq, "skipped": "x", "errored": "y"}))?)?,
        "no-answer" => say(&serde_json::to_vec(&json!({"seq": seq}))?)?,
        "wrong-shape" => {
            let steps = json!([{"returned": "ok"}, {"returned": "EWHAT"}]);
            say(&serde_json::to_vec(&json!({"seq": seq, "trace": {"steps": steps, "end": {}}}))?)?;
        }
        "half-state" => {
            let groups = json!({"g": {"domain": null}});
            let steps = json!([{"returned": "ok", "groups": groups}]);
            say(&serde_json::to_vec(&json!({"seq": seq, "trace": {"steps": steps, "end": {}}}))?)?;
        }
        "no-device" => {
            let steps = json!([{"returned": "ok", "calls": [{"probe_device": {"device": "nobody"}}]}]);
            say(&serde_json::to_vec(&json!({"seq": seq, "trace": {"steps": steps, "end": {}}}))?)?;
        }
        "few-steps" => say(&serde_json::to_vec(&json!({"seq": seq, "trace": {"steps": [], "end": {}}}))?)?,
        "many-steps" => {
            let steps = "{},".repeat(1_000_000);
            say(format!(r#"{{"seq":{seq},"trace":{{"steps":[{steps}{{}}],"end":{{}}}}}}"#).as_bytes())?;
        }
        "skips" => say(&serde_json::to_vec(&json!({"seq": seq, "skipped": "not today"}))?)?,
        "crashes" => {
            let crash = json!({"step": 0, "trace": {"steps": []}, "console": ["BUG: no page"]});
            say(&serde_json::to_vec(&json!({"seq": seq, "crashed": crash}))?)?;
        }
        "crashes-elsewhere" => {
            let crash = json!({"step": 5, "trace": {"steps": []}});
            say(&serde_json::to_vec(&json!({"seq": seq, "crashed": crash}))?)?;
        }
        "twice" => {
            say(reply)?;
            say(reply)?;
        }
        "huge" => endless(br#"{"seq":1,"errored":""#)?,
        "flood" => loop {
            say(reply)?;
        },
        "half-line" => {
            io::stdout().write_all(reply.get(..reply.len() / 2).unwrap_or_default())?;
            io::stdout().flush()?;
            exit(0);
        }
        "closes" => {
            rustix::stdio::dup2_stdout(fs::File::open("/dev/null")?)?;
            thread::sleep(EVER);
        }
        "leaves-a-child" => {
            let child = Command::new(std::env::current_exe()?)
                .args([super::ACT, "mute"])
                .stdin(Stdio::null())
                .stderr(Stdio::inherit())
                .spawn()?;
            fs::write(arguments.first().map(String::as_str).unwrap_or_default(), child.id().to_string())?;
            exit(0);
        }
        "window-swaps" => *held = Some(reply.to_vec()),
        _ => say(reply)?,
    }
    Ok(())
}

/// A line that never ends.
fn endless(start: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(start)?;
    let block = vec![b'x'; 1 << 20];
    for _ in 0..1024 {
        out.write_all(&block)?;
    }
    thread::sleep(EVER);
    Ok(())
}
