// SPDX-License-Identifier: GPL-2.0-only
//! `cargo test --test programs`: programs that speak the protocol, well or badly, and what is made of them.
//!
//! The programs are this one: with `--act NAME` it plays a part instead of testing.

mod act;
mod trials;
mod wrong_engine;

use std::process::ExitCode;

use libtest_mimic::Arguments;

/// The argument after which the part's name comes.
const ACT: &str = "--act";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(ACT) {
        let part = arguments.next().unwrap_or_default();
        return match act::act(&part, &arguments.collect::<Vec<_>>()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{part}: {error}");
                ExitCode::FAILURE
            }
        };
    }
    let mut trials = trials::trials();
    trials.extend(wrong_engine::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
