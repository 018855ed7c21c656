// SPDX-License-Identifier: GPL-2.0-only
//! Cases changed at random: whatever comes out, reading it ends, without a panic, in a case or an error that
//! has a place in the text.

use std::time::{Duration, Instant};

use crate::case::Releases;

const SEEDS: &[&str] = &[
    include_str!("../../../cases/reports/rk3288-vop-attach-busy.yaml"),
    include_str!("../../../cases/reports/rk3288-vop-detaches-mapping-first.yaml"),
    include_str!("../../../cases/attach/second-of-three-refuses.yaml"),
    include_str!("../../../cases/groups/one-domain-on-two-groups.yaml"),
];

/// What YAML, the format or a reader could stumble over.
const PIECES: &[&str] = &[
    "[",
    "]",
    "{",
    "}",
    ":",
    ": ",
    "- ",
    "\n",
    "\n  ",
    "? ",
    "|",
    ">-\n",
    "#",
    " #",
    "'",
    "\"",
    "\\",
    "&a ",
    "*a",
    "<<: ",
    "!t ",
    "%",
    "@",
    "`",
    ",",
    "~",
    "null",
    "true",
    "-1",
    "99999999999999999999",
    "0x",
    "1e3",
    "..",
    "v6.1",
    "commit:",
    "^",
    "drm",
    "static(",
    "domain(g)",
    ")",
    "#2",
    " (freed)",
    "expect: ",
    "steps:\n",
    "title: ",
    "ok",
    "é",
    "\u{0}",
    "\t",
    "\r",
    "\u{feff}",
    "\u{2028}",
    "𝄞",
    "---\n",
    "...\n",
    "deviates:\n",
    "given: {",
    "owner: null",
];

/// A small generator of numbers; the same seed gives the same run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % limit.max(1)
    }

    /// Somewhere in a text, between two characters.
    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn range(&mut self, text: &str, longest: usize) -> std::ops::Range<usize> {
        let start = self.place(text);
        let mut end = (start + self.below(longest)).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        start..end.max(start)
    }
}

fn mutate(random: &mut Random, text: &mut String) {
    match random.below(6) {
        0 => {
            let range = random.range(text, 12);
            text.replace_range(range, "");
        }
        1 => {
            let piece = PIECES[random.below(PIECES.len())];
            let at = random.place(text);
            text.insert_str(at, piece);
        }
        2 => {
            let range = random.range(text, 8);
            let piece = PIECES[random.below(PIECES.len())];
            text.replace_range(range, piece);
        }
        3 => {
            // A line comes twice, or elsewhere.
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let line = lines[random.below(lines.len())].to_owned();
            let at = random.below(lines.len());
            let start = lines[..at].iter().map(|line| line.len()).sum();
            text.insert_str(start, &line);
        }
        4 => {
            // Something of another case.
            let other = SEEDS[random.below(SEEDS.len())];
            let range = random.range(other, 60);
            let at = random.place(text);
            text.insert_str(at, &other[range]);
        }
        _ => {
            let range = random.range(text, 30);
            let part = text[range].to_owned();
            let at = random.place(text);
            text.insert_str(at, &part);
        }
    }
}

#[test]
fn whatever_is_changed_it_is_read_or_refused() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let start = Instant::now();
    let (mut read, mut refused) = (0, 0);
    for round in 0..4000 {
        let mut text = SEEDS[round % SEEDS.len()].to_owned();
        for _ in 0..=random.below(4) {
            mutate(&mut random, &mut text);
        }
        match crate::case::parse("x.yaml", "area/x", &text, Releases::of_history()) {
            Ok(case) => {
                read += 1;
                assert!(case.steps.iter().all(|step| step.line <= text.lines().count()), "{text}");
            }
            Err(error) => {
                refused += 1;
                let lines = text.lines().count().max(1) + 1;
                let inside = error.place.is_none_or(|place| (1..=lines).contains(&(place.line as usize)));
                assert!(inside, "{error}\n{text}");
                assert!(error.to_string().len() < 4000, "{error}");
            }
        }
    }
    assert!(read > 200 && refused > 200, "{read} read, {refused} refused");
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}
