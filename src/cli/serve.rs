// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership serve`

use std::io::{self, Write};

use super::failure::{self, Failure, Status};
use crate::implementation::Reference;
use crate::protocol::{Hello, List, Word, serve};
use crate::script;

/// Run the reference engine as a program that answers scripts, one line of JSON each
///
/// The first line of output says what answers. After that every line of input is a script with a number, such as
/// {"seq":1,"script":{"id":"x","groups":[{"name":"g"}],"ops":[{"observe":{}}]}}, and is answered by one line with
/// the same number. A line that is no script is answered by `errored`; the program goes on until its input ends.
/// harness/PROTOCOL.md describes the protocol.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The release to answer for, such as v6.1, v6.1.192 or commit:1ea2a07a532b
    #[arg(long, value_name = "RELEASE")]
    release: String,

    /// Run scripts of this architecture alone; without it, of both
    #[arg(long, value_enum)]
    arch: Option<Arch>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Arch {
    /// Any architecture with the generic DMA layer
    Generic,
    /// 32-bit ARM with its own DMA mappings
    Arm32,
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Status, Failure> {
    let point = failure::resolve(&args.release)?;
    let arch = match args.arch {
        None => vec![Word(script::Arch::Generic), Word(script::Arch::Arm32)],
        Some(Arch::Generic) => vec![Word(script::Arch::Generic)],
        Some(Arch::Arm32) => vec![Word(script::Arch::Arm32)],
    };
    let hello = Hello {
        version: Some(env!("CARGO_PKG_VERSION").into()),
        release: Some(point.name.clone()),
        arch: List(arch),
        ..Hello::new("reference engine of dma-ownership")
    };
    serve(&mut Reference::at(point), &hello, &mut io::stdin().lock(), out)?;
    Ok(Status::Good)
}
