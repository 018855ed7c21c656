// SPDX-License-Identifier: GPL-2.0-only
//! The same cases and snapshots, the way one would do it with datatest-stable and insta.

use std::env;
use std::path::{Path, PathBuf};

use dma_ownership::case;
use dma_ownership::suite::case_run::CaseRun;

fn cases() -> String {
    env::var(super::CASES).expect("the folder of cases")
}

fn snapshot(path: &Path) -> datatest_stable::Result<()> {
    let body = CaseRun::new(case::load(path)?).body();
    let area = path.parent().and_then(Path::file_name).ok_or("no area")?;
    let slug = path.file_stem().and_then(|stem| stem.to_str()).ok_or("no name")?;
    let snapshots: PathBuf = Path::new(&cases()).with_file_name("snapshots").join(area);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(snapshots);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_input_file(path);
    settings.bind(|| insta::assert_snapshot!(slug, body));
    Ok(())
}

mod harness {
    use super::{cases, snapshot};

    datatest_stable::harness! {
        { test = snapshot, root = cases(), pattern = r"\.yaml$" },
    }

    pub fn start() -> std::process::ExitCode {
        main()
    }
}

pub use harness::start as main;
