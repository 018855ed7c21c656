// SPDX-License-Identifier: GPL-2.0-only
//! The schema says of everything what it is.

use serde_json::Value;

use crate::case::form::Operation;
use crate::case::schema;

/// Every map that lists fields, with its place.
fn fields<'a>(place: &str, schema: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        // Conditions list fields too, and are not there to be read.
        for (name, field) in properties.iter().filter(|(_, field)| field.is_object()) {
            found.push((format!("{place}/{name}"), field));
        }
    }
    match schema {
        Value::Object(object) => {
            for (key, inner) in object.iter().filter(|(key, _)| !matches!(key.as_str(), "if" | "then")) {
                fields(&format!("{place}/{key}"), inner, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| fields(place, inner, found)),
        _ => {}
    }
}

#[test]
fn every_field_and_step_has_a_description() {
    let schema = schema::schema();
    let mut found = Vec::new();
    fields("", &schema, &mut found);
    assert!(found.len() > 200, "{}", found.len());
    let described = |field: &Value| {
        field.get("description").and_then(Value::as_str).is_some_and(|description| description.len() > 8)
            || field.get("$ref").is_some()
    };
    let bare: Vec<_> = found.iter().filter(|(_, field)| !described(field)).map(|(place, _)| place).collect();
    assert!(bare.is_empty(), "without a doc comment: {bare:#?}");
}

#[test]
fn every_step_is_there_and_no_other() {
    let schema = schema::schema();
    let step = &schema["definitions"]["Step"]["properties"];
    let mut known: Vec<&str> = Operation::NAMES.to_vec();
    known.push("expect");
    known.sort_unstable();
    let listed: Vec<&String> = step.as_object().expect("fields").keys().collect();
    assert_eq!(listed, known);
}

/// A map of a case has the fields that are known, and no others.
#[test]
fn every_map_is_closed() {
    fn open(place: &str, schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(object) => {
                let is_map = object.get("type").is_some_and(|kind| kind == "object");
                if is_map && !object.contains_key("additionalProperties") {
                    found.push(place.to_owned());
                }
                // A condition asks, and lists nothing.
                for (key, inner) in object.iter().filter(|(key, _)| *key != "if") {
                    open(&format!("{place}/{key}"), inner, found);
                }
            }
            Value::Array(list) => list.iter().for_each(|inner| open(place, inner, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    open("", &schema::schema(), &mut found);
    assert!(found.is_empty(), "{found:?}");
}
