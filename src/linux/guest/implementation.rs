// SPDX-License-Identifier: GPL-2.0-only
//! A live kernel that runs scripts.

use thiserror::Error;

use super::boot::{BootError, Qemu};
use super::lower::{Bench, Lowered, lower};
use super::names::Names;
use super::session::{Abilities, Counts, Done, Finish, Item, Job, Ran, Session};
use crate::history::Point;
use crate::implementation::recorded::wire::{Line, Return, Scalar, SetupAnswer, Step, Text};
use crate::implementation::recorded::{HeaderError, observe};
use crate::implementation::{Answer, Implementation, Restarts};
use crate::linux::cache::Prepared;
use crate::script::{Arch, Script};

/// So much of an answer that makes no sense is shown.
const SHOWN: usize = 200;

/// Why a prepared kernel cannot be used.
#[derive(Debug, Error)]
pub enum GuestError {
    /// It cannot be booted.
    #[error(transparent)]
    Boot(#[from] BootError),
    /// There is no release to compare it with.
    #[error("kernel {kernel}: {error}")]
    Header {
        /// The kernel.
        kernel: String,
        /// What is wrong.
        error: HeaderError,
    },
}

/// A prepared kernel that runs scripts in a guest of its own. It is booted when the first script comes.
///
/// Kernels side by side are one of these each, on a thread each.
#[derive(Debug)]
pub struct LinuxGuest {
    session: Session<Qemu>,
    point: Point,
    wanted: String,
}

impl LinuxGuest {
    /// For this kernel.
    ///
    /// # Errors
    /// QEMU is not installed, or nothing known fits the kernel's version.
    pub fn new(kernel: Prepared) -> Result<LinuxGuest, GuestError> {
        let header = |error| GuestError::Header { kernel: kernel.name().to_string(), error };
        let chosen = kernel.header().choose().map_err(header)?;
        let session = Session::new(Qemu::new(kernel)?);
        Ok(LinuxGuest { session, point: chosen.point, wanted: chosen.wanted })
    }

    /// The kernel.
    #[must_use]
    pub fn kernel(&self) -> &Prepared {
        self.session.boot().kernel()
    }

    /// The point of history that it is compared with.
    #[must_use]
    pub fn point(&self) -> &Point {
        &self.point
    }

    /// The release that it is; [`LinuxGuest::point`] is the nearest known one.
    #[must_use]
    pub fn wanted(&self) -> &str {
        &self.wanted
    }

    /// Boots, crashes and hangs so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.session.counts()
    }

    /// Boots the guest if it does not run, and tells what it can.
    ///
    /// # Errors
    /// It does not come up.
    pub fn bench(&mut self) -> Result<Bench, super::session::SessionError> {
        let arch = self.kernel().arch().of_script();
        let Abilities { queries, pci, iommufd } = self.session.abilities()?;
        // ARM's kernels know the commands, but QEMU's machine for them has no such devices.
        let pci = pci && arch == Arch::Generic;
        Ok(Bench { arch, rules: self.point.rules, queries, pci, iommufd })
    }
}

impl Implementation for LinuxGuest {
    fn name(&self) -> String {
        let kernel = self.kernel();
        format!("linux {} ({})", kernel.name(), kernel.info().package)
    }

    fn run(&mut self, script: &Script) -> Answer {
        let mut answer = None;
        self.run_all(&[script], &mut |_, given| answer = Some(given));
        answer.unwrap_or_else(|| Answer::Errored { message: "the guest gave no answer".into() })
    }

