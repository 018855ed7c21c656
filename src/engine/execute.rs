// SPDX-License-Identifier: GPL-2.0-only
//! From an operation of the script to the function of the core, past the checks that keep a script sane.

mod ids;
mod present;

use super::Engine;
use super::rules::{Claim, PasidEntry, PasidReplace, Registration, Replace, SvaBind, UseGate};
use super::set_domain::May;
use super::state::{FaultLeft, Label};
use crate::script::{Errno, Fault, Field, GivenHandle, GroupId, Op, PokeValue};
use crate::trace::{BadOp, Outcome, Reason, Skip};

/// The mock driver remembers so many faults.
const MAX_FAULTS: usize = 16;

impl Engine<'_> {
    pub(super) fn run_op(&mut self, op: Op) -> Outcome {
        if let Err(bad) = self.check_ids(op) {
            return Outcome::Bad(bad);
        }
        // A type write comes from outside the driver, which then still goes by the operation before.
        if !matches!(op, Op::GroupStoreType { .. }) {
            self.state.driver.wants_unmanaged = !self.has_iommu_dma()
                || matches!(
                    op,
                    Op::DomainAlloc { .. }
                        | Op::GroupClaimDmaOwner { .. }
                        | Op::DeviceClaimDmaOwner { .. }
                        | Op::Iommufd(_)
                        | Op::PciResetPrepare { .. }
                        | Op::PciResetFunction { .. }
                        | Op::Driver { .. }
                        | Op::Vfio(_)
                );
        }
        self.dispatch(op).unwrap_or_else(|outcome| outcome)
    }

    /// The outcome of an operation; `Err` where it did not get to run.
    fn dispatch(&mut self, op: Op) -> Result<Outcome, Outcome> {
        Ok(match op {
            Op::DeviceAdd { device, driver } => {
                if !self.has_bus(device) {
                    return Err(Outcome::NotInThisRelease);
                }
                Outcome::from(self.add_device(device, driver))
            }
            Op::DeviceDel { device } => {
                self.present_and_unbindable(device)?;
                self.remove_device(device);
                Outcome::Void
            }
            Op::Bind { device, driver } => {
                self.present(device)?;
                Outcome::from(self.bind(device, driver))
            }
            Op::Unbind { device } => {
                self.present_and_unbindable(device)?;
                self.unbind(device);
                Outcome::Void
            }
            Op::IommuDeviceRegister => self.register()?,
            Op::IommuDeviceUnregister => {
                self.needs(self.rules.registration() != Registration::BusOps)?;
                if !self.state.driver.registered {
                    return Err(Outcome::Skipped(Skip::NotRegistered));
                }
                if self.iommufd_has_devices() {
                    return Err(Outcome::Skipped(Skip::BoundToIommufd));
                }
                self.unregister_iommu();
                Outcome::Void
            }
            Op::UseDefaultDomain { device } => {
                self.present(device)?;
                self.needs(self.rules.use_gate() != UseGate::Absent)?;
                Outcome::from(self.use_default_domain(device))
            }
            Op::UnuseDefaultDomain { device } => {
                self.present(device)?;
                self.needs(self.rules.use_gate() != UseGate::Absent)?;
                self.unuse_default_domain(device);
                Outcome::Void
            }
            Op::GroupClaimDmaOwner { group, owner } => {
                self.populated(group)?;
                self.needs(self.rules.claim() != Claim::Absent)?;
                if self.is_made_by_hand(group) && !self.state.driver.forbidden_calls {
                    return Err(Outcome::Skipped(Skip::GroupWithoutIommu));
                }
                Outcome::from(self.group_claim(group, owner))
            }
            Op::GroupReleaseDmaOwner { group } => {
                self.populated(group)?;
                self.needs(self.rules.claim() != Claim::Absent)?;
                self.group_release(group);
                Outcome::Void
            }
            Op::GroupDmaOwnerClaimed { group } => {
                self.alive(group)?;
                self.needs(self.rules.claim() != Claim::Absent)?;
                Outcome::Bool(self.state.group(group).owner_cnt > 0)
            }
            Op::DeviceClaimDmaOwner { device, owner } => {
                self.present(device)?;
                self.needs(self.can_claim_devices())?;
                if self.state.device(device).by_hand && !self.state.driver.forbidden_calls {
                    return Err(Outcome::Skipped(Skip::GroupWithoutIommu));
                }
                Outcome::from(self.device_claim(device, owner))
            }
            Op::DeviceReleaseDmaOwner { device } => {
                self.present(device)?;
                self.needs(self.can_claim_devices())?;
                self.grouped(device)?;
                self.device_release(device);
                Outcome::Void
            }
            Op::DomainAlloc { domain, device } => {
                if self.find_domain(domain).is_some() {
                    return Err(Outcome::Bad(BadOp::NameInUse));
                }
                self.present(device)?;
                self.alloc_user_domain(device, Label::User(domain))
            }
            Op::DomainFree { domain } => {
                let domain = self.usable(domain)?;
                if !matches!(self.state.domain(domain).label, Label::User(_)) || self.is_page_table(domain) {
                    return Err(Outcome::Bad(BadOp::NotAUserDomain));
                }
                self.free(domain);
                Outcome::Void
            }
            Op::AttachDevice { domain, device } => {
                let domain = self.usable(domain)?;
                self.present(device)?;
                Outcome::from(self.attach_device(domain, device))
            }
            Op::DetachDevice { domain, device } => {
                let domain = self.usable(domain)?;
                self.present(device)?;
                self.detach_device(domain, device);
                Outcome::Void
            }
            Op::AttachGroup { domain, group } => {
                let domain = self.usable(domain)?;
                self.populated(group)?;
                Outcome::from(self.attach_group(domain, group))
            }
            Op::DetachGroup { domain, group } => {
                let domain = self.usable(domain)?;
                self.populated(group)?;
                self.detach_group(domain, group);
                Outcome::Void
            }
            Op::GroupReplaceDomain { domain, group } => {
                let domain = self.usable(domain)?;
                self.populated(group)?;
                self.needs(self.rules.replace() == Replace::Present)?;
                Outcome::from(self.set_domain(group, Some(domain), May::Fail))
            }
            Op::AttachDevicePasid { domain, device, pasid, handle } => {
                self.needs(handle == GivenHandle::Fresh || self.rules.pasid_entry() != PasidEntry::Domain)?;
                let domain = self.usable(domain)?;
                self.present(device)?;
                self.needs(self.knows_pasids())?;
                Outcome::from(self.attach_pasid(domain, device, pasid, handle))
            }
            Op::ReplaceDevicePasid { domain, device, pasid, handle } => {
                self.needs(self.knows_group_handles())?;
                let domain = self.usable(domain)?;
                self.present(device)?;
                self.needs(self.rules.pasid_replace() == PasidReplace::Present)?;
                self.is_callers_handle(self.state.device(device).group, pasid)?;
                let handle = handle.map_or(GivenHandle::Null, GivenHandle::Named);
                Outcome::from(self.replace_pasid(domain, device, pasid, handle))
            }
            Op::SvaBindDevice { device } => {
                self.needs(self.rules.sva_bind() != SvaBind::Absent)?;
                self.present(device)?;
                if self.rules.sva_bind() != SvaBind::GroupsBond {
                    self.grouped(device)?;
                }
                Outcome::from(self.sva_bind(device))
            }
            Op::SvaUnbindDevice { device } => {
                self.needs(self.rules.sva_bind() != SvaBind::Absent)?;
                self.sva_unbind(device)?;
                Outcome::Void
            }
            Op::AttachGroupHandle { domain, group, handle } => {
                self.needs(self.knows_group_handles())?;
                let domain = self.usable(domain)?;
                self.populated(group)?;
                Outcome::from(self.attach_group_handle(domain, group, handle))
            }
            Op::DetachGroupHandle { domain, group } => {
                self.needs(self.knows_group_handles())?;
                self.usable(domain)?;
                self.populated(group)?;
                self.is_callers_handle(Some(group), 0)?;
                self.detach_group_handle(group);
                Outcome::Void
            }
            Op::ReplaceGroupHandle { domain, group, handle } => {
                self.needs(self.knows_group_handles())?;
                let domain = domain.map(|domain| self.usable(domain)).transpose()?;
                self.populated(group)?;
                self.is_callers_handle(Some(group), 0)?;
                Outcome::from(self.replace_group_handle(domain, group, handle))
            }
            Op::AttachHandleGet { group, pasid, kind } => {
                self.needs(self.knows_group_handles())?;
                self.populated(group)?;
                self.attach_handle_get(group, pasid.cast_unsigned(), kind)
            }
            Op::DetachDevicePasid { domain, device, pasid } => {
                let domain = self.usable(domain)?;
                self.present(device)?;
                self.needs(self.knows_pasids())?;
                self.grouped(device)?;
                self.is_callers_handle(self.state.device(device).group, pasid)?;
                self.detach_pasid(domain, device, pasid);
                Outcome::Void
            }
            Op::GroupStoreType { group, word } => {
                self.alive(group)?;
                Outcome::from(self.store_type(group, word))
            }
            Op::DeferredAttach { device } => {
                self.present(device)?;
                Outcome::from(self.deferred_attach_device(device))
            }
            Op::DmaMapSingle { device } => {
                self.present(device)?;
                Outcome::from(self.dma_map_single(device))
            }
            Op::GetDomainForDev { device } => {
                self.present(device)?;
                let group = self.state.device(device).group;
                Outcome::Domain(group.and_then(|g| self.state.group(g).domain).map(|d| self.pointer(d)))
            }
            Op::GetDmaDomain { device } => {
                self.present(device)?;
                let group = self.state.device(device).group;
                Outcome::Domain(
                    group.and_then(|g| self.state.group(g).default_domain).map(|d| self.pointer(d)),
                )
            }
            Op::GroupAddDevice { device, group } => {
                self.present(device)?;
                Outcome::from(self.add_by_hand(device, group))
            }
            Op::GroupRemoveDevice { device } => {
                self.present(device)?;
                if !self.state.device(device).by_hand {
                    return Err(Outcome::Skipped(Skip::NotAddedByHand));
                }
                self.remove_by_hand(device);
                Outcome::Void
            }
            Op::PciResetPrepare { device } => {
                self.on_pci(device)?;
                self.needs(self.has_reset_fence())?;
                Outcome::from(self.reset_prepare(device))
            }
            Op::PciResetDone { device } => {
                self.on_pci(device)?;
                self.needs(self.has_reset_fence())?;
                self.reset_done(device);
                Outcome::Void
            }
            Op::PciResetFunction { device } => {
                self.on_pci(device)?;
                Outcome::from(self.reset_function(device))
            }
            Op::DriverGetDomain { device } => {
                self.present(device)?;
                self.needs(self.has_reset_fence())?;
                self.grouped(device)?;
                Outcome::Domain(self.driver_get_domain(device).map(|domain| self.pointer(domain)))
            }
            Op::ArmCreateMapping { mapping, device, size } => {
                self.on_arm()?;
                self.arm_create(mapping, device, size)
            }
            Op::ArmAttachDevice { device, mapping } => {
                self.on_arm()?;
                self.present(device)?;
                self.arm_attach(device, mapping)
            }
            Op::ArmDetachDevice { device } => {
                self.on_arm()?;
                self.present(device)?;
                self.arm_detach(device);
                Outcome::Void
            }
            Op::ArmReleaseMapping { mapping } => {
                self.on_arm()?;
                self.arm_release(mapping)
            }
            Op::Driver { flow, device, domain } if flow.makes_its_domain() => {
                self.present(device)?;
                self.making_flow(flow, device, domain)
            }
            Op::Driver { flow, device, domain } => {
                let domain = self.usable(domain)?;
                self.present(device)?;
                self.driver_flow(flow, device, domain)
            }
            Op::Iommufd(op) => self.run_iommufd(op)?,
            Op::Vfio(op) => self.vfio(op)?,
            Op::Fail(fault) => Outcome::from(self.plant(fault)),
            Op::FailClear => {
                self.state.faults.clear();
                Outcome::Ok
            }
            Op::Deny { kinds } => {
                self.deny(kinds);
                Outcome::Ok
            }
            Op::Poke { group, field, value } => {
                self.alive(group)?;
                Outcome::from(self.poke(group, field, value))
            }
            Op::Observe => Outcome::Ok,
        })
    }

    // ------------------------------------------------- what is not the core's

    fn register(&mut self) -> Result<Outcome, Outcome> {
        if self.state.driver.registered {
            self.needs(self.rules.registration() != Registration::BusOps)?;
            return Ok(Outcome::Err(self.refuse(Errno::EALREADY, Reason::AlreadyPresent)));
        }
        Ok(Outcome::from(self.register_iommu()))
    }

    fn plant(&mut self, fault: Fault) -> Result<(), Errno> {
        let number = self.matched.len();
        self.matched.push(0);
        if self.state.faults.len() >= MAX_FAULTS {
            return Err(Errno::EINVAL);
        }
        self.state.faults.push(FaultLeft { fault, number, skip: fault.skip, left: fault.count });
        Ok(())
    }

    fn poke(&mut self, group: GroupId, field: Field, value: PokeValue) -> Result<(), Errno> {
        let claim = self.rules.claim();
        let exists = match field {
            Field::Domain | Field::DefaultDomain => true,
            Field::BlockingDomain => claim == Claim::Blocking,
            Field::OwnerCnt | Field::Owner => claim != Claim::Absent,
        };
        let domain = match value {
            PokeValue::Domain(name) => Some(self.find_domain(name).ok_or(Errno::EINVAL)?),
            PokeValue::Null | PokeValue::Owner(_) | PokeValue::Count(_) => None,
        };
        let state = self.state.group_mut(group);
        match (field, value) {
            _ if !exists => return Err(Errno::EINVAL),
            (Field::OwnerCnt, PokeValue::Count(count)) => state.owner_cnt = count,
            (Field::Owner, PokeValue::Null) => state.owner = None,
            (Field::Owner, PokeValue::Owner(owner)) => state.owner = Some(owner),
            (Field::Domain, PokeValue::Null | PokeValue::Domain(_)) => state.domain = domain,
            (Field::DefaultDomain, PokeValue::Null | PokeValue::Domain(_)) => state.default_domain = domain,
            (Field::BlockingDomain, PokeValue::Null | PokeValue::Domain(_)) => state.blocking_domain = domain,
            _ => return Err(Errno::EINVAL),
        }
        Ok(())
    }
}
