// SPDX-License-Identifier: GPL-2.0-only
//! What editors need: the schema of cases, and in each case a comment that says where it is.

use std::path::Path;

use crate::case::schema;
use crate::suite::find::SCHEMA;

/// The command that writes the schema.
pub const COMMAND: &str = "cargo run --release -- schema --write";

/// The comment at the head of a case by which editors find the schema, for a case of this name.
///
/// yaml-language-server, which most editors run, looks for it in all comments before the first key.
#[must_use]
pub fn comment(case: &str) -> String {
    format!("# yaml-language-server: $schema={}{SCHEMA}", "../".repeat(case.matches('/').count()))
}

/// Checks that a case of this name has the comment before its first key; says what to write.
#[must_use]
pub fn schema_comment(case: &str, text: &str) -> Option<String> {
    let wanted = comment(case);
    let head = text.lines().take_while(|line| line.is_empty() || line.starts_with('#'));
    let leads = |line: &str| line.trim_start_matches(['#', ' ']).starts_with("yaml-language-server");
    let found: Vec<&str> = head.filter(|line| leads(line)).collect();
    match found.as_slice() {
        [one] if *one == wanted => None,
        [] => Some(format!("editors do not find its schema; add the line `{wanted}` before the first key")),
        [wrong, ..] => Some(format!("`{wrong}` does not lead editors to the schema; write `{wanted}` once")),
    }
}

/// What is wrong with the schema in this folder of cases, if anything is. What cannot be read is not current.
#[must_use]
pub fn stale_schema(folder: &Path) -> Option<String> {
    let current = std::fs::read_to_string(folder.join(SCHEMA)).is_ok_and(|text| text == schema::text());
    (!current).then(|| format!("{SCHEMA} is not what the types of a case say; write it with `{COMMAND}`"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const GOOD: &str = "# yaml-language-server: $schema=../case.schema.json";

    #[rstest]
    #[case::alone(format!("{GOOD}\ntitle: x\n"))]
    #[case::below_others(format!("# SPDX-License-Identifier: GPL-2.0-only\n{GOOD}\n\n# more\ntitle: x\n"))]
    fn a_case_with_the_comment_passes(#[case] text: String) {
        assert_eq!(schema_comment("claim/a", &text), None);
    }

    #[test]
    fn a_schema_that_is_old_or_missing_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = format!("{SCHEMA} is not what the types of a case say; write it with `{COMMAND}`");
        assert_eq!(stale_schema(folder.path()), Some(told.clone()));
        let file = folder.path().join(SCHEMA);
        std::fs::write(&file, schema::text()).expect("written");
        assert_eq!(stale_schema(folder.path()), None);
        std::fs::write(&file, schema::text().replace("EBUSY", "EBUZY")).expect("written");
        assert_eq!(stale_schema(folder.path()), Some(told));
    }

    #[test]
    fn the_way_up_is_as_long_as_the_way_down() {
        assert_eq!(comment("claim/a"), GOOD);
        assert_eq!(comment("reports/old/a"), GOOD.replace("../", "../../"));
        assert!(schema_comment("reports/old/a", GOOD).is_some());
    }

    #[rstest]
    #[case::none("title: x\n", "editors do not find its schema; add the line `")]
    #[case::below_the_title(
        "title: x\n# yaml-language-server: $schema=../case.schema.json\n",
        "editors do not"
    )]
    #[case::wrong_way(
        "# yaml-language-server: $schema=case.schema.json\n",
        "`# yaml-language-server: $schema=c"
    )]
    #[case::twice(
        "# yaml-language-server: $schema=../case.schema.json\n# yaml-language-server: $schema=../case.schema.json\n",
        "`# yaml-language-server: $schema=../case.schema.json` does not"
    )]
    fn a_case_without_it_is_told_what_to_write(#[case] text: &str, #[case] told: &str) {
        let problem = schema_comment("claim/a", text).expect("it is told");
        assert!(problem.starts_with(told) && problem.contains(&format!("`{GOOD}`")), "{problem}");
    }
}
