// SPDX-License-Identifier: GPL-2.0-only
//! From a step of iommufd to its operation.

use super::Lowering;
use super::domain::intern;
use crate::case::error::{Complaint, Noun, Problem};
use crate::case::form::{AttachTableForm, Bounded, DomainWord, Operation, Short, Word};
use crate::case::names::small;
use crate::script::{CdevOp, ContainerId, DeviceId, IoasId, IommufdOp, OwnerId, PageTable};

/// What a step means by a container.
#[derive(Clone, Copy)]
pub(super) enum ContainerFile {
    /// One of VFIO's.
    Vfio(ContainerId),
    /// A context of iommufd.
    Iommufd(OwnerId),
}

impl Lowering<'_> {
    /// An operation of iommufd.
    pub(super) fn iommufd<'t>(&mut self, operation: &Operation<'t>) -> Result<IommufdOp, Complaint<'t>> {
        Ok(match operation {
            Operation::IommufdDeviceBind(form) => IommufdOp::DeviceBind {
                device: self.names.device(&form.device)?,
                context: self.context(&form.context)?,
            },
            Operation::IommufdDeviceUnbind(device) => {
                IommufdOp::DeviceUnbind { device: self.names.device(device)? }
            }
            Operation::IommufdIoasAlloc(form) => {
                IommufdOp::IoasAlloc { ioas: self.ioas(&form.ioas)?, context: self.context(&form.context)? }
            }
            Operation::IommufdHwptAlloc(form) => {
                self.names.domain_of(&form.hwpt, DomainWord::Hwpt)?;
                IommufdOp::HwptAlloc {
                    hwpt: self.user(form.hwpt.text()),
                    ioas: self.ioas(&form.ioas)?,
                    device: self.names.device(&form.device)?,
                    pasid: form.pasid.unwrap_or(false),
                }
            }
            Operation::IommufdDeviceAttach(form) => {
                let (device, to, pasid) = self.attach_table(form)?;
                IommufdOp::DeviceAttach { device, to, pasid }
            }
            Operation::IommufdDeviceReplace(form) => {
                let (device, to, pasid) = self.attach_table(form)?;
                IommufdOp::DeviceReplace { device, to, pasid }
            }
            Operation::IommufdDeviceDetach(Short::Word(device)) => {
                IommufdOp::DeviceDetach { device: self.names.device(device)?, pasid: None }
            }
            Operation::IommufdDeviceDetach(Short::Map(form)) => IommufdOp::DeviceDetach {
                device: self.names.device(&form.device)?,
                pasid: form.pasid.map(|pasid| pasid.get()),
            },
            Operation::IommuDestroy(form) => IommufdOp::Destroy {
                object: self.page_table(form.hwpt.as_deref(), form.ioas.as_deref(), None)?,
            },
            Operation::IommuVfioIoasSet(form) => {
                IommufdOp::VfioIoasSet { ioas: self.ioas(&form.ioas)?, context: self.context(&form.context)? }
            }
            Operation::IommuVfioIoasClear(context) => {
                IommufdOp::VfioIoasClear { context: self.context(context)? }
            }
            Operation::VfioCdevOpen(form) => self.cdev(&form.device, form.file, CdevOp::Open)?,
            Operation::VfioCdevClose(form) => self.cdev(&form.device, form.file, CdevOp::Close)?,
            Operation::VfioDeviceBindIommufd(form) => {
                let context = self.context(&form.context)?;
                self.cdev(&form.device, form.file, CdevOp::Bind { context })?
            }
            Operation::VfioDeviceAttachIommufdPt(form) => {
                let to = self.page_table(form.hwpt.as_deref(), form.ioas.as_deref(), Some(&form.device))?;
                let pasid = form.pasid.map(|pasid| pasid.get());
                self.cdev(&form.device, form.file, CdevOp::Attach { to, pasid })?
            }
            Operation::VfioDeviceDetachIommufdPt(form) => {
                let pasid = form.pasid.map(|pasid| pasid.get());
                self.cdev(&form.device, form.file, CdevOp::Detach { pasid })?
            }
            other => {
                let problem = Problem::Conflict(format!("`{}` is no step of iommufd", other.name()));
                return Err(Complaint::at(None, problem));
            }
        })
    }

    fn attach_table<'t>(
        &mut self,
        form: &AttachTableForm<'t>,
    ) -> Result<(DeviceId, PageTable, Option<u32>), Complaint<'t>> {
        let device = self.names.device(&form.device)?;
        let to = self.page_table(form.hwpt.as_deref(), form.ioas.as_deref(), Some(&form.device))?;
        Ok((device, to, form.pasid.map(|pasid| pasid.get())))
    }

    /// What is done with a file: the first, if the case does not say which.
    fn cdev<'t>(
        &self,
        device: &Word<'t>,
        file: Option<Bounded<1, 4>>,
        op: CdevOp,
    ) -> Result<IommufdOp, Complaint<'t>> {
        let file = file.map_or(1, |file| file.get());
        Ok(IommufdOp::Cdev { device: self.names.device(device)?, file, op })
    }

    /// Either a page table or an address space.
    fn page_table<'t>(
        &mut self,
        hwpt: Option<&Word<'t>>,
        ioas: Option<&Word<'t>>,
        beside: Option<&Word<'t>>,
    ) -> Result<PageTable, Complaint<'t>> {
        match (hwpt, ioas) {
            (Some(hwpt), None) => {
                self.names.domain_of(hwpt, DomainWord::Hwpt)?;
                Ok(PageTable::Hwpt(self.user(hwpt.text())))
            }
            (None, Some(ioas)) => Ok(PageTable::Ioas(self.ioas(ioas)?)),
            (hwpt, _) => {
                let spot = hwpt.or(beside).and_then(Word::spot);
                let problem = Problem::Conflict("a step is about either `hwpt` or `ioas`".into());
                Err(Complaint::at(spot, problem).hint("name one of the two"))
            }
        }
    }

    /// Either a container of VFIO's or a context of iommufd in its place.
    pub(super) fn container_file<'t>(
        &mut self,
        container: Option<&Word<'t>>,
        iommufd: Option<&Word<'t>>,
    ) -> Result<ContainerFile, Complaint<'t>> {
        match (container, iommufd) {
            (Some(container), None) => self.container(container).map(ContainerFile::Vfio),
            (None, Some(context)) => self.context(context).map(ContainerFile::Iommufd),
            (container, _) => {
                let spot = container.and_then(Word::spot);
                let problem = Problem::Conflict("a step is about either `container` or `iommufd`".into());
                Err(Complaint::at(spot, problem).hint("name one of the two"))
            }
        }
    }

    fn ioas<'t>(&mut self, word: &Word<'t>) -> Result<IoasId, Complaint<'t>> {
        self.names.domain_of(word, DomainWord::Ioas)?;
        Ok(IoasId(small(intern(&mut self.lowered.script.ioas, word.text()))))
    }

    /// A context is an owner, and never NULL.
    fn context<'t>(&mut self, word: &Word<'t>) -> Result<OwnerId, Complaint<'t>> {
        self.owner(word)?.ok_or_else(|| {
            let problem = Problem::Undeclared(Noun::Owner, word.text().to_owned());
            Complaint::at(word.spot(), problem).hint("a context of iommufd is an owner of `topology.owners`")
        })
    }
}
