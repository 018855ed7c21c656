// SPDX-License-Identifier: GPL-2.0-only
//! The schema of a case file, made from the types that a case is read into.
//!
//! It is of draft 7, which every editor knows. Beside what the draft has there are `markdownDescription`,
//! `markdownEnumDescriptions` and `patternErrorMessage`, which editors show and others pass over.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::{Map, Value, json};

use super::form::CaseForm;
use super::pattern::joined;

/// The schema of a case file.
#[must_use]
pub fn schema() -> Value {
    let mut settings = SchemaSettings::draft07();
    let own: [fn(&mut Schema); 4] = [without_null, with_words, with_docs, with_heading];
    for transform in own.into_iter().rev() {
        settings.transforms.insert(0, Box::new(RecursiveTransform(transform)));
    }
    let mut schema = settings.into_generator().into_root_schema_for::<CaseForm<'static>>();
    schema.insert("title".into(), "A case".into());
    schema.insert("$comment".into(), "SPDX-License-Identifier: GPL-2.0-only".into());
    schema.to_value()
}

/// The schema as a text.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", schema())
}

/// A field that may be left out is left out rather than `null`. Where `null` means something, it is a `const`.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    let required: Vec<Value> = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (name, property) in properties {
        if !required.contains(&name.as_str().into())
            && let Some(property) = property.as_object_mut()
        {
            strip_null(property);
        }
    }
}

fn strip_null(property: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            property.insert("type".into(), only);
        }
        if let Some(Value::Array(words)) = property.get_mut("enum") {
            words.retain(|word| !word.is_null());
        }
    }
    if let Some(Value::Array(choices)) = property.get_mut("anyOf") {
        choices.retain(|choice| *choice != json!({ "type": "null" }));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            property.remove("anyOf");
            for (key, value) in only {
                property.entry(key).or_insert(value);
            }
        }
    }
}

/// Words with docs of their own: one list of words and one of docs, which editors show better than a choice of
/// schemas with one word each.
fn with_words(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    let Some(Value::Array(choices)) = object.get("oneOf") else { return };
    let words: Option<Vec<Value>> = choices.iter().map(|choice| choice.get("const").cloned()).collect();
    let Some(words) = words else { return };
    let docs: Vec<Value> =
        choices.iter().map(|choice| choice.get("description").cloned().unwrap_or_default()).collect();
    object.remove("oneOf");
    object.insert("type".into(), "string".into());
    object.insert("enum".into(), words.into());
    object.insert("markdownEnumDescriptions".into(), docs.into());
}

/// Docs with their lines joined; as plain text for all, and with their marks for those who show them.
fn with_docs(schema: &mut Schema) {
    if let Some(Value::String(docs)) = schema.get("description") {
        let docs = joined(docs);
        let plain = docs.replace('`', "");
        if plain != docs {
            schema.insert("markdownDescription".into(), docs.into());
        }
        schema.insert("description".into(), plain.into());
    }
    if let Some(Value::Array(all)) = schema.get_mut("markdownEnumDescriptions") {
        for docs in all {
            if let Value::String(docs) = docs {
                *docs = joined(docs);
            }
        }
    }
}

/// What is marked so stands beneath something that says more; its docs are only its heading.
fn with_heading(schema: &mut Schema) {
    if schema.remove("x-heading").is_some() {
        schema.remove("markdownDescription");
        if let Some(Value::String(docs)) = schema.remove("description") {
            schema.insert("title".into(), docs.trim_end_matches('.').into());
        }
    }
}
