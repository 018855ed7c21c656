// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership schema`

use std::io::Write;

use super::cases::Folder;
use super::failure::{Failure, Status};
use crate::case::schema;
use crate::suite::find::SCHEMA;
use crate::whole_file;

/// Print the JSON Schema of a case file, for editors
///
/// A case leads editors to it by the comment `# yaml-language-server: $schema=../case.schema.json` at its head.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write it to its place, case.schema.json beneath the folder of cases, instead
    #[arg(long)]
    write: bool,

    #[command(flatten)]
    folder: Folder,
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Status, Failure> {
    let text = schema::text();
    if !args.write {
        out.write_all(text.as_bytes())?;
        return Ok(Status::Good);
    }
    let path = args.folder.path()?.join(SCHEMA);
    whole_file::write(&path, &text)?;
    writeln!(out, "written to {}", path.display())?;
    Ok(Status::Good)
}
