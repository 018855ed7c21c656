// SPDX-License-Identifier: GPL-2.0-only
//! The harness: cases and suite checks as trials of libtest-mimic.
//!
//! Nothing is printed before libtest-mimic prints, for `cargo nextest` reads our list of trials.

#[path = "../schema/mod.rs"]
mod case_schema;
mod checks;
mod config;
mod failure;
mod history;
mod insta_variables;
mod judge;
mod releases;
mod settings;
mod suite;
mod trials;

use std::process::ExitCode;

use libtest_mimic::Arguments;

use config::Config;

/// What libtest exits with when a test failed.
const FAILURE: u8 = 101;

/// Runs the harness with the arguments and variables of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials =
        insta_variables::check().and_then(|()| trials::collect(&arguments, Config::from_environment()));
    match trials {
        Ok(trials) => {
            judge::silence_panics_of_assertions();
            // Not `Conclusion::exit`: leaving main lets coverage tools write their data.
            libtest_mimic::run(&arguments, trials).exit_code()
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(FAILURE)
        }
    }
}
