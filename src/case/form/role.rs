// SPDX-License-Identifier: GPL-2.0-only
//! Words by what they stand for. The docs of each are what editors show of it.
//!
//! All are read alike; what is wrong with one is found when it is looked up, with better words than a schema has.

use std::borrow::Cow;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::Deserializer;

use super::Word;
use crate::case::drivers::SETS;
use crate::case::limits::MAX_TITLE;
use crate::case::pattern::{self, described};
use crate::history;
use crate::script::{Errno, VfioStatus, Worded};

macro_rules! roles {
    ($($(#[doc = $doc:literal])+ $name:ident => $schema:expr;)*) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Debug)]
            pub(crate) struct $name<'t>(Word<'t>);

            impl<'t> Deref for $name<'t> {
                type Target = Word<'t>;

                fn deref(&self) -> &Word<'t> {
                    &self.0
                }
            }

            impl<'de: 't, 't> Deserialize<'de> for $name<'t> {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    Word::deserialize(deserializer).map($name)
                }
            }

            impl JsonSchema for $name<'_> {
                fn inline_schema() -> bool {
                    true
                }

                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    described($schema, concat!($($doc, "\n"),+))
                }
            }
        )*
    };
}

roles! {
    /// What the case shows: one line in the present tense, at most 100 characters, without `should` or `must` and
    /// without a final period.
    Title => json_schema!({
        "type": "string",
        "maxLength": MAX_TITLE,
        "pattern": pattern::TITLE,
        "patternErrorMessage": pattern::A_TITLE,
    });
    /// A URL, `commit:<12 hex digits>` or `kernel:<path in the tree>`.
    Source => pattern::string(pattern::SOURCE, "A URL, `commit:<12 hex digits>` or `kernel:<path in the tree>`.");
    /// The name of a report, as in `reports/README.md`.
    ReportName => json_schema!({ "type": "string" });
    /// Words for the reader.
    Text => pattern::string(r"\S", "Some words.");
    /// A release as `dma-ownership releases` lists it: `v5.19`, `v5.19-rc1`, `v6.1.192`, `commit:1ea2a07a532b` (the tree
    /// just after that commit) or `commit:1ea2a07a532b^` (just before).
    Release => json_schema!({ "anyOf": [
        { "enum": releases() },
        { "type": "string", "pattern": format!("^{}$", pattern::COMMIT) },
    ] });
    /// Releases: `v5.18`, `..v5.18`, `v5.19-rc1..` or `v6.0..v6.6`, both ends included.
    ReleaseRange => json_schema!({ "type": "string", "pattern": pattern::range() });
    /// An errno by name, such as `EBUSY`.
    ErrnoName => json_schema!({ "enum": Errno::names().collect::<Vec<_>>() });
    /// A named capability set: about what this IOMMU driver offers to the core.
    SetName => json_schema!({
        "enum": SETS.iter().map(|set| set.name).collect::<Vec<_>>(),
        "markdownEnumDescriptions": SETS.iter().map(|set| set.about).collect::<Vec<_>>(),
    });
    /// A name: up to 40 letters, digits and `.` `_` `:` `@` `-` `+`, and no number.
    NewName => pattern::name();
    /// A device of the topology.
    DeviceName => pattern::name();
    /// A group of the topology.
    GroupName => pattern::name();
    /// An owner of `topology.owners`; `null` is the NULL pointer.
    OwnerName => pattern::nullable(pattern::name());
    /// A context of iommufd: an owner of `topology.owners`.
    ContextName => pattern::name();
    /// The owner afterwards: one of `topology.owners`, `null` or `outside`, which is VFIO itself.
    OwnerAfter => pattern::nullable(pattern::name());
    /// An attach handle of `topology.handles`; `null` is the NULL pointer.
    HandleName => pattern::nullable(pattern::name());
    /// A container of `topology.containers`.
    ContainerName => pattern::name();
    /// A domain of `topology.domains`.
    DeclaredDomain => pattern::name();
    /// A mapping of `topology.domains`.
    MappingName => pattern::name();
    /// A page table of iommufd, of `topology.domains`.
    HwptName => pattern::name();
    /// An address space of iommufd, of `topology.domains`.
    IoasName => pattern::name();
    /// A domain of `topology.domains`, `static(identity)` or another static one of the IOMMU driver, or what a pointer
    /// of a group holds at that moment: `domain(g)`, `default_domain(g)`, `blocking_domain(g)`.
    DomainArgument => pattern::string(&pattern::domain_argument(), pattern::A_DOMAIN);
    /// A domain as in other steps, or `null` for the NULL pointer.
    DomainOrNull => pattern::nullable(pattern::string(&pattern::domain_argument(), pattern::A_DOMAIN));
    /// What is written to the file: `identity`, `DMA`, `DMA-FQ`, `auto`, or any other word, which no kernel knows.
    TypeText => json_schema!({
        "type": ["string", "number", "boolean", "null"],
        "examples": ["identity", "DMA", "DMA-FQ", "auto"],
    });
    /// What the field is set to: `null`, a domain, an owner or a number.
    PokedValue => json_schema!({ "anyOf": [
        { "const": null },
        { "type": "integer", "minimum": 0, "maximum": u32::MAX },
        { "type": "string", "pattern": pattern::domain_argument() },
    ] });
    /// A domain by what it is for: `null`, a declared one, `static(identity)`, `dma(g)`, `identity(g)`, `blocking(g)`,
    /// `mapping(d)`, `type1(c)`, `auto(ioas)`, `compat(context)`; `dma(g)#2` is the second of that name, `dma(g) (freed)` dangles.
    Symbol => pattern::nullable(pattern::string(&pattern::symbol(), pattern::A_SYMBOL));
    /// What is at a PASID: a handle, a domain, `(a handle)` for one without name, or `null` for a place that is only
    /// taken.
    SlotContent => pattern::nullable(pattern::string(&pattern::slot(), pattern::A_SYMBOL));
    /// A driver, or `null` for none.
    DriverAfter => json_schema!({
        "enum": crate::script::DriverKind::ALL.iter().map(|driver| Some(driver.word())).chain([None]).collect::<Vec<_>>(),
    });
    /// How the step ends: `ok`, an errno by name, `error` for any errno, `true` or `false`, `crash`, `skipped`, `absent` where
    /// the release does not have it, the status of a VFIO group, or what a query finds: a domain, a handle, `null`.
    OutcomeOrNull => pattern::nullable(outcome());
}