    fn run_all(&mut self, scripts: &[&Script], each: &mut dyn FnMut(usize, Answer)) {
        let mut left = scripts.iter().enumerate();
        let bench = loop {
            match self.bench() {
                Ok(bench) => break bench,
                // Each script is worth a try, as long as the session tries.
                Err(error) => match left.next() {
                    Some((index, _)) => each(index, Answer::Errored { message: error.to_string() }),
                    None => return,
                },
            }
        };
        let mut items = left.map(|(index, script)| match lower(script, &bench) {
            Ok(Lowered { setup, ops }) => Item::Run((index, None), Job { setup, ops }),
            Err(reason) => Item::Pass((index, Some(reason))),
        });
        self.session.run(&mut items, &mut |(index, reason), done| {
            let answer = match (done, reason) {
                (Done::Ran(job, ran), _) => scripts
                    .get(index)
                    .map_or(Err("no such script".to_owned()), |script| trace(script, &job, &ran))
                    .unwrap_or_else(|message| Answer::Errored { message }),
                (Done::Passed, Some(reason)) => Answer::Skipped { reason: reason.to_string() },
                (Done::Passed, None) => Answer::Errored { message: "not run".into() },
                (Done::Failed(error), _) => Answer::Errored { message: error.to_string() },
            };
            each(index, answer);
        });
    }

    fn restarts(&self) -> Restarts {
        let Counts { boots: _, crashes, hangs, down } = self.counts();
        Restarts { died: crashes, hung: hangs, down }
    }
}

/// It can go to a thread of its own.
const _: fn(LinuxGuest) -> Box<dyn Implementation + Send> = |guest| Box::new(guest);

/// From the bench's answers, by way of the form that recordings have.
fn trace(script: &Script, job: &Job, ran: &Ran) -> Result<Answer, String> {
    let names = Names::new(script);
    let line = recorded(job, ran)?;
    let mut trace = observe(&names.script_in_guest(), &line).map_err(|error| error.to_string())?;
    names.rename(&mut trace);
    Ok(Answer::of(trace))
}

/// The line of a recording that these answers make.
fn recorded<'r>(job: &'r Job, ran: &'r Ran) -> Result<Line<'r>, String> {
    let mut setup = Vec::new();
    for (asked, answer) in job.setup.iter().zip(&ran.setup) {
        if let Some(said) = refusal(&parse(answer)?) {
            setup.push(SetupAnswer(asked.as_str().into(), said));
        }
    }
    let steps = ran.steps.iter().map(|answer| parse(answer)).collect::<Result<_, _>>()?;
    let console = |lines: &'r [String]| Some(lines.iter().map(|line| Text::from(line.as_str())).collect());
    let (end, crash, hang) = match &ran.end {
        Finish::Teardown(answer) => (Some(parse(answer)?), None, None),
        Finish::Crash(lines) => (None, console(lines), None),
        Finish::Hang(lines) => (None, None, console(lines)),
    };
    Ok(Line {
        id: None,
        note: None,
        arch: None,
        cfg: None,
        topo: None,
        ops: Vec::new(),
        setup: (!setup.is_empty()).then_some(setup),
        steps: Some(steps),
        end,
        crash,
        hang,
    })
}

/// What a line of the setup came back with, unless it was done; `iunreg` is void.
fn refusal<'a>(step: &Step<'a>) -> Option<Scalar<'a>> {
    match (&step.r, &step.skip, &step.bad) {
        (Some(Return::Void | Return::Number(0)), _, _) => None,
        (Some(Return::Number(number)), _, _) => Some(Scalar::Number(*number)),
        (Some(Return::Word(word)), _, _) | (None, Some(word), _) | (None, None, Some(word)) => {
            Some(Scalar::Text(word.clone()))
        }
        (None, None, None) => Some(Scalar::Text("nothing".into())),
    }
}

