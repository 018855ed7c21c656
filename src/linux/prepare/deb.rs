// SPDX-License-Identifier: GPL-2.0-only
//! What is inside of packages.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::error::PrepareError;

/// The files of a package, one after the other.
struct Contents {
    child: Child,
    archive: tar::Archive<ChildStdout>,
}

fn open(deb: &Path) -> io::Result<Contents> {
    let mut command = Command::new("dpkg-deb");
    command.arg("--fsys-tarfile").arg(deb).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let output = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
    Ok(Contents { child, archive: tar::Archive::new(output) })
}

impl Contents {
    /// Waits for the program; `Err` if the package is damaged.
    fn close(mut self) -> io::Result<()> {
        // the padding behind the last file
        io::copy(&mut self.archive.into_inner(), &mut io::sink())?;
        match self.child.wait()? {
            status if status.success() => Ok(()),
            status => Err(io::Error::other(format!("dpkg-deb: {status}"))),
        }
    }
}

/// Unpacks the files of a package that are wanted.
///
/// # Errors
/// The package cannot be read or a file cannot be written.
pub fn unpack(deb: &Path, into: &Path, wanted: impl Fn(&Path) -> bool) -> Result<(), PrepareError> {
    let unpacked = || -> io::Result<()> {
        let mut contents = open(deb)?;
        for entry in contents.archive.entries()? {
            let mut entry = entry?;
            if wanted(&plain(&entry.path()?)) {
                entry.unpack_in(into)?;
            }
        }
        contents.close()
    };
    unpacked().map_err(PrepareError::file("unpack", deb))
}

/// Reads the files of a package that are wanted, with their paths.
///
/// # Errors
/// The package cannot be read.
pub fn read(deb: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<(PathBuf, Vec<u8>)>, PrepareError> {
    let read = || -> io::Result<_> {
        let (mut contents, mut files) = (open(deb)?, Vec::new());
        for entry in contents.archive.entries()? {
            let mut entry = entry?;
            let path = plain(&entry.path()?);
            if entry.header().entry_type().is_file() && wanted(&path) {
                let mut data = Vec::new();
                entry.read_to_end(&mut data)?;
                files.push((path, data));
            }
        }
        contents.close()?;
        Ok(files)
    };
    read().map_err(PrepareError::file("read", deb))
}

/// Hands out the files of each `.tar.xz` in a package, with their paths.
///
/// # Errors
/// The package cannot be read, or `each` fails.
pub fn each_in_archive(
    deb: &Path,
    mut each: impl FnMut(&Path, Vec<u8>) -> io::Result<()>,
) -> Result<(), PrepareError> {
    let mut read = || -> io::Result<()> {
        let mut contents = open(deb)?;
        for entry in contents.archive.entries()? {
            let entry = entry?;
            if !entry.path()?.to_string_lossy().ends_with(".tar.xz") {
                continue;
            }
            let mut inner = tar::Archive::new(liblzma::read::XzDecoder::new(entry));
            for file in inner.entries()? {
                let mut file = file?;
                if file.header().entry_type().is_file() {
                    let path = file.path()?.into_owned();
                    let mut data = Vec::new();
                    file.read_to_end(&mut data)?;
                    each(&path, data)?;
                }
            }
        }
        contents.close()
    };
    read().map_err(PrepareError::file("read", deb))
}

/// The path of a member without the leading `./`.
fn plain(path: &Path) -> PathBuf {
    path.strip_prefix("./").unwrap_or(path).to_owned()
}
