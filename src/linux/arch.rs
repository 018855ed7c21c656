// SPDX-License-Identifier: GPL-2.0-only
//! The architectures that kernels are prepared for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::script;

/// An architecture, by Debian's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arch {
    /// 64-bit x86.
    Amd64,
    /// 32-bit ARM, where the architecture's own DMA mappings use IOMMU domains.
    Armhf,
}

impl Arch {
    /// Debian's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Arch::Amd64 => "amd64",
            Arch::Armhf => "armhf",
        }
    }

    /// What scripts for it say.
    #[must_use]
    pub fn of_script(self) -> script::Arch {
        match self {
            Arch::Amd64 => script::Arch::Generic,
            Arch::Armhf => script::Arch::Arm32,
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
