// SPDX-License-Identifier: GPL-2.0-only
//! iommufd's calls, and those of VFIO's character devices, as the guest makes them.

use super::Lowering;
use crate::linux::guest::cannot::CannotRun;
use crate::script::{Bus, CdevOp, IommufdOp, OwnerId, PageTable};

impl Lowering<'_> {
    /// The line of a call.
    pub(super) fn iommufd(&self, op: IommufdOp) -> Result<String, CannotRun> {
        if !self.bench.iommufd {
            return Err(CannotRun::Iommufd);
        }
        let names = self.names;
        Ok(match op {
            IommufdOp::DeviceBind { device, context } => {
                format!("ifd_bind {} {}", names.device(device)?, self.context(context)?)
            }
            IommufdOp::DeviceUnbind { device } => format!("ifd_unbind {}", names.device(device)?),
            IommufdOp::IoasAlloc { ioas, context } => {
                format!("ioas_alloc {} {}", names.ioas(ioas)?, self.context(context)?)
            }
            IommufdOp::HwptAlloc { hwpt, ioas, device, pasid } => {
                let (hwpt, ioas) = (self.domain(hwpt)?, names.ioas(ioas)?);
                format!("hwpt_alloc {hwpt} {ioas} {} {}", names.device(device)?, u8::from(pasid))
            }
            IommufdOp::DeviceAttach { device, to, pasid } => {
                format!("ifd_attach {} {} {}", names.device(device)?, self.page_table(to)?, or_none(pasid))
            }
            IommufdOp::DeviceReplace { device, to, pasid } => {
                format!("ifd_replace {} {} {}", names.device(device)?, self.page_table(to)?, or_none(pasid))
            }
            IommufdOp::DeviceDetach { device, pasid } => {
                format!("ifd_detach {} {}", names.device(device)?, or_none(pasid))
            }
            IommufdOp::VfioIoasSet { ioas, context } => {
                format!("compat_set {} {}", names.ioas(ioas)?, self.context(context)?)
            }
            IommufdOp::VfioIoasClear { context } => format!("compat_clear {}", self.context(context)?),
            IommufdOp::Destroy { object } => format!("iommu_destroy {}", self.page_table(object)?),
            IommufdOp::Cdev { device, file, op } => {
                let of = format!("{} {file}", names.device(device)?);
                match op {
                    CdevOp::Open => format!("cdev_open {of}"),
                    CdevOp::Close => format!("cdev_close {of}"),
                    CdevOp::Bind { context } => format!("cdev_bind {of} {}", self.context(context)?),
                    CdevOp::Attach { to, pasid } => {
                        format!("cdev_attach {of} {} {}", self.page_table(to)?, or_none(pasid))
                    }
                    CdevOp::Detach { pasid } => format!("cdev_detach {of} {}", or_none(pasid)),
                }
            }
        })
    }

    /// Only the bench's own devices can have isolated interrupts.
    pub(super) fn strict_interrupts(&self) -> Result<(), CannotRun> {
        if !self.bench.iommufd {
            return Err(CannotRun::Iommufd);
        }
        let pci = self.script.devices.iter().any(|device| device.bus == Bus::Pci);
        if pci { Err(CannotRun::Interrupts) } else { Ok(()) }
    }

    fn context(&self, context: OwnerId) -> Result<String, CannotRun> {
        self.names.owner(Some(context))
    }

    fn page_table(&self, to: PageTable) -> Result<String, CannotRun> {
        match to {
            PageTable::Hwpt(domain) => self.domain(domain),
            PageTable::Ioas(ioas) => self.names.ioas(ioas),
        }
    }
}

