// SPDX-License-Identifier: GPL-2.0-only
//! Rules for a case that are about its words: title, sources, releases, deviations.

use super::Deviation;
use super::error::{Complaint, Problem, split_at};
use super::form::{CaseForm, OneOrMore, Operation, Release, Word};
use super::limits::{MAX_FAULTS, MAX_STEPS, MAX_SWEPT_STEPS, MAX_TITLE};
use super::releases::{Releases, Span};

/// Checks what can be checked without looking anything up.
pub(crate) fn check<'t>(form: &CaseForm<'t>) -> Result<(), Complaint<'t>> {
    title(&form.title)?;
    form.sources.0.iter().try_for_each(|word| source(word))?;
    if form.steps.0.len() > MAX_STEPS {
        let problem = Problem::TooMany { what: "steps", count: form.steps.0.len(), limit: MAX_STEPS };
        let spot = form.steps.0.get(MAX_STEPS).and_then(|step| step.name.spot());
        return Err(Complaint::at(spot, problem).hint("split the case"));
    }
    sweeps(form)?;
    let is_fault = |operation: &Operation<'t>| matches!(operation, Operation::Fail(_));
    let faults: Vec<_> = form.steps.0.iter().filter(|step| is_fault(&step.operation)).collect();
    let limit = MAX_FAULTS - usize::from(form.sweep.is_some());
    if let Some(step) = faults.get(limit) {
        let problem = Problem::TooMany { what: "faults", count: faults.len(), limit };
        return Err(Complaint::at(step.name.spot(), problem).hint("split the case"));
    }
    Ok(())
}

/// A case with a sweep is short, and each call is swept once.
fn sweeps<'t>(form: &CaseForm<'t>) -> Result<(), Complaint<'t>> {
    let Some(OneOrMore(sweeps)) = &form.sweep else { return Ok(()) };
    if let Some(step) = form.steps.0.get(MAX_SWEPT_STEPS) {
        let count = form.steps.0.len();
        let problem =
            Problem::TooMany { what: "steps in a case with a sweep", count, limit: MAX_SWEPT_STEPS };
        return Err(Complaint::at(step.name.spot(), problem)
            .hint("it is run once for each call; put what comes before into `given`"));
    }
    for (index, sweep) in sweeps.iter().enumerate() {
        if sweeps[..index].iter().any(|other| other.call == sweep.call) {
            let problem = Problem::Conflict("two sweeps of the same call".into());
            return Err(Complaint::at(sweep.errno.spot(), problem).hint("make two cases"));
        }
    }
    Ok(())
}

/// A title is one line that says what is, in the present tense.
fn title<'t>(title: &Word<'t>) -> Result<(), Complaint<'t>> {
    let text = title.text();
    let orders = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        ["should", "shouldn't", "shall", "must", "mustn't", "ought"]
            .iter()
            .any(|order| word.eq_ignore_ascii_case(order))
    };
    let rule = if text.trim().is_empty() {
        "is empty"
    } else if text.contains('\n') {
        "has more than one line"
    } else if text.len() > MAX_TITLE && text.chars().count() > MAX_TITLE {
        "has more than 100 characters"
    } else if text.ends_with('.') {
        "ends with a period"
    } else if text.trim() != text {
        "begins or ends with a space"
    } else if text.split_ascii_whitespace().any(orders) {
        "says what should be, not what is"
    } else {
        return Ok(());
    };
    Err(Complaint::at(title.spot(), Problem::Title(rule))
        .hint("one line in the present tense, such as `A second claim with another owner is refused`"))
}

/// A title that YAML cuts off at a ` #` is not what its author wrote.
pub(crate) fn title_is_whole<'t>(text: &'t str, title: &Word<'t>) -> Result<(), Complaint<'t>> {
    let rest = title.spot().and_then(|spot| split_at(text, spot)?.1.get(spot.len()..));
    let line = rest.and_then(|rest| rest.lines().next()).unwrap_or_default();
    if line.trim_start().starts_with('#') {
        return Err(Complaint::at(title.spot(), Problem::Title("ends where a ` #` begins a comment"))
            .hint("put the whole title in quotes, or take the comment out"));
    }
    Ok(())
}

const SOURCE_HINT: &str = "a URL, `commit:<12 hex digits>` or `kernel:<path in the tree>`";

/// A source is a URL, a commit of the kernel or a file of it.
fn source<'t>(source: &Word<'t>) -> Result<(), Complaint<'t>> {
    let text = source.text();
    let visible = text.chars().all(|c| c.is_ascii_graphic());
    let good = if let Some(id) = text.strip_prefix("commit:") {
        id.len() == 12 && id.chars().all(|c| c.is_ascii_digit() || matches!(c, 'a'..='f'))
    } else if let Some(path) = text.strip_prefix("kernel:") {
        !path.is_empty() && !path.starts_with('/') && visible
    } else {
        let rest = text.strip_prefix("https://").or(text.strip_prefix("http://"));
        visible && rest.and_then(|rest| rest.split('/').next()).is_some_and(|host| host.contains('.'))
    };
    if good {
        return Ok(());
    }
    let hint = match text.strip_prefix("commit:") {
        Some(id) if id.len() > 12 && id.chars().all(|c| c.is_ascii_hexdigit()) => {
            let hint = format!("write `commit:{}`", id[..12].to_ascii_lowercase());
            return Err(Complaint::at(source.spot(), Problem::BadSource(text.to_owned())).hint(hint));
        }
        Some(_) => "a commit is `commit:` and the first 12 hex digits of its id, in small letters",
        None => SOURCE_HINT,
    };
    Err(Complaint::at(source.spot(), Problem::BadSource(text.to_owned())).hint(hint))
}

/// The releases from `since` to `until`.
pub(crate) fn span<'t>(form: &CaseForm<'t>, releases: &Releases) -> Result<Span, Complaint<'t>> {
    let find = |word: &Release<'t>| releases.find(word.text(), word.spot());
    let all = releases.all();
    let first = form.since.as_ref().map_or(Ok(*all.start()), find)?;
    let last = form.until.as_ref().map_or(Ok(*all.end()), find)?;
    match (&form.since, &form.until) {
        (Some(since), Some(until)) if first > last => {
            let range = format!("{}..{}", since.text(), until.text());
            Err(Complaint::at(since.spot(), Problem::ReversedRange(range))
                .hint("`since` is the older release"))
        }
        _ => Ok(Span::Range(first..=last)),
    }
}

/// The known deviations.
pub(crate) fn deviations<'t>(
    form: &CaseForm<'t>,
    releases: &Releases,
) -> Result<Vec<Deviation>, Complaint<'t>> {
    let read = |deviation: &super::form::DeviationForm<'t>| {
        let step: usize = deviation.step.get();
        if step > form.steps.0.len() {
            let problem = Problem::NoSuchStep(step);
            return Err(
                Complaint::at(deviation.implementation.spot(), problem).hint("steps are counted from 1")
            );
        }
        if deviation.reason.text().trim().is_empty() {
            return Err(Complaint::at(
                deviation.implementation.spot(),
                Problem::MissingField("reason".into()),
            ));
        }
        let span = Span::read(releases, deviation.releases.text(), deviation.releases.spot())?;
        Ok(Deviation {
            implementation: deviation.implementation.text().to_owned(),
            releases: deviation.releases.text().to_owned(),
            step,
            reason: deviation.reason.text().trim().to_owned(),
            span,
        })
    };
    form.deviates.iter().map(read).collect()
}
