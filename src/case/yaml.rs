// SPDX-License-Identifier: GPL-2.0-only
//! From text to form: the only place that knows the YAML library, and that puts its errors into our words.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::advice;
use super::error::{CaseError, Place, Problem};
use super::form::{CaseForm, CheckedKey, Operation, duplicate};
use super::hint::{did_you_mean, nearest};

/// Reads the form of a case.
pub(crate) fn parse<'t>(file: &str, text: &'t str) -> Result<CaseForm<'t>, CaseError> {
    serde_yaml::from_str(text).map_err(|error| describe(file, text, &error))
}

/// Our words for an error of the YAML library.
fn describe(file: &str, text: &str, error: &serde_yaml::Error) -> CaseError {
    let place = place_of(error);
    let (problem, hint) = problem_of(&error.to_string());
    let place = match problem {
        // Derived code notices a duplicate when the map is over; look for its place.
        Problem::DuplicateKey(_) => {
            serde_yaml::from_str::<NoDuplicates>(text).err().as_ref().and_then(place_of).or(place)
        }
        _ => place,
    };
    CaseError { file: file.to_owned(), place, problem, hint }
}

fn place_of(error: &serde_yaml::Error) -> Option<Place> {
    error.location().map(|at| Place::new(at.line(), at.column()))
}

/// What the messages of serde and of our own forms begin with, after the path that the library puts before
/// them.
const PHRASES: &[&str] = &[
    "unknown field `",
    "missing field `",
    "duplicate field `",
    "invalid type: ",
    "invalid value: ",
    "unknown variant `",
    "unknown step `",
    "two operations in one step: `",
    "step without operation",
    "empty expectation",
    "release range `",
    "recursion limit exceeded",
    "EOF while parsing a value",
    "deserializing from YAML containing more than one document",
];

/// What a message says, and a hint.
fn problem_of(message: &str) -> (Problem, Option<String>) {
    let Some(start) = PHRASES.iter().filter_map(|phrase| message.find(phrase)).min() else {
        return (Problem::NotYaml(without_place(message).to_owned()), Some(advice::to_be_yaml(message)));
    };
    let path = message[..start].trim_end_matches(": ");
    let message = without_place(&message[start..]);
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let word = |index: usize| quoted.get(index).copied().unwrap_or_default().to_owned();
    let known = || quoted.iter().skip(1).copied();

    if message.starts_with("unknown field") {
        let hint = match word(0).as_str() {
            "expect" => Some("`expect` stands beside the operation's name, indented like it".to_owned()),
            field => {
                let known: Vec<&str> = known().collect();
                advice::other_field(field, &known).or_else(|| did_you_mean(field, known))
            }
        };
        (Problem::UnknownField(word(0)), hint)
    } else if message.starts_with("unknown variant") {
        let known: Vec<&str> = known().collect();
        let near = nearest(&word(0), known.iter().copied());
        let other = if near.is_none() { advice::other_word(&word(0), &known) } else { None };
        let hint = other.or_else(|| did_you_mean(&word(0), known.iter().copied()));
        (Problem::UnknownWord { found: word(0), known: known.into_iter().map(str::to_owned).collect() }, hint)
    } else if message.starts_with("unknown step") {
        let hint = did_you_mean(&word(0), Operation::NAMES.iter().copied());
        (Problem::UnknownStep(word(0)), hint.or_else(|| Some("cases/README.md lists all steps".into())))
    } else if message.starts_with("missing field") {
        let hint = match word(0).as_str() {
            "title" | "sources" | "topology" | "steps" => {
                Some("every case has `title`, `sources`, `topology` and `steps`".to_owned())
            }
            "owner" => Some("write `owner: null` for the NULL pointer".to_owned()),
            _ => advice::complete(path),
        };
        (Problem::MissingField(word(0)), hint)
    } else if message.starts_with("duplicate field") {
        (Problem::DuplicateKey(word(0)), None)
    } else if let Some(rest) =
        message.strip_prefix("invalid type: ").or(message.strip_prefix("invalid value: "))
    {
        let (found, expected) = rest.split_once(", expected ").unwrap_or((rest, "something else"));
        let hint = advice::instead(path, found, expected);
        (Problem::WrongValue { found: plainly(found), expected: plainly(expected) }, hint)
    } else if message.starts_with("two operations") {
        (Problem::TwoOperations(word(0), word(1)), Some("make a step of each".into()))
    } else if message.starts_with("step without") {
        (
            Problem::NoOperation,
            Some("`expect` stands in the step that it is about, without a dash of its own".into()),
        )
    } else if message.starts_with("empty expectation") {
        (Problem::EmptyExpect, Some("write what the source says must happen, or leave it out".into()))
    } else if message.starts_with("release range") {
        (
            Problem::RangeBesideField(word(0), word(1)),
            Some("put the fields into a map below the range".into()),
        )
    } else if message.starts_with("recursion") {
        (Problem::TooDeep, None)
    } else if message.starts_with("EOF") {
        (Problem::Empty, Some("copy another case and edit it".into()))
    } else {
        (Problem::SecondDocument, Some("one file holds one case".into()))
    }
}

/// A message without the place that the library puts at its end.
fn without_place(message: &str) -> &str {
    match message.find(" at line ").or_else(|| message.find(" at position ")) {
        Some(end) => &message[..end],
        None => message,
    }
}

/// Plainer words for the library's names of types.
fn plainly(words: &str) -> String {
    match words {
        "sequence" => "a list".into(),
        "map" => "a map".into(),
        "unit value" => "nothing".into(),
        "null" | "unit" => "nothing".into(),
        "a sequence" => "a list".into(),
        "a boolean" => "`true` or `false`".into(),
        "a YAML tag starting with '!'" => "a word".into(),
        "field identifier" => "the name of a field".into(),
        _ if words.starts_with("struct ") => "a map".into(),
        _ => words.replace("string \"", "\"").replace("boolean ", ""),
    }
}

/// Any YAML in which no map has a key twice.
struct NoDuplicates;

impl<'de> Deserialize<'de> for NoDuplicates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NoDuplicates, D::Error> {
        deserializer.deserialize_any(NoDuplicates)
    }
}

macro_rules! scalars {
    ($($visit:ident($scalar:ty))*) => {
        $(fn $visit<E>(self, _: $scalar) -> Result<NoDuplicates, E> {
            Ok(NoDuplicates)
        })*
    };
}

impl<'de> Visitor<'de> for NoDuplicates {
    type Value = NoDuplicates;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NoDuplicates, A::Error> {
        let mut seen: HashSet<String> = HashSet::new();
        while let Some(key) =
            map.next_key_seed(CheckedKey(
                |key: &str| {
                    if seen.contains(key) { Err(duplicate(key)) } else { Ok(()) }
                },
            ))?
        {
            seen.insert(key.text().to_owned());
            map.next_value::<NoDuplicates>()?;
        }
        Ok(NoDuplicates)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<NoDuplicates, A::Error> {
        while list.next_element::<NoDuplicates>()?.is_some() {}
        Ok(NoDuplicates)
    }

    scalars! { visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_i128(i128) visit_u128(u128) visit_f64(f64) visit_str(&str) }

    fn visit_unit<E>(self) -> Result<NoDuplicates, E> {
        Ok(NoDuplicates)
    }
}
