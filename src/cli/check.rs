// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership check`

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::cases::Folder;
use super::failure::{self, Failure, Status};
use crate::case;
use crate::suite::checks::{editors, order};
use crate::suite::find;

/// Load case files and say what is wrong with them
///
/// Prints the first mistake of each file with its place and a hint; of a case without mistake what the checks of the
/// suite will say of its text alone. The exit status is 0 when every file is a case, 1 when one is not.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case files, or folders of them [default: all cases]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    folder: Folder,
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Status, Failure> {
    let files = if args.files.is_empty() {
        args.folder.all()?.into_iter().map(|case| case.path).collect()
    } else {
        given(&args.files)?
    };
    let one = |file: &PathBuf| case::load(file).err();
    let errors: Vec<_> = files.par_iter().map(one).collect();
    for error in errors.iter().flatten() {
        writeln!(out, "{}: {error}", failure::label())?;
    }
    let folder = args.folder.path().ok();
    for file in files.iter().zip(&errors).filter(|(_, error)| error.is_none()).map(|(file, _)| file) {
        for note in notes(file, folder.as_deref()) {
            writeln!(out, "note: {}: {note}", file.display())?;
        }
    }
    let bad = errors.iter().flatten().count();
    let plural = if files.len() == 1 { "" } else { "s" };
    writeln!(out, "{} file{plural}, {bad} that cannot be used", files.len())?;
    Ok(if bad == 0 { Status::Good } else { Status::Differs })
}

/// What the checks of the suite say of a case's text. Where the schema is depends on where the case is, so a case that
/// is not beneath the folder of cases need not say it, nor one of a folder that has no schema.
fn notes(file: &Path, folder: Option<&Path>) -> Vec<String> {
    let Ok(text) = fs::read_to_string(file) else { return Vec::new() };
    let name = folder.filter(|folder| folder.join(find::SCHEMA).is_file()).and_then(|folder| {
        let (folder, file) = (folder.canonicalize().ok()?, file.canonicalize().ok()?);
        Some(file.strip_prefix(folder).ok()?.to_string_lossy().into_owned())
    });
    let comment = name.and_then(|name| editors::schema_comment(&name, &text));
    order::key_order(&text).into_iter().chain(comment).collect()
}

/// The files, and those in the folders.
fn given(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let is_case = path.extension().is_some_and(|extension| extension == find::EXTENSION);
        if path.is_dir() && !is_case {
            files.extend(find::cases(path)?.cases.into_iter().map(|case| case.path));
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}
