// SPDX-License-Identifier: GPL-2.0-only
//! Case files held against their schema, by a validator that knows nothing of our own loader.

use jsonschema::Validator;
use serde_json::Value;

/// The schema, made ready once for many cases.
pub struct CaseSchema(Validator);

impl CaseSchema {
    /// The schema that the program prints.
    pub fn ready() -> CaseSchema {
        let validator = jsonschema::draft7::new(&dma_ownership::case::schema::schema());
        CaseSchema(validator.unwrap_or_else(|error| panic!("the schema is no schema: {error}")))
    }

    /// What is wrong with the text of a case, each with its place in it; `None` if it is not YAML at all.
    pub fn problems(&self, text: &str) -> Option<Vec<String>> {
        let case: Value = serde_yaml::from_str(text).ok()?;
        if self.0.is_valid(&case) {
            return Some(Vec::new());
        }
        Some(
            self.0.iter_errors(&case).map(|error| format!("at {}: {error}", error.instance_path())).collect(),
        )
    }
}
