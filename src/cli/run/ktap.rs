// SPDX-License-Identifier: GPL-2.0-only
//! The results as KTAP, the kernel's test protocol.

use std::io::Write;

use super::complaints;
use super::report::Report;
use crate::cli::failure::Failure;

pub fn write(reports: &[Report], out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "KTAP version 1")?;
    writeln!(out, "1..{}", reports.len())?;
    for (index, report) in reports.iter().enumerate() {
        for line in complaints(report).iter().flat_map(|complaint| complaint.lines()) {
            writeln!(out, "# {line}")?;
        }
        let word = if report.is_good() { "ok" } else { "not ok" };
        writeln!(out, "{word} {} {}", index + 1, report.name)?;
    }
    Ok(())
}
