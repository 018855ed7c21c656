// SPDX-License-Identifier: GPL-2.0-only
//! What a case's source says must happen: names and release ranges looked up once, at load time.

pub(super) mod check;
mod domain;
mod told;

pub use check::{Unmet, check_expectations};
pub use told::{Told, told};

use super::error::{Complaint, Problem};
use super::form::{
    CaseForm, Entries, ExpectForm, Operation, SlotContent, StateForm, Symbol, ValueForm, Word,
};
use super::hint::did_you_mean;
use super::names::Names;
use super::releases::{Releases, Span};
use crate::script::{DeviceId, DriverKind, Errno, GroupId, VfioStatus, Worded};
use crate::trace::names::{NULL, OUTSIDE, RESERVED, UNNAMED};

/// What must happen in a step.
#[derive(Clone, Debug)]
pub(crate) struct Expectation {
    /// The index of the step.
    step: usize,
    /// What, on which releases; `None` is all of them.
    values: Vec<(Option<Span>, Expected)>,
}

impl Expectation {
    /// What must happen on the release at this position: a release's own name beats a range.
    fn at(&self, position: Option<usize>) -> Option<&Expected> {
        let holds = |span: &Option<Span>| match (span, position) {
            (None, _) => Some(0),
            (Some(Span::One(at)), Some(position)) if *at == position => Some(2),
            (Some(range @ Span::Range(_)), Some(position)) if range.contains(position) => Some(1),
            _ => None,
        };
        let best = self.values.iter().filter_map(|(span, value)| Some((holds(span)?, value)));
        best.max_by_key(|(rank, _)| *rank).map(|(_, value)| value)
    }
}

/// What must be observed.
#[derive(Clone, Debug, Default)]
struct Expected {
    outcome: Option<ExpectedOutcome>,
    warns: Option<usize>,
    groups: Vec<(GroupId, GroupFact)>,
    devices: Vec<(DeviceId, DeviceFact)>,
    /// Names of handles and of their domains.
    handles: Vec<(String, String)>,
}

/// How an operation must end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ExpectedOutcome {
    /// 0, or a void function came back.
    Ok,
    /// This errno.
    Errno(Errno),
    /// Any errno.
    Error,
    /// This answer.
    Bool(bool),
    /// The flags of a VFIO group.
    Status(VfioStatus),
    /// A domain query's answer, by symbolic name.
    Domain(String),
    /// A handle query's answer.
    Handle(String),
    /// The kernel dies.
    Crash,
    /// The operation is not run.
    Skipped,
    /// The release does not have it.
    Absent,
}

/// What must be true of a group afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
enum GroupFact {
    Domain(String),
    DefaultDomain(String),
    BlockingDomain(String),
    OwnerCnt(u32),
    Owner(String),
    /// What the table of PASIDs holds, as snapshots show it.
    Pasids(String),
    Devices(Vec<DeviceId>),
    ResettingDomain(String),
    RecoveryCnt(u32),
}

/// What must be true of a device afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
enum DeviceFact {
    Attached(String),
    Driver(Option<DriverKind>),
    Blocked(bool),
    ResetDepth(u32),
}

/// Looks up everything that a case's expectations name.
pub(crate) fn resolve<'t>(
    form: &CaseForm<'t>,
    names: &Names,
    releases: &Releases,
    span: &Span,
) -> Result<Vec<Expectation>, Complaint<'t>> {
    let resolver = Resolver { form, names };
    let mut expectations = Vec::new();
    for (step, written) in form.steps.0.iter().enumerate() {
        let Some(expect) = &written.expect else { continue };
        let values = match expect {
            ExpectForm::Always(value) => resolver.value(value).map(|value| vec![(None, value)]),
            ExpectForm::Ranges(ranges) => resolver.ranges(ranges, releases, span),
        };
        let values = values.map_err(|complaint| complaint.or_at(written.name.spot()))?;
        expectations.push(Expectation { step, values });
    }
    Ok(expectations)
}

struct Resolver<'a, 't> {
    form: &'a CaseForm<'t>,
    names: &'a Names,
}