fn parse<'a, T: serde::Deserialize<'a>>(answer: &'a str) -> Result<T, String> {
    serde_json::from_str(answer).map_err(|error| {
        let shown: String = answer.chars().take(SHOWN).collect();
        format!("the guest's answer makes no sense ({error}): {shown}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{
        DeviceId, DeviceSpec, DomainName, DomainRef, Errno, GroupId, GroupSpec, Op, Setting, Static,
    };
    use crate::trace::{Crash, End, Outcome, SetupError, SetupLine};

    fn script() -> Script {
        let device = DeviceId(0);
        Script {
            settings: vec![Setting::Static(vec![Static::Release])],
            groups: vec![GroupSpec { name: "vop".into(), hold: false }],
            devices: vec![DeviceSpec::new("ff930000.vop", Some(GroupId(0)))],
            domains: vec![DomainName::User("drm".into())],
            ops: vec![
                Op::DeviceAdd { device, driver: None },
                Op::DomainAlloc { domain: DomainRef(0), device },
                Op::AttachDevice { domain: DomainRef(0), device },
            ],
            ..Script::default()
        }
    }

    const ADDED: &str = r#"{"r":0,"w":0,"cb":["probe d0","newgroup g0","alloc dma1","attach d0 dma1"],
        "g":{"g0":{"dom":"dma1","def":"dma1","blk":null,"ty":"DMA","oc":0,"ow":null,"dv":["d0"]}},
        "d":{"d0":["dma1","g0",null]}}"#;
    const ALLOCATED: &str = r#"{"r":0,"w":0,"cb":["alloc m0"],"g":{},"d":{}}"#;
    const ATTACHED: &str = r#"{"r":-16,"w":0,"cb":[],"g":{},"d":{}}"#;
    const END: &str = r#"{"r":0,"leak_dom":0,"leak_grp":0,"w":0,"cb":["release d0"]}"#;

    /// What the guest said to the three lines of the setup, to the steps, and at the end.
    fn answer(setup: [&str; 3], steps: &[&str], end: Finish) -> Result<Answer, String> {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
        let job =
            Job { setup: words(&["cfg static=r", "group g0 hold=0", "dev d0 group=g0"]), ops: Vec::new() };
        trace(&script(), &job, &Ran { setup: words(&setup), steps: words(steps), end })
    }

    const OK: &str = r#"{"r":0,"w":0,"cb":[]}"#;

    #[test]
    fn answers_become_a_trace_in_the_names_of_the_script() {
        let end = Finish::Teardown(END.into());
        let answer = answer([r#"{"r":-95,"w":0,"cb":[]}"#, OK, OK], &[ADDED, ALLOCATED, ATTACHED], end);
        let Ok(Answer::Trace(trace)) = answer else { panic!("{answer:?}") };
        assert_eq!(trace.setup, [SetupError { line: SetupLine::Settings, errno: Errno::EOPNOTSUPP }]);
        let outcomes: Vec<_> = trace.steps.iter().map(|step| step.outcome).collect();
        assert_eq!(outcomes, [Outcome::Ok, Outcome::Ok, Outcome::Err(Errno::EBUSY)]);
        assert!(trace.domains.iter().any(|info| info.name == DomainName::User("drm".into())));
    }

    #[test]
    fn a_crash_ends_a_trace() {
        let said = vec!["Kernel panic".to_owned()];
        for (end, how) in
            [(Finish::Crash(said.clone()), Crash::Observed), (Finish::Hang(said.clone()), Crash::Hang)]
        {
            let answer = answer([OK; 3], &[ADDED], end);
            let Ok(Answer::Crashed { step: 1, trace }) = answer else { panic!("{answer:?}") };
            assert_eq!((&trace.end, &trace.told.console), (&End::Crash(how), &said));
        }
    }

    #[test]
    fn nonsense_is_an_error() {
        let end = || Finish::Teardown(END.into());
        for (setup, steps, told) in [
            (OK, "{", "the guest's answer makes no sense (EOF while parsing"),
            (OK, r#"{"w":0}"#, "steps[0]: neither r nor skip nor bad"),
            (r#"{"bad":"command"}"#, ADDED, "setup: answer `command` is not understood"),
        ] {
            let error = answer([setup, OK, OK], &[steps], end()).expect_err("nonsense");
            assert!(error.starts_with(told), "{error}");
        }
    }
}
