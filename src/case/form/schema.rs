// SPDX-License-Identifier: GPL-2.0-only
//! Schemas of the forms that are read by hand: each accepts what its reading does, as far as a schema can say it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::role::outcome;
use super::{
    Bounded, CountForm, Entries, ExpectForm, Filled, Listed, MAX_ENTRIES, Maybe, OneOrMore, Operation, Short,
    SlotContent, StateForm, StepForm, ValueForm, Word,
};
use crate::case::limits::MAX_SWEPT_STEPS;
use crate::case::pattern::{self, described};

/// A schema that stands where it is used, or one with a name that is referred to.
macro_rules! schemas {
    ($([$($generics:tt)*] $form:ty, $place:tt: |$generator:ident| $schema:expr;)*) => {
        $(impl<$($generics)*> JsonSchema for $form {
            schemas!(@ $place);

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        })*
    };
    (@ inline) => {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            "inline".into()
        }
    };
    (@ $name:literal) => {
        fn schema_name() -> Cow<'static, str> {
            $name.into()
        }
    };
}

schemas! {
    [] Word<'_>, inline: |_generator| json_schema!({ "type": ["string", "number", "boolean", "null"] });
    [V: JsonSchema] Entries<'_, V>, inline: |generator| json_schema!({
        "type": "object",
        "propertyNames": pattern::name(),
        "additionalProperties": generator.subschema_for::<V>(),
        "maxProperties": MAX_ENTRIES,
    });
    [T: JsonSchema] Filled<T>, inline: |generator| json_schema!({
        "type": "array",
        "items": generator.subschema_for::<T>(),
        "minItems": 1,
    });
    [const MIN: i128, const MAX: i128] Bounded<MIN, MAX>, inline: |_generator| json_schema!({
        "type": "integer",
        "minimum": i64::try_from(MIN).unwrap_or(i64::MIN),
        "maximum": u64::try_from(MAX).unwrap_or(u64::MAX),
    });
    [W: JsonSchema, L: JsonSchema] Short<W, L>, inline: |generator| either::<W, L>(generator);
    [S: JsonSchema, L: JsonSchema] Listed<S, L>, inline: |generator| json_schema!({ "anyOf": [
        { "type": "array", "items": generator.subschema_for::<S>(), "uniqueItems": true },
        generator.subschema_for::<L>(),
    ] });
    [T: JsonSchema] OneOrMore<T>, inline: |generator| either::<T, Filled<T>>(generator);
    [T: JsonSchema] Maybe<T>, inline: |generator| T::json_schema(generator);
    [] CountForm, inline: |_generator| json_schema!({ "anyOf": [
        { "type": "integer", "minimum": CountForm::LEAST, "maximum": CountForm::MOST },
        { "const": "always" },
    ] });
    [] Ended, "Outcome": |_generator| outcome();
    [] ValueForm<'_>, "Value": |generator| {
        let state = generator.subschema_for::<StateForm<'_>>();
        let schema = by_type(&state.to_value(), &generator.subschema_for::<Ended>().to_value());
        described(schema, "What must be observed: how the step ends, or a map of the state after it.")
    };
    [] ExpectForm<'_>, "Expect": |generator| expect(generator);
    [] StepForm<'_>, "Step": |generator| step(generator);
}

/// How a step ends, where a value stands.
struct Ended;

fn either<A: JsonSchema, B: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [generator.subschema_for::<A>(), generator.subschema_for::<B>()] })
}

/// A map or an outcome. Which of them is meant the type tells, and then editors complain about that one. The choice
/// beside it, which accepts everything, is for what they propose where nothing is written yet.
fn by_type(map: &Value, outcome: &Value) -> Schema {
    json_schema!({
        "if": { "type": "object" },
        "then": map,
        "else": outcome,
        "anyOf": [outcome, map, {}],
    })
}

