// SPDX-License-Identifier: GPL-2.0-only
//! Near-copies: each case must show something that no other shows.

use std::collections::{BTreeMap, HashMap};

use crate::suite::survey::Survey;

/// Lists cases whose snapshots differ in names, title and sources only.
#[must_use]
pub fn copies(surveys: &[&Survey]) -> Vec<String> {
    let mut by_content: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for survey in surveys {
        by_content.entry(survey.content).or_default().push(&survey.name);
    }
    let mut copies: Vec<_> = by_content.into_values().filter(|names| names.len() > 1).collect();
    copies.sort_unstable();
    copies.into_iter().map(|names| format!("{}: differ in names only", names.join(", "))).collect()
}

/// Lists cases that show nothing which other cases do not show too: each of their steps, in the state it met and
/// with everything it did, is in another case.
#[must_use]
pub fn redundant(surveys: &[&Survey]) -> Vec<String> {
    let mut holders: HashMap<u64, (u32, &str)> = HashMap::new();
    for survey in surveys {
        for fact in &survey.observables {
            holders.entry(*fact).or_insert((0, &survey.name)).0 += 1;
        }
    }
    let alone = |survey: &&&Survey| {
        survey.observables.iter().any(|fact| holders.get(fact).is_none_or(|held| held.0 < 2))
    };
    let redundant = surveys.iter().filter(|survey| !alone(survey));
    redundant.map(|survey| format!("{}: every step of it is in other cases too", survey.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::survey::tests::{ATTACH, CLAIM, survey};

    #[test]
    fn another_name_makes_a_copy() {
        let (a, b, c) = (survey("x/a", "d", CLAIM), survey("x/b", "e", CLAIM), survey("x/c", "d", ATTACH));
        assert_eq!(copies(&[&a, &b, &c]), ["x/a, x/b: differ in names only"]);
        assert!(copies(&[&a, &c]).is_empty());
    }

    #[test]
    fn a_case_must_show_something_of_its_own() {
        let (claim, attach) = (survey("x/claim", "d", CLAIM), survey("x/attach", "d", ATTACH));
        assert!(redundant(&[&claim, &attach]).is_empty());
        let longer = survey("x/longer", "d", &format!("{CLAIM}  - observe:\n"));
        assert_eq!(
            redundant(&[&claim, &longer, &attach]),
            ["x/claim: every step of it is in other cases too"]
        );
        let looked_at = survey("x/looked-at", "d", &format!("{CLAIM}  - observe:\n  - observe:\n"));
        assert_eq!(
            redundant(&[&longer, &looked_at, &attach]),
            [
                "x/longer: every step of it is in other cases too",
                "x/looked-at: every step of it is in other cases too"
            ]
        );
    }
}
