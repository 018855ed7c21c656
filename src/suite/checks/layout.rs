// SPDX-License-Identifier: GPL-2.0-only
//! Names and folders of cases.

use std::collections::BTreeMap;

use crate::suite::find::Found;

/// A folder holds at most so many cases. insta lists the whole folder at every assertion, and people read it.
pub const CASES_PER_FOLDER: usize = 100;

/// The area of the trials that check the suite; no case may be in it.
pub const RESERVED_AREA: &str = "suite";

/// Checks that each case is `area/slug` in small letters, digits and hyphens, and that nothing else is there.
#[must_use]
pub fn names(found: &Found) -> Vec<String> {
    let mut problems = Vec::new();
    for case in &found.cases {
        let name = &case.name;
        match name.split_once('/') {
            None => problems.push(format!("{name}: is in no area; move it into a folder")),
            Some((RESERVED_AREA, _)) => {
                problems
                    .push(format!("{name}: the area {RESERVED_AREA} is that of these checks; use another"));
            }
            Some(_) => {}
        }
        if !name.split('/').all(is_slug) {
            problems.push(format!("{name}: may have small letters, digits and single hyphens only"));
        }
    }
    for stray in &found.strays {
        problems.push(format!("{}: is neither a case (.yaml) nor a note (.md)", stray.display()));
    }
    problems
}

/// Checks that no folder holds too many cases.
#[must_use]
pub fn folder_sizes(found: &Found) -> Vec<String> {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for case in &found.cases {
        *sizes.entry(case.name.rsplit_once('/').map_or("", |(folder, _)| folder)).or_default() += 1;
    }
    let too_large = sizes.into_iter().filter(|(_, size)| *size > CASES_PER_FOLDER);
    too_large
        .map(|(folder, size)| {
            format!("{folder}: holds {size} cases, more than {CASES_PER_FOLDER}; divide it")
        })
        .collect()
}

fn is_slug(part: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    part.split('-').all(|word| !word.is_empty() && word.chars().all(allowed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::find::CaseFile;

    fn found(names: &[&str]) -> Found {
        let case = |name: &&str| CaseFile { name: (*name).into(), path: format!("cases/{name}.yaml").into() };
        Found { cases: names.iter().map(case).collect(), strays: Vec::new() }
    }

    #[test]
    fn good_names_pass() {
        assert!(names(&found(&["claim/twice", "reports/2022-06/rk3288-vop", "use/a"])).is_empty());
    }

    #[test]
    fn each_bad_name_is_told() {
        let found = Found {
            strays: vec!["cases/claim/b.yml".into()],
            ..found(&["loose", "suite/mine", "claim/Twice", "claim/a--b", "claim/-a", "claim/a_b", "A b/c"])
        };
        assert_eq!(
            names(&found),
            [
                "loose: is in no area; move it into a folder",
                "suite/mine: the area suite is that of these checks; use another",
                "claim/Twice: may have small letters, digits and single hyphens only",
                "claim/a--b: may have small letters, digits and single hyphens only",
                "claim/-a: may have small letters, digits and single hyphens only",
                "claim/a_b: may have small letters, digits and single hyphens only",
                "A b/c: may have small letters, digits and single hyphens only",
                "cases/claim/b.yml: is neither a case (.yaml) nor a note (.md)",
            ]
        );
    }

    #[test]
    fn a_folder_may_hold_a_hundred() {
        let mut all: Vec<String> = (0..100).map(|number| format!("claim/c{number}")).collect();
        all.push("use/a".into());
        let of = |all: &[String]| folder_sizes(&found(&all.iter().map(String::as_str).collect::<Vec<_>>()));
        assert!(of(&all).is_empty());
        all.push("claim/more".into());
        assert_eq!(of(&all), ["claim: holds 101 cases, more than 100; divide it"]);
    }
}
