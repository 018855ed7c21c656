// SPDX-License-Identifier: GPL-2.0-only
//! What other implementations did as JUnit XML: a test suite for each implementation.

use std::io::Write;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Found, Tested, text};
use crate::cli::failure::Failure;
use crate::suite::judge::Judged;

pub fn write(found: &[Found], tested: &[Tested], out: &mut impl Write) -> Result<(), Failure> {
    let mut xml = Report::new("dma-ownership");
    for one in tested {
        let mut suite = TestSuite::new(format!("{} against {}", one.name, one.point.name));
        suite.set_time(one.ran);
        suite.add_test_cases(found.iter().zip(&one.judged).zip(&one.took).map(|((found, judged), took)| {
            let (area, slug) = found.name.rsplit_once('/').unwrap_or(("", &found.name));
            let mut case = TestCase::new(slug, status(found, judged.as_ref(), one));
            case.set_classname(area).set_time(*took);
            case
        }));
        xml.add_test_suite(suite);
    }
    let text = xml.to_string().map_err(|error| Failure::Report(error.to_string()))?;
    writeln!(out, "{text}")?;
    Ok(())
}

fn status(found: &Found, judged: Option<&Judged>, tested: &Tested) -> TestCaseStatus {
    let failed = |kind, message: &str, lines: Vec<String>| {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(message).set_description(lines.join("\n"));
        status
    };
    let skipped = |reason: &str| {
        let mut status = TestCaseStatus::skipped();
        status.set_message(reason);
        status
    };
    match (&found.case, judged) {
        (Err(error), _) => failed(NonSuccessKind::Error, "cannot be loaded", vec![error.to_string()]),
        (Ok(_), None) => failed(NonSuccessKind::Error, "no answer", Vec::new()),
        (Ok(_), Some(Judged::Agrees)) => TestCaseStatus::success(),
        (Ok(_), Some(Judged::Skipped { reason } | Judged::Known { reason })) => skipped(reason),
        (Ok(_), Some(judged)) => {
            let (kind, message) = match judged {
                Judged::Errored { .. } => (NonSuccessKind::Error, "error"),
                Judged::Crashed(_) => (NonSuccessKind::Failure, "crashed"),
                _ => (NonSuccessKind::Failure, "deviates"),
            };
            failed(kind, message, text::lines(found, judged, tested))
        }
    }
}
