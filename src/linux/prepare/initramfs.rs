// SPDX-License-Identifier: GPL-2.0-only
//! The initramfs: a cpio archive in the form that the kernel takes, without compression.

use std::io;

use cpio::newc::{Builder, trailer};

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path, without a leading slash.
    pub path: String,
    /// Type and permissions.
    mode: u32,
    /// What is in it.
    pub data: Vec<u8>,
}

impl Entry {
    /// A file.
    #[must_use]
    pub fn file(path: impl Into<String>, data: Vec<u8>) -> Entry {
        Entry { path: path.into(), mode: 0o100_644, data }
    }

    /// A program.
    #[must_use]
    pub fn program(path: impl Into<String>, data: Vec<u8>) -> Entry {
        Entry { path: path.into(), mode: 0o100_755, data }
    }

    /// A folder; it must come before what is in it.
    #[must_use]
    pub fn folder(path: impl Into<String>) -> Entry {
        Entry { path: path.into(), mode: 0o040_755, data: Vec::new() }
    }
}

/// The archive. The same entries give the same bytes.
///
/// # Errors
/// A file is too large for this form.
pub fn archive(entries: &[Entry]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for (number, entry) in (1_u32..).zip(entries) {
        let size = u32::try_from(entry.data.len()).map_err(io::Error::other)?;
        let links = if entry.mode & 0o040_000 == 0 { 1 } else { 2 };
        let mut writer =
            Builder::new(&entry.path).ino(number).mode(entry.mode).nlink(links).write(&mut out, size);
        io::Write::write_all(&mut writer, &entry.data)?;
        writer.finish()?;
    }
    trailer(&mut out)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A member's header: each field in eight hexadecimal digits.
    fn header(fields: [u32; 13]) -> Vec<u8> {
        let fields = fields.iter().map(|field| format!("{field:08x}")).collect::<String>();
        format!("070701{fields}").into_bytes()
    }

    #[test]
    fn the_bytes_are_those_of_newc() {
        let entries = [Entry::program("init", b"abc".to_vec()), Entry::folder("modules")];
        let mut wanted = header([1, 0o100_755, 0, 0, 1, 0, 3, 0, 0, 0, 0, 5, 0]);
        wanted.extend(b"init\0\0abc\0");
        wanted.extend(header([2, 0o040_755, 0, 0, 2, 0, 0, 0, 0, 0, 0, 8, 0]));
        wanted.extend(b"modules\0\0\0");
        wanted.extend(header([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 11, 0]));
        wanted.extend(b"TRAILER!!!\0\0\0\0");
        assert_eq!(String::from_utf8_lossy(&archive(&entries).unwrap()), String::from_utf8_lossy(&wanted));
    }
}
