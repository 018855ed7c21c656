// SPDX-License-Identifier: GPL-2.0-only
//! The compiler that a module is built with: this system's, or that of a newer suite in a folder of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::apt::Mirror;
use super::command::Shell;
use super::error::PrepareError;
use super::place::{Lock, Part};

const PACKAGES: &str = "gcc-14,make,libc6-dev,binutils,perl-base,gawk,zlib1g,libelf1t64,libdw1t64,libssl3t64";
/// Where the folder that is worked in is seen from inside.
const INSIDE: &str = "/mnt";

/// A suite's compiler and C library, in a folder.
#[derive(Clone, Debug)]
pub struct Suite {
    folder: PathBuf,
}

impl Suite {
    /// The folder of a suite, made if it is not there.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(cache: &Path, mirror: &Mirror, suite: &str, shell: &Shell) -> Result<Suite, PrepareError> {
        let name = format!(".compiler-{suite}");
        let folder = cache.join(&name);
        let _lock = Lock::wait(cache, &format!("compiler-{suite}"))?;
        if !folder.exists() {
            let part = Part::new(cache, &name)?;
            let mut command = Command::new("mmdebstrap");
            command.args(["--variant=apt", &format!("--include={PACKAGES}"), suite]);
            command.arg(part.path().join("root")).arg(mirror.source(suite));
            shell.run(&format!("making a folder with the compiler of {suite}"), &mut command)?;
            part.finish("root")?;
        }
        Ok(Suite { folder })
    }

    /// A program of the suite. `work` is what it sees of this system; the mounts are in a namespace of their own.
    fn command(&self, work: &Path, program: &str) -> Command {
        const ENTER: &str = "mount -t proc proc \"$0/proc\" && mount --bind \"$1\" \"$0/mnt\" && top=$0 && shift && \
                             exec chroot \"$top\" \"$@\"";
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", ENTER]).arg(&self.folder).arg(work).arg(program);
        command
    }

    /// Lets a program of this system's architecture run with the suite's C library.
    ///
    /// # Errors
    /// The program cannot be renamed.
    pub fn wrap(&self, program: &Path) -> Result<(), PrepareError> {
        let mut real = program.as_os_str().to_owned();
        real.push(".bin");
        let real = PathBuf::from(real);
        fs::rename(program, &real).map_err(PrepareError::file("rename", program))?;
        let (top, real) = (self.folder.display(), real.display());
        let script = format!(
            "#!/bin/sh\nexec \"{top}/lib64/ld-linux-x86-64.so.2\" --library-path \"{top}/lib/x86_64-linux-gnu\" \
             \"{real}\" \"$@\"\n"
        );
        let write = || {
            fs::write(program, script)?;
            fs::set_permissions(program, fs::Permissions::from_mode(0o755))
        };
        write().map_err(PrepareError::file("write", program))
    }
}

/// Where make runs.
#[derive(Debug)]
pub enum Maker {
    /// On this system.
    Host,
    /// With a suite's programs.
    Suite(Suite),
}

impl Maker {
    /// `make`, for something below a folder.
    #[must_use]
    pub fn command(&self, work: &Path) -> Command {
        match self {
            Maker::Host => Command::new("make"),
            Maker::Suite(suite) => suite.command(work, "make"),
        }
    }

    /// A path below the folder that is worked in, as make sees it.
    #[must_use]
    pub fn seen(&self, work: &Path, path: &Path) -> PathBuf {
        match (self, path.strip_prefix(work)) {
            (Maker::Suite(_), Ok(inner)) => Path::new(INSIDE).join(inner),
            _ => path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_that_make_sees() {
        let work = Path::new("/cache/.7.3.part/work");
        let suite = Maker::Suite(Suite { folder: "/cache/.compiler-trixie".into() });
        assert_eq!(suite.seen(work, &work.join("build")), Path::new("/mnt/build"));
        assert_eq!(Maker::Host.seen(work, &work.join("build")), work.join("build"));
    }
}
