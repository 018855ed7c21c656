// SPDX-License-Identifier: GPL-2.0-only
//! Expectations in words: what a source says must happen, and from which release on.

use super::{DeviceFact, Expectation, Expected, ExpectedOutcome, GroupFact};
use crate::case::Case;
use crate::case::releases::Releases;
use crate::script::{Script, Worded};
use crate::trace::names::NULL;

/// What a source says of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The number of the step, from 1.
    pub step: usize,
    /// The operation.
    pub operation: &'static str,
    /// What must happen, each with the first release that it holds for; neighbours differ. What holds for all of
    /// them is left out where they differ in something.
    pub values: Vec<(String, String)>,
}

/// What the case's source says, step by step, in the order of history. Stable releases are passed over.
#[must_use]
pub fn told(case: &Case) -> Vec<Told> {
    let releases = Releases::of_history();
    let script = &case.lowered.script;
    let one = |expectation: &Expectation| {
        let mut values: Vec<(usize, Vec<String>)> = Vec::new();
        for position in case.span.positions() {
            if is_stable(releases.name(position)) {
                continue;
            }
            let Some(expected) = expectation.at(Some(position)) else { continue };
            let words = words(expected, script);
            if values.last().is_none_or(|(_, last)| *last != words) {
                values.push((position, words));
            }
        }
        let shared = |word: &String| values.len() > 1 && values.iter().all(|(_, words)| words.contains(word));
        let value = |(position, words): &(usize, Vec<String>)| {
            let words: Vec<&str> = words.iter().filter(|word| !shared(word)).map(String::as_str).collect();
            let text = if words.is_empty() { "ok".to_owned() } else { words.join(", ") };
            (releases.name(*position).to_owned(), text)
        };
        let values = values.iter().map(value).collect();
        let operation = case.steps.get(expectation.step).map_or("", |step| step.name);
        Told { step: expectation.step + 1, operation, values }
    };
    case.expectations.iter().map(one).collect()
}

/// `v6.1.192`
fn is_stable(name: &str) -> bool {
    name.starts_with('v') && name.matches('.').count() > 1
}

/// An expected value as a list of words.
fn words(expected: &Expected, script: &Script) -> Vec<String> {
    let outcome = expected.outcome.as_ref().map(|outcome| match outcome {
        ExpectedOutcome::Ok => "ok".to_owned(),
        ExpectedOutcome::Errno(errno) => errno.to_string(),
        ExpectedOutcome::Error => "an error".to_owned(),
        ExpectedOutcome::Bool(answer) => answer.to_string(),
        ExpectedOutcome::Status(status) => status.word().to_owned(),
        ExpectedOutcome::Domain(name) | ExpectedOutcome::Handle(name) => name.clone(),
        ExpectedOutcome::Crash => "crash".to_owned(),
        ExpectedOutcome::Skipped => "not possible".to_owned(),
        ExpectedOutcome::Absent => "not there".to_owned(),
    });
    let warns = expected.warns.map(|count| match count {
        0 => "no WARN".to_owned(),
        1 => "WARN".to_owned(),
        more => format!("{more} WARNs"),
    });
    let groups = expected.groups.iter().map(|(group, fact)| {
        let group = script.groups.get(group.index()).map_or("", |spec| spec.name.as_str());
        match fact {
            GroupFact::Domain(domain) => format!("domain of {group}: {domain}"),
            GroupFact::DefaultDomain(domain) => format!("default_domain of {group}: {domain}"),
            GroupFact::BlockingDomain(domain) => format!("blocking_domain of {group}: {domain}"),
            GroupFact::Pasids(pasids) => format!("PASIDs of {group}: {pasids}"),
            GroupFact::ResettingDomain(domain) => format!("resetting_domain of {group}: {domain}"),
            GroupFact::RecoveryCnt(count) => format!("recovery_cnt of {group}: {count}"),
            GroupFact::OwnerCnt(count) => format!("owner_cnt of {group}: {count}"),
            GroupFact::Owner(owner) => format!("owner of {group}: {owner}"),
            GroupFact::Devices(devices) => {
                let names = devices.iter().filter_map(|device| script.devices.get(device.index()));
                let names: Vec<&str> = names.map(|spec| spec.name.as_str()).collect();
                format!("devices of {group}: {}", names.join(" and "))
            }
        }
    });
    let devices = expected.devices.iter().map(|(device, fact)| {
        let device = script.devices.get(device.index()).map_or("", |spec| spec.name.as_str());
        match fact {
            DeviceFact::Attached(domain) => format!("{device} on {domain}"),
            DeviceFact::Blocked(true) => format!("{device} blocked"),
            DeviceFact::Blocked(false) => format!("{device} not blocked"),
            DeviceFact::ResetDepth(depth) => format!("reset_depth of {device}: {depth}"),
            DeviceFact::Driver(driver) => {
                format!("driver of {device}: {}", driver.map_or(NULL, Worded::word))
            }
        }
    });
    outcome.into_iter().chain(warns).chain(groups).chain(devices).collect()
}
