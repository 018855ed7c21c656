// SPDX-License-Identifier: GPL-2.0-only
//! Looking for scripts that the reference engine and an implementation make different things of.
//!
//! A [`Generator`] makes random scripts with the engine at its side, so that operations are legal where they come. A
//! [`campaign`] runs them on an implementation and on the engine, and of each disagreement [`shrink`] keeps what is
//! needed, which [`yaml`] writes as a case. [`reach`] tells how much of the engine's behaviour scripts get to.

pub mod campaign;
mod canonical;
mod generate;
mod profile;
mod random;
pub mod reach;
pub mod shrink;
pub mod yaml;

/// Questions that only operations ask which the generator does not draw.
#[cfg(test)]
const NOT_DRAWN: &[crate::engine::Axis] = &[
    crate::engine::Axis::VfioIommufd,
    crate::engine::Axis::VfioDeviceContext,
    crate::engine::Axis::VfioNoIommuBus,
    crate::engine::Axis::VfioNoIommuTest,
    crate::engine::Axis::VfioFakeGroups,
    crate::engine::Axis::IommufdNoIommu,
];

pub use canonical::canonical;
pub use generate::{Generator, Theme};
pub use profile::{DARING, Profile, Supports};
