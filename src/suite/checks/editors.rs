// SPDX-License-Identifier: GPL-2.0-only
//! What editors need: each case says in a comment where its schema is.

use crate::suite::find::SCHEMA;

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
        [] => Some(format!("editors do not find its schema; add the line `{wanted}` before `title`")),
        [wrong, ..] => Some(format!("`{wrong}` does not lead editors to the schema; write `{wanted}` once")),
    }
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
