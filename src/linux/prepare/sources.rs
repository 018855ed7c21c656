// SPDX-License-Identifier: GPL-2.0-only
//! The sources of what runs in the guest. They are in this program, so that it needs no checkout.

use std::fs;
use std::path::Path;

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use super::error::PrepareError;
use super::{offsets, stock};

/// The bench's kernel module.
pub static MODULE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/harness/linux/module");
/// The guest's program.
pub static GUEST: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/harness/linux/guest");
/// How iommufd is built from the kernel's own sources.
pub static IOMMUFD: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/harness/linux/iommufd");

/// Changed by hand when the same sources are built or packed in another way.
const RECIPE: u32 = 1;

/// A hash of all that an initramfs is made from, besides the kernel.
#[must_use]
pub fn hash() -> String {
    let mut hash = Sha256::new();
    hash.update(RECIPE.to_le_bytes());
    for name in stock::WANTED.iter().copied().chain(offsets::inputs()) {
        hash.update(name);
        hash.update([0]);
    }
    for folder in [&MODULE, &GUEST] {
        add(&mut hash, folder);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn add(hash: &mut Sha256, folder: &Dir<'_>) {
    for file in folder.files() {
        let (path, data) = (file.path().to_string_lossy(), file.contents());
        for part in [path.as_bytes(), data] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    folder.dirs().for_each(|inner| add(hash, inner));
}

/// Writes sources to a folder.
///
/// # Errors
/// It cannot be written.
pub fn write(sources: &Dir<'_>, folder: &Path) -> Result<(), PrepareError> {
    fs::create_dir_all(folder).map_err(PrepareError::file("make", folder))?;
    sources.extract(folder).map_err(PrepareError::file("write", folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sources_are_there() {
        assert!(MODULE.get_file("Kbuild").is_some());
        assert!(GUEST.files().any(|file| file.path().extension().is_some_and(|end| end == "c")));
        assert_eq!(hash().len(), 64);
    }

    #[test]
    fn the_sources_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        write(&MODULE, &folder.path().join("module")).unwrap();
        assert!(folder.path().join("module/Kbuild").is_file());
    }
}
