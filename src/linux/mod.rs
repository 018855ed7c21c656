// SPDX-License-Identifier: GPL-2.0-only
//! Live Linux kernels.
//!
//! A kernel is prepared once, into a folder of its own in the [`cache`]: the image, and an initramfs with the bench's
//! module and its init.

pub mod arch;
pub mod cache;
pub mod catalogue;
pub mod guest;
pub mod name;
pub mod prepare;
