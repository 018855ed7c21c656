// SPDX-License-Identifier: GPL-2.0-only
//! Titles: no two cases have the same.

use std::collections::BTreeMap;

/// Checks that titles, given with the name of their case, differ in more than case and spaces.
#[must_use]
pub fn duplicates<'a>(titles: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let mut cases: BTreeMap<String, (&str, Vec<&str>)> = BTreeMap::new();
    for (name, title) in titles {
        let plain: Vec<String> = title.split_whitespace().map(str::to_lowercase).collect();
        cases.entry(plain.join(" ")).or_insert((title, Vec::new())).1.push(name);
    }
    let shared = cases.into_values().filter(|(_, names)| names.len() > 1);
    shared.map(|(title, names)| format!("{}: all are titled \"{title}\"", names.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_told_with_its_cases() {
        let titles = [("a/1", "Claim twice"), ("a/2", "Claim once"), ("b/1", "claim  twice")];
        assert_eq!(duplicates(titles.into_iter()), ["a/1, b/1: all are titled \"Claim twice\""]);
        assert!(duplicates(titles[..2].iter().copied()).is_empty());
    }
}
