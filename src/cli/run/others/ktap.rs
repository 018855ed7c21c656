// SPDX-License-Identifier: GPL-2.0-only
//! What other implementations did as KTAP: a subtest for each implementation, in it a test for each case.

use std::io::Write;

use super::{Found, Tested, text};
use crate::cli::failure::Failure;
use crate::suite::judge::Judged;

pub fn write(found: &[Found], tested: &[Tested], out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "KTAP version 1\n1..{}", tested.len())?;
    for (number, one) in tested.iter().enumerate() {
        writeln!(out, "  KTAP version 1\n  1..{}", found.len())?;
        let mut good = true;
        for (index, (found, judged)) in found.iter().zip(&one.judged).enumerate() {
            let (diagnostics, passes, directive) = match (&found.case, judged) {
                (Err(error), _) => {
                    (error.to_string().lines().map(str::to_owned).collect(), false, String::new())
                }
                (Ok(_), None) => (vec!["no answer".into()], false, String::new()),
                (Ok(_), Some(Judged::Skipped { reason })) => (Vec::new(), true, format!(" # SKIP {reason}")),
                // the protocol's word for a test that is not expected to pass yet
                (Ok(_), Some(Judged::Known { reason })) => (Vec::new(), false, format!(" # TODO {reason}")),
                (Ok(_), Some(judged)) => (text::lines(found, judged, one), judged.is_good(), String::new()),
            };
            for line in diagnostics {
                writeln!(out, "  # {line}")?;
            }
            good &= passes || !directive.is_empty();
            let word = if passes { "ok" } else { "not ok" };
            writeln!(out, "  {word} {} {}{directive}", index + 1, found.name)?;
        }
        writeln!(out, "{} {} {}", if good { "ok" } else { "not ok" }, number + 1, one.name)?;
    }
    Ok(())
}