/// The names of all releases that cases run on.
fn releases() -> Vec<&'static str> {
    history::points().iter().map(|point| point.name.as_str()).collect()
}

/// The words for an outcome that are always the same, with what they mean.
pub(crate) const OUTCOMES: &[(&str, &str)] = &[
    ("ok", "0, or a void function came back"),
    ("error", "any errno; of an allocation also NULL"),
    ("crash", "the kernel dies in this step"),
    ("skipped", "the operation was not run"),
    ("absent", "this release does not have it"),
];

/// How a step ends, where `null` would be nothing said.
pub(super) fn outcome() -> Schema {
    let statuses = VfioStatus::ALL.iter().map(|status| (status.word(), "the status of a VFIO group"));
    let words = OUTCOMES.iter().copied().chain(statuses);
    let words: Vec<_> = words.chain(Errno::names().map(|errno| (errno, "this errno"))).collect();
    json_schema!({ "anyOf": [
        {
            "enum": words.iter().map(|(word, _)| word).collect::<Vec<_>>(),
            "markdownEnumDescriptions": words.iter().map(|(_, meaning)| meaning).collect::<Vec<_>>(),
        },
        { "type": "boolean" },
        {
            "type": "string",
            "pattern": format!("^(?!{}$){}$", pattern::LIKE_AN_ERRNO, pattern::symbol_inside()),
            "patternErrorMessage": pattern::AN_OUTCOME,
        },
    ] })
}
