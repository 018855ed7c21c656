// SPDX-License-Identifier: GPL-2.0-only
//! Cases without meaning, of the size that cases have.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

/// A folder holds so many, as in our own suite.
const PER_FOLDER: usize = 100;

const STEPS: [&str; 12] = [
    "iommu_group_claim_dma_owner: { group: g, owner: vfio }",
    "iommu_group_release_dma_owner: g",
    "iommu_group_dma_owner_claimed: g",
    "iommu_attach_device: { domain: own, device: d0 }",
    "iommu_detach_device: { domain: own, device: d0 }",
    "iommu_attach_group: { domain: own, group: g }",
    "iommu_detach_group: { domain: own, group: g }",
    "iommu_device_use_default_domain: d0",
    "iommu_device_unuse_default_domain: d0",
    "bind: { device: d0, driver: kernel_dma }",
    "unbind: d0",
    "iommu_get_domain_for_dev: d0",
];

/// Writes so many cases beneath `folder/cases`.
pub fn suite(folder: &Path, count: usize) -> io::Result<()> {
    let mut random = Random(0x2022_0615);
    for number in 0..count {
        let area = folder.join("cases").join(format!("a{:02}", number / PER_FOLDER));
        fs::create_dir_all(&area)?;
        fs::write(area.join(format!("c{:02}.yaml", number % PER_FOLDER)), case(number, &mut random))?;
    }
    Ok(())
}

fn case(number: usize, random: &mut Random) -> String {
    let devices: Vec<String> = (0..=random.below(3)).map(|device| format!("d{device}")).collect();
    let mut text = format!(
        "title: Case {number}\nsources: [\"commit:1ea2a07a532b\"]\ntopology:\n  groups: {{ g: [{}] }}\n  \
         domains: {{ own: paging }}\n  owners: [vfio]\nsteps:\n",
        devices.join(", ")
    );
    for device in &devices {
        let _ = writeln!(text, "  - device_add: {device}");
    }
    for _ in 0..10 {
        let _ = writeln!(text, "  - {}", STEPS[random.below(STEPS.len())]);
    }
    text
}

/// A generator of numbers that are random enough (xorshift), the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % end
    }
}
