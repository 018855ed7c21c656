// SPDX-License-Identifier: GPL-2.0-only
//! Whatever is written is read as the same script.

use std::path::Path;

use super::*;
use crate::fuzz::{Generator, Profile, canonical};
use crate::script::{Arch, Op, Setting};

fn cases() -> Vec<case::Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let files = crate::suite::find::cases(&folder).expect("the folder can be read").cases;
    files.iter().filter_map(|file| case::load(&file.path).ok()).collect()
}

#[test]
fn every_case_is_written_as_it_was_read() {
    let cases = cases();
    assert!(cases.len() > 300, "{}", cases.len());
    for case in cases {
        let script = case.lower().script;
        let words = Words { title: case.title.clone(), ..Words::default() };
        if let Err(error) = write(&script, &words) {
            panic!("{}: {error}", case.name);
        }
        if let Err(error) = write(&canonical(&script), &words) {
            panic!("{}, canonical: {error}", case.name);
        }
    }
}

#[test]
fn every_generated_script_is_written() {
    for (arch, release) in [(Arch::Generic, "v6.1"), (Arch::Generic, "v7.3"), (Arch::Arm32, "v6.12")] {
        let point = crate::history::resolve(release).expect("a release");
        for script in Generator::new(11, Profile::of_everything(arch, point)).take(300) {
            // The one thing that kernels are asked and a case has no word for.
            let platform = |op: &Op| {
                matches!(op, Op::AttachHandleGet { kind: Some(crate::script::DomainKind::Platform), .. })
            };
            match write(&script, &Words::default()) {
                Ok(text) => assert!(!text.contains("expect"), "{text}"),
                Err(_) if script.ops.iter().any(platform) => {}
                Err(error) => panic!("{}: {error}", script.id),
            }
        }
    }
}

#[test]
fn comments_do_not_change_what_is_read() {
    let words = Words {
        title: "A \"quoted\" title: with # and \\ in it".into(),
        head: vec!["one: two".into(), String::new(), "title: no".into()],
        tail: vec!["  indented  ".into(), "- observe:".into()],
    };
    let script = Script { ops: vec![Op::Observe], ..Script::default() };
    let text = write(&script, &words).expect("it can be said");
    let head = format!("{}\n# one: two\n#\n# title: no\n", editors::comment("area/case"));
    assert!(text.starts_with(&head), "{text}");
    assert_eq!(editors::schema_comment("fuzz/x", &text), None);
    assert!(text.ends_with("  - observe:\n#   indented\n# - observe:\n"), "{text}");
    assert_eq!(case::from_text("x", &text).map(|case| case.title), Ok(words.title));
}

#[test]
fn what_cannot_be_said_is_told() {
    let told = |script: Script| write(&script, &Words::default()).expect_err("no case says it").to_string();
    let observing = |settings| Script { settings, ops: vec![Op::Observe], ..Script::default() };
    let errno = crate::script::Errno::from_number(77).expect("a number");
    assert_eq!(
        told(Script::default()),
        "a case cannot say it: expected a list that is not empty, found an empty one"
    );
    assert_eq!(
        told(observing(vec![Setting::DenyErrno(errno)])),
        "a case names errnos, and errno 77 has no name here"
    );
    let twice = vec![Setting::DeferredFlush(false), Setting::DeferredFlush(false)];
    assert!(told(observing(twice)).starts_with("a case cannot say it: "));
    assert_eq!(told(observing(vec![Setting::DeferredFlush(true)])), "the case would be another script");
    let made = DomainName::Made(crate::script::DomainKind::Dma, 2);
    let free = Op::DomainFree { domain: crate::script::DomainRef(0) };
    let script = Script { domains: vec![made], ops: vec![free], ..Script::default() };
    assert_eq!(told(script), "a case has no name for the domain `made(dma, 2)`");
}
