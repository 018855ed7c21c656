// SPDX-License-Identifier: GPL-2.0-only
//! Running programs. What they say is kept in a file and shown only when they fail.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::PrepareError;

/// An error shows so many of the last lines.
const TAIL: usize = 6;

/// Runs programs.
#[derive(Debug)]
pub struct Shell {
    log: PathBuf,
}

impl Shell {
    /// With a new, empty log.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn new(log: &Path) -> Result<Shell, PrepareError> {
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder).map_err(PrepareError::file("make", folder))?;
        }
        File::create(log).map_err(PrepareError::file("write", log))?;
        Ok(Shell { log: log.to_owned() })
    }

    /// Runs a program to its end; returns what it wrote on standard output.
    ///
    /// # Errors
    /// It cannot be started, or it fails.
    pub fn run(&self, what: &str, command: &mut Command) -> Result<String, PrepareError> {
        self.run_with(what, None, command)
    }

    /// The same with a hint for when it fails.
    ///
    /// # Errors
    /// It cannot be started, or it fails.
    pub fn run_with(
        &self,
        what: &str,
        hint: Option<&'static str>,
        command: &mut Command,
    ) -> Result<String, PrepareError> {
        command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        let program = command.get_program().to_string_lossy().into_owned();
        let output = command.output().map_err(|error| PrepareError::NotStarted { program, error })?;
        let (said, complaint) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        self.note(&format!("$ {command:?}\n{said}{complaint}[{}]\n", output.status))?;
        if output.status.success() {
            return Ok(said.into_owned());
        }
        let text = if complaint.trim().is_empty() { said } else { complaint };
        let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>();
        Err(PrepareError::Failed {
            what: what.to_owned(),
            status: output.status.to_string(),
            tail: lines[lines.len().saturating_sub(TAIL)..].join("\n"),
            hint,
            log: self.log.clone(),
        })
    }

    fn note(&self, text: &str) -> Result<(), PrepareError> {
        let file = OpenOptions::new().append(true).open(&self.log);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(PrepareError::file("write", &self.log))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failure_shows_the_last_lines_and_names_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("logs/6.1");
        let shell = Shell::new(&log).unwrap();
        assert_eq!(shell.run("talking", &mut sh("echo yes; echo aside >&2")).unwrap(), "yes\n");
        let error = shell.run("counting", &mut sh("seq 10 >&2; exit 3")).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "counting failed (exit status: 3)\n    5\n    6\n    7\n    8\n    9\n    10\n\
                 all of its output: {}",
                log.display()
            )
        );
        let log = fs::read_to_string(&log).unwrap();
        assert!(log.contains("yes\naside\n[exit status: 0]\n"), "{log}");
        assert!(log.contains("\n1\n2\n3\n"), "{log}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let shell = Shell::new(&folder.path().join("log")).unwrap();
        let error = shell.run("nothing", &mut Command::new("no-such-program")).unwrap_err();
        assert!(error.to_string().starts_with("cannot run no-such-program: "), "{error}");
    }
}
