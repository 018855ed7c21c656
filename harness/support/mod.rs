// SPDX-License-Identifier: GPL-2.0-only
//! What the tests of the command line need.

use std::fmt;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use flate2::read::GzDecoder;
use tempfile::TempDir;

/// A case whose second step is a claim that must come out like this.
pub fn case(title: &str, outcome: &str) -> String {
    format!(
        "title: {title}\n\
         sources: [\"commit:1ea2a07a532b\"]\n\
         topology:\n  \
           groups: {{ g: [d] }}\n  \
           owners: [vfio]\n\
         steps:\n  \
           - device_add: d\n  \
           - iommu_group_claim_dma_owner: {{ group: g, owner: vfio }}\n    \
             expect: {{ v5.19-rc1..: {outcome} }}\n"
    )
}

/// The report that the project began with.
pub const SEED: &str = "\
title: A mapping keeps a driver from its own domain
sources: [\"commit:1ea2a07a532b\"]
topology:
  arch: arm32
  iommu: { detach: full }
  groups: { g: [vop] }
  domains: { drm: paging }
steps:
  - device_add: vop
  - bind: { device: vop, driver: kernel_dma }
  - iommu_attach_device: { domain: drm, device: vop }
";

/// A folder with a folder of cases in it.
pub struct Suite(TempDir, String);

impl Suite {
    /// With these cases.
    pub fn of(cases: &[(&str, &str)]) -> Suite {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("cases");
        fs::create_dir(&root).expect("a folder of cases");
        for (name, text) in cases {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("an area")).expect("a folder");
            fs::write(path, text).expect("a case");
        }
        let cases = root.to_str().expect("UTF-8").to_owned();
        Suite(folder, cases)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        self.0.path()
    }

    /// The folder of cases.
    pub fn cases(&self) -> &str {
        &self.1
    }

    /// Writes another file.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.root().join(name);
        fs::write(&path, text).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    }
}

/// The command, without what the surroundings say of colours.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dma-ownership"));
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command
}

/// Runs it with these arguments.
pub fn run(arguments: &[&str]) -> Ran {
    Ran::of(command().args(arguments))
}

/// A command that has run.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Runs a command.
    pub fn of(command: &mut Command) -> Ran {
        Ran::new(&command.stdin(Stdio::null()).output().expect("it runs"))
    }

    /// Runs a command that reads this.
    pub fn with_input(command: &mut Command, input: &str) -> Ran {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("piped");
        let input = input.to_owned();
        let writer = thread::spawn(move || stdin.write_all(input.as_bytes()).expect("it listens"));
        let ran = Ran::new(&child.wait_with_output().expect("it ends"));
        writer.join().expect("all is written");
        ran
    }

    fn new(output: &Output) -> Ran {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Ran {
            code: output.status.code().expect("not killed"),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {}\n--- out\n{}\n--- err\n{}", self.code, self.out, self.err)
    }
}

/// A recorded file.
pub fn recorded(name: &str) -> String {
    format!("{}/harness/fixtures/bench/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The text of a recorded file.
pub fn read_recorded(name: &str) -> String {
    let mut text = String::new();
    let file = fs::File::open(recorded(name)).expect("a recorded file");
    GzDecoder::new(file).read_to_string(&mut text).expect("text");
    text
}