impl<'t> Resolver<'_, 't> {
    fn ranges(
        &self,
        ranges: &[(Word<'t>, ValueForm<'t>)],
        releases: &Releases,
        case: &Span,
    ) -> Result<Vec<(Option<Span>, Expected)>, Complaint<'t>> {
        let mut values: Vec<(Option<Span>, Expected)> = Vec::with_capacity(ranges.len());
        for (word, value) in ranges {
            let span = Span::read(releases, word.text(), word.spot())?;
            if span.common(case).is_none() {
                return Err(Complaint::at(word.spot(), Problem::NeverApplies(word.text().to_owned()))
                    .hint("see `since` and `until` of the case"));
            }
            // A release's own name may stand beside a range that covers it, but not beside another name of it.
            let same_rank = |other: &Span| matches!(other, Span::One(_)) == matches!(span, Span::One(_));
            let clash = values.iter().zip(ranges).find_map(|((other, _), (other_word, _))| {
                let other = other.as_ref().filter(|other| same_rank(other))?;
                other.common(&span).map(|at| (other_word, at))
            });
            if let Some((other, at)) = clash {
                let problem = Problem::OverlappingRanges(other.text().to_owned(), word.text().to_owned());
                return Err(
                    Complaint::at(word.spot(), problem).hint(format!("both hold for {}", releases.name(at)))
                );
            }
            values.push((Some(span), self.value(value).map_err(|complaint| complaint.or_at(word.spot()))?));
        }
        Ok(values)
    }

    fn value(&self, value: &ValueForm<'t>) -> Result<Expected, Complaint<'t>> {
        match value {
            ValueForm::Outcome(word) => {
                Ok(Expected { outcome: Some(self.outcome(word)?), ..Expected::default() })
            }
            ValueForm::State(state) => self.state(state),
        }
    }

    fn outcome(&self, word: &Word<'t>) -> Result<ExpectedOutcome, Complaint<'t>> {
        let text = word.text();
        Ok(match text {
            "ok" => ExpectedOutcome::Ok,
            "error" => ExpectedOutcome::Error,
            "true" => ExpectedOutcome::Bool(true),
            "false" => ExpectedOutcome::Bool(false),
            "crash" => ExpectedOutcome::Crash,
            "skipped" => ExpectedOutcome::Skipped,
            "absent" => ExpectedOutcome::Absent,
            _ => match (Errno::from_name(text), VfioStatus::of_word(text)) {
                (Some(errno), _) => ExpectedOutcome::Errno(errno),
                (None, Some(status)) => ExpectedOutcome::Status(status),
                (None, None) if self.names.handles.iter().any(|handle| handle == text) => {
                    ExpectedOutcome::Handle(text.to_owned())
                }
                (None, None) => match domain::symbol(self.names, word) {
                    Ok(domain) if !text.is_empty() => ExpectedOutcome::Domain(domain),
                    _ => return Err(unknown_outcome(word)),
                },
            },
        })
    }

    fn state(&self, state: &StateForm<'t>) -> Result<Expected, Complaint<'t>> {
        let mut expected = Expected {
            outcome: state.r#return.as_ref().map(|word| self.outcome(word)).transpose()?,
            warns: state.warns.map(|warns| warns.get()),
            ..Expected::default()
        };
        self.pointers(&state.domain, GroupFact::Domain, &mut expected)?;
        self.pointers(&state.default_domain, GroupFact::DefaultDomain, &mut expected)?;
        self.pointers(&state.blocking_domain, GroupFact::BlockingDomain, &mut expected)?;
        for (group, count) in &state.owner_cnt.0 {
            expected.groups.push((self.names.group(group)?, GroupFact::OwnerCnt(count.get())));
        }
        for (group, owner) in &state.owner.0 {
            let owner = match owner.text() {
                OUTSIDE if !owner.is_null() => OUTSIDE,
                _ => self.names.owner(owner)?.unwrap_or(NULL),
            };
            let owner = owner.to_owned();
            expected.groups.push((self.names.group(group)?, GroupFact::Owner(owner)));
        }
        for (group, devices) in &state.devices.0 {
            let id = self.names.group(group)?;
            let devices = devices.iter().map(|device| self.member(device, id)).collect::<Result<_, _>>()?;
            expected.groups.push((id, GroupFact::Devices(devices)));
        }
        for (group, slots) in &state.pasids.0 {
            let table = self.pasids(slots)?;
            expected.groups.push((self.names.group(group)?, GroupFact::Pasids(table)));
        }
        for (handle, domain) in &state.handle_domain.0 {
            let Some(name) = self.names.handle(handle)? else {
                return Err(self.names.undeclared_handle(handle));
            };
            expected.handles.push((name.to_owned(), domain::symbol(self.names, domain)?));
        }
        for (device, domain) in &state.attached.0 {
            let fact = DeviceFact::Attached(domain::symbol(self.names, domain)?);
            expected.devices.push((self.names.device(device)?, fact));
        }
        for (device, driver) in &state.driver.0 {
            expected.devices.push((self.names.device(device)?, DeviceFact::Driver(driver_kind(driver)?)));
        }
        self.pointers(&state.resetting_domain, GroupFact::ResettingDomain, &mut expected)?;
        for (group, count) in &state.recovery_cnt.0 {
            expected.groups.push((self.names.group(group)?, GroupFact::RecoveryCnt(count.get())));
        }
        for (device, blocked) in &state.blocked.0 {
            expected.devices.push((self.names.device(device)?, DeviceFact::Blocked(*blocked)));
        }
        for (device, depth) in &state.reset_depth.0 {
            expected.devices.push((self.names.device(device)?, DeviceFact::ResetDepth(depth.get())));
        }
        Ok(expected)
    }

    /// A table of PASIDs as snapshots show it: of each PASID the handle, the domain, or `(reserved)` for `null`.
    fn pasids(&self, slots: &Entries<'t, SlotContent<'t>>) -> Result<String, Complaint<'t>> {
        let mut table: Vec<(u32, String)> = Vec::with_capacity(slots.0.len());
        for (pasid, held) in &slots.0 {
            let number = pasid.text().parse().map_err(|_| {
                let (found, expected) = (format!("`{}`", pasid.text()), "a PASID".to_owned());
                Complaint::at(pasid.spot(), Problem::WrongValue { found, expected })
            })?;
            let held = match held.text() {
                _ if held.is_null() => RESERVED.to_owned(),
                UNNAMED => UNNAMED.to_owned(),
                name if self.names.handles.iter().any(|handle| handle == name) => name.to_owned(),
                _ => domain::symbol(self.names, held)?,
            };
            table.push((number, held));
        }
        table.sort_unstable();
        let slots: Vec<String> = table.iter().map(|(pasid, held)| format!("{pasid}: {held}")).collect();
        Ok(format!("{{{}}}", slots.join(", ")))
    }

    fn pointers(
        &self,
        entries: &Entries<'t, Symbol<'t>>,
        fact: fn(String) -> GroupFact,
        expected: &mut Expected,
    ) -> Result<(), Complaint<'t>> {
        for (group, domain) in &entries.0 {
            expected.groups.push((self.names.group(group)?, fact(domain::symbol(self.names, domain)?)));
        }
        Ok(())
    }

    /// A device that can be in this group: by the topology, or because a step puts it there.
    fn member(&self, word: &Word<'t>, group: GroupId) -> Result<DeviceId, Complaint<'t>> {
        let device = self.names.device(word)?;
        let declared = self.names.devices.get(device.index()).and_then(|device| device.1);
        let name = self.names.group_name(group);
        let by_hand = self.form.steps.0.iter().any(|step| match &step.operation {
            Operation::GroupAddDevice(form) => form.device.text() == word.text() && form.group.text() == name,
            _ => false,
        });
        if declared == Some(group) || by_hand {
            return Ok(device);
        }
        let hint = match declared {
            Some(other) => format!("it is in group `{}`", self.names.group_name(other)),
            None => "no IOMMU serves it".into(),
        };
        let problem = Problem::WrongGroup { device: word.text().to_owned(), group: name.to_owned() };
        Err(Complaint::at(word.spot(), problem).hint(hint))
    }
}

/// Words that are no outcome, with the errnos and words that are.
fn unknown_outcome<'t>(word: &Word<'t>) -> Complaint<'t> {
    let words = ["ok", "error", "true", "false", "crash", "skipped", "absent"];
    let statuses = VfioStatus::ALL.iter().map(|status| status.word());
    let known: Vec<&str> = words.into_iter().chain(statuses).chain(Errno::names()).collect();
    let text = word.text();
    let hint = match text.strip_prefix('-').and_then(Errno::from_name) {
        Some(errno) => Some(format!("write `{errno}`")),
        None if text.starts_with('E')
            && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) =>
        {
            let problem = Problem::UnknownErrno(text.to_owned());
            return Complaint::at(word.spot(), problem).hint_if(did_you_mean(text, known));
        }
        None => did_you_mean(text, known),
    };
    let all = "`ok`, an errno by name, `error`, `true`, `false`, `crash`, `skipped`, `absent` or a domain";
    Complaint::at(word.spot(), Problem::UnknownOutcome(text.to_owned()))
        .hint(hint.unwrap_or_else(|| all.into()))
}

fn driver_kind<'t>(word: &Word<'t>) -> Result<Option<DriverKind>, Complaint<'t>> {
    if word.is_null() {
        return Ok(None);
    }
    DriverKind::of_word(word.text()).map(Some).ok_or_else(|| {
        let drivers = DriverKind::ALL.iter().map(|driver| driver.word());
        let known: Vec<String> = drivers.chain(["null"]).map(str::to_owned).collect();
        let hint = did_you_mean(word.text(), known.iter().map(String::as_str));
        let problem = Problem::UnknownWord { found: word.text().to_owned(), known };
        Complaint::at(word.spot(), problem).hint_if(hint)
    })
}
