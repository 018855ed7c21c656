// SPDX-License-Identifier: GPL-2.0-only
//! Values that need not be said.

/// The size of a mapping, in bytes.
const MAPPING_SIZE: u64 = 128 << 20;

pub(super) fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

pub(super) fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_true(value: &bool) -> bool {
    *value
}

pub(super) fn first_file() -> u8 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_first_file(file: &u8) -> bool {
    *file == first_file()
}

pub(super) fn usual_size() -> u64 {
    MAPPING_SIZE
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_usual_size(size: &u64) -> bool {
    *size == MAPPING_SIZE
}
