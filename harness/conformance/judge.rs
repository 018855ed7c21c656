// SPDX-License-Identifier: GPL-2.0-only
//! insta is the judge: it alone decides whether a snapshot holds, so that `cargo insta` and its variables mean
//! here what they mean everywhere. We only keep it quiet, and remember what the reviewed snapshot said.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic;
use std::path::Path;

use insta::comparator::{Comparator, DefaultComparator};
use insta::{Settings, Snapshot};

thread_local! {
    /// Is this thread inside an assertion?
    static ASSERTING: Cell<bool> = const { Cell::new(false) };
    /// The reviewed text that the running assertion found to differ.
    static REVIEWED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What insta's panic begins with when a snapshot does not hold.
const ASSERTION_FAILED: &str = "snapshot assertion for ";

/// What insta has against a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objection {
    /// There is none yet.
    New,
    /// It differs from the reviewed one, which is this.
    Changed(String),
    /// It could not be read or written.
    Broken(String),
}

/// Whose snapshot is judged.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The folder of the snapshot.
    pub folder: &'a Path,
    /// Its name there, without extension.
    pub name: &'a str,
    /// The case's file, which insta names in the snapshot's head.
    pub input: &'a Path,
}

/// Has insta compare the body with the reviewed snapshot.
///
/// # Errors
/// What insta objects to.
pub fn judge(subject: Subject<'_>, body: &str) -> Result<(), Objection> {
    REVIEWED.set(None);
    ASSERTING.set(true);
    let asserted = panic::catch_unwind(|| assert(subject, body));
    ASSERTING.set(false);

    asserted.map_err(|panicked| match (message(&*panicked), REVIEWED.take()) {
        (message, reviewed) if message.starts_with(ASSERTION_FAILED) => {
            reviewed.map_or_else(|| no_snapshot(subject), Objection::Changed)
        }
        (message, _) => Objection::Broken(message),
    })
}

/// insta compared with nothing: there is no snapshot, or none that it can read.
fn no_snapshot(subject: Subject<'_>) -> Objection {
    match subject.folder.join(format!("{}.snap", subject.name)).exists() {
        false => Objection::New,
        true => Objection::Broken("this is no snapshot; remove it and run again".into()),
    }
}

fn assert(subject: Subject<'_>, body: &str) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(subject.folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_input_file(subject.input);
    settings.set_comparator(Box::new(Recorder));
    settings.bind(|| insta::assert_snapshot!(subject.name, body));
}

/// Keeps panics of assertions off the screen; all others are shown as ever.
pub fn silence_panics_of_assertions() {
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !ASSERTING.get() {
            previous(info);
        }
    }));
}

fn message(panicked: &(dyn Any + Send)) -> String {
    match (panicked.downcast_ref::<&str>(), panicked.downcast_ref::<String>()) {
        (Some(message), _) => (*message).into(),
        (None, Some(message)) => message.clone(),
        (None, None) => "insta panicked".into(),
    }
}

/// Compares as insta does, and remembers the reviewed text of what differs.
#[derive(Clone, Copy, Debug)]
struct Recorder;

impl Recorder {
    fn record(same: bool, reviewed: &Snapshot) -> bool {
        if !same {
            REVIEWED.set(Some(reviewed.as_text().map_or_else(String::new, ToString::to_string)));
        }
        same
    }
}

impl Comparator for Recorder {
    fn matches(&self, reference: &Snapshot, test: &Snapshot) -> bool {
        Recorder::record(DefaultComparator.matches(reference, test), reference)
    }

    fn matches_fully(&self, reference: &Snapshot, test: &Snapshot) -> bool {
        Recorder::record(DefaultComparator.matches_fully(reference, test), reference)
    }

    fn dyn_clone(&self) -> Box<dyn Comparator> {
        Box::new(*self)
    }
}
