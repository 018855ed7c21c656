// SPDX-License-Identifier: GPL-2.0-only
//! What is made of each part.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use dma_ownership::implementation::{Answer, Implementation};
use dma_ownership::protocol::{Limits, Program, ProgramError};
use dma_ownership::script::{DeviceId, DeviceSpec, GroupId, GroupSpec, Op, Script};
use libtest_mimic::{Failed, Trial};

use super::ACT;

/// Where the script `bad` is among those asked.
const BAD: usize = 2;
/// So many are asked.
const COUNT: usize = 6;

/// What the parts make of the script `bad`; everything else they answer well.
const PARTS: &[(&str, &str)] = &[
    ("hangs", "gave no answer within 1 s"),
    ("dies", "ended (exit status: 3) without an answer"),
    ("complains", "ended (exit status: 1) without an answer; it had said: line 1995 of what is wrong / "),
    ("wrong-seq", "answered question 10 where question 3 was due"),
    ("null-seq", "gave an answer with the number null"),
    ("null-errored", "I could not read that"),
    ("no-seq", "wrote a line that is no answer: missing field `seq` (line 1, column 15)"),
    ("garbage", "wrote a line that is no answer: expected value (line 1, column 1)"),
    ("empty-line", "wrote a line that is no answer: EOF while parsing a value"),
    ("no-object", "wrote a line that is no answer: "),
    ("not-utf-8", "its answer is not well made: "),
    ("deep", "wrote a line that is no answer: "),
    ("two-answers", "exactly one of `trace`, `crashed`, `skipped` and `errored` is expected"),
    ("no-answer", "exactly one of `trace`, `crashed`, `skipped` and `errored` is expected"),
    (
        "wrong-shape",
        "trace.steps[1].returned: invalid value: string \"EWHAT\", expected `ok`, `void`, an errno",
    ),
    ("half-state", "trace.steps[0].groups.g: `default_domain` is missing"),
    ("no-device", "trace.steps[0].calls[0].device: no device `nobody` in this script"),
    ("few-steps", "trace.steps: 0 steps, but the script has 1 operations"),
    ("many-steps", "more than 4096 items in a list"),
    ("crashes-elsewhere", "crashed.step: in step 5, but the trace has 0 steps"),
    ("huge", "wrote a line longer than 8 MiB"),
    ("half-line", "EOF while parsing"),
    ("closes", "closed its output without an answer"),
];

/// Programs that there is nothing to ask of.
const STARTS: &[(&str, &str)] = &[
    ("mute", "said no hello within 1 s"),
    ("dead", "ended (exit status: 0) without an answer"),
    ("no-json", "its first line is no hello: expected value (line 1, column 1)"),
    ("old", "its first line is no hello: protocol: version 1, but this program speaks version 2"),
    ("no-name", "its first line is no hello: missing field `name`"),
    ("unknown-step", "steps[0]: `iommu_atach_device` is not an operation"),
    ("endless-hello", "wrote a line longer than 8 MiB"),
];

fn limits() -> Limits {
    Limits { start: Duration::from_secs(20), answer: Duration::from_secs(20), restarts: 3 }
}

/// For parts that make one wait.
fn impatient() -> Limits {
    Limits { start: Duration::from_secs(1), answer: Duration::from_secs(1), restarts: 3 }
}

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for &(part, message) in PARTS {
        trials.push(Trial::test(format!("wrong::{part}"), move || wrong(part, message)));
    }
    for &(part, message) in STARTS {
        trials.push(Trial::test(format!("start::{part}"), move || starts_wrong(part, message)));
    }
    let mut add = |name: &str, run: fn() -> Result<(), Failed>| trials.push(Trial::test(name, run));
    add("right::alone", || right("plain"));
    add("right::several_at_once", || right("window"));
    add("right::skips", || {
        answers("skips", &|answer| matches!(answer, Answer::Skipped { reason } if reason == "not today"))
    });
    add("right::crashes", || answers("crashes", &crashed));
    add("right::narrow", narrow);
    add("wrong::twice", || late("twice", "answered question 3 once more where question 4 was due"));
    add("wrong::flood", || late("flood", "answered question 3 once more where question 4 was due"));
    add("wrong::out_of_order", out_of_order);
    add("wrong::deaf", deaf);
    add("wrong::leaves_a_child", leaves_a_child);
    add("wrong::given_up", given_up);
    add("wrong::changes_name", changes_name);
    add("start::no_command", no_command);
    trials
}

