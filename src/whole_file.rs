// SPDX-License-Identifier: GPL-2.0-only
//! Files that are replaced as a whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

/// Writes a file, which has its name only once it is whole.
pub(crate) fn write(path: &Path, content: &str) -> io::Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let done = fs::write(&temporary, content).and_then(|()| fs::rename(&temporary, path));
    if done.is_err() {
        // It may not be there at all.
        let _ = fs::remove_file(&temporary);
    }
    done
}
