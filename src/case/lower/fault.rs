// SPDX-License-Identifier: GPL-2.0-only
//! Faults, and the sweeps that try one at every position.

use super::Lowering;
use crate::case::error::{Complaint, Problem};
use crate::case::form::{CallWord, CountForm, FailForm, KindWord, SweepForm, Word};
use crate::case::topology::errno;
use crate::script::{Fault, FaultDomain, FaultKind, Op, Script, Worded};
use crate::trace::text::Origin;

/// A fault that is tried at every position in turn: of the calls that it is about the first fails, then the second,
/// until there is no such call left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// The fault at its first position.
    pub fault: Fault,
    /// The operation, as an index into the case's script, before which it is planted.
    pub before: usize,
}

/// Calls that pass before a fault that never strikes.
const NEVER: u32 = u32::MAX;

impl Sweep {
    /// How many faults the script has planted before: the number of this one in a run.
    #[must_use]
    pub fn number(&self, script: &Script) -> usize {
        script.ops.iter().take(self.before).filter(|op| matches!(op, Op::Fail(_))).count()
    }

    /// What a position is called: `attach 3`.
    #[must_use]
    pub fn place(&self, position: u32) -> String {
        format!("{} {position}", self.fault.kind.word())
    }

    /// The operation that plants the fault so that it strikes at this position, counted from 1; at 0 never.
    #[must_use]
    pub fn plant(&self, position: u32) -> Op {
        Op::Fail(Fault { skip: position.checked_sub(1).unwrap_or(NEVER), ..self.fault })
    }
}

/// What the two ways to write a fault have in common.
struct Which<'a, 't> {
    call: CallWord,
    device: Option<&'a Word<'t>>,
    domain: Option<&'a Word<'t>>,
    domain_type: Option<KindWord>,
    errno: &'a Word<'t>,
}

impl Lowering<'_> {
    /// A fault. It may name a domain that does not exist yet.
    pub(super) fn fault<'t>(&mut self, form: &FailForm<'t>) -> Result<Fault, Complaint<'t>> {
        let FailForm { call, device, domain, domain_type, errno, skip, count } = form;
        let which = Which {
            call: *call,
            device: device.as_deref(),
            domain: domain.as_deref(),
            domain_type: *domain_type,
            errno,
        };
        let count = match count {
            None => Some(1),
            Some(CountForm::Times(times)) => Some(*times),
            Some(CountForm::Always) => None,
        };
        Ok(Fault { skip: skip.map_or(0, |skip| skip.get()), count, ..self.which(&which)? })
    }

    /// The fault of a sweep, at its first position.
    pub(super) fn sweep<'t>(&mut self, form: &SweepForm<'t>) -> Result<Sweep, Complaint<'t>> {
        let SweepForm { call, device, domain, domain_type, errno, from } = form;
        let which = Which {
            call: *call,
            device: device.as_deref(),
            domain: domain.as_deref(),
            domain_type: *domain_type,
            errno,
        };
        let fault = self.which(&which)?;
        let from: usize = from.map_or(1, |step| step.get());
        let steps = &self.lowered.steps;
        let Some(step) = steps.iter().position(|origin| *origin == Origin::Step(from)) else {
            let problem = Problem::NoSuchStep(from);
            return Err(Complaint::at(errno.spot(), problem).hint("`from` counts steps from 1"));
        };
        // What the step needs is allocated after the fault is planted.
        let before =
            steps[..step].iter().rposition(|origin| *origin != Origin::Implied).map_or(0, |at| at + 1);
        Ok(Sweep { fault, before })
    }

    fn which<'t>(&mut self, which: &Which<'_, 't>) -> Result<Fault, Complaint<'t>> {
        let device = which.device.map(|device| self.names.device(device)).transpose()?;
        let domain = match (which.domain, which.domain_type) {
            (Some(word), Some(_)) => {
                let problem = Problem::Conflict("`domain` and `domain_type` in one fault".into());
                return Err(Complaint::at(word.spot(), problem).hint("make two faults"));
            }
            (Some(word), None) => FaultDomain::Named(self.named_domain(word)?.0),
            (None, Some(kind)) => FaultDomain::Kind(kind.value()),
            (None, None) => FaultDomain::Any,
        };
        let kind = match which.call {
            CallWord::Attach => FaultKind::Attach,
            CallWord::Pasid => FaultKind::Pasid,
            CallWord::Probe => FaultKind::Probe,
            CallWord::Group => FaultKind::Group,
            CallWord::DriverProbe => FaultKind::DriverProbe,
            CallWord::Alloc => FaultKind::Alloc,
        };
        let conflict = |word: Option<&Word<'t>>, problem: &str, hint: &str| {
            let spot = word.and_then(Word::spot).or(which.errno.spot());
            Err(Complaint::at(spot, Problem::Conflict(problem.into())).hint(hint))
        };
        match (kind, domain) {
            (FaultKind::Alloc, _) if device.is_some() => {
                return conflict(
                    which.device,
                    "an allocation is for no device",
                    "take `device` out; `domain_type` tells allocations apart",
                );
            }
            (FaultKind::Alloc, FaultDomain::Named(_)) => {
                return conflict(
                    which.domain,
                    "a domain has no name before it is allocated",
                    "write its `domain_type`: `unmanaged` for a user's own",
                );
            }
            (FaultKind::Probe | FaultKind::Group | FaultKind::DriverProbe, FaultDomain::Named(_))
            | (FaultKind::Probe | FaultKind::Group | FaultKind::DriverProbe, FaultDomain::Kind(_)) => {
                return conflict(
                    which.domain,
                    "this call has no domain",
                    "only `attach`, `pasid` and `alloc` are calls with a domain",
                );
            }
            _ => {}
        }
        Ok(Fault { kind, device, domain, errno: errno(which.errno)?, skip: 0, count: Some(1) })
    }
}
