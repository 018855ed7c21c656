// SPDX-License-Identifier: GPL-2.0-only
//! The table of reports: which report is told by which case, and what its sources say happened from when on.

mod catalogue;
mod table;

pub use catalogue::{REPORTS, Report};
pub use table::table;

use std::path::Path;

use crate::case::Case;

/// The area of cases that are named after reports.
pub const AREA: &str = "reports";

/// Where the table is kept, beneath the folder of cases.
pub const FILE: &str = "reports/README.md";

/// The command that writes it.
pub const COMMAND: &str = "cargo run --release -- report-table --write";

const BEGIN: &str = "<!-- begin: written by `dma-ownership report-table --write` -->";
const END: &str = "<!-- end -->";

/// The names of the reports that a case tells.
#[must_use]
pub fn told_by(case: &Case) -> Vec<String> {
    if !case.reports.is_empty() {
        return case.reports.clone();
    }
    match case.name.strip_prefix(AREA).and_then(|name| name.strip_prefix('/')) {
        // A report whose fix changes what is called has two cases.
        Some(slug) => vec![slug.strip_suffix("-fixed").unwrap_or(slug).to_owned()],
        None => Vec::new(),
    }
}

/// Lists reports that cases name and that are not known, and reports that no case tells without a reason.
#[must_use]
pub fn gaps(cases: &[Case]) -> Vec<String> {
    let mut problems = Vec::new();
    let known = |name: &str| REPORTS.iter().any(|report| report.name == name);
    for case in cases {
        let unknown = case.reports.iter().filter(|name| !known(name));
        problems.extend(unknown.map(|name| format!("{}: `{name}` is no report in the catalogue", case.name)));
    }
    let told: Vec<String> = cases.iter().flat_map(told_by).collect();
    for report in REPORTS {
        if report.context.is_none() && !told.iter().any(|name| name == report.name) {
            problems.push(format!("{} {}: no case tells this report", report.number, report.name));
        }
    }
    problems
}

/// What is wrong with the file of the table, if anything is. What cannot be read is not current.
#[must_use]
pub fn stale(folder: &Path, cases: &[Case]) -> Option<String> {
    let text = std::fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    match with_table(&text, &table(cases)) {
        Some(current) if current == text => None,
        Some(_) => Some(format!("{FILE} is not what the cases say; write it with {COMMAND}")),
        None => Some(format!("{FILE} has no place for the table: a line `{BEGIN}` and one `{END}`")),
    }
}

/// The text of the file with this table in its place; `None` if it has no place for one.
#[must_use]
pub fn with_table(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::from_text;

    const CLAIM: &str = "title: A claim\nsources: [\"kernel:drivers/iommu/iommu.c\"]\nreports: [mine, live-group-bug-on]\n\
                         topology: { groups: { g: [d] }, owners: [o] }\ngiven: { g: { present: true } }\nsteps:\n  \
                         - iommu_group_claim_dma_owner: { group: g, owner: o }\n    expect: { ..v6.5: ok, v6.6-rc1..: EINVAL }\n";

    fn case(name: &str, text: &str) -> Case {
        from_text(name, text).expect("a case")
    }

    #[test]
    fn reports_are_numbered_and_named_once() {
        assert!(REPORTS.is_sorted_by(|a, b| a.number < b.number));
        let mut names: Vec<_> = REPORTS.iter().map(|report| report.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), REPORTS.len());
    }

    #[rstest::rstest]
    #[case("reports/mine", "", &["mine"])]
    #[case("reports/mine-fixed", "", &["mine"])]
    #[case("claim/mine", "", &[])]
    #[case("claim/mine", "reports: [live-group-bug-on]\n", &["live-group-bug-on"])]
    fn a_case_tells_the_report_it_is_named_after(
        #[case] name: &str,
        #[case] reports: &str,
        #[case] told: &[&str],
    ) {
        let text = CLAIM.replace("reports: [mine, live-group-bug-on]\n", reports);
        assert_eq!(told_by(&case(name, &text)), told);
    }

    #[test]
    fn unknown_and_untold_reports_are_gaps() {
        let gaps = gaps(&[case("claim/a", CLAIM)]);
        assert_eq!(gaps[0], "claim/a: `mine` is no report in the catalogue");
        assert!(!gaps.iter().any(|gap| gap.contains("live-group-bug-on:")), "{gaps:#?}");
        assert!(gaps.contains(&"2 mdev-fake-group-claim-refused: no case tells this report".to_owned()));
    }

    #[test]
    fn the_table_goes_between_its_marks() {
        let text = format!("# Reports\n\n{BEGIN}\nold\n{END}\nmore\n");
        let written = with_table(&text, "| new |\n").expect("has a place");
        assert_eq!(written, format!("# Reports\n\n{BEGIN}\n\n| new |\n\n{END}\nmore\n"));
        assert_eq!(with_table(&written, "| new |\n"), Some(written.clone()));
        assert_eq!(with_table("# Reports\n", "| new |\n"), None);
    }

    #[test]
    fn a_row_says_from_which_release_on_something_else_happens() {
        let table = table(&[case("reports/live-group-bug-on", CLAIM)]);
        assert!(table.contains("| 1 iommu_group_claim_dma_owner: ok; EINVAL from v6.6-rc1 |"), "{table}");
        assert!(table.contains("[live-group-bug-on](live-group-bug-on.yaml)"), "{table}");
    }
}