/// The command that plays a part.
fn command(part: &str, arguments: &[&str]) -> Result<String, Failed> {
    let own = std::env::current_exe()?;
    let own = own.to_str().ok_or("a path in UTF-8")?;
    Ok(shell_words::join([own, ACT, part].iter().chain(arguments)))
}

fn start(part: &str, arguments: &[&str], limits: Limits) -> Result<Program, Failed> {
    Ok(Program::start(&command(part, arguments)?, limits)?)
}

/// A device appears.
fn script(id: &str) -> Script {
    let group = Some(GroupId(0));
    Script {
        id: id.into(),
        groups: vec![GroupSpec { name: "g".into(), hold: false }],
        devices: vec![DeviceSpec::new("d", group)],
        ops: vec![Op::DeviceAdd { device: DeviceId(0), driver: None }],
        ..Script::default()
    }
}

/// Asks six scripts, of which the third is `bad`.
fn ask(program: &mut Program) -> Result<Vec<Answer>, Failed> {
    let scripts: Vec<Script> =
        (0..COUNT).map(|index| script(if index == BAD { "bad" } else { "good" })).collect();
    ask_all(program, &scripts)
}

fn ask_all(program: &mut Program, scripts: &[Script]) -> Result<Vec<Answer>, Failed> {
    let mut answers: Vec<Option<Answer>> = vec![None; scripts.len()];
    let mut twice = false;
    program.run_all(&scripts.iter().collect::<Vec<_>>(), &mut |place, answer| {
        twice |= answers[place].replace(answer).is_some();
    });
    if twice {
        return Err("a script was answered twice".into());
    }
    answers.into_iter().collect::<Option<Vec<_>>>().ok_or_else(|| "a script was not answered".into())
}

/// All answers but this one must be traces.
fn all_but(answers: &[Answer], but: usize) -> Result<&Answer, Failed> {
    for (place, answer) in answers.iter().enumerate() {
        if place != but && !matches!(answer, Answer::Trace(_)) {
            return Err(format!("script {place} was answered by {answer:?}").into());
        }
    }
    answers.get(but).ok_or_else(|| "no such answer".into())
}

fn errored(answer: &Answer, wanted: &str) -> Result<(), Failed> {
    match answer {
        Answer::Errored { message } if message.contains(wanted) => Ok(()),
        other => Err(format!("expected an error with `{wanted}`, not {other:?}").into()),
    }
}

fn wrong(part: &str, message: &str) -> Result<(), Failed> {
    let limits = if part == "hangs" { impatient() } else { limits() };
    let answers = ask(&mut start(part, &[], limits)?)?;
    errored(all_but(&answers, BAD)?, message)
}

/// What is wrong with an answer shows in the next.
fn late(part: &str, message: &str) -> Result<(), Failed> {
    let answers = ask(&mut start(part, &[], limits())?)?;
    errored(all_but(&answers, BAD + 1)?, message)
}

fn starts_wrong(part: &str, message: &str) -> Result<(), Failed> {
    let limits = if part == "mute" { impatient() } else { limits() };
    match Program::start(&command(part, &[])?, limits) {
        Ok(_) => Err("it started".into()),
        Err(error) if error.to_string().contains(message) => Ok(()),
        Err(error) => Err(format!("expected `{message}`, not `{error}`").into()),
    }
}

fn right(part: &str) -> Result<(), Failed> {
    answers(part, &|answer| matches!(answer, Answer::Trace(_)))
}

