// SPDX-License-Identifier: GPL-2.0-only
//! Reading a case file without trusting it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::{CaseError, Place, Problem};

/// The largest case file, in bytes. The largest case anybody wrote has 8 KiB.
pub const MAX_BYTES: u64 = 256 * 1024;

/// The text of a case file.
pub(crate) fn read(path: &Path) -> Result<String, CaseError> {
    let file = path.display().to_string();
    let fail = |place, problem, hint: &str| CaseError {
        file: file.clone(),
        place,
        problem,
        hint: Some(hint).filter(|hint| !hint.is_empty()).map(str::to_owned),
    };
    let unreadable = |error: std::io::Error| fail(None, Problem::Unreadable(error.kind().to_string()), "");

    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(fail(None, Problem::NotAFile, "a case is a file `cases/<area>/<slug>.yaml`"));
    }
    let too_large = |size| {
        fail(None, Problem::TooLarge { size, limit: MAX_BYTES }, "split it, or take out what does not matter")
    };
    if metadata.len() > MAX_BYTES {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
    // The file may have grown in the meantime.
    File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large(bytes.len() as u64));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&error.as_bytes()[..valid]);
        fail(Some(Place::of(&text, valid)), Problem::NotUtf8, "save the file as UTF-8")
    })
}
