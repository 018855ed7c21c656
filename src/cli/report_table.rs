// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership report-table`

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use super::cases::Folder;
use super::failure::{Failure, Status};
use crate::case;
use crate::suite::reports::{self, FILE};
use crate::whole_file;

/// Print the table of reports and the cases that tell them
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write it to its place in reports/README.md, beneath the folder of cases, instead
    #[arg(long)]
    write: bool,

    #[command(flatten)]
    folder: Folder,
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Status, Failure> {
    let files = args.folder.all()?;
    let cases = files.iter().map(|file| case::load(&file.path)).collect::<Result<Vec<_>, _>>()?;
    let table = reports::table(&cases);
    if !args.write {
        out.write_all(table.as_bytes())?;
        return Ok(Status::Good);
    }
    let path: PathBuf = args.folder.path()?.join(FILE);
    let text = fs::read_to_string(&path).map_err(Failure::Input)?;
    let Some(written) = reports::with_table(&text, &table) else {
        let message = format!("{} has no place for the table", path.display());
        return Err(Failure::Report(message));
    };
    whole_file::write(&path, &written)?;
    writeln!(out, "written to {}", path.display())?;
    Ok(Status::Good)
}
