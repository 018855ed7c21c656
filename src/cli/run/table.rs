// SPDX-License-Identifier: GPL-2.0-only
//! The results as a table for people.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::report::{Ran, Report};
use super::{Whole, complaints};
use crate::cli::failure::Failure;
use crate::cli::words;

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();

/// Columns of a terminal are not made narrower than this.
const NARROWEST: u16 = 60;

pub fn write(whole: &Whole<'_>, reports: &[Report], out: &mut impl Write) -> Result<(), Failure> {
    let mut table = new_table();
    table.set_header(["case", "bands", "what changes"]);
    if let Some(bands) = table.column_mut(1) {
        bands.set_cell_alignment(CellAlignment::Right);
    }
    for report in reports {
        match &report.result {
            Ok(ran) => {
                let mark = if report.is_good() { "" } else { "NOT AS EXPECTED: " };
                let bands = ran.bands().len();
                let what = format!("{mark}{}", what_changes(ran, bands));
                table.add_row([report.name.as_str(), &bands.to_string(), &what]);
            }
            Err(_) => {
                table.add_row([report.name.as_str(), "-", "CANNOT BE LOADED"]);
            }
        }
    }
    write_table(&table, out)?;
    writeln!(out)?;
    summary(whole, reports, out)
}

/// A table without frame, as wide as the terminal.
pub fn new_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if io::stdout().is_terminal()
        && let Some((terminal_size::Width(width), _)) = terminal_size::terminal_size()
    {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.max(NARROWEST));
    }
    table
}

/// Writes a table without blanks at the ends of its lines.
pub fn write_table(table: &Table, out: &mut impl Write) -> io::Result<()> {
    table.to_string().lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))
}

/// `3 iommu_attach_device: ok | EBUSY from commit:1ea2a07a532b`
fn what_changes(ran: &Ran, bands: usize) -> String {
    let Some(flips) = ran.flips() else {
        return if bands > 1 { "calls and pointers only".into() } else { "nothing".into() };
    };
    let mut text = format!("{} {}: ", words::origin(flips.origin), flips.name);
    for (index, (word, from)) in flips.values.iter().enumerate() {
        if index > 0 {
            text.push_str(" | ");
        }
        text.push_str(word);
        if index > 0 {
            text.push_str(" from ");
            text.push_str(from);
        }
    }
    text
}

fn summary(whole: &Whole<'_>, reports: &[Report], out: &mut impl Write) -> Result<(), Failure> {
    for complaint in reports.iter().flat_map(complaints) {
        writeln!(out, "{RED}error{RED:#}: {complaint}")?;
    }
    let loaded: Vec<&Ran> = reports.iter().filter_map(|report| report.result.as_ref().ok()).collect();
    let bands: usize = loaded.iter().map(|ran| ran.bands().len()).sum();
    let behaviours: usize = loaded.iter().map(|ran| ran.runs.runs.len()).sum();
    writeln!(
        out,
        "{} on {} of the {} engine: {bands} bands, {behaviours} runs, {:.2} s",
        counted(reports.len(), "case"),
        counted(whole.points.list().len(), "release"),
        whole.on,
        whole.start.elapsed().as_secs_f64()
    )?;
    let unloaded = reports.len() - loaded.len();
    let unmet = loaded.iter().filter(|ran| !ran.is_good()).count();
    let good = reports.len() - unloaded - unmet;
    let colour = if unloaded + unmet == 0 { GREEN } else { RED };
    writeln!(
        out,
        "{colour}{good} as expected, {unmet} not as expected, {unloaded} that cannot be loaded{colour:#}"
    )?;
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
