// SPDX-License-Identifier: GPL-2.0-only
//! From the words of one recorded operation to an [`Op`].

use thiserror::Error;

use super::script::{Builder, KIND_LETTERS, kinds, negative_errno};
use crate::script::{
    ContainerId, DeviceId, DomainKind, DomainRef, DriverKind, Fault, FaultDomain, FaultKind, Field,
    GivenHandle, GroupId, HandleId, MappingId, MappingOf, Op, OwnerId, PokeValue, TypeWord, VfioIommu,
    VfioOp,
};

/// Size of an ARM mapping when the script does not say it.
const DEFAULT_MAPPING_SIZE: u64 = 128 << 20;

/// What is wrong with an operation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpError {
    /// No word at all.
    #[error("empty operation")]
    Empty,
    /// The first word is no operation.
    #[error("unknown operation")]
    UnknownOperation,
    /// A word is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// There are words too many.
    #[error("more words than the operation takes")]
    TooManyWords,
    /// The device is not in the topology.
    #[error("no device `{0}` in the topology")]
    UnknownDevice(String),
    /// A word is not one of those allowed.
    #[error("{what} `{word}`: {want}")]
    BadWord {
        /// What the word says.
        what: &'static str,
        /// The word.
        word: String,
        /// What is allowed.
        want: &'static str,
    },
    /// More names than a script can hold.
    #[error("too many {0}")]
    TooMany(&'static str),
}

/// Reads one operation; names are looked up in, and added to, the script being built.
pub(super) fn parse(text: &str, names: &mut Builder) -> Result<Op, OpError> {
    let mut words = Words { words: text.split([' ', '\t', '\n']).filter(|w| !w.is_empty()), names };
    let verb = words.next("operation").map_err(|_| OpError::Empty)?;
    let op = words.operation(verb)?;
    match words.optional() {
        None => Ok(op),
        Some(_) => Err(OpError::TooManyWords),
    }
}

/// The words of an operation not read yet.
struct Words<'n, I> {
    words: I,
    names: &'n mut Builder,
}

