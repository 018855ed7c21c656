// SPDX-License-Identifier: GPL-2.0-only
//! Regular expressions for the words of a case, in what ECMAScript and others have in common, and small schemas made
//! of them. The loader looks words up and is the authority; these are as near to it as a schema can be.

use schemars::{Schema, json_schema};

use super::limits::MAX_NAME;

/// No space around it, no line break in it, no period at its end; and it does not say what ought to be.
pub(super) const TITLE: &str = concat!(
    r"^(?!(.*\s)?[^\sA-Za-z0-9]*([Ss]hould(n't)?|[Ss]hall|[Mm]ust(n't)?|[Oo]ught)[^\sA-Za-z0-9]*(\s|$))",
    r"(\S.*)?[^\s.]$",
);
pub(super) const A_TITLE: &str = "One line in the present tense: without `should` or `must`, without a final period, without spaces around it.";

/// `[!-~]` is every visible character, `[!-.0-~]` every one but the slash.
pub(super) const SOURCE: &str =
    r"^(commit:[0-9a-f]{12}|kernel:[!-.0-~][!-~]*|https?://[!-.0-~]*\.[!-.0-~]*(/[!-~]*)?)$";

/// The tree just after a commit, or just before it.
pub(super) const COMMIT: &str = r"commit:[0-9a-f]{7,40}\^?";

/// A tag or a stable release.
const TAG: &str = r"v[0-9]+\.[0-9]+(\.[0-9]+|-rc[0-9]+)?";

/// What is taken for an errno where an outcome stands.
pub(super) const LIKE_AN_ERRNO: &str = "E[A-Z0-9]+";

pub(super) const A_DOMAIN: &str = "A declared domain, `static(identity)`, `domain(g)`, `default_domain(g)` or \
                                   `blocking_domain(g)`.";
pub(super) const A_SYMBOL: &str = "`null`, a declared name, `dma(g)`, `identity(g)`, `blocking(g)`, `mapping(d)`, \
                                   `type1(c)`, `auto(ioas)` or `static(identity)`.";
pub(super) const AN_OUTCOME: &str = "`ok`, an errno by name, `error`, `true`, `false`, `crash`, `skipped`, `absent`, the \
                                     status of a VFIO group, a domain or a handle.";

const STATIC: &str = r"static\((identity|blocked|release|default|platform)\)";

fn name_inside() -> String {
    format!("[A-Za-z0-9][A-Za-z0-9._:@+-]{{0,{}}}", MAX_NAME - 1)
}

/// Release ranges: one release, or an open or closed range.
pub(super) fn range() -> String {
    let release = format!("({TAG}|{COMMIT})");
    format!(r"^({release}(\.\.{release}?)?|\.\.{release})$")
}

/// A domain as a step names it.
pub(super) fn domain_argument() -> String {
    let name = name_inside();
    format!(r"^({name}|{STATIC}|(domain|default_domain|blocking_domain)\({name}\))$")
}

/// The inside of [`symbol`].
pub(super) fn symbol_inside() -> String {
    let name = name_inside();
    let made =
        format!(r"(dma|identity|blocked|unmanaged|platform|blocking|auto|compat|type1|mapping)\({name}\)");
    format!(r"({name}|{STATIC}|{made})(#[0-9]+)?( \(freed\))?")
}

/// A domain as an expectation names it.
pub(super) fn symbol() -> String {
    format!("^{}$", symbol_inside())
}

/// What is at a PASID.
pub(super) fn slot() -> String {
    format!(r"^(\(a handle\)|{})$", symbol_inside())
}

/// A string of this pattern. Editors show the message where they know `patternErrorMessage`.
pub(super) fn string(pattern: &str, message: &str) -> Schema {
    json_schema!({ "type": "string", "pattern": pattern, "patternErrorMessage": message })
}

/// A name.
pub(super) fn name() -> Schema {
    let message = format!(
        "A name has up to {MAX_NAME} letters, digits and `.` `_` `:` `@` `-` `+`, and begins with a letter or digit."
    );
    string(&format!("^{}$", name_inside()), &message)
}

/// What this schema accepts, or `null`.
pub(super) fn nullable(schema: Schema) -> Schema {
    json_schema!({ "anyOf": [schema, { "const": null }] })
}

/// The schema with a description: docs with their lines joined.
pub(super) fn described(mut schema: Schema, docs: &str) -> Schema {
    schema.insert("description".into(), joined(docs).into());
    schema
}

/// Docs as one text: lines joined, paragraphs apart.
pub(super) fn joined(docs: &str) -> String {
    let paragraphs = docs.trim().split("\n\n");
    let paragraphs = paragraphs.map(|lines| lines.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
