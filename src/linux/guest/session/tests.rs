// SPDX-License-Identifier: GPL-2.0-only
//! Sessions with a guest that is only pretended.

use std::cell::RefCell;
use std::rc::Rc;

use rstest::rstest;

use super::*;
use crate::linux::guest::link::Areas;

/// What a pretended guest can, and what becomes of it.
#[derive(Clone, Debug)]
struct Plan {
    /// For each boot that goes wrong at once: does it make sense to try again?
    failing_boots: Vec<(u32, bool)>,
    rewinds: bool,
    queries: bool,
    pci: bool,
    iommufd: bool,
    size: Areas,
    /// Dies at whatever it is told, from this boot on.
    dead_from: u32,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            failing_boots: Vec::new(),
            rewinds: true,
            queries: true,
            pci: false,
            iommufd: false,
            size: Areas { input: 1 << 20, output: 56 << 20 },
            dead_from: u32::MAX,
        }
    }
}

/// What happened to the pretended guests.
#[derive(Debug, Default)]
struct Seen {
    boots: u32,
    rewinds: u32,
}

struct Fake {
    plan: Plan,
    seen: Rc<RefCell<Seen>>,
}

struct FakeGuest {
    plan: Plan,
    seen: Rc<RefCell<Seen>>,
    used: Areas,
    answers: String,
    alive: bool,
    answering: bool,
    /// What the teardown of this script does.
    at_reset: Option<&'static str>,
}

impl Boot for Fake {
    type Link = FakeGuest;

    fn boot(&mut self) -> Result<FakeGuest, BootError> {
        let mut seen = self.seen.borrow_mut();
        seen.boots += 1;
        if let Some((_, again)) = self.plan.failing_boots.iter().find(|(boot, _)| *boot == seen.boots) {
            return Err(if *again {
                BootError::Died { kernel: "fake".into(), program: "qemu", said: "no memory".into() }
            } else {
                BootError::NoProgram { program: "qemu", package: "qemu" }
            });
        }
        Ok(FakeGuest {
            plan: self.plan.clone(),
            seen: Rc::clone(&self.seen),
            used: Areas::default(),
            answers: String::new(),
            alive: true,
            answering: seen.boots < self.plan.dead_from,
            at_reset: None,
        })
    }
}

impl FakeGuest {
    fn hear(&mut self, line: &str) {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        let deed = match (verb, self.at_reset) {
            ("reset", Some(deed)) => deed,
            _ => verb,
        };
        match deed {
            "die" => self.alive = false,
            "stall" => self.answering = false,
            "bomb" => self.at_reset = Some("die"),
            "late" => self.at_reset = Some("answer and die"),
            "babble" => self.answers += "{}\n",
            _ => {}
        }
        if !self.alive || !self.answering {
            return;
        }
        let answer = match (verb, argument) {
            ("getdom", "") if !self.plan.queries => UNKNOWN_COMMAND.to_owned(),
            ("pcireset", "") if !self.plan.pci => UNKNOWN_COMMAND.to_owned(),
            ("iommufd", "") if !self.plan.iommufd => UNKNOWN_COMMAND.to_owned(),
            ("reset", _) => "{\"leak_dom\":0}".to_owned(),
            ("long", _) => format!("{line} {}", "x".repeat(ANSWER_LIMIT / 2)),
            _ => line.to_owned(),
        };
        self.answers += &answer;
        self.answers.push('\n');
        if deed == "answer and die" {
            self.alive = false;
        }
        if verb == "reset" {
            self.at_reset = None;
        }
    }
}

impl Link for FakeGuest {
    fn send(&mut self, lines: &str) -> Result<(), LinkError> {
        self.used.input += lines.len();
        if self.used.input > self.plan.size.input {
            return Err(LinkError::Full);
        }
        for line in lines.lines() {
            if self.alive && self.answering {
                self.hear(line);
            }
        }
        Ok(())
    }

    fn take(&mut self, into: &mut Vec<u8>) -> Result<(), LinkError> {
        self.used.output += self.answers.len();
        assert!(self.used.output <= self.plan.size.output, "the output area is full");
        into.extend(self.answers.drain(..).collect::<String>().into_bytes());
        Ok(())
    }

    fn used(&self) -> Areas {
        self.used
    }

    fn size(&self) -> Areas {
        self.plan.size
    }

