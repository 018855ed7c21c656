// SPDX-License-Identifier: GPL-2.0-only
//! A copy of a fixture suite, and the harness run on it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A suite in a temporary folder.
pub struct Suite {
    folder: TempDir,
}

/// What the harness said and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Output {
    pub code: Option<i32>,
    /// With `SUITE` for the suite's folder, and without the time it took.
    pub stdout: String,
    pub stderr: String,
}

impl Suite {
    /// A copy of a fixture, without snapshots.
    pub fn copy_of(fixture: &str) -> Suite {
        let folder = TempDir::new().expect("a temporary folder");
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/fixtures/suites").join(fixture);
        copy(&fixture, folder.path());
        Suite { folder }
    }

    /// A copy of a fixture, with the snapshots that the harness makes for it.
    pub fn blessed(fixture: &str) -> Suite {
        let suite = Suite::copy_of(fixture);
        suite.run_with(&[], &[("INSTA_UPDATE", "always")]);
        suite
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("created");
        fs::write(path, text).expect("written");
    }

    /// Replaces a text in a file, which must be there.
    pub fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} has no {from:?}:\n{text}");
        self.write(file, &text.replace(from, to));
    }

    /// Runs the harness on the suite, one trial after the other.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    /// The same with variables. Nothing of this process's own environment that steers the harness is handed on.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env::current_exe().expect("this program"));
        for (name, _) in env::vars_os() {
            let steers = ["INSTA_", "NEXTEST", "DMA_OWNERSHIP_"];
            if name == "CI"
                || name == "TF_BUILD"
                || steers.iter().any(|s| name.to_string_lossy().starts_with(s))
            {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .args(if arguments.contains(&"--test-threads") { &[][..] } else { &["--test-threads", "1"] })
            .env(super::PLAY, "1")
            .env("DMA_OWNERSHIP_CASES", self.path("cases"))
            // Without it a run would leave files behind for review.
            .env("INSTA_UPDATE", "no")
            .envs(variables.iter().copied());
        let output = command.output().expect("the harness can be started");
        let plain = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("UTF-8");
            without_time(&text.replace(&self.folder.path().display().to_string(), "SUITE"))
        };
        Output { code: output.status.code(), stdout: plain(output.stdout), stderr: plain(output.stderr) }
    }
}

impl Output {
    /// What is said of one failed trial.
    pub fn failure(&self, trial: &str) -> &str {
        let heading = format!("---- {trial} ----\n");
        let (_, text) = self.stdout.split_once(&heading).unwrap_or_else(|| panic!("no {trial}: {self:#?}"));
        let end = text.find("\n---- ").or_else(|| text.find("\nfailures:\n")).unwrap_or(text.len());
        text[..end].trim_end()
    }

    /// The line of a trial.
    pub fn line(&self, trial: &str) -> &str {
        let start = format!("test {trial} ");
        let line = self.stdout.lines().find(|line| line.starts_with(&start));
        line.unwrap_or_else(|| panic!("no {trial}: {self:#?}"))
    }

    /// The last line, which sums up.
    pub fn summary(&self) -> &str {
        self.stdout.trim_end().lines().last().unwrap_or_default()
    }
}

fn without_time(text: &str) -> String {
    text.lines().map(|line| line.split("; finished in ").next().unwrap_or(line).to_owned() + "\n").collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("created");
    for entry in from.read_dir().unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("known").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}
