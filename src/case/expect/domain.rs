// SPDX-License-Identifier: GPL-2.0-only
//! Symbolic names of domains, as snapshots show them and expectations use them.

use crate::case::error::{Complaint, Problem};
use crate::case::form::{DomainWord, Word};
use crate::case::names::{Names, static_domain};
use crate::trace::names::NULL;

/// A symbolic name, checked: `null`, a declared domain, `dma(g)`, `identity(g)`, `blocking(g)`, `mapping(d)`,
/// `static(identity)`, `auto(ioas)`, `compat(context)`, with `#2` for the second of a name and ` (freed)` for a pointer that dangles.
pub(super) fn symbol<'t>(names: &Names, word: &Word<'t>) -> Result<String, Complaint<'t>> {
    if word.is_null() {
        return Ok(NULL.into());
    }
    let text = word.text();
    let base = text.strip_suffix(" (freed)").unwrap_or(text);
    let base = match base.rsplit_once('#') {
        Some((base, number)) if number.parse().is_ok_and(|n: u16| n > 1) => base,
        _ => base,
    };
    let spot = word.spot();
    let Some((function, argument)) = base.strip_suffix(')').and_then(|text| text.split_once('(')) else {
        let declared = names.domain_in(base, spot).map(|_| text.to_owned());
        let by_role =
            ["default", "default_domain", "dma", "identity", "blocking", "blocking_domain", "blocked"];
        return declared.map_err(|complaint| match by_role.contains(&base) {
            true => complaint.hint("of group `g` they are `dma(g)`, `identity(g)` and `blocking(g)`"),
            false => complaint,
        });
    };
    let inner = spot.and_then(|spot| spot.get(function.len() + 1..base.len() - 1)).or(spot);
    let known = match function {
        "static" => static_domain(argument).is_some(),
        "dma" | "identity" | "blocked" | "unmanaged" | "platform" | "blocking" => {
            names.group_in(argument, inner)?;
            true
        }
        "auto" => {
            names.domain_of_kind(argument, inner, DomainWord::Ioas)?;
            true
        }
        "compat" => {
            names.owner_in(argument, inner)?;
            true
        }
        "type1" => {
            names.container_in(argument, inner)?;
            true
        }
        "mapping" => {
            names.device_in(argument, inner)?;
            true
        }
        _ => false,
    };
    if known {
        return Ok(text.to_owned());
    }
    Err(Complaint::at(spot, Problem::BadDomain(text.to_owned())).hint(
        "`null`, a declared name, `dma(<group>)`, `identity(<group>)`, `blocking(<group>)`, `mapping(<device>)`, \
         `type1(<container>)`, `auto(<ioas>)`, `compat(<context>)` or `static(<kind>)`; a second one has `#2` at its end",
    ))
}