fn or_none(pasid: Option<u32>) -> String {
    pasid.map_or_else(|| "-".into(), |pasid| pasid.to_string())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::history;
    use crate::linux::guest::lower::{Bench, lower};
    use crate::script::{
        Arch, DeviceId, DeviceSpec, DomainName, DomainRef, GroupId, GroupSpec, IoasId, Op, Script,
    };

    const DEVICE: DeviceId = DeviceId(0);
    const IOAS: IoasId = IoasId(0);
    const HWPT: DomainRef = DomainRef(0);
    const CONTEXT: OwnerId = OwnerId(0);

    fn script(op: IommufdOp) -> Script {
        Script {
            groups: vec![GroupSpec { name: "g".into(), hold: false }],
            devices: vec![DeviceSpec::new("nic", Some(GroupId(0)))],
            domains: vec![DomainName::User("table".into())],
            ioas: vec!["memory".into()],
            owners: vec!["vmm".into()],
            ops: vec![Op::Iommufd(op)],
            ..Script::default()
        }
    }

    fn bench(iommufd: bool) -> Bench {
        let rules = history::resolve("v6.12").expect("known").rules;
        Bench { arch: Arch::Generic, rules, queries: true, pci: true, iommufd }
    }

    #[rstest]
    #[case(IommufdOp::DeviceBind { device: DEVICE, context: CONTEXT }, "ifd_bind d0 o0")]
    #[case(IommufdOp::DeviceUnbind { device: DEVICE }, "ifd_unbind d0")]
    #[case(IommufdOp::IoasAlloc { ioas: IOAS, context: CONTEXT }, "ioas_alloc i0 o0")]
    #[case(IommufdOp::VfioIoasSet { ioas: IOAS, context: CONTEXT }, "compat_set i0 o0")]
    #[case(IommufdOp::VfioIoasClear { context: CONTEXT }, "compat_clear o0")]
    #[case(IommufdOp::HwptAlloc { hwpt: HWPT, ioas: IOAS, device: DEVICE, pasid: true }, "hwpt_alloc m0 i0 d0 1")]
    #[case(IommufdOp::DeviceAttach { device: DEVICE, to: PageTable::Ioas(IOAS), pasid: None }, "ifd_attach d0 i0 -")]
    #[case(IommufdOp::DeviceReplace { device: DEVICE, to: PageTable::Hwpt(HWPT), pasid: Some(7) }, "ifd_replace d0 m0 7")]
    #[case(IommufdOp::DeviceDetach { device: DEVICE, pasid: Some(0) }, "ifd_detach d0 0")]
    #[case(IommufdOp::Destroy { object: PageTable::Hwpt(HWPT) }, "iommu_destroy m0")]
    #[case(IommufdOp::Cdev { device: DEVICE, file: 1, op: CdevOp::Open }, "cdev_open d0 1")]
    #[case(IommufdOp::Cdev { device: DEVICE, file: 2, op: CdevOp::Bind { context: CONTEXT } }, "cdev_bind d0 2 o0")]
    #[case(
        IommufdOp::Cdev { device: DEVICE, file: 1, op: CdevOp::Attach { to: PageTable::Ioas(IOAS), pasid: Some(3) } },
        "cdev_attach d0 1 i0 3"
    )]
    #[case(IommufdOp::Cdev { device: DEVICE, file: 1, op: CdevOp::Detach { pasid: None } }, "cdev_detach d0 1 -")]
    #[case(IommufdOp::Cdev { device: DEVICE, file: 1, op: CdevOp::Close }, "cdev_close d0 1")]
    fn a_call_is_a_line(#[case] op: IommufdOp, #[case] line: &str) {
        let script = script(op);
        assert_eq!(lower(&script, &bench(true)).expect("lowered").ops, [line]);
        assert_eq!(lower(&script, &bench(false)), Err(CannotRun::Iommufd));
    }

    #[test]
    fn interrupts_are_isolated_for_the_benchs_own_devices_alone() {
        let mut script = script(IommufdOp::DeviceUnbind { device: DEVICE });
        script.devices[0].isolated_msi = false;
        let setup = lower(&script, &bench(true)).expect("lowered").setup;
        assert_eq!(setup[1..], ["strict_interrupts", "context o0", "dev d0 group=g0 isolated_msi=0"]);
        script.devices[0].bus = Bus::Pci;
        assert_eq!(lower(&script, &bench(true)), Err(CannotRun::Interrupts));
    }
}
