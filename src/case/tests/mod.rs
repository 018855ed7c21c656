// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the case layer. Bad files have a test target of their own, `harness/bad_input/`.

mod expectations;
mod fields;
mod fuzz;
mod lowering;
mod reference;
mod schema;

use super::releases::Releases;
use super::{Case, CaseError};
use crate::history::UnknownRelease;

/// A case with this topology and these steps.
fn text(topology: &str, steps: &str) -> String {
    format!(
        "title: A driver attaches a domain\nsources: [commit:1ea2a07a532b]\ntopology:\n{topology}steps:\n{steps}"
    )
}

/// Reads a case, with a history of our own, so that these tests do not change when releases are added.
fn parse(text: &str) -> Result<Case, CaseError> {
    super::parse("x.yaml", "area/x", text, &releases())
}

fn good(text: &str) -> Case {
    parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn releases() -> Releases {
    let names = [
        "v5.10",
        "v5.18",
        "commit:1ea2a07a532b^",
        "commit:1ea2a07a532b",
        "v5.19-rc1",
        "v5.19",
        "v6.1",
        "v6.1.192",
        "v6.2",
    ];
    Releases::new(names.map(str::to_owned).to_vec(), |name| {
        Err(UnknownRelease { name: name.to_owned(), hint: "a hint".to_owned() })
    })
}
