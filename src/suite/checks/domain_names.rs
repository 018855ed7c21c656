// SPDX-License-Identifier: GPL-2.0-only
//! The names of domains that the core makes: those of a kind are numbered from 1, in the order in which a trace shows
//! them first. So do a recorded kernel and a program that speaks the protocol, and so their traces can be compared.

use std::collections::BTreeSet;

use crate::engine::run;
use crate::script::{DomainKind, DomainName};
use crate::suite::survey::Survey;
use crate::trace::{Call, DomainInfo, End, Mark, PasidTarget, Trace};

/// Lists the cases in whose traces a domain has another number than it has to have.
#[must_use]
pub fn misnumbered(surveys: &[&Survey]) -> Vec<String> {
    let problem = |survey: &&Survey| {
        let mut runs =
            survey.scripts.iter().flat_map(|script| script.runs.iter().map(move |run| (script, run)));
        let problem =
            runs.find_map(|(script, (rules, _))| misnumbered_in(&run(&script.script, rules).trace))?;
        Some(format!("{}: {problem}", survey.name))
    };
    surveys.iter().filter_map(problem).collect()
}

/// The first domain of a trace that has another number than it has to have.
fn misnumbered_in(trace: &Trace) -> Option<String> {
    let mut seen: BTreeSet<u16> = BTreeSet::new();
    let mut shown: Vec<DomainKind> = Vec::new();
    for mark in marks(trace) {
        let Some(DomainInfo { name: DomainName::Made(class, number), kind, .. }) =
            trace.domains.get(usize::from(mark.0)).filter(|_| seen.insert(mark.0))
        else {
            continue;
        };
        // A domain can change between them.
        let right_class = *class == if *kind == DomainKind::DmaFq { DomainKind::Dma } else { *kind };
        shown.push(*class);
        let right = shown.iter().filter(|other| *other == class).count();
        if !right_class || usize::from(*number) != right {
            return Some(format!(
                "made({}, {number}) is a {} domain, number {right}",
                class.name(),
                kind.name()
            ));
        }
    }
    None
}

/// The domains in the order in which the trace shows them, most more than once.
fn marks(trace: &Trace) -> impl Iterator<Item = Mark> {
    let in_steps = trace.steps.iter().flat_map(|step| {
        let groups = step.groups.iter().flat_map(|group| {
            [
                group.domain,
                group.default_domain,
                group.blocking_domain.flatten(),
                group.resetting_domain.flatten(),
            ]
        });
        let devices = step.devices.iter().map(|device| device.attached);
        let pointers = groups.chain(devices).flatten().map(|pointer| pointer.domain);
        step.calls.iter().filter_map(mark).chain(pointers)
    });
    let in_teardown = match &trace.end {
        End::Teardown { calls, .. } => calls.as_slice(),
        End::Crash(_) => &[],
    };
    in_steps.chain(in_teardown.iter().filter_map(mark))
}

/// The domain that a call is about.
fn mark(call: &Call) -> Option<Mark> {
    match *call {
        Call::Alloc { domain, .. }
        | Call::Free { domain, .. }
        | Call::Attach { domain, .. }
        | Call::Detach { domain, .. }
        | Call::Map { domain }
        | Call::SetPasid { domain, .. }
        | Call::RemovePasid { domain: PasidTarget::Domain(domain), .. } => Some(domain),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Rules;
    use crate::suite::survey::tests::{ATTACH, survey};

    #[test]
    fn a_domain_with_another_number_is_told() {
        let attach = survey("x/attach", "d", ATTACH);
        let mut trace = run(&attach.scripts[0].script, &Rules::default()).trace;
        assert_eq!(misnumbered_in(&trace), None);
        let made = trace.domains.iter_mut().find(|domain| matches!(domain.name, DomainName::Made(..)));
        made.expect("a default domain").name = DomainName::Made(DomainKind::Dma, 2);
        assert_eq!(misnumbered_in(&trace).as_deref(), Some("made(DMA, 2) is a DMA domain, number 1"));
    }
}