impl<'t, I: Iterator<Item = &'t str>> Words<'_, I> {
    fn operation(&mut self, verb: &str) -> Result<Op, OpError> {
        Ok(match verb {
            "add" => {
                Op::DeviceAdd { device: self.device()?, driver: self.optional().map(driver).transpose()? }
            }
            "del" => Op::DeviceDel { device: self.device()? },
            "bind" | "sysbind" => Op::Bind { device: self.device()?, driver: driver(self.next("driver")?)? },
            "unbind" | "sysunbind" => Op::Unbind { device: self.device()? },
            "ireg" => Op::IommuDeviceRegister,
            "iunreg" => Op::IommuDeviceUnregister,
            "use" => Op::UseDefaultDomain { device: self.device()? },
            "unuse" => Op::UnuseDefaultDomain { device: self.device()? },
            "claim" => Op::GroupClaimDmaOwner { group: self.group()?, owner: self.owner()? },
            "release" => Op::GroupReleaseDmaOwner { group: self.group()? },
            "claimed" => Op::GroupDmaOwnerClaimed { group: self.group()? },
            "dclaim" => Op::DeviceClaimDmaOwner { device: self.device()?, owner: self.owner()? },
            "drelease" => Op::DeviceReleaseDmaOwner { device: self.device()? },
            "alloc" => Op::DomainAlloc { domain: self.domain()?, device: self.device()? },
            "free" => Op::DomainFree { domain: self.domain()? },
            "attach_dev" => Op::AttachDevice { domain: self.domain()?, device: self.device()? },
            "detach_dev" => Op::DetachDevice { domain: self.domain()?, device: self.device()? },
            "attach_group" => Op::AttachGroup { domain: self.domain()?, group: self.group()? },
            "detach_group" => Op::DetachGroup { domain: self.domain()?, group: self.group()? },
            "replace" => Op::GroupReplaceDomain { domain: self.domain()?, group: self.group()? },
            "sva_bind" => Op::SvaBindDevice { device: self.device()? },
            "sva_unbind" => Op::SvaUnbindDevice { device: self.device()? },
            "attach_pasid" => Op::AttachDevicePasid {
                domain: self.domain()?,
                device: self.device()?,
                pasid: self.pasid()?,
                handle: GivenHandle::Fresh,
            },
            "attach_pasid_h" => Op::AttachDevicePasid {
                domain: self.domain()?,
                device: self.device()?,
                pasid: self.pasid()?,
                handle: self.handle()?.map_or(GivenHandle::Null, GivenHandle::Named),
            },
            "replace_pasid" => Op::ReplaceDevicePasid {
                domain: self.domain()?,
                device: self.device()?,
                pasid: self.pasid()?,
                handle: self.handle()?,
            },
            "attach_group_h" => {
                Op::AttachGroupHandle { domain: self.domain()?, group: self.group()?, handle: self.handle()? }
            }
            "detach_group_h" => Op::DetachGroupHandle { domain: self.domain()?, group: self.group()? },
            "replace_group_h" => Op::ReplaceGroupHandle {
                domain: match self.next("domain")? {
                    "null" => None,
                    name => Some(self.domain_named(name)?),
                },
                group: self.group()?,
                handle: self.handle()?,
            },
            "handle" => Op::AttachHandleGet {
                group: self.group()?,
                pasid: self.pasid()?,
                kind: self.optional().map(domain_kind).transpose()?,
            },
            "detach_pasid" => {
                Op::DetachDevicePasid { domain: self.domain()?, device: self.device()?, pasid: self.pasid()? }
            }
            "type" => {
                Op::GroupStoreType { group: self.group()?, word: TypeWord::from_text(self.next("word")?) }
            }
            "gadd" => Op::GroupAddDevice { device: self.device()?, group: self.group()? },
            "gdel" => Op::GroupRemoveDevice { device: self.device()? },
            "getdom" => Op::GetDomainForDev { device: self.device()? },
            "getdma" => Op::GetDmaDomain { device: self.device()? },
            "defattach" => Op::DeferredAttach { device: self.device()? },
            "dmamap" => Op::DmaMapSingle { device: self.device()? },
            "resetprep" => Op::PciResetPrepare { device: self.device()? },
            "resetdone" => Op::PciResetDone { device: self.device()? },
            "pcireset" => Op::PciResetFunction { device: self.device()? },
            "drvdom" => Op::DriverGetDomain { device: self.device()? },
            "arm_create" => Op::ArmCreateMapping {
                mapping: self.mapping()?,
                device: self.device()?,
                size: self.optional().map_or(Ok(DEFAULT_MAPPING_SIZE), size)?,
            },
            "arm_attach" => Op::ArmAttachDevice {
                device: self.device()?,
                mapping: self.optional().map(|name| self.mapping_named(name)).transpose()?,
            },
            "arm_detach" => Op::ArmDetachDevice { device: self.device()? },
            "arm_release" => Op::ArmReleaseMapping { mapping: self.mapping_of()? },
            "vfio_open" => Op::Vfio(VfioOp::GroupOpen { group: self.group()? }),
            "vfio_close" => Op::Vfio(VfioOp::GroupClose { group: self.group()? }),
            "vfio_container" => Op::Vfio(VfioOp::ContainerOpen { container: self.container()? }),
            "vfio_container_close" => Op::Vfio(VfioOp::ContainerClose { container: self.container()? }),
            "vfio_set_container" => {
                let (group, container) = (self.group()?, self.container()?);
                Op::Vfio(VfioOp::GroupSetContainer { group, container })
            }
            "vfio_unset_container" => Op::Vfio(VfioOp::GroupUnsetContainer { group: self.group()? }),
            "vfio_set_iommu" => {
                let container = self.container()?;
                let iommu = match self.next("type")? {
                    "1" => VfioIommu::Type1,
                    "2" => VfioIommu::SpaprTce,
                    "8" => VfioIommu::NoIommu,
                    "3" => VfioIommu::Type1v2,
                    other => return Err(bad("type", other, "1, 2, 3 or 8")),
                };
                Op::Vfio(VfioOp::SetIommu { container, iommu })
            }
            "vfio_device_fd" => {
                let (group, device) = (self.group()?, self.device()?);
                Op::Vfio(VfioOp::GroupGetDeviceFd { group, device })
            }
            "vfio_device_close" => Op::Vfio(VfioOp::DeviceClose { device: self.device()? }),
            "vfio_status" => Op::Vfio(VfioOp::GroupGetStatus { group: self.group()? }),
            "fail" => return self.fail(),
            "deny" => Op::Deny { kinds: self.optional().map_or(Ok(kinds("-").unwrap_or_default()), deny)? },
            "poke" => {
                let group = self.group()?;
                let field = self.field()?;
                Op::Poke { group, field, value: self.poke_value(field)? }
            }
            "obs" => Op::Observe,
            _ => return Err(OpError::UnknownOperation),
        })
    }

    fn optional(&mut self) -> Option<&'t str> {
        self.words.next()
    }

    fn next(&mut self, what: &'static str) -> Result<&'t str, OpError> {
        self.words.next().ok_or(OpError::Missing(what))
    }

    fn device(&mut self) -> Result<DeviceId, OpError> {
        let name = self.next("device")?;
        self.names.device(name).ok_or_else(|| OpError::UnknownDevice(name.into()))
    }

    fn group(&mut self) -> Result<GroupId, OpError> {
        let name = self.next("group")?;
        self.names.group(name).ok_or(OpError::TooMany("groups"))
    }

    fn domain(&mut self) -> Result<DomainRef, OpError> {
        let name = self.next("domain")?;
        self.domain_named(name)
    }

    fn domain_named(&mut self, name: &str) -> Result<DomainRef, OpError> {
        self.names.domain(name).ok_or(OpError::TooMany("domains"))
    }

    fn mapping(&mut self) -> Result<MappingId, OpError> {
        let name = self.next("mapping")?;
        self.mapping_named(name)
    }

    fn mapping_named(&mut self, name: &str) -> Result<MappingId, OpError> {
        self.names.mapping(name).ok_or(OpError::TooMany("mappings"))
    }

    /// `o0` to `o7`; `null` is the NULL pointer.
    fn owner(&mut self) -> Result<Option<OwnerId>, OpError> {
        let name = self.next("owner")?;
        if name == "null" {
            return Ok(None);
        }
        if !matches!(name.as_bytes(), [b'o', b'0'..=b'7']) {
            return Err(bad("owner", name, "o0 to o7, or null"));
        }
        self.names.owner(name).map(Some).ok_or(OpError::TooMany("owners"))
    }

    /// `h0` to `h7`; `null` is the NULL pointer.
    fn handle(&mut self) -> Result<Option<HandleId>, OpError> {
        let name = self.next("handle")?;
        if name == "null" {
            return Ok(None);
        }
        if !matches!(name.as_bytes(), [b'h', b'0'..=b'7']) {
            return Err(bad("handle", name, "h0 to h7, or null"));
        }
        self.names.handle(name).map(Some).ok_or(OpError::TooMany("handles"))
    }

    fn container(&mut self) -> Result<ContainerId, OpError> {
        let name = self.next("container")?;
        self.names.container(name).ok_or(OpError::TooMany("containers"))
    }

    fn pasid(&mut self) -> Result<i32, OpError> {
        let word = self.next("pasid")?;
        word.parse().map_err(|_| bad("pasid", word, "a whole number"))
    }

    /// A mapping's name unless it can only be a device's. A name that is neither is left to the run, which
    /// says so.
    fn mapping_of(&mut self) -> Result<MappingOf, OpError> {
        let name = self.next("mapping or device")?;
        match (self.names.has_mapping(name), self.names.device(name)) {
            (false, Some(device)) => Ok(MappingOf::Device(device)),
            _ => self.mapping_named(name).map(MappingOf::Named),
        }
    }

    fn fail(&mut self) -> Result<Op, OpError> {
        let kind = match self.next("what fails")? {
            "clear" => return Ok(Op::FailClear),
            "attach" => FaultKind::Attach,
            "pasid" => FaultKind::Pasid,
            "probe" => FaultKind::Probe,
            "group" => FaultKind::Group,
            "drvprobe" => FaultKind::DriverProbe,
            "alloc" => FaultKind::Alloc,
            other => return Err(bad("fail", other, "attach, pasid, probe, group, drvprobe, alloc or clear")),
        };
        let device = match self.next("device")? {
            "*" => None,
            name => Some(self.names.device(name).ok_or_else(|| OpError::UnknownDevice(name.into()))?),
        };
        let domain = match self.next("domain")? {
            "*" => FaultDomain::Any,
            name => match name.strip_prefix('@') {
                None => FaultDomain::Named(self.domain_named(name)?),
                Some(word) => {
                    let found = domain_kind(word).map_err(|_| bad("domain", name, "@ and a domain type"))?;
                    FaultDomain::Kind(found)
                }
            },
        };
        let word = self.next("errno")?;
        let errno = negative_errno(word).ok_or_else(|| bad("errno", word, "a negative errno"))?;
        let number = |word: &str| word.parse::<i32>().map_err(|_| bad("count", word, "a whole number"));
        let skip = self.optional().map_or(Ok(0), number)?;
        let count = self.optional().map_or(Ok(1), number)?;
        Ok(Op::Fail(Fault {
            kind,
            device,
            domain,
            errno,
            skip: u32::try_from(skip).unwrap_or(0),
            count: u32::try_from(count).ok(),
        }))
    }

    fn field(&mut self) -> Result<Field, OpError> {
        Ok(match self.next("field")? {
            "domain" => Field::Domain,
            "default_domain" => Field::DefaultDomain,
            "blocking_domain" => Field::BlockingDomain,
            "owner_cnt" => Field::OwnerCnt,
            "owner" => Field::Owner,
            other => {
                let want = "domain, default_domain, blocking_domain, owner_cnt or owner";
                return Err(bad("field", other, want));
            }
        })
    }

    fn poke_value(&mut self, field: Field) -> Result<PokeValue, OpError> {
        Ok(match field {
            Field::OwnerCnt => {
                let word = self.next("value")?;
                // the kernel's field is unsigned and takes a negative number modulo 2^32
                let count: i32 = word.parse().map_err(|_| bad("value", word, "a whole number"))?;
                PokeValue::Count(count.cast_unsigned())
            }
            Field::Owner => self.owner()?.map_or(PokeValue::Null, PokeValue::Owner),
            Field::Domain | Field::DefaultDomain | Field::BlockingDomain => match self.next("value")? {
                "null" => PokeValue::Null,
                name => PokeValue::Domain(self.domain_named(name)?),
            },
        })
    }
}

