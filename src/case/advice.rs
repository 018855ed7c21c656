// SPDX-License-Identifier: GPL-2.0-only
//! What to write instead of something of the wrong shape: from the place where it stands and what belongs there.
//!
//! Places are paths as the YAML library has them, such as `steps[1].bind`.

use std::sync::LazyLock;

use serde_json::Value;

use super::form::{Operation, StateForm};
use super::schema;

static SCHEMA: LazyLock<Value> = LazyLock::new(schema::schema);

/// Instead of a value of another type.
pub(super) fn instead(path: &str, found: &str, expected: &str) -> Option<String> {
    let key = last_key(path);
    let text = found.strip_prefix("string \"").and_then(|text| text.strip_suffix('"'));
    if let Some(form) = expected.strip_prefix("struct ") {
        return shape(key, form);
    }
    Some(match (expected, text) {
        ("a map", _) => format!("write `{key}: {}`", example(path, key)?),
        ("a list that is not empty", None) if found == "map" => "each item begins with `- `".into(),
        ("a list that is not empty" | "a sequence", Some(text)) => {
            format!("write it in brackets, `[{text}]`, or on a line of its own after `- `")
        }
        ("a name or a map", None) if found == "sequence" => "write one name, without brackets".into(),
        ("a word", None) if found == "map" => {
            "close the list before it with `]`, or quote the text that has `: ` in it".into()
        }
        ("a list or a map", Some(text)) => format!("the devices of a group stand in brackets: `[{text}]`"),
        ("a map of one operation to its arguments", Some(text)) => {
            let name = text.split_whitespace().next().unwrap_or_default();
            match text.get(name.len()..) {
                Some("") => format!("write a colon after the name: `{name}:`, and the arguments"),
                Some(rest) if Operation::NAMES.contains(&name) => {
                    format!("write a colon after the name: `{name}:{rest}`")
                }
                _ => "a step is a name, a colon and the arguments: `device_add: d`".into(),
            }
        }
        ("null" | "unit", _) if Operation::NAMES.contains(&key) => {
            format!("this step has no arguments: write `{key}:`")
        }
        (_, None) if expected.starts_with("an outcome") && found == "sequence" => {
            "write a map from releases to values: `{ ..v5.18: ok, v5.19-rc1..: EBUSY }`".into()
        }
        _ if expected.starts_with("an outcome") => "write `ok` for 0, and an errno by name".into(),
        _ => return None,
    })
}

/// What the map at this place is made of, when a field of it is missing.
pub(super) fn complete(path: &str) -> Option<String> {
    let key = last_key(path);
    let step = SCHEMA.pointer(&format!("/definitions/Step/properties/{key}"))?;
    // A step that has a short form too has its map last.
    let form = step.pointer("/allOf/0").or(step.pointer("/anyOf/1"))?.get("$ref")?.as_str()?;
    shape(key, form.rsplit('/').next()?)
}

/// The kernel's or a driver's word for what has another name here.
pub(super) fn other_word(found: &str, known: &[&str]) -> Option<String> {
    let here = match found {
        "unmanaged" => "paging",
        "attach_dev" => "attach",
        "set_dev_pasid" => "pasid",
        "probe_device" => "probe",
        "device_group" => "group",
        "domain_alloc" | "domain_alloc_paging" | "iommu_domain_alloc" => "alloc",
        _ => {
            let driver = known.contains(&"kernel_dma");
            return driver.then(|| {
                format!(
                    "any driver that uses the DMA API is `kernel_dma`; others are {}",
                    listed(&known[1..])
                )
            });
        }
    };
    known.contains(&here).then(|| format!("write `{here}`"))
}

/// Instead of a field that does not exist.
pub(super) fn other_field(found: &str, known: &[&str]) -> Option<String> {
    match found.split_once(':') {
        Some((field, value)) if known.contains(&field) => {
            Some(format!("write a space after the colon: `{field}: {value}`"))
        }
        _ => None,
    }
}

/// What to do about a text that is not YAML, from the parser's whole message.
pub(super) fn to_be_yaml(message: &str) -> String {
    let open = [
        ("while scanning a quoted scalar at ", "the quote that opens at {} is not closed"),
        ("while parsing a flow sequence at ", "the list that begins at {} lacks a comma or its `]`"),
        ("while parsing a flow mapping at ", "the map that begins at {} lacks a comma or its `}`"),
        (
            "while parsing a block mapping at ",
            "this line is not indented like the map that begins at {}, or a quote before it is not closed",
        ),
        ("while parsing a block collection at ", "this line is not indented like the list that begins at {}"),
    ];
    let told = open.iter().find_map(|(context, hint)| {
        let place = message.split_once(context)?.1.replace(" column ", ", column ");
        Some(hint.replace("{}", &place))
    });
    told.unwrap_or_else(|| "look at the indentation, and quote text that has `: ` or ` #` in it".into())
}

fn last_key(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// A form as one writes it after this key: `bind: { device: …, driver: … }`, and what else there may be.
fn shape(key: &str, form: &str) -> Option<String> {
    let schema = SCHEMA.get("definitions")?.get(form)?;
    let required = schema.get("required").and_then(Value::as_array);
    let required: Vec<&str> = required.into_iter().flatten().filter_map(Value::as_str).collect();
    let all = schema.get("properties")?.as_object()?.keys().map(String::as_str);
    let optional: Vec<&str> = all.filter(|field| !required.contains(field)).collect();
    let fields: Vec<String> = required.iter().map(|field| format!("{field}: …")).collect();
    Some(match (fields.join(", "), optional.as_slice()) {
        (_, optional) if fields.is_empty() => {
            format!("write `{key}: {{ … }}` with some of {}", listed(optional))
        }
        (fields, []) => format!("write `{key}: {{ {fields} }}`"),
        (fields, optional) => format!("write `{key}: {{ {fields} }}`, perhaps with {}", listed(optional)),
    })
}

fn listed(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// How maps whose keys are names are written.
fn example(path: &str, key: &str) -> Option<&'static str> {
    Some(match (path, key) {
        ("topology.groups", _) => "{ g: [a, b] }",
        ("topology.domains", _) => "{ drm: paging }",
        ("topology.devices", _) => "{ d: { bus: pci } }",
        ("given", _) => "{ g: { present: true } }",
        (_, "owner_cnt" | "recovery_cnt") => "{ g: 1 }",
        (_, "owner") => "{ g: null }",
        (_, "devices") => "{ g: [a, b] }",
        (_, "pasids") => "{ g: { 0: h } }",
        (_, "handle_domain") => "{ h: drm }",
        (_, "driver") => "{ d: kernel_dma }",
        (_, "blocked") => "{ d: true }",
        (_, "reset_depth") => "{ d: 1 }",
        (_, "attached") => "{ d: drm }",
        (_, key) if StateForm::FIELDS.contains(&key) => "{ g: drm }",
        _ => return None,
    })
}
