// SPDX-License-Identifier: GPL-2.0-only
//! The fixtures and what is said of each, by topic.

/// A fixture, what is said of it after its name, and the hint.
pub type Mistake = (&'static str, &'static str, &'static str);

/// Fields, steps, keys and types.
pub const SHAPE: &[Mistake] = &[
    ("unknown-field", ":4:1: unknown field `tite`", "did you mean `title`?"),
    ("unknown-topology-field", ":8:3: unknown field `domain`", "did you mean `domains`?"),
    ("unknown-device-field", ":7:11: unknown field `defered`", "did you mean `deferred`?"),
    (
        "unknown-iommu-field",
        ":10:28: unknown field `denied`",
        "known here are `base`, `default_type`, `deny`, `deny_errno`, `detach`, `static`, `deferred_flush`, `late_xlate` and `address_spaces`",
    ),
    ("unknown-step", ":12:5: unknown step `iommu_atach_device`", "did you mean `iommu_attach_device`?"),
    ("unknown-step-no-idea", ":12:5: unknown step `frobnicate`", "cases/README.md lists all steps"),
    ("unknown-argument", ":12:41: unknown field `dev`", "known here are `domain` and `device`"),
    ("unknown-key-in-step", ":13:5: unknown field `expects`", "did you mean `expect`?"),
    (
        "missing-title",
        ":2:1: missing field `title`",
        "every case has `title`, `sources`, `topology` and `steps`",
    ),
    (
        "missing-sources",
        ":2:1: missing field `sources`",
        "every case has `title`, `sources`, `topology` and `steps`",
    ),
    (
        "missing-topology",
        ":2:1: missing field `topology`",
        "every case has `title`, `sources`, `topology` and `steps`",
    ),
    (
        "missing-steps",
        ":2:1: missing field `steps`",
        "every case has `title`, `sources`, `topology` and `steps`",
    ),
    ("missing-argument", ":12:11: missing field `driver`", "write `bind: { device: …, driver: … }`"),
    ("missing-owner", ":12:34: missing field `owner`", "write `owner: null` for the NULL pointer"),
    ("duplicate-top-level-key", ":4:1: duplicate key `title`", ""),
    ("duplicate-group", ":5:27: duplicate key `g0`", ""),
    ("duplicate-domain", ":8:27: duplicate key `drm`", ""),
    ("duplicate-device-option", ":7:21: duplicate key `bus`", ""),
    ("duplicate-argument", ":12:42: duplicate key `device`", ""),
    ("duplicate-operation", ":13:5: duplicate key `device_add`", ""),
    ("duplicate-expect", ":14:5: duplicate key `expect`", ""),
    ("duplicate-range", ":13:26: duplicate key `v5.10`", ""),
    ("duplicate-state-key", ":13:35: duplicate key `g0`", ""),
    (
        "wrong-type-steps",
        ":10:8: expected a list that is not empty, found \"none\"",
        "write it in brackets, `[none]`, or on a line of its own after `- `",
    ),
    ("wrong-type-title", ":2:8: expected a word, found a list", ""),
    (
        "wrong-type-group",
        ":5:31: expected a list or a map, found \"d2\"",
        "the devices of a group stand in brackets: `[d2]`",
    ),
    ("wrong-type-flag", ":7:21: expected `true` or `false`, found \"yes\"", ""),
    ("wrong-type-driver", ":7:16: expected a word, found a list", ""),
    (
        "wrong-type-step",
        ":12:5: expected a map of one operation to its arguments, found \"device_add\"",
        "write a colon after the name: `device_add:`, and the arguments",
    ),
    ("wrong-type-argument", ":12:11: expected a map, found \"d0\"", "write `bind: { device: …, driver: … }`"),
    (
        "wrong-type-nothing",
        ":12:14: expected nothing, found \"d0\"",
        "this step has no arguments: write `observe:`",
    ),
    (
        "wrong-type-expect",
        ":13:13: expected an outcome, a map of the state, or a map of release ranges, found integer `0`",
        "write `ok` for 0, and an errno by name",
    ),
    ("empty-expect", ":13:13: `expect` is empty", "write what the source says must happen, or leave it out"),
    ("unknown-word", ":12:33: unknown word `kernel-dma`", "did you mean `kernel_dma`?"),
    ("unknown-type", ":10:19: unknown word `DMA`", "did you mean `dma`?"),
    ("empty-steps", ":10:8: expected a list that is not empty, found an empty one", ""),
    ("empty-sources", ":3:10: expected a list that is not empty, found an empty one", ""),
    ("two-operations", ":13:5: two operations in one step: `device_add` and `bind`", "make a step of each"),
    (
        "no-operation",
        ":12:5: step without an operation",
        "`expect` stands in the step that it is about, without a dash of its own",
    ),
    (
        "range-beside-field",
        ":13:26: release range `v5.10` beside the field `warns`",
        "put the fields into a map below the range",
    ),
    (
        "argument-list",
        ":12:26: expected a map, found a list",
        "write `iommu_attach_device: { domain: …, device: … }`",
    ),
    (
        "argument-of-two-forms",
        ":12:17: missing field `device`",
        "write `device_add: { device: … }`, perhaps with `driver`",
    ),
    ("groups-as-list", ":5:11: expected a map, found a list", "write `groups: { g: [a, b] }`"),
    ("domains-as-list", ":8:12: expected a map, found a list", "write `domains: { drm: paging }`"),
    ("steps-as-map", ":11:3: expected a list that is not empty, found a map", "each item begins with `- `"),
    (
        "step-without-colon",
        ":12:5: expected a map of one operation to its arguments, found \"device_add d1\"",
        "write a colon after the name: `device_add: d1`",
    ),
    (
        "no-space-after-colon",
        ":12:25: unknown field `driver:managed`",
        "write a space after the colon: `driver: managed`",
    ),
    (
        "list-instead-of-name",
        ":12:17: expected a name or a map, found a list",
        "write one name, without brackets",
    ),
    (
        "expect-of-list",
        ":13:13: expected an outcome, a map of the state, or a map of release ranges, found a list",
        "write a map from releases to values: `{ ..v5.18: ok, v5.19-rc1..: EBUSY }`",
    ),
    ("state-without-group", ":13:26: expected a map, found integer `1`", "write `owner_cnt: { g: 1 }`"),
    (
        "open-bracket",
        ":5:26: expected a word, found a map",
        "close the list before it with `]`, or quote the text that has `: ` in it",
    ),
];

/// What YAML allows, or not, and a case does not.
pub const TEXT: &[Mistake] = &[
    ("tab", ":12:4: tab character", "indent with spaces, two for each level"),
    ("anchor", ":5:17: anchor or alias `&devices`", "write the value out, so that a review sees it"),
    ("alias", ":5:31: anchor or alias `*devices`", "write the value out, so that a review sees it"),
    ("merge-key", ":7:11: merge key `<<`", "write the fields out"),
    ("tag", ":8:19: tag `!paging`", "leave it out; quote the value if it begins with `!`"),
    ("directive", ":2:1: YAML directive", "leave it out"),
    ("two-documents", ":12:1: second document in one file", "one file holds one case"),
    ("empty", ": the file is empty", "copy another case and edit it"),
    ("only-a-comment", ": the file is empty", "copy another case and edit it"),
    ("not-utf8", ":2:13: not UTF-8", "save the file as UTF-8"),
    (
        "not-yaml",
        ":2:15: not YAML: mapping values are not allowed in this context",
        "look at the indentation, and quote text that has `: ` or ` #` in it",
    ),
    (
        "bad-indentation",
        ":12:2: not YAML: did not find expected key",
        "this line is not indented like the map that begins at line 2, column 1, or a quote before it is not closed",
    ),
    ("control-character", ":2:16: control character U+0007", "take it out; it cannot be seen in a review"),
    (
        "bidirectional-override",
        ":2:17: control character U+202E",
        "take it out; it cannot be seen in a review",
    ),
    ("brackets", ":2:24: nested too deeply", ""),
    ("nested-lists", ":3:3: expected a word, found a list", ""),
    ("alias-bomb", ":2:5: anchor or alias `&a0`", "write the value out, so that a review sees it"),
    ("odd-space", ":12:35: space of another kind, U+00A0", "write a plain space"),
    (
        "open-quote",
        ":3:12: not YAML: did not find expected key",
        "this line is not indented like the map that begins at line 2, column 1, or a quote before it is not closed",
    ),
    (
        "open-brace",
        ":13:12: not YAML: did not find expected ',' or '}'",
        "the map that begins at line 12, column 11 lacks a comma or its `}`",
    ),
    (
        "expect-too-deep",
        ":13:13: not YAML: mapping values are not allowed in this context",
        "look at the indentation, and quote text that has `: ` or ` #` in it",
    ),
];

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

/// Numbers and how many there may be.
pub const NUMBERS: &[Mistake] = &[
    ("negative-skip", ":12:45: expected a number from 0 to 1000, found integer `-1`", ""),
    (
        "huge-count",
        ":12:46: expected a number from 1 to 1000 or `always`, found integer `99999999999999999999999`",
        "",
    ),
    ("count-zero", ":12:46: expected a number from 1 to 1000 or `always`, found integer `0`", ""),
    ("count-word", ":12:46: expected a number from 1 to 1000 or `always`, found \"often\"", ""),
    (
        "pasid-out-of-range",
        ":12:66: expected a number from -2147483648 to 2147483647, found integer `2147483648`",
        "",
    ),
    ("pasid-not-a-number", ":12:66: expected a number from -2147483648 to 2147483647, found \"one\"", ""),
    ("pasid-bits", ":7:23: expected a number from 0 to 20, found integer `21`", ""),
    ("poke-not-a-number", ":12:49: expected a number from 0 to 4294967295, found `-1`", ""),
    (
        "size-out-of-range",
        ":10:68: expected a number from 0 to 18446744073709551615, found integer `-4096`",
        "",
    ),
    ("too-many-devices", ":5:13: 17 devices; there may be 16", "a test bench with a real kernel has no more"),
    ("too-many-groups", ":6:5: 9 groups; there may be 8", "a test bench with a real kernel has no more"),
    ("too-many-owners", ":6:12: 9 owners; there may be 8", "a test bench with a real kernel has no more"),
    ("too-many-domains", ":6:14: 17 domains; there may be 16", "a test bench with a real kernel has no more"),
    ("too-many-steps", ":211:5: 201 steps; there may be 200", "split the case"),
    ("too-many-entries", ":71:5: expected at most 64 entries, found more", ""),
    ("too-many-faults", ":28:5: 17 faults; there may be 16", "split the case"),
];

/// Releases, ranges, outcomes and deviations.
pub const RELEASES: &[Mistake] = &[
    (
        "unknown-release",
        ":4:8: unknown release `v6.1.9999`",
        "cases run on `v6.1.192`; `dma-ownership releases` lists them all",
    ),
    (
        "unknown-version",
        ":4:8: unknown release `6.1`",
        "cases run on `v6.1`; `dma-ownership releases` lists them all",
    ),
    ("release-out-of-history", ":4:8: unknown release `v5.4`", "releases from v5.10 to v7.3 are known"),
    ("since-after-until", ":4:8: range `v6.1..v5.15` ends before it begins", "`since` is the older release"),
    (
        "unknown-release-in-expect",
        ":13:15: unknown release `v6.99`",
        "cases run on `v6.9`; `dma-ownership releases` lists them all",
    ),
    ("unknown-commit", ":13:15: unknown release `commit:1ea2a07a532c`", "did you mean commit:1ea2a07a532b?"),
    ("reversed-range", ":13:15: range `v6.1..v5.15` ends before it begins", "put the older release first"),
    ("overlapping-ranges", ":13:27: `..v6.1` and `v5.19..` both hold for a release", "both hold for v5.19"),
    ("open-range", ":13:15: unknown release `..`", "write `..v5.18`, `v5.19-rc1..` or `v6.0..v6.6`"),
    (
        "one-release-twice",
        ":13:40: `commit:1ea2a07a532b` and `commit:1ea2a07a532b6` both hold for a release",
        "both hold for commit:1ea2a07a532b",
    ),
    (
        "never-applies",
        ":14:15: `..v5.18` holds for no release this case runs on",
        "see `since` and `until` of the case",
    ),
    ("unknown-errno", ":13:13: unknown errno `EBUSSY`", "did you mean `EBUSY`?"),
    ("negative-errno", ":13:13: unknown outcome `-EBUSY`", "write `EBUSY`"),
    (
        "unknown-outcome",
        ":13:13: unknown outcome `okay`",
        "`ok`, an errno by name, `error`, `true`, `false`, `crash`, `skipped`, `absent` or a domain",
    ),
    (
        "unknown-outcome-no-idea",
        ":13:13: unknown outcome `whatever`",
        "`ok`, an errno by name, `error`, `true`, `false`, `crash`, `skipped`, `absent` or a domain",
    ),
    (
        "unknown-driver-in-expect",
        ":13:29: unknown word `vfio`",
        "known here are `kernel_dma`, `managed`, `vfio_pci`, `pci_stub`, `pcieport`, `vfio_emulated` and `null`",
    ),
    ("unknown-errno-in-fault", ":12:34: unknown errno `EI0`", "did you mean `EIO`?"),
    ("unknown-deny-errno", ":10:24: unknown errno `12`", "write it by name, such as `EBUSY`"),
    ("deviation-of-no-step", ":5:23: there is no step 7", "steps are counted from 1"),
    ("deviation-without-reason", ":5:5: missing field `reason`", ""),
    (
        "deviation-of-unknown-release",
        ":5:40: unknown release `v9`",
        "a release is written v6.1, v6.1-rc3, v6.1.192 or commit:1ea2a07a532b",
    ),
    (
        "compared-release",
        ":13:15: unknown release `<=v5.18`",
        "write `..v5.18`, `v5.19-rc1..` or `v6.0..v6.6`",
    ),
    (
        "dashed-releases",
        ":13:15: unknown release `v5.10-v5.18`",
        "write `..v5.18`, `v5.19-rc1..` or `v6.0..v6.6`",
    ),
];

/// Titles and sources.
pub const WORDS: &[Mistake] = &[
    ("deviation-of-nobody", ":5:48: unknown field `steps`", "did you mean `step`?"),
    ("unknown-arch", ":10:9: unknown word `arm`", "known here are `generic` and `arm32`"),
    (
        "number-as-name",
        ":5:32: `2` is not a usable device name",
        "a name has up to 40 letters, digits and `.` `_` `:` `@` `-` `+`, begins with a letter or digit, and is no number, `null`, `true` or `false`",
    ),
    ("unknown-field-of-fault", ":12:13: unknown field `calls`", "did you mean `call`?"),
    (
        "null-value-in-expect",
        ":13:12: expected an outcome, a map of the state, or a map of release ranges, found nothing",
        "write `ok` for 0, and an errno by name",
    ),
    (
        "text-instead-of-case",
        ":2:1: unknown field `Call trace`",
        "known here are `title`, `sources`, `reports`, `why`, `since`, `until`, `topology`, `given`, `steps`, `sweep` and `deviates`",
    ),
    ("list-instead-of-case", ":2:1: expected a map, found a list", ""),
    (
        "title-empty",
        ":2:9: title is empty",
        "one line in the present tense, such as `A second claim with another owner is refused`",
    ),
    (
        "title-too-long",
        ":2:8: title has more than 100 characters",
        "one line in the present tense, such as `A second claim with another owner is refused`",
    ),
    (
        "title-period",
        ":2:8: title ends with a period",
        "one line in the present tense, such as `A second claim with another owner is refused`",
    ),
    (
        "title-should",
        ":2:8: title says what should be, not what is",
        "one line in the present tense, such as `A second claim with another owner is refused`",
    ),
    (
        "title-must",
        ":2:9: title says what should be, not what is",
        "one line in the present tense, such as `A second claim with another owner is refused`",
    ),
    (
        "title-two-lines",
        ":2:1: title has more than one line",
        "one line in the present tense, such as `A second claim with another owner is refused`",
    ),
    (
        "title-space",
        ":2:9: title begins or ends with a space",
        "one line in the present tense, such as `A second claim with another owner is refused`",
    ),
    (
        "bad-source",
        ":3:11: `the mailing list` is not a source",
        "a URL, `commit:<12 hex digits>` or `kernel:<path in the tree>`",
    ),
    (
        "bad-source-url",
        ":3:12: `https://` is not a source",
        "a URL, `commit:<12 hex digits>` or `kernel:<path in the tree>`",
    ),
    (
        "bad-commit",
        ":3:12: `commit:1EA2A07` is not a source",
        "a commit is `commit:` and the first 12 hex digits of its id, in small letters",
    ),
    (
        "bad-kernel-path",
        ":3:12: `kernel:/drivers/iommu/iommu.c` is not a source",
        "a URL, `commit:<12 hex digits>` or `kernel:<path in the tree>`",
    ),
    (
        "title-cut-off",
        ":2:8: title ends where a ` #` begins a comment",
        "put the whole title in quotes, or take the comment out",
    ),
    ("domain-as-unmanaged", ":8:19: unknown word `unmanaged`", "write `paging`"),
    (
        "source-as-word",
        ":3:10: expected a list that is not empty, found \"https://example.org/report\"",
        "write it in brackets, `[https://example.org/report]`, or on a line of its own after `- `",
    ),
    (
        "source-full-commit",
        ":3:12: `commit:1EA2A07A532B0e22aabe7e8483f935c672b9e7ed` is not a source",
        "write `commit:1ea2a07a532b`",
    ),
    (
        "driver-of-linux",
        ":12:33: unknown word `rockchip-drm`",
        "any driver that uses the DMA API is `kernel_dma`; others are `managed`, `vfio_pci`, `pci_stub`, `pcieport` and `vfio_emulated`",
    ),
    ("fault-by-function", ":12:19: unknown word `set_dev_pasid`", "write `pasid`"),
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

/// Sweeps.
pub const SWEEPS: &[Mistake] = &[
    (
        "sweep-alloc-of-device",
        ":12:31: an allocation is for no device",
        "take `device` out; `domain_type` tells allocations apart",
    ),
    (
        "sweep-alloc-of-domain",
        ":12:31: a domain has no name before it is allocated",
        "write its `domain_type`: `unmanaged` for a user's own",
    ),
    ("sweep-as-word", ":12:8: expected a map, or a list of maps that is not empty, found \"attach\"", ""),
    ("sweep-empty", ":12:8: expected a list that is not empty, found an empty one", ""),
    ("sweep-from-no-step", ":12:31: there is no step 2", "`from` counts steps from 1"),
    (
        "sweep-of-many-steps",
        ":43:5: 33 steps in a case with a sweep; there may be 32",
        "it is run once for each call; put what comes before into `given`",
    ),
    ("sweep-of-one-call-twice", ":12:74: two sweeps of the same call", "make two cases"),
    ("sweep-of-unknown-call", ":12:16: unknown word `detach`", "did you mean `attach`?"),
    (
        "sweep-with-skip",
        ":12:36: unknown field `skip`",
        "known here are `call`, `device`, `domain`, `domain_type`, `errno` and `from`",
    ),
    ("sweep-without-errno", ":12:8: missing field `errno`", ""),
];
