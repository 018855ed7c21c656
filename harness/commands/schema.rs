// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership schema`, and what `check` says for its sake.

use std::fs;

use super::support::{self, Suite, run};

#[test]
fn the_schema_is_printed_and_written() {
    let printed = run(&["schema"]);
    assert_eq!(printed.code, 0, "{printed}");
    let schema: serde_json::Value = serde_json::from_str(&printed.out).expect("JSON");
    assert_eq!(schema["required"], serde_json::json!(["title", "sources", "topology", "steps"]));

    let suite = Suite::of(&[("claim/a.yaml", &support::case("A claim", "ok"))]);
    let file = format!("{}/case.schema.json", suite.cases());
    let ran = run(&["schema", "--write", "--cases", suite.cases()]);
    assert_eq!((ran.code, ran.out), (0, format!("written to {file}\n")));
    assert_eq!(fs::read_to_string(file).expect("written"), printed.out);
}

#[test]
fn check_notes_what_the_suite_will_say() {
    let good = support::case("A claim", "ok");
    let (title, rest) = good.split_once('\n').expect("lines");
    let suite = Suite::of(&[("claim/a.yaml", &format!("{rest}{title}\n"))]);
    let file = format!("{}/claim/a.yaml", suite.cases());
    let check = || run(&["check", "--cases", suite.cases()]);
    let order = format!("note: {file}: `title` stands after `steps`; the order is title, sources, ");
    let ran = check();
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.starts_with(&order), "{ran}");
    // Where there is a schema, cases lead to it.
    let comment =
        format!("note: {file}: editors do not find its schema; add the line `# yaml-language-server: ");
    assert!(!ran.out.contains(&comment), "{ran}");
    assert_eq!(run(&["schema", "--write", "--cases", suite.cases()]).code, 0);
    let ran = check();
    assert!(ran.out.starts_with(&order) && ran.out.contains(&comment), "{ran}");
    let led = format!("# yaml-language-server: $schema=../case.schema.json\n{good}");
    fs::write(&file, led).expect("written");
    assert_eq!(check().out, "1 file, 0 that cannot be used\n");
}
