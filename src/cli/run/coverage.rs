// SPDX-License-Identifier: GPL-2.0-only
//! `run --coverage`: what the cases reach of the engine, for people and as JSON.

use std::collections::BTreeMap;
use std::io::Write;

use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use super::report::{Ran, Report};
use super::table::{new_table, write_table};
use super::{Format, Points};
use crate::cli::failure::{Failure, Status};
use crate::engine::Axis;
use crate::suite::bands::ranges;
use crate::suite::reach::{Feat, Kind, Matrix, Reach};
use crate::suite::unreached;
use crate::trace::{Crash, Reason, Warn};

/// Version of the JSON.
pub const FORMAT: u32 = 1;

/// Everything, as JSON.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    /// [`FORMAT`].
    pub format: u32,
    /// How many cases ran.
    pub cases: usize,
    /// The releases, oldest first.
    pub releases: Vec<Release<'a>>,
    /// What can be reached, in the order of [`Feat`].
    pub feats: Vec<Reached<'a>>,
    /// What no case reaches at any of the releases, such as `WARN NullOwner`, and why if that is known.
    pub unreached: BTreeMap<String, Option<&'static str>>,
}

/// A release.
#[derive(Debug, Serialize)]
pub struct Release<'a> {
    /// Its name.
    pub name: &'a str,
    /// How many feats of each kind are reached there.
    pub reached: BTreeMap<&'static str, usize>,
    /// How many variants of rules it has, one of each rule.
    pub rules: usize,
}

/// Something that can be reached.
#[derive(Debug, Serialize)]
pub struct Reached<'a> {
    /// What kind of thing: `rule variants`, `errnos`, `WARNs`, `crashes`.
    pub kind: &'static str,
    /// What it is.
    pub what: String,
    /// By how many cases it is reached, at each release at which it is known to be possible.
    pub cases: BTreeMap<&'a str, u32>,
}

/// Writes it; all is well when something of every sort is reached, or when only some of the cases or releases were
/// asked for.
pub(super) fn write(
    points: &Points<'_>,
    reports: &[Report],
    all_cases: bool,
    format: Format,
    out: &mut impl Write,
) -> Result<Status, Failure> {
    let ran: Vec<&Ran> = reports.iter().filter_map(|report| report.result.as_ref().ok()).collect();
    let reaches: Vec<Reach> = ran.iter().map(|ran| ran.reach()).collect();
    let matrix = Matrix::new(points.list(), &reaches);
    match format {
        Format::Text => text(&matrix, ran.len(), out)?,
        Format::Json => json(&matrix, ran.len(), out)?,
        Format::Junit | Format::Ktap => return Err(Failure::CoverageFormat),
    }
    let whole = all_cases && matches!(points, Points::All);
    let complete = ran.len() == reports.len()
        && (!whole || matrix.unreached().iter().all(|what| unreached::reason(what).is_some()));
    Ok(if complete { Status::Good } else { Status::Differs })
}

fn json(matrix: &Matrix<'_>, cases: usize, out: &mut impl Write) -> Result<(), Failure> {
    let releases = matrix.points.iter().enumerate().map(|(at, point)| Release {
        name: &point.name,
        reached: Kind::all().map(|kind| (kind.words(), matrix.reached_at(kind, at))).collect(),
        rules: Axis::ALL.len(),
    });
    let reached = |(feat, counts): (&Feat, &Vec<u32>)| {
        let possible = matrix.points.iter().enumerate().filter(|(at, _)| matrix.is_possible_at(*feat, *at));
        Reached {
            kind: feat.kind().words(),
            what: feat.to_string(),
            cases: possible.map(|(at, point)| (point.name.as_str(), counts[at])).collect(),
        }
    };
    let document = Document {
        format: FORMAT,
        cases,
        releases: releases.collect(),
        feats: matrix.feats.iter().map(reached).collect(),
        unreached: matrix
            .unreached()
            .into_iter()
            .map(|what| (what.clone(), unreached::reason(&what)))
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

fn text(matrix: &Matrix<'_>, cases: usize, out: &mut impl Write) -> Result<(), Failure> {
    let mut table = new_table();
    table.set_header(["release"].into_iter().chain(Kind::all().map(Kind::words)));
    for (at, point) in matrix.points.iter().enumerate() {
        let count = |kind| match kind {
            Kind::Variant => format!("{} of {}", matrix.reached_at(kind, at), Axis::ALL.len()),
            Kind::Errno | Kind::Warn | Kind::Crash => matrix.reached_at(kind, at).to_string(),
        };
        table.add_row([point.name.clone()].into_iter().chain(Kind::all().map(count)));
    }
    to_the_right(&mut table, 1..=4);
    write_table(&table, out)?;

    for kind in Kind::all() {
        writeln!(out)?;
        let mut table = new_table();
        match kind {
            Kind::Variant => {
                table.set_header([kind.words(), "cases", "at", "not at, though it is the rule there"])
            }
            Kind::Errno | Kind::Warn | Kind::Crash => table.set_header([kind.words(), "cases", "at"]),
        };
        for (feat, counts) in matrix.feats.iter().filter(|(feat, _)| feat.kind() == kind) {
            let reached: Vec<bool> = counts.iter().map(|count| *count > 0).collect();
            let missed = |at: usize| !reached[at] && matrix.is_possible_at(*feat, at);
            let missed: Vec<bool> = (0..counts.len()).map(missed).collect();
            let most = counts.iter().max().copied().unwrap_or_default().to_string();
            let mut row = vec![feat.to_string(), most, ranges(matrix.points, &reached)];
            if kind == Kind::Variant {
                row.push(ranges(matrix.points, &missed));
            }
            table.add_row(row);
        }
        to_the_right(&mut table, 1..=1);
        write_table(&table, out)?;
    }

    writeln!(out)?;
    let unreached = matrix.unreached();
    for what in &unreached {
        writeln!(out, "not reached: {what}: {}", unreached::reason(what).unwrap_or("a case is missing"))?;
    }
    writeln!(
        out,
        "{cases} cases reach {} of {} rule variants, errnos for {} of {} reasons, {} of {} WARNs, {} of {} crashes",
        matrix.reached().filter(|feat| feat.kind() == Kind::Variant).count(),
        matrix.feats.keys().filter(|feat| feat.kind() == Kind::Variant).count(),
        matrix.reasons().len(),
        Reason::all().count(),
        matrix.reached().filter(|feat| feat.kind() == Kind::Warn).count(),
        Warn::causes().count(),
        matrix.reached().filter(|feat| feat.kind() == Kind::Crash).count(),
        Crash::causes().count(),
    )?;
    Ok(())
}

fn to_the_right(table: &mut Table, columns: std::ops::RangeInclusive<usize>) {
    for index in columns {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}
