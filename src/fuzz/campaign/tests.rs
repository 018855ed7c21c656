// SPDX-License-Identifier: GPL-2.0-only
//! The engine at one release against the engine at another.

use rstest::rstest;

use super::*;
use crate::engine;
use crate::history;
use crate::implementation::Reference;
use crate::script::Arch;
use crate::trace::compare::first_difference;

fn options(seed: u64, scripts: u64, target: &str, release: &str) -> Options {
    let at = |name| history::resolve(name).expect("a release");
    Options {
        seed,
        first: 0,
        scripts: Some(scripts),
        time: None,
        profile: Profile::of_everything(Arch::Generic, at(target)),
        point: at(release),
    }
}

fn found(options: &Options) -> Found {
    let mut target = Reference::at(options.profile.point.clone());
    run(&mut target, options, &mut |_| {})
}

#[test]
fn the_engine_agrees_with_itself() {
    let found = found(&options(3, 450, "v6.12", "v6.12"));
    assert_eq!((found.figures.scripts, found.figures.disagree, found.distinct()), (450, 0, 0));
    assert!(found.figures.operations > 450 * 10);
}

#[rstest]
// From v5.19 on a kernel driver's bind and a domain over another one are refused.
#[case("v5.18", "v5.19", "bind", "returned", 5, "EBUSY")]
#[case("v5.18", "v5.19", "iommu_attach_device", "returned", 5, "EBUSY")]
// A claim that fails at the second device is rolled back from v6.5 on.
#[case(
    "commit:dcf40ed3a20d^",
    "commit:dcf40ed3a20d",
    "iommu_group_claim_dma_owner",
    "call",
    5,
    "attach d0 to dma(g0)"
)]
#[case("v6.1", "v6.12", "iommu_group_store_type", "returned", 5, "ok")]
fn a_changed_rule_is_found_in_a_few_operations(
    #[case] target: &str,
    #[case] release: &str,
    #[case] operation: &'static str,
    #[case] field: &str,
    #[case] longest: usize,
    #[case] reference: &str,
) {
    let found = found(&options(6, 2000, target, release));
    let kind = Kind { operation, field: field.into() };
    let alike =
        found.kinds.get(&kind).unwrap_or_else(|| panic!("{kind} is not among {:?}", found.kinds.keys()));
    let as_told = |one: &&Disagreement| one.difference.reference == reference;
    let short = |one: &Disagreement| one.finished && one.script.ops.len() <= longest;
    assert!(alike.iter().find(as_told).is_some_and(short), "{alike:#?}");
}

/// The engine just before a commit against the engine just after it.
#[test]
fn every_change_of_history_is_noticed() {
    let mut missed = Vec::new();
    for change in history::CHANGES {
        if change.sets.iter().all(|(axis, _)| crate::fuzz::NOT_DRAWN.contains(axis)) {
            continue;
        }
        let at = |name: String| history::resolve(&name).expect("a release");
        let (before, after) = (at(format!("commit:{}^", change.id)), at(format!("commit:{}", change.id)));
        let mut generators = [Arch::Generic, Arch::Arm32].map(|arch| {
            // Some changes are told apart only by what takes a kernel down.
            Generator::new(1, Profile { daring: 10, ..Profile::of_everything(arch, after.clone()) })
        });
        let mut target = Reference::at(before);
        let mut noticed =
            |script: &Script| matches!(judge(script, &after, target.run(script)), Judged::Deviates(_));
        let found = (0..12_000)
            .any(|_| generators.iter_mut().filter_map(Iterator::next).any(|script| noticed(&script)));
        if !found {
            missed.push(change.id);
        }
    }
    assert_eq!(missed, Vec::<&str>::new());
}

#[test]
fn numbers_make_scripts_again() {
    let all = options(9, 6, "v6.1", "v6.12");
    let one = Options { first: 4, scripts: Some(1), ..all.clone() };
    let generator = Generator::new(all.seed, all.profile.clone());
    let again = Generator::new(one.seed, one.profile.clone());
    assert_eq!(generator.clone().nth(4), Some(again.script(4)));
    assert_eq!(again.script(4).id, "s9-4");
}

/// One that does not run what has more than ten operations, and fails on what has five.
struct Picky(Reference);

impl Implementation for Picky {
    fn name(&self) -> String {
        "picky".into()
    }

    fn run(&mut self, script: &Script) -> Answer {
        match script.ops.len() {
            0..=4 => self.0.run(script),
            5..=10 => Answer::Errored { message: "five is too many".into() },
            _ => Answer::Skipped { reason: "too long".into() },
        }
    }
}

#[test]
fn what_is_not_run_is_told_and_failures_end_it() {
    let options = options(3, 4000, "v6.12", "v6.12");
    let mut picky = Picky(Reference::at(options.point.clone()));
    let found = run(&mut picky, &options, &mut |_| {});
    assert!(found.given_up);
    assert_eq!(found.figures.failed.keys().collect::<Vec<_>>(), ["five is too many"]);
    assert!(found.figures.skipped.contains_key("too long"));
}

/// One that forgets its last step now and then.
struct Fickle(Reference, u32);

impl Implementation for Fickle {
    fn name(&self) -> String {
        "fickle".into()
    }

    fn run(&mut self, script: &Script) -> Answer {
        self.1 += 1;
        let mut script = script.clone();
        if self.1 == 5 {
            script.ops.pop();
        }
        self.0.run(&script)
    }
}

#[test]
fn what_does_not_come_again_is_not_shortened() {
    let options = options(3, 20, "v6.12", "v6.12");
    let found = run(&mut Fickle(Reference::at(options.point.clone()), 0), &options, &mut |_| {});
    let all: Vec<_> = found.kinds.values().flatten().collect();
    assert_eq!((all.len(), found.figures.asked), (1, 1));
    assert!(all.iter().all(|one| !one.again && one.observed.is_none() && one.script.id == "s3-4"), "{all:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let files = write_all(&found, &options, "fickle", folder.path()).expect("written");
    let text = std::fs::read_to_string(files.first().expect("a file")).expect("a text");
    assert!(text.contains("# It did not come again"), "{text}");
}

#[test]
fn files_are_cases_with_both_observations() {
    let options = options(3, 60, "v6.1", "v6.12");
    let found = found(&options);
    let folder = tempfile::tempdir().expect("a folder");
    let files = write_all(&found, &options, "reference v6.1", folder.path()).expect("written");
    assert!(files.len() >= found.distinct() && !files.is_empty());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a file");
        let case = crate::case::load(&file).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert!(case.title.starts_with("Untitled: "), "{}", case.title);
        assert!(!text.contains("expect:"), "{text}");
        let mut target = Reference::at(options.profile.point.clone());
        let script = case.lower().script;
        let Answer::Trace(observed) = target.run(&script) else { continue };
        let reference = engine::run(&script, &options.point.rules).trace;
        let difference = first_difference(&script, &observed, &reference).expect("it differs still");
        assert!(text.contains(&format!("#     reference v6.12: {}", difference.reference)), "{text}");
    }
    let left = std::fs::read_dir(folder.path()).expect("a folder").flatten();
    assert!(left.into_iter().all(|entry| !entry.file_name().to_string_lossy().ends_with(".tmp")));
}
