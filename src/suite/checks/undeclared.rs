// SPDX-License-Identifier: GPL-2.0-only
//! An operation that names what its script does not declare is refused before anything happens.

use std::collections::BTreeSet;

use crate::engine::{Engine, Rules};
use crate::script::{DomainName, Op, Script};
use crate::suite::survey::Survey;
use crate::trace::{Outcome, operation};

/// A table of a script: what it holds, how all of its names become others, and how it becomes empty.
struct Table {
    holds: &'static str,
    rename: fn(&mut Script),
    empty: fn(&mut Script),
}

/// The name that everything has then.
const OTHER: &str = "another";

const TABLES: [Table; 8] = [
    Table {
        holds: "device",
        rename: |script| script.devices.iter_mut().for_each(|device| device.name = OTHER.into()),
        empty: |script| script.devices.clear(),
    },
    Table {
        holds: "group",
        rename: |script| script.groups.iter_mut().for_each(|group| group.name = OTHER.into()),
        empty: |script| script.groups.clear(),
    },
    Table {
        holds: "domain",
        rename: |script| script.domains.fill(DomainName::User(OTHER.into())),
        empty: |script| script.domains.clear(),
    },
    Table {
        holds: "mapping",
        rename: |script| script.mappings.fill(OTHER.into()),
        empty: |script| script.mappings.clear(),
    },
    Table {
        holds: "address space",
        rename: |script| script.ioas.fill(OTHER.into()),
        empty: |script| script.ioas.clear(),
    },
    Table {
        holds: "owner",
        rename: |script| script.owners.fill(OTHER.into()),
        empty: |script| script.owners.clear(),
    },
    Table {
        holds: "handle",
        rename: |script| script.handles.fill(OTHER.into()),
        empty: |script| script.handles.clear(),
    },
    Table {
        holds: "container",
        rename: |script| script.containers.fill(OTHER.into()),
        empty: |script| script.containers.clear(),
    },
];

/// Lists the operations of cases that are run although their script does not declare what they name.
#[must_use]
pub fn taken(surveys: &[&Survey]) -> Vec<String> {
    let scripts = surveys.iter().filter_map(|survey| survey.scripts.first());
    let problems: BTreeSet<String> = scripts.flat_map(|script| taken_of(&script.script)).collect();
    problems.into_iter().collect()
}

fn taken_of(script: &Script) -> Vec<String> {
    let mut problems = Vec::new();
    for table in TABLES {
        let renamed = changed(script, table.rename);
        let emptied = changed(script, table.empty);
        let names_one = |op: &&Op| operation::words(script, op) != operation::words(&renamed, op);
        for op in script.ops.iter().filter(names_one) {
            let mut engine = Engine::new(&emptied, &Rules::default());
            let outcome = engine.execute(*op);
            if !matches!(outcome, Outcome::Bad(_)) || !engine.calls().is_empty() {
                problems.push(format!("{}: is run without that {}", operation::name(op), table.holds));
            }
        }
    }
    problems
}

fn changed(script: &Script, change: fn(&mut Script)) -> Script {
    let mut script = script.clone();
    change(&mut script);
    script
}
