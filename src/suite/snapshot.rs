// SPDX-License-Identifier: GPL-2.0-only
//! The body of a snapshot: everything about a case that a person reviews.
//!
//! ```text
//! title: A second claim is refused
//! source: commit:1ea2a07a532b
//!
//! == v5.10 .. commit:1ea2a07a532b^
//! 1 device_add gpu = ok
//!     probe_device gpu
//!     new group g
//! 2 iommu_group_claim_dma_owner g vfio = not in this release
//!
//! == commit:1ea2a07a532b ..
//! since commit 1ea2a07a532b (DMA ownership: claim, release, use and unuse)
//! 1 device_add gpu = ok ...
//! 2 iommu_group_claim_dma_owner g vfio = ok
//!     g: owner_cnt 0 -> 1, owner null -> vfio
//! ```
//!
//! Beneath the heading of a band stand the upstream commits that made it differ from the band before: the smallest set
//! that does. Then every band has a line for every step. What happened beneath it is shown where it differs from the band
//! before (of a stable release: from its base); ` ...` at the end of a line stands for what is the same there.

mod excerpt;
mod read;

use std::fmt::Write;

use super::bands::Band;
use super::deciding::Deciding;

pub use read::changed_points;

/// What a heading of a band begins with.
const HEADING: &str = "== ";

/// What is said of a case at the head of its snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The case's title.
    pub title: &'a str,
    /// Its sources.
    pub sources: &'a [String],
}

/// Writes a body: the title, the sources, then a block for each band.
///
/// `texts` are the different behaviours, to which the numbers in `bands` refer; `deciding` tells the changes that made a
/// band what it is.
#[must_use]
pub fn body(
    head: Head<'_>,
    bands: &[Band<'_>],
    texts: &[String],
    deciding: &dyn Fn(&Band<'_>) -> Vec<Deciding>,
) -> String {
    let text = |behaviour: usize| texts.get(behaviour).map_or("", String::as_str);
    let mut body = String::with_capacity(256 + texts.iter().map(|text| text.len() + 64).sum::<usize>());
    let _ = writeln!(body, "title: {}", head.title);
    for source in head.sources {
        let _ = writeln!(body, "source: {source}");
    }
    for band in bands {
        let _ = match band.repeats {
            Some(same) => writeln!(body, "\n{HEADING}{band}: as {}", same.name),
            None => writeln!(body, "\n{HEADING}{band}"),
        };
        for deciding in deciding(band) {
            let _ = writeln!(body, "{deciding}");
        }
        match band.departs_from {
            _ if band.repeats.is_some() => {}
            Some(before) => excerpt::shorten(&mut body, text(before), text(band.behaviour)),
            None => body.push_str(text(band.behaviour)),
        }
    }
    body
}

#[cfg(test)]
mod tests;
