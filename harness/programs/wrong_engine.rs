// SPDX-License-Identifier: GPL-2.0-only
//! The example engine that is wrong on purpose: the suite finds what is wrong with it, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dma_ownership::case;
use dma_ownership::history;
use dma_ownership::protocol::{Limits, Program};
use dma_ownership::suite::find;
use dma_ownership::suite::judge::{Asked, Judged, judge_all};
use dma_ownership::trace::compare::Place;
use dma_ownership::trace::operation;
use libtest_mimic::{Failed, Trial};

/// So many cases must come out as they should, or the example shows little.
const AGREE: usize = 10;

/// One trial; without Python it says that it was not run.
pub fn trials() -> Vec<Trial> {
    let version = Command::new("python3").arg("--version").stdin(Stdio::null()).output();
    if version.is_ok_and(|output| output.status.success()) {
        return vec![Trial::test("wrong_engine", caught)];
    }
    let name = "wrong_engine (not run: there is no python3)";
    vec![Trial::test(name, || Err("there is no python3".into())).with_ignored_flag(true)]
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/examples").join(name)
}

/// What deviates is what `wrong_engine.expected` names.
fn caught() -> Result<(), Failed> {
    let engine = example("wrong_engine.py");
    let engine = engine.to_str().ok_or("a path in UTF-8")?;
    let mut program = Program::start(&shell_words::join(["python3", engine]), Limits::default())?;
    let release = program.hello().release.clone().ok_or("it names no release")?;
    let point = history::resolve(&release)?;
    let found = find::cases(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"))?;
    let asked: Result<Vec<Asked>, _> =
        found.cases.iter().map(|file| case::load(&file.path).map(Asked::new)).collect();
    let asked = asked?;

    let (mut agree, mut deviations) = (0, Vec::new());
    judge_all(
        &mut program,
        "wrong engine",
        &point,
        &asked.iter().collect::<Vec<_>>(),
        &mut |index, judged| {
            let name = &asked[index].case.name;
            match judged {
                Judged::Agrees => agree += 1,
                Judged::Skipped { .. } => {}
                Judged::Deviates(strayed) => {
                    let found = strayed.deviates.difference;
                    let script = &strayed.lowered.script;
                    let op = match found.place {
                        Place::Step(step) => script.ops.get(step).map(|op| operation::words(script, op)),
                        Place::Setup | Place::End => None,
                    };
                    let (place, op) = (found.place, op.unwrap_or_default());
                    deviations.push(format!(
                        "{name}: {place}, {op}: {} {}, not {}",
                        found.field, found.observed, found.reference
                    ));
                }
                other => deviations.push(format!("{name}: {other:?}")),
            }
        },
    );
    deviations.sort();
    let expected = fs::read_to_string(example("wrong_engine.expected"))?;
    let expected: Vec<&str> = expected.lines().filter(|line| !line.starts_with('#')).collect();
    if deviations != expected {
        return Err(
            format!("deviates in\n{}\nexpected\n{}", deviations.join("\n"), expected.join("\n")).into()
        );
    }
    if agree < AGREE {
        return Err(format!("only {agree} cases agree").into());
    }
    Ok(())
}
