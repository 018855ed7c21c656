// SPDX-License-Identifier: GPL-2.0-only
//! Fields, steps, keys and types; text that is no YAML; sweeps.

use super::Mistake;

/// Fields, steps, keys and types.
pub const SHAPE: &[Mistake] = &[
    ("unknown-field", ":4:1: unknown field `tite`", "did you mean `title`?"),
    ("unknown-topology-field", ":8:3: unknown field `domain`", "did you mean `domains`?"),
    ("unknown-device-field", ":7:11: unknown field `defered`", "did you mean `deferred`?"),
    (
        "unknown-iommu-field",
        ":10:28: unknown field `denied`",
        "known here are `base`, `default_type`, `deny`, `deny_errno`, `detach`, `static`, `deferred_flush`, `late_xlate`, `address_spaces` and `no_set_dev_pasid`",
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
