// SPDX-License-Identifier: GPL-2.0-only
//! insta's variables. A wrong value would make each assertion panic with words that do not help.

use std::env;

/// Variables and what insta takes for a value; the empty string counts as not set, except for `INSTA_UPDATE`.
const VARIABLES: &[(&str, &[&str])] = &[
    ("INSTA_UPDATE", &["auto", "always", "1", "new", "unseen", "no", "force"]),
    ("INSTA_OUTPUT", &["", "diff", "summary", "minimal", "none"]),
    ("INSTA_FORCE_PASS", &["", "0", "1"]),
    ("INSTA_REQUIRE_FULL_MATCH", &["", "0", "1"]),
];

/// Checks insta's variables.
///
/// # Errors
/// A message for the user.
pub fn check() -> Result<(), String> {
    for (variable, allowed) in VARIABLES {
        let Some(value) = env::var_os(variable) else { continue };
        if !allowed.iter().any(|allowed| value == *allowed) {
            let allowed: Vec<_> = allowed.iter().filter(|word| !word.is_empty()).copied().collect();
            return Err(format!("{variable} is {value:?}; insta knows {}", allowed.join(", ")));
        }
    }
    Ok(())
}
