// SPDX-License-Identifier: GPL-2.0-only
//! Names, and what they are the names of.

use super::Mistake;

/// Names, and what they stand for.
pub const NAMES: &[Mistake] = &[
    ("undeclared-group", ":12:36: group `g2` is not declared", "did you mean `g0`?"),
    ("undeclared-device", ":12:21: device `do` is not declared", "did you mean `d0`?"),
    ("undeclared-domain", ":12:36: domain `drn` is not declared", "did you mean `drm`?"),
    ("undeclared-owner", ":12:54: owner `vifo` is not declared", "did you mean `vfio`?"),
    ("undeclared-mapping", ":10:53: mapping `share` is not declared", "did you mean `shared`?"),
    ("undeclared-group-of-pointer", ":12:51: group `g7` is not declared", "did you mean `g0`?"),
    ("unknown-capability-set", ":10:10: unknown capability set `rockship`", "did you mean `rockchip`?"),
    ("name-of-another-kind", ":12:36: group `d0` is not declared", "`d0` is a device"),
    ("undeclared-in-expect", ":13:33: group `gx` is not declared", "did you mean `g0`?"),
    (
        "undeclared-without-neighbour",
        ":8:36: domain `something` is not declared",
        "declare it under `topology.domains`",
    ),
    ("undeclared-in-given", ":4:23: owner `iommufd` is not declared", "known here is `vfio`"),
    (
        "domain-as-mapping",
        ":10:53: `drm` is a paging domain, not a mapping",
        "declare `drm: mapping` if that is what it is",
    ),
    (
        "mapping-as-domain",
        ":10:24: `shared` is a mapping, not a paging domain",
        "declare `shared: paging` if that is what it is",
    ),
    (
        "bad-domain",
        ":12:36: `dma(g0)` does not name a domain",
        "a declared name, `static(identity|blocked|release|default|platform)`, `domain(<group>)`, `default_domain(<group>)` or `blocking_domain(<group>)`",
    ),
    (
        "bad-symbol",
        ":13:29: `default_domain(g0)` does not name a domain",
        "`null`, a declared name, `dma(<group>)`, `identity(<group>)`, `blocking(<group>)`, `mapping(<device>)`, `type1(<container>)`, `auto(<ioas>)`, `compat(<context>)` or `static(<kind>)`; a second one has `#2` at its end",
    ),
    ("device-twice", ":5:22: device `d0` is declared twice", "give each device its own name"),
    ("device-in-two-groups", ":5:32: device `d1` is in group `g0` already", "give each device its own name"),
    ("owner-twice", ":9:18: owner `vfio` is declared twice", ""),
    (
        "bad-name",
        ":5:32: `d 2` is not a usable device name",
        "a name has up to 40 letters, digits and `.` `_` `:` `@` `-` `+`, begins with a letter or digit, and is no number, `null`, `true` or `false`",
    ),
    (
        "null-as-name",
        ":9:12: `null` is not a usable owner name",
        "a name has up to 40 letters, digits and `.` `_` `:` `@` `-` `+`, begins with a letter or digit, and is no number, `null`, `true` or `false`",
    ),
    (
        "name-too-long",
        ":5:32: `ddddddddddddddddddddddddddddddddddddddddd` is not a usable device name",
        "a name has up to 40 letters, digits and `.` `_` `:` `@` `-` `+`, begins with a letter or digit, and is no number, `null`, `true` or `false`",
    ),
    ("device-of-another-group", ":13:35: device `d2` is never in group `g0`", "it is in group `g1`"),
    (
        "device-has-a-group",
        ":12:39: device `d2` is in group `g1` already",
        "only a device without IOMMU, declared just under `topology.devices`, is put into a group by hand",
    ),
    ("allocated-twice", ":13:35: domain `drm` is allocated twice", "declare another domain for the second"),
    ("fault-with-two-domains", ":12:35: `domain` and `domain_type` in one fault", "make two faults"),
    (
        "fault-without-domain",
        ":12:51: this call has no domain",
        "only `attach`, `pasid` and `alloc` are calls with a domain",
    ),
    ("given-of-empty-group", ":4:10: group `empty` has no devices", "give it a device"),
    ("given-absent-with-state", ":4:10: group `g0` is not present but has a state", "leave `present` out"),
    (
        "group-options-without-group",
        ":7:5: device `d9` has options of an IOMMU but no group",
        "put it into a group, or take the options out",
    ),
    ("idle-device", ":7:5: device `d22` is in no group, and nothing is done with it", "did you mean `d2`?"),
    (
        "expect-inside",
        ":12:42: unknown field `expect`",
        "`expect` stands beside the operation's name, indented like it",
    ),
    ("carriage-return", ":2:25: control character U+000D", "take it out; it cannot be seen in a review"),
    (
        "emulated-without-group",
        ":9:21: VFIO makes a group for `d1`, which has no name",
        "`devices: { d1: { vfio_group: g } }` in the topology, with an empty group `g`",
    ),
    (
        "pci-driver-on-platform",
        ":9:21: `vfio_pci` drives PCI devices alone",
        "`devices: { d0: { bus: pci } }` in the topology",
    ),
    ("pci-driver-given", ":8:3: `pci_stub` drives PCI devices alone", "make them `bus: pci` in the topology"),
    ("platform-bridge", ":7:5: device `d0` is a bridge but not on PCI", "add `bus: pci`"),
    ("untrusted-platform-device", ":7:5: device `d0` is untrusted but not on PCI", "add `bus: pci`"),
    (
        "device-tree-elsewhere",
        ":7:5: `device_tree` exists only on 32-bit ARM",
        "set `arch: arm32` in the topology",
    ),
    (
        "arm-step-elsewhere",
        ":12:5: `arm_iommu_detach_device` exists only on 32-bit ARM",
        "set `arch: arm32` in the topology",
    ),
    ("mapping-elsewhere", ":8:14: a mapping exists only on 32-bit ARM", "set `arch: arm32` in the topology"),
    (
        "domain-by-role",
        ":13:29: domain `default` is not declared",
        "of group `g` they are `dma(g)`, `identity(g)` and `blocking(g)`",
    ),
    (
        "domain-as-errno",
        ":8:14: `EDRM` is not a usable domain name",
        "`expect` would take it for an outcome; give it another name",
    ),
    (
        "handle-as-outcome",
        ":10:13: `ok` is not a usable handle name",
        "`expect` would take it for an outcome; give it another name",
    ),
];

/// Steps of iommufd.
pub const IOMMUFD: &[Mistake] = &[
    ("iommufd-both", ":10:48: a step is about either `hwpt` or `ioas`", "name one of the two"),
    ("iommufd-neither", ":10:5: a step is about either `hwpt` or `ioas`", "name one of the two"),
    (
        "iommufd-wrong-kind",
        ":10:48: `drm` is a paging domain, not a page table",
        "declare `drm: hwpt` if that is what it is",
    ),
    (
        "iommufd-null-context",
        ":10:49: owner `null` is not declared",
        "a context of iommufd is an owner of `topology.owners`",
    ),
    ("iommufd-large-pasid", ":10:49: expected a number from 0 to 1048575, found integer `1048576`", ""),
];
