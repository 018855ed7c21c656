// SPDX-License-Identifier: GPL-2.0-only
//! Calls into the drivers, from the words that the recorder writes for them.

use super::observe::{ObserveError, Observer};
use super::script::negative_errno;
use crate::script::{DeviceId, Errno, GroupId};
use crate::trace::{Call, Mark, PasidTarget, Warn};

/// Reads one call.
pub(super) fn call(observer: &mut Observer<'_>, text: &str) -> Result<Call, ObserveError> {
    if let Some(place) = text.strip_prefix("WARN ") {
        let places = &mut observer.trace.told.places;
        let index = places.iter().position(|known| known == place).unwrap_or_else(|| {
            places.push(place.to_owned());
            places.len() - 1
        });
        return Ok(Call::Warn(Warn::At(u16::try_from(index).unwrap_or(u16::MAX))));
    }
    Words { text, rest: text.split(' '), observer }.call()
}

/// The words of a call not read yet.
struct Words<'w, 't, 's> {
    text: &'t str,
    rest: std::str::Split<'t, char>,
    observer: &'w mut Observer<'s>,
}

impl<'t> Words<'_, 't, '_> {
    fn call(mut self) -> Result<Call, ObserveError> {
        let verb = self.next()?;
        let call = match verb {
            "probe" => Call::Probe { device: self.device()?, error: self.error()? },
            "newgroup" => Call::NewGroup { group: self.group()? },
            "group" => {
                let device = self.device()?;
                Call::GroupFailed { device, error: self.error()?.ok_or_else(|| self.bad())? }
            }
            "freegroup" => Call::FreeGroup { group: self.group()? },
            "alloc" => {
                let domain = self.domain()?;
                let kind = self.observer.kind_of(domain);
                Call::Alloc { domain, kind }
            }
            "deny" => {
                let kind = self.next()?;
                Call::Deny { kind: self.observer.kind(kind)? }
            }
            "free" => Call::Free { domain: self.domain()?, attached: self.flag("!attached") },
            "attach" => {
                let (device, domain) = (self.device()?, self.domain()?);
                let from = if self.flag("from") { Some(self.domain_or_none()?) } else { None };
                Call::Attach { device, domain, from, freed: self.flag("!freed"), error: self.error()? }
            }
            "detach" => Call::Detach { device: self.device()?, domain: self.domain()? },
            "platform" => Call::SetPlatformDmaOps { device: self.device()? },
            "map" => Call::Map { domain: self.domain()? },
            "finalize" => Call::ProbeFinalize { device: self.device()? },
            "release" => Call::Release { device: self.device()? },
            "xlate" => Call::Xlate { device: self.device()? },
            "setpasid" => {
                let (device, pasid, domain) = (self.device()?, self.number()?, self.domain()?);
                Call::SetPasid { device, pasid, domain, error: self.error()? }
            }
            "rmpasid" => {
                let (device, pasid) = (self.device()?, self.number()?);
                let domain = match self.domain_or_none()? {
                    None => PasidTarget::NotTold,
                    Some(domain) => PasidTarget::Domain(domain),
                };
                Call::RemovePasid { device, pasid, domain }
            }
            "drvprobe" => Call::DriverProbe { device: self.device()?, error: self.error()? },
            _ => return Err(self.bad()),
        };
        match self.rest.next() {
            None => Ok(call),
            Some(_) => Err(self.bad()),
        }
    }

    fn next(&mut self) -> Result<&'t str, ObserveError> {
        match self.rest.next() {
            Some(word) => Ok(word),
            None => Err(self.bad()),
        }
    }

    /// Takes the next word if it is this one.
    fn flag(&mut self, word: &str) -> bool {
        let there = self.rest.clone().next() == Some(word);
        if there {
            self.rest.next();
        }
        there
    }

    fn device(&mut self) -> Result<DeviceId, ObserveError> {
        let name = self.next()?;
        self.observer.device(name)
    }

    fn group(&mut self) -> Result<GroupId, ObserveError> {
        let name = self.next()?;
        self.observer.group(name)
    }

    fn domain(&mut self) -> Result<Mark, ObserveError> {
        let name = self.next()?;
        Ok(self.observer.mark(name))
    }

    /// A domain, or `-` for none.
    fn domain_or_none(&mut self) -> Result<Option<Mark>, ObserveError> {
        if self.flag("-") { Ok(None) } else { self.domain().map(Some) }
    }

    fn number(&mut self) -> Result<i32, ObserveError> {
        self.next()?.parse().map_err(|_| self.bad())
    }

    /// ` = -16` behind a call that failed.
    fn error(&mut self) -> Result<Option<Errno>, ObserveError> {
        if !self.flag("=") {
            return Ok(None);
        }
        let errno = negative_errno(self.next()?);
        errno.map(Some).ok_or_else(|| self.bad())
    }

    fn bad(&self) -> ObserveError {
        self.observer.bad("cb", self.text)
    }
}
