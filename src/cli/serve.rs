// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership serve`

use std::io::{self, Write};

use super::failure::{self, Failure, Status};
use crate::implementation::Reference;
use crate::implementation::recorded::wire::Header;
use crate::implementation::serve::{PROTOCOL, serve};

/// Run the reference engine as a program that answers scripts, one line of JSON each
///
/// The first line of output says what answers. After that every line of input is a script in the form of recorded
/// traces, such as {"id":"x","topo":{"devs":{"d0":{"group":"g0"}}},"ops":["add d0","claim g0 o1"]}, and is answered
/// by one line: the script followed by its result. A line that is no script is answered by an object with
/// `errored`; the program goes on until its input ends.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The release to answer for, such as v6.1, v6.1.192 or commit:1ea2a07a532b
    #[arg(long, value_name = "RELEASE")]
    release: String,

    /// The architecture of scripts that do not name one (key `arch`)
    #[arg(long, value_enum, default_value_t = Arch::Generic)]
    arch: Arch,
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
    let header = Header {
        protocol: Some(PROTOCOL),
        kernel: match args.arch {
            Arch::Generic => "reference".into(),
            Arch::Arm32 => "reference-armhf".into(),
        },
        release: point.name.clone(),
        package: format!("reference engine of dma-ownership {}", env!("CARGO_PKG_VERSION")),
    };
    serve(&mut Reference::at(point), &header, &mut io::stdin().lock(), out)?;
    Ok(Status::Good)
}
