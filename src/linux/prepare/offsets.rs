// SPDX-License-Identifier: GPL-2.0-only
//! Where the fields of the core's private structures lie: parameters of the bench's module.

use std::collections::BTreeMap;

use btf_rs::{Btf, Type};

use super::error::PrepareError;
use crate::linux::name::compare_versions;

/// Where a kernel does not tell itself: read once from its debug package.
const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/harness/linux/offsets.json"));

/// The fields of `struct iommu_group` that the module looks at.
const GROUP_FIELDS: &[&str] = &[
    "domain",
    "default_domain",
    "blocking_domain",
    "owner_cnt",
    "owner",
    "devices",
    "pasid_array",
    "recovery_cnt",
];
/// Those of `struct group_device`.
const DEVICE_FIELDS: &[&str] = &["list", "dev", "blocked", "reset_depth"];

/// All that the parameters depend on besides the kernel.
pub(super) fn inputs() -> impl Iterator<Item = &'static str> {
    GROUP_FIELDS.iter().chain(DEVICE_FIELDS).copied().chain([TABLE])
}

/// The module's parameters by what the kernel's BTF says.
///
/// # Errors
/// It is no BTF, or does not have the structure. Errors are in words.
pub fn from_btf(data: &[u8]) -> Result<String, String> {
    let btf = Btf::from_bytes(data).map_err(|error| format!("its BTF makes no sense: {error}"))?;
    let mut parameters = Vec::new();
    for (structure, prefix, wanted) in
        [("iommu_group", "off_", GROUP_FIELDS), ("group_device", "off_gd_", DEVICE_FIELDS)]
    {
        let there = fields(&btf, structure).ok_or_else(|| format!("its BTF has no struct {structure}"))?;
        let there = wanted.iter().filter_map(|field| Some((field, there.get(*field)?)));
        parameters.extend(there.map(|(field, offset)| format!("{prefix}{field}={offset}")));
    }
    Ok(parameters.join(" "))
}

/// The fields of a structure in bytes from its start.
fn fields(btf: &Btf, name: &str) -> Option<BTreeMap<String, u32>> {
    btf.resolve_types_by_name(name).ok()?.into_iter().find_map(|found| match found {
        Type::Struct(found) if !found.members.is_empty() => Some(
            found
                .members
                .iter()
                .filter_map(|member| Some((btf.resolve_name(member).ok()?, member.bit_offset() / 8)))
                .collect(),
        ),
        _ => None,
    })
}

/// What the table has for a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The module's parameters.
    pub parameters: String,
    /// The release they were read from, where it is another one of the series.
    pub from: Option<String>,
}

/// The module's parameters by the table; without an entry for a release, the newest of its series will do.
///
/// # Errors
/// The table has none of the series.
pub fn from_table(release: &str) -> Result<Known, PrepareError> {
    from_text(TABLE, release).ok_or_else(|| PrepareError::NoOffsets { release: release.to_owned() })
}

/// Has the table this very release?
#[must_use]
pub fn is_in_table(release: &str) -> bool {
    from_table(release).is_ok_and(|known| known.from.is_none())
}

fn from_text(table: &str, release: &str) -> Option<Known> {
    let table: BTreeMap<String, serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(table).ok()?;
    let of_series = |known: &&String| series(known) == series(release);
    let from = match table.contains_key(release) {
        true => None,
        false => Some(table.keys().filter(of_series).max_by(|a, b| compare_versions(a, b))?),
    };
    let offsets = table.get(from.map_or(release, String::as_str))?;
    let parameters =
        offsets.iter().map(|(field, offset)| format!("off_{field}={offset}")).collect::<Vec<_>>();
    Some(Known { parameters: parameters.join(" "), from: from.cloned() })
}