    fn rewind(&mut self) -> Result<bool, LinkError> {
        if !self.alive {
            return Err(LinkError::Silent);
        }
        if self.plan.rewinds {
            assert_eq!(self.answers, "", "not everything was taken");
            self.used = Areas::default();
            self.seen.borrow_mut().rewinds += 1;
        }
        Ok(self.plan.rewinds)
    }

    fn is_alive(&mut self) -> bool {
        self.alive
    }

    fn console(&mut self) -> String {
        "[    1.0] Kernel panic - not syncing: pretended\n".into()
    }
}

fn session(plan: Plan) -> (Session<Fake>, Rc<RefCell<Seen>>) {
    let seen = Rc::new(RefCell::new(Seen::default()));
    let mut session = Session::new(Fake { plan, seen: Rc::clone(&seen) });
    session.stall = Duration::from_millis(100);
    (session, seen)
}

/// `setup | ops`; without a bar: to be passed over.
fn item(number: usize, text: &str) -> Item<usize> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    match text.split_once('|') {
        None => Item::Pass(number),
        Some((setup, ops)) => Item::Run(number, Job { setup: words(setup), ops: words(ops) }),
    }
}

/// What became of each, in few words: setup, steps and end, or what went wrong.
fn run(session: &mut Session<Fake>, scripts: &[&str]) -> Vec<String> {
    let mut items = scripts.iter().enumerate().map(|(number, text)| item(number, text));
    let mut done = Vec::new();
    session.run(&mut items, &mut |number, what| {
        assert_eq!(number, done.len(), "in order");
        done.push(match what {
            Done::Passed => "passed".into(),
            Done::Failed(error) => error.to_string(),
            Done::Ran(_, Ran { setup, steps, end }) => {
                let end = match end {
                    Finish::Teardown(answer) => {
                        assert_eq!(answer, "{\"leak_dom\":0}");
                        "reset".into()
                    }
                    Finish::Crash(said) => format!("crash: {}", said.join(" ")),
                    Finish::Hang(said) => format!("hang: {}", said.join(" ")),
                };
                format!("{}|{}|{end}", setup.join(" "), steps.join(" "))
            }
        });
    });
    done
}

const DIED: &str = "crash: Kernel panic - not syncing: pretended";
const HUNG: &str = "hang: Kernel panic - not syncing: pretended";

#[test]
fn answers_come_in_order_past_what_is_passed_over() {
    let (mut session, seen) = session(Plan::default());
    let done = run(&mut session, &["pass", "s|a b", "pass", "|c", "s t|", "pass"]);
    assert_eq!(done, ["passed", "s|a b|reset", "passed", "|c|reset", "s t||reset", "passed"]);
    assert_eq!(seen.borrow().boots, 1);
    assert_eq!(run(&mut session, &[]), Vec::<String>::new());
}

#[rstest]
#[case("s|a die b", &format!("s|a|{DIED}"))]
#[case("s|a b bomb", &format!("s|a b bomb|{DIED}"))]
#[case("s die|a b", &format!("s||{DIED}"))]
#[case("s|stall", &format!("s||{HUNG}"))]
fn a_guest_that_dies_costs_one_script(#[case] bad: &str, #[case] left: &str) {
    let (mut session, seen) = session(Plan::default());
    let done = run(&mut session, &["s|a", bad, "pass", "s|b", bad, "s|c"]);
    assert_eq!(done, ["s|a|reset", left, "passed", "s|b|reset", left, "s|c|reset"]);
    assert_eq!(seen.borrow().boots, 3);
    let Counts { boots, crashes, hangs, down } = session.counts();
    assert_eq!((boots, crashes + hangs), (3, 2));
    assert!(!down.is_zero());
}

#[test]
fn a_guest_that_dies_between_two_scripts_costs_none() {
    let (mut session, seen) = session(Plan::default());
    let done = run(&mut session, &["s|late", "s|a", "s|b"]);
    assert_eq!(done, ["s|late|reset", "s|a|reset", "s|b|reset"]);
    assert_eq!(seen.borrow().boots, 2);
    // and nobody waits for one that died behind the last script
    assert_eq!(run(&mut session, &["s|late"]), ["s|late|reset"]);
    assert_eq!(run(&mut session, &["s|a"]), ["s|a|reset"]);
}

#[test]
fn a_script_that_kills_at_its_first_line_is_found() {
    let (mut session, seen) = session(Plan::default());
    let done = run(&mut session, &["|die", "s|a"]);
    assert_eq!(done, [format!("||{DIED}"), "s|a|reset".into()]);
    assert_eq!(seen.borrow().boots, 3);
}

