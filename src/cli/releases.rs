// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership releases`

use std::io::Write;

use super::failure::{Failure, Status};
use super::run::{new_table, write_table};
use crate::history::{self, Line, Point};

/// List the releases, and the upstream changes that each brought
///
/// A release is a tag, a stable release (its base and what was backported to it), or the state just after a
/// commit or just before it (`^`). Any of these names, and any other tag or stable release between v5.10 and
/// v7.3, and any commit listed by --changes, is good for --release.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// List the changes instead, with the rules they set
    #[arg(long)]
    changes: bool,
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Status, Failure> {
    let mut table = new_table();
    if args.changes {
        table.set_header(["commit", "since", "change", "rules"]);
        for change in history::CHANGES {
            let rules = change
                .sets
                .iter()
                .map(|(axis, variant)| format!("{} = {}", axis.name(), axis.variant_name(*variant)));
            let rules = rules.collect::<Vec<_>>().join(", ");
            table.add_row([change.id, change.landed, change.title, &rules]);
        }
    } else {
        table.set_header(["release", "changes"]);
        for point in history::points() {
            table.add_row([point.name.clone(), changes(point)]);
        }
    }
    write_table(&table, out)?;
    Ok(Status::Good)
}

/// What is new at a point, a line for each change.
fn changes(point: &Point) -> String {
    let new = point.new_changes.iter().map(|change| format!("{} {}", change.id, change.title));
    let new = new.collect::<Vec<_>>().join("\n");
    match (&point.line, new.is_empty()) {
        (Line::Mainline, true) => "-".into(),
        (Line::Mainline, false) => new,
        (Line::Stable { base }, true) => format!("as {base}"),
        (Line::Stable { base }, false) => format!("{base} and\n{new}"),
    }
}
