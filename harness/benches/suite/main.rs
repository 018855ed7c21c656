// SPDX-License-Identifier: GPL-2.0-only
//! What the harness costs: `cargo bench --bench suite`, or with `--profile dev` as `cargo test` builds it.
//!
//! 1,000 generated cases in the harness are held against the same files run by datatest-stable with insta, and
//! against 10,000 cases in the harness. This program starts itself in these roles, in turns, and takes the
//! shortest time of each: other work on the machine only ever makes it longer.

#[path = "../../conformance/mod.rs"]
mod conformance;

mod datatest;
mod generate;

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Set to the role in which this program is started again.
const ROLE: &str = "DMA_OWNERSHIP_BENCH_ROLE";

/// The folder of cases, as the harness knows it.
const CASES: &str = "DMA_OWNERSHIP_CASES";

/// So many times each role is measured.
const ROUNDS: usize = 7;

#[derive(Clone, Copy)]
enum Role {
    /// Our harness.
    Harness,
    /// datatest-stable with insta.
    Datatest,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Role::Harness => "harness",
            Role::Datatest => "datatest",
        }
    }
}

fn main() -> ExitCode {
    match env::var(ROLE).as_deref() {
        Ok("harness") => return conformance::main(),
        Ok("datatest") => return datatest::main(),
        _ => {}
    }
    let (small, large) = (tempfile::tempdir(), tempfile::tempdir());
    let (Ok(small), Ok(large)) = (small, large) else {
        eprintln!("error: no temporary folder");
        return ExitCode::FAILURE;
    };
    for (folder, count) in [(small.path(), 1_000), (large.path(), 10_000)] {
        if let Err(error) = generate::suite(folder, count) {
            eprintln!("error: {}: {error}", folder.display());
            return ExitCode::FAILURE;
        }
        run(Role::Harness, folder, &["--skip", "suite/"], true);
    }

    let best = |all: &mut Option<Duration>, new: Duration| *all = Some(all.map_or(new, |old| old.min(new)));
    let [mut harness, mut checked, mut datatest, mut tenfold, mut exact] = [None; 5];
    for _ in 0..ROUNDS {
        best(&mut harness, run(Role::Harness, small.path(), &["--skip", "suite/"], false));
        best(&mut datatest, run(Role::Datatest, small.path(), &[], false));
        best(&mut checked, run(Role::Harness, small.path(), &["--skip", "suite/redundant"], false));
        best(&mut exact, run(Role::Harness, small.path(), &["--exact", "a00/c00"], false));
        best(&mut tenfold, run(Role::Harness, large.path(), &["--skip", "suite/"], false));
    }
    let seconds = |time: Option<Duration>| time.unwrap_or_default().as_secs_f64();
    let per_case = |time, count: f64| seconds(time) / count * 1e6;
    println!(
        "shortest of {ROUNDS}, whole process, {} threads",
        std::thread::available_parallelism().map_or(1, usize::from)
    );
    println!(
        "  1,000 cases, harness                 {:8.3} s  {:6.0} us per case",
        seconds(harness),
        per_case(harness, 1e3)
    );
    println!(
        "  1,000 cases, harness, suite checks   {:8.3} s  {:6.0} us per case",
        seconds(checked),
        per_case(checked, 1e3)
    );
    println!(
        "  1,000 cases, datatest-stable + insta {:8.3} s  {:6.0} us per case",
        seconds(datatest),
        per_case(datatest, 1e3)
    );
    println!(
        " 10,000 cases, harness                 {:8.3} s  {:6.0} us per case",
        seconds(tenfold),
        per_case(tenfold, 1e4)
    );
    println!("      1 case by its exact name         {:8.3} s", seconds(exact));
    println!("ratio harness / datatest-stable, 1,000 cases:  {:.2}", seconds(harness) / seconds(datatest));
    println!(
        "ratio per case 10,000 / 1,000 cases:           {:.2}",
        per_case(tenfold, 1e4) / per_case(harness, 1e3)
    );
    ExitCode::SUCCESS
}

/// Runs a role on a suite; how long it took.
fn run(role: Role, suite: &Path, arguments: &[&str], accept: bool) -> Duration {
    let start = Instant::now();
    let status = Command::new(env::current_exe().expect("this program"))
        .args(arguments)
        .arg("--quiet")
        .env(ROLE, role.name())
        .env(CASES, suite.join("cases"))
        .env("INSTA_UPDATE", if accept { "always" } else { "no" })
        .stdout(Stdio::null())
        .status();
    let time = start.elapsed();
    assert!(status.is_ok_and(|status| status.success()), "{} fails on {}", role.name(), suite.display());
    time
}
