// SPDX-License-Identifier: GPL-2.0-only
//! Numbers, releases and words.

use super::Mistake;

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