#[test]
fn one_after_the_other_uses_one_guest() {
    let (mut session, seen) = session(Plan::default());
    for _ in 0..20 {
        assert_eq!(run(&mut session, &["s|a"]), ["s|a|reset"]);
    }
    assert_eq!(seen.borrow().boots, 1);
}

#[test]
fn a_boot_that_fails_costs_one_script() {
    let (mut session, _) = session(Plan { failing_boots: vec![(1, true), (3, true)], ..Plan::default() });
    let done = run(&mut session, &["s|a", "s|b", "s|die", "s|c", "s|d"]);
    let failed = "fake does not boot: qemu ended:\nno memory";
    assert_eq!(done, [failed, "s|b|reset", &format!("s||{DIED}"), failed, "s|d|reset"]);
}

#[rstest]
#[case(true, 3, &["fake does not boot: qemu ended:\nno memory"; 3])]
#[case(false, 1, &["qemu is not in PATH; Debian has it in the package qemu"; 1])]
fn boots_that_never_succeed_end(#[case] again: bool, #[case] boots: u32, #[case] first: &[&str]) {
    let failing_boots = (1..100).map(|boot| (boot, again)).collect();
    let (mut session, seen) = session(Plan { failing_boots, ..Plan::default() });
    let done = run(&mut session, &["s|a"; 5]);
    assert_eq!(&done[..first.len()], first);
    let rest = format!("given up after 3 boots without one script done; the last: {}", first[0]);
    assert!(done[first.len()..].iter().all(|message| *message == rest), "{done:?}");
    assert_eq!(seen.borrow().boots, boots);
}

#[test]
fn guests_that_get_nothing_done_end() {
    let (mut session, seen) = session(Plan { dead_from: 2, ..Plan::default() });
    let done = run(&mut session, &["s|a", "s|die", "s|b", "pass", "s|c", "s|d", "s|e"]);
    assert_eq!(&done[..2], ["s|a|reset", &format!("s||{DIED}")]);
    let said =
        "the guest does not react; its console ends in:\n[    1.0] Kernel panic - not syncing: pretended";
    assert_eq!([&done[2], &done[4], &done[5]], [said; 3]);
    assert!(done[6].starts_with("given up after 3 boots without one script done"), "{}", done[6]);
    assert_eq!(seen.borrow().boots, 4);
}

#[rstest]
#[case(true, 1)]
#[case(false, 2)]
fn full_areas_are_emptied(#[case] rewinds: bool, #[case] boots: u32) {
    let size = Areas { input: 1 << 20, output: 12 << 20 };
    let (mut session, seen) = session(Plan { rewinds, size, ..Plan::default() });
    let script = format!("s|{}", "long ".repeat(20));
    let done = run(&mut session, &vec![script.as_str(); 30]);
    assert_eq!(done.len(), 30);
    assert!(done.iter().all(|words| words.ends_with("|reset") && words.len() > 600_000));
    assert_eq!(seen.borrow().boots, boots);
    assert_eq!(seen.borrow().rewinds > 1, rewinds);
}

#[test]
fn a_script_that_never_fits_is_no_endless_loop() {
    let size = Areas { input: 1 << 10, output: 12 << 20 };
    let (mut session, _) = session(Plan { size, ..Plan::default() });
    let script = format!("s|{}", "aaaaaaaa ".repeat(200));
    let done = run(&mut session, &[&script, "s|a"]);
    assert_eq!(done, ["the guest's input area is full", "s|a|reset"]);
}

#[test]
fn answers_out_of_step_cost_one_script() {
    let (mut session, seen) = session(Plan::default());
    let done = run(&mut session, &["s|a", "s|babble b", "s|c"]);
    assert_eq!(done, ["s|a|reset", "the guest answers what it was not asked: b", "s|c|reset"]);
    assert_eq!(seen.borrow().boots, 2);
}

#[rstest]
#[case(true, false, false)]
#[case(false, true, false)]
#[case(true, true, true)]
fn the_bench_is_asked_what_it_can(#[case] queries: bool, #[case] pci: bool, #[case] iommufd: bool) {
    let (mut session, seen) = session(Plan { queries, pci, iommufd, ..Plan::default() });
    assert_eq!(session.abilities().ok(), Some(Abilities { queries, pci, iommufd }));
    assert_eq!(run(&mut session, &["s|a"]), ["s|a|reset"]);
    assert_eq!(seen.borrow().boots, 1);
}
