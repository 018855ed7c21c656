// SPDX-License-Identifier: GPL-2.0-only
//! Stable releases: each a base and what it took over.
//!
//! A release stands here where a change of ours first appeared in its branch, where a kernel was recorded, or where it
//! is the newest whose source was read. Any other stands for the nearest one below it of the same base.
//!
//! What the marks in the comments mean: \[C\] a distribution's changelog lists the change under that very release; \[S\]
//! the source of that release was read; \[L\] a recording or a live kernel agrees; \[M\] the change is in the review of
//! that release on the stable list; \[A\] the announcement of that release lists it; \[I\] inferred.

/// A stable release: its name, its base, and the changes that it took over.
pub(super) type Stable = (&'static str, &'static str, &'static [&'static str]);

/// What v6.12.y had taken over by v6.12.93.
const V6_12_93: &[&str] = &[
    "1dc7c8ed7cb3",
    "cb83f4b965a6",
    "6bc076eec6f8",
    "fb21b1568ada",
    "55c85fa7579d",
    "b46064a18810",
    "280e5a301005",
    "72f98ef9a4be",
    "b3f6fcd8404f",
];

/// Stable releases, oldest first of each base.
pub(super) const STABLE: &[Stable] = &[
    // [C]: of the driver changes of v5.17 it took host1x's, not the display driver's. [S] 5.10.262, [L] 5.10.223. Every
    // list of changes from 5.10.1 to 5.10.262 was searched; of those without a change of ours, none moves a rule here. 5.10.103
    // has d8f7a5484f21 [M].
    ("v5.10.94", "v5.10", &["d5185965c3b5"]),
    ("v5.10.103", "v5.10", &["d5185965c3b5", "d8f7a5484f21"]),
    ("v5.10.223", "v5.10", &["d5185965c3b5", "d8f7a5484f21"]),
    ("v5.10.262", "v5.10", &["d5185965c3b5", "d8f7a5484f21"]),
    // [M]: both driver changes. 5.15.26's list of changes has d8f7a5484f21 [C]. No other list after 5.15.15 was at hand;
    // no review on the stable list has 392bf51946c2, and those that have 2cc73c5712f9 are of 6.1.y and 6.2.y. 5.16.y took d8f7a5484f21 over too, in
    // March 2022; it counts as its base, for what it took of the driver changes is not known.
    ("v5.15.17", "v5.15", &["d5185965c3b5", "d210919dbdc8"]),
    ("v5.15.26", "v5.15", &["d5185965c3b5", "d210919dbdc8", "d8f7a5484f21"]),
    // [C]: the last release that the changelog covers is 5.19.11.
    ("v5.19.9", "v5.19", &["2380f1e8195e"]),
    // [C], [S] 6.1.192, [L] 6.1.176 and 6.1.192. 6.1.163 took 72f98ef9a4be over too, which asks a question that no
    // operation of v6.1 comes to.
    ("v6.1.18", "v6.1", &["2cc73c5712f9"]),
    ("v6.1.176", "v6.1", &["2cc73c5712f9"]),
    ("v6.1.192", "v6.1", &["2cc73c5712f9"]),
    // [M] 6.2.3. [I] 6.2.5: dd8a25c557e1 is in the review of 6.2.4-rc1, of which 6.2.4 took but an urgent part, as 6.1.17
    // did of its sibling, whose rest is 6.1.18. [S] 6.2.12.
    ("v6.2.3", "v6.2", &["2cc73c5712f9"]),
    ("v6.2.5", "v6.2", &["2cc73c5712f9", "dd8a25c557e1"]),
    ("v6.2.12", "v6.2", &["2cc73c5712f9", "dd8a25c557e1"]),
    ("v6.3.8", "v6.3", &[]), // [L]
    ("v6.4.4", "v6.4", &[]), // [L]
    ("v6.6.9", "v6.6", &[]), // [L]
    // [M] 6.6.33 and 6.6.120, [A] 6.6.88. [S] of 6.6.90's patch, which asks more than b46064a18810; its id is in the list
    // of changes of that release.
    ("v6.6.33", "v6.6", &["b025dea63cde"]),
    ("v6.6.88", "v6.6", &["b025dea63cde", "55c85fa7579d"]),
    ("v6.6.90", "v6.6", &["b025dea63cde", "a6dbcf69d4c4", "55c85fa7579d"]),
    ("v6.6.120", "v6.6", &["b025dea63cde", "a6dbcf69d4c4", "55c85fa7579d", "72f98ef9a4be"]),
    ("v6.7.3", "v6.7", &[]),                // [L]
    ("v6.8.12", "v6.8", &["b025dea63cde"]), // [C]
    ("v6.9.3", "v6.9", &["b025dea63cde"]),  // [M]
    ("v6.11.11", "v6.11", &[]),             // [L]
    // [C] all but 280e5a301005, which is in the review of 6.12.26 [M], and what OMAP's drivers do, which is in those of
    // 6.12.14 and 6.12.23 [M]; [S] 6.12.117, [L] 6.12.95 and 6.12.117. 6.12.97 tells set_dev_pasid the old domain, which
    // no recording shows.
    ("v6.12.14", "v6.12", &["1dc7c8ed7cb3"]),
    ("v6.12.21", "v6.12", &["1dc7c8ed7cb3", "cb83f4b965a6"]),
    ("v6.12.23", "v6.12", &["1dc7c8ed7cb3", "cb83f4b965a6", "6bc076eec6f8"]),
    ("v6.12.24", "v6.12", &["1dc7c8ed7cb3", "cb83f4b965a6", "6bc076eec6f8", "fb21b1568ada", "55c85fa7579d"]),
    (
        "v6.12.26",
        "v6.12",
        &[
            "1dc7c8ed7cb3",
            "cb83f4b965a6",
            "6bc076eec6f8",
            "fb21b1568ada",
            "55c85fa7579d",
            "b46064a18810",
            "280e5a301005",
        ],
    ),
    (
        "v6.12.64",
        "v6.12",
        &[
            "1dc7c8ed7cb3",
            "cb83f4b965a6",
            "6bc076eec6f8",
            "fb21b1568ada",
            "55c85fa7579d",
            "b46064a18810",
            "280e5a301005",
            "72f98ef9a4be",
        ],
    ),
    ("v6.12.93", "v6.12", V6_12_93),
    ("v6.12.95", "v6.12", V6_12_93),
    ("v6.12.117", "v6.12", V6_12_93),
    // [M], [L] 6.13.7. 6.13.12 is the branch's last.
    ("v6.13.3", "v6.13", &["1dc7c8ed7cb3"]),
    ("v6.13.7", "v6.13", &["1dc7c8ed7cb3"]),
    ("v6.13.9", "v6.13", &["1dc7c8ed7cb3", "cb83f4b965a6"]),
    ("v6.13.11", "v6.13", &["1dc7c8ed7cb3", "cb83f4b965a6", "6bc076eec6f8"]),
    ("v6.13.12", "v6.13", &["1dc7c8ed7cb3", "cb83f4b965a6", "6bc076eec6f8", "fb21b1568ada", "55c85fa7579d"]),
    // [A] 6.14.2, [M] the others.
    ("v6.14.2", "v6.14", &["6bc076eec6f8", "b46064a18810"]),
    ("v6.14.3", "v6.14", &["6bc076eec6f8", "b46064a18810", "fb21b1568ada", "55c85fa7579d"]),
    ("v6.14.5", "v6.14", &["6bc076eec6f8", "b46064a18810", "fb21b1568ada", "55c85fa7579d", "280e5a301005"]),
    // [A]
    ("v6.18.4", "v6.18", &["72f98ef9a4be"]),
    ("v6.18.7", "v6.18", &["72f98ef9a4be", "e37d5a2d60a3"]),
    // [A]: the six of v7.1-rc4.
    (
        "v7.0.10",
        "v7.0",
        &["d769711fcddd", "b296ca1fb43a", "1615e8896a8f", "0d5fd7a9323c", "fc3523b16d2b", "5474e6e17a26"],
    ),
    ("v7.2.12", "v7.2", &[]), // [L]
    ("v7.2.13", "v7.2", &[]), // [L]
    ("v7.3.4", "v7.3", &[]),  // [L]
];