/// A value, or release ranges, each with one.
fn expect(generator: &mut SchemaGenerator) -> Schema {
    let state = generator.subschema_for::<StateForm<'_>>();
    let ranges = json!({
        "type": "object",
        "patternProperties": { pattern::range(): generator.subschema_for::<ValueForm<'_>>() },
        "additionalProperties": false,
        "minProperties": 1,
    });
    let map = json!({ "anyOf": [{ "allOf": [state], "minProperties": 1 }, ranges] });
    described(
        by_type(&map, &generator.subschema_for::<Ended>().to_value()),
        "What the source says must happen: a value, or a map from releases (`v5.18`, `..v5.18`, `v5.19-rc1..`, \
         `v6.0..v6.6`, `commit:1ea2a07a532b`) to values.\n\nA value is how the step ends (`ok`, an errno by name, `error` \
         for any errno, `true`, `false`, `crash`, `skipped`, `absent`, what a query finds), or a map of the state \
         after it.",
    )
}

/// One operation with its arguments, and perhaps an expectation.
fn step(generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    for operation in Operation::schemas(generator) {
        let (name, docs, schema) = operation;
        properties.insert(name.into(), described(schema, docs).to_value());
    }
    properties.insert("expect".into(), generator.subschema_for::<ExpectForm<'_>>().to_value());
    json_schema!({
        "description": "One operation with its arguments, and perhaps `expect` beside it.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "if": { "required": ["expect"] },
        "then": { "minProperties": 2, "maxProperties": 2 },
        "else": { "minProperties": 1, "maxProperties": 1 },
    })
}

/// What groups have at their PASIDs: of each group a map from PASIDs.
pub(super) fn pasids(generator: &mut SchemaGenerator) -> Schema {
    let slots = json!({
        "type": "object",
        "propertyNames": { "pattern": "^[0-9]+$", "patternErrorMessage": "A PASID is a number." },
        "additionalProperties": generator.subschema_for::<SlotContent<'_>>(),
        "maxProperties": MAX_ENTRIES,
    });
    let mut schema = Entries::<bool>::json_schema(generator);
    schema.insert("additionalProperties".into(), slots);
    schema
}

/// None of these fields.
fn without(fields: &[&str]) -> Value {
    let fields: Map<String, Value> = fields.iter().map(|field| ((*field).into(), false.into())).collect();
    json!({ "properties": fields })
}

/// A fault is about one domain or about a type of domains; and not every call has a device and a domain.
pub(super) fn one_domain() -> Value {
    let calls = |calls: &[&str]| json!({ "properties": { "call": { "enum": calls } }, "required": ["call"] });
    json!([
        { "not": { "required": ["domain", "domain_type"] } },
        { "if": calls(&["alloc"]), "then": without(&["device", "domain"]) },
        { "if": calls(&["probe", "group", "driver_probe"]), "then": without(&["domain", "domain_type"]) },
    ])
}

/// A case with a sweep is short.
pub(super) fn few_swept_steps() -> Value {
    json!([{
        "if": { "required": ["sweep"] },
        "then": { "properties": { "steps": { "maxItems": MAX_SWEPT_STEPS } } },
    }])
}

/// A group that is not present has no state.
pub(super) fn present() -> Value {
    json!([{
        "if": { "properties": { "present": { "const": false } }, "required": ["present"] },
        "then": without(&["driver", "owner", "attached"]),
    }])
}

/// Either a page table or an address space.
pub(super) fn one_table() -> Value {
    json!([{ "if": { "required": ["hwpt"] }, "then": without(&["ioas"]), "else": { "required": ["ioas"] } }])
}

/// Either a container or a context of iommufd in its place.
pub(super) fn one_container() -> Value {
    json!([{ "required": ["container"] }, { "required": ["iommufd"] }])
}

/// Some options are those of devices on PCI.
pub(super) fn on_pci() -> Value {
    let is = |option: &str| json!({ "properties": { option: { "const": true } }, "required": [option] });
    json!([{
        "if": { "anyOf": [is("untrusted"), is("bridge"), is("ats"), { "required": ["requester_id"] }] },
        "then": { "properties": { "bus": { "const": "pci" } }, "required": ["bus"] },
    }])
}