fn answers(part: &str, good: &dyn Fn(&Answer) -> bool) -> Result<(), Failed> {
    let answers = ask(&mut start(part, &[], limits())?)?;
    let answer = all_but(&answers, BAD)?;
    if good(answer) { Ok(()) } else { Err(format!("answered by {answer:?}").into()) }
}

fn crashed(answer: &Answer) -> bool {
    matches!(answer, Answer::Crashed { step: 0, trace } if trace.told.console == ["BUG: no page"])
}

/// What a program does not run it is not asked.
fn narrow() -> Result<(), Failed> {
    let mut held = script("held");
    held.groups[0].hold = true;
    let mut other = script("other");
    other.ops.push(Op::Observe);
    let mut direct = script("direct");
    direct.devices[0].direct = true;
    let answers = ask_all(&mut start("narrow", &[], limits())?, &[held, other, direct])?;
    let skipped = |reason: &str| Answer::Skipped { reason: reason.into() };
    if matches!(answers[0], Answer::Trace(_))
        && answers[1..] == [skipped("does not run `observe`"), skipped("does not have `direct`")]
    {
        return Ok(());
    }
    Err(format!("{answers:?}").into())
}

/// With several on their way, only the one whose answer was due is lost; the others are asked again.
fn out_of_order() -> Result<(), Failed> {
    let answers = ask(&mut start("window-swaps", &[], limits())?)?;
    errored(all_but(&answers, BAD)?, "answered question 4 where question 3 was due")
}

/// A question that no pipe takes whole keeps nobody waiting for longer than an answer would.
fn deaf() -> Result<(), Failed> {
    let mut long = script("long");
    long.ops = vec![Op::DeviceAdd { device: DeviceId(0), driver: None }; 4096];
    let mut program = start("deaf", &[], impatient())?;
    let begun = Instant::now();
    errored(&program.run(&long), "gave no answer within 1 s")?;
    if begun.elapsed() < Duration::from_secs(10) { Ok(()) } else { Err("it took too long".into()) }
}

fn leaves_a_child() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("child");
    let name = file.to_str().ok_or("a path in UTF-8")?;
    // The child keeps the output open, so the end of the program is not seen.
    let answers = ask(&mut start("leaves-a-child", &[name], impatient())?)?;
    errored(all_but(&answers, BAD)?, "gave no answer within 1 s")?;
    let child = std::fs::read_to_string(&file)?;
    let deadline = Instant::now() + Duration::from_secs(10);
    while is_running(&child) {
        if Instant::now() > deadline {
            return Err(format!("process {child} is still there").into());
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Is there a process of this number that is not merely waiting to be looked at?
fn is_running(process: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(process).join("stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

fn given_up() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let flag = folder.path().join("flag");
    let name = flag.to_str().ok_or("a path in UTF-8")?;
    let mut program = start("once", &[name], limits())?;
    let answers = ask_all(&mut program, &vec![script("bad"); 8])?;
    errored(&answers[0], "ended (exit status: 3) without an answer")?;
    for answer in &answers[1..4] {
        errored(answer, "ended (exit status: 0) without an answer")?;
    }
    for answer in &answers[4..] {
        errored(answer, "given up, after 4 starts in a row without an answer: ended (exit status: 0)")?;
    }
    Ok(())
}

/// Whoever says another hello is somebody else.
fn changes_name() -> Result<(), Failed> {
    let mut program = start("changes-name", &[], limits())?;
    let answers = ask_all(&mut program, &[script("good"), script("bad"), script("good")])?;
    if !matches!(answers[0], Answer::Trace(_)) {
        return Err(format!("{answers:?}").into());
    }
    errored(&answers[1], "ended (exit status: 3) without an answer")?;
    errored(&answers[2], "started anew, it said another hello")
}

fn no_command() -> Result<(), Failed> {
    let error = |command: &str| Program::start(command, limits()).err();
    if !matches!(error(""), Some(ProgramError::Empty)) || !matches!(error("'a"), Some(ProgramError::Words(_)))
    {
        return Err("an empty or broken command".into());
    }
    match error("/nowhere/at-all") {
        Some(error) if error.to_string().contains("give its path") => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}