fn bad(what: &'static str, word: &str, want: &'static str) -> OpError {
    OpError::BadWord { what, word: word.chars().take(40).collect(), want }
}

fn domain_kind(word: &str) -> Result<DomainKind, OpError> {
    let known = DomainKind::ALL.into_iter().find(|kind| kind.name() == word);
    known.ok_or_else(|| bad("type", word, "a domain type"))
}

fn driver(word: &str) -> Result<DriverKind, OpError> {
    match word {
        "kdma" => Ok(DriverKind::KernelDma),
        "user" => Ok(DriverKind::Managed),
        "vfio-pci" => Ok(DriverKind::VfioPci),
        "pci-stub" => Ok(DriverKind::PciStub),
        "pcieport" => Ok(DriverKind::Pcieport),
        other => Err(bad("driver", other, "kdma, user, vfio-pci, pci-stub or pcieport")),
    }
}

fn deny(letters: &str) -> Result<crate::script::KindSet, OpError> {
    kinds(letters).ok_or_else(|| bad("deny", letters, KIND_LETTERS))
}

/// A size as C writes it: decimal, `0x` and hexadecimal, or `0` and octal.
fn size(word: &str) -> Result<u64, OpError> {
    let parsed = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16),
        None if word.len() > 1 && word.starts_with('0') => u64::from_str_radix(word, 8),
        None => word.parse(),
    };
    parsed.map_err(|_| bad("size", word, "a number of bytes"))
}