/// `6.1.0-50-armmp`: 6.1 and armmp
fn series(release: &str) -> Option<(&str, &str, &str)> {
    let mut numbers = release.split('.');
    Some((numbers.next()?, numbers.next()?, release.rsplit('-').next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A BTF blob of these structures: name, fields, each with its offset in bits.
    fn blob(structures: &[(&str, &[(&str, u32)])], bit_fields: bool) -> Vec<u8> {
        let mut strings = vec![0];
        let mut string = |text: &str| {
            let at = strings.len() as u32;
            strings.extend(text.as_bytes());
            strings.push(0);
            at
        };
        let mut types = Vec::new();
        // type 1: int, 32 bits
        types.extend([string("int"), 1 << 24, 4, 32]);
        for (name, fields) in structures {
            let flag = u32::from(bit_fields) << 31;
            types.extend([string(name), flag | 4 << 24 | fields.len() as u32, 256]);
            for (field, offset) in *fields {
                types.extend([string(field), 1, *offset]);
            }
        }
        let types = types.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<_>>();
        let mut blob = vec![0x9f, 0xeb, 1, 0];
        let (types_length, strings_length) = (types.len() as u32, strings.len() as u32);
        for number in [24, 0, types_length, types_length, strings_length] {
            blob.extend(number.to_le_bytes());
        }
        blob.extend(types);
        blob.extend(strings);
        blob
    }

    #[test]
    fn offsets_come_from_btf() {
        let group: &[(&str, u32)] =
            &[("kobj", 0), ("devices", 576), ("default_domain", 1216), ("domain", 1344), ("owner_cnt", 1536)];
        let device: &[(&str, u32)] = &[("list", 0), ("dev", 128)];
        for bit_fields in [false, true] {
            let blob = blob(&[("iommu_group", group), ("group_device", device)], bit_fields);
            assert_eq!(
                from_btf(&blob).unwrap(),
                "off_domain=168 off_default_domain=152 off_owner_cnt=192 off_devices=72 off_gd_list=0 off_gd_dev=16"
            );
        }
    }

    #[test]
    fn a_forward_declaration_is_no_structure() {
        let structures: &[(&str, &[(&str, u32)])] =
            &[("iommu_group", &[]), ("iommu_group", &[("domain", 64)]), ("group_device", &[("dev", 64)])];
        assert_eq!(from_btf(&blob(structures, false)).unwrap(), "off_domain=8 off_gd_dev=8");
    }

    #[test]
    fn other_data_is_refused() {
        assert_eq!(from_btf(&blob(&[], false)).unwrap_err(), "its BTF has no struct iommu_group");
        let group = blob(&[("iommu_group", &[("domain", 64)])], false);
        assert_eq!(from_btf(&group).unwrap_err(), "its BTF has no struct group_device");
        assert!(from_btf(b"nothing").unwrap_err().starts_with("its BTF makes no sense: "));
        let whole = blob(&[("iommu_group", &[("domain", 64)])], false);
        for end in 0..whole.len() {
            assert!(from_btf(&whole[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn the_table_has_a_release_or_one_of_its_series() {
        let table = r#"{"6.1.0-50-armmp": {"domain": 92}, "6.1.0-9-armmp": {"domain": 1}, "7.2.13+deb14-armmp": {"owner": 3, "gd_dev": 8}}"#;
        let known = |parameters: &str, from: Option<&str>| {
            Some(Known { parameters: parameters.into(), from: from.map(Into::into) })
        };
        assert_eq!(from_text(table, "6.1.0-9-armmp"), known("off_domain=1", None));
        assert_eq!(from_text(table, "6.1.0-51-armmp"), known("off_domain=92", Some("6.1.0-50-armmp")));
        assert_eq!(from_text(table, "7.2.13+deb14-armmp"), known("off_gd_dev=8 off_owner=3", None));
        assert_eq!(from_text(table, "6.12.95+deb12-armmp"), None);
        assert_eq!(from_text(table, "6.1.0-50-amd64"), None);
    }

    #[test]
    fn the_table_is_sound() {
        for release in ["5.10.0-32-armmp", "6.1.0-50-armmp", "6.12.95+deb12-armmp", "7.2.13+deb14-armmp"] {
            assert!(is_in_table(release), "{release}");
        }
    }
}
