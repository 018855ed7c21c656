// SPDX-License-Identifier: GPL-2.0-only
//! The results as JUnit XML: a test suite for each area, a test case for each case.

use std::io::Write;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::report::Report;
use super::{Whole, complaints};
use crate::cli::failure::Failure;

pub fn write(whole: &Whole<'_>, reports: &[Report], out: &mut impl Write) -> Result<(), Failure> {
    let mut xml = quick_junit::Report::new(format!("dma-ownership on {}", whole.on));
    for suite in reports.chunk_by(|a, b| area(a) == area(b)) {
        let mut tests = TestSuite::new(suite.first().map_or("", area));
        tests.add_test_cases(suite.iter().map(test_case));
        xml.add_test_suite(tests);
    }
    let text = xml.to_string().map_err(|error| Failure::Report(error.to_string()))?;
    writeln!(out, "{text}")?;
    Ok(())
}

fn area(report: &Report) -> &str {
    report.name.rsplit_once('/').map_or("", |(area, _)| area)
}

fn test_case(report: &Report) -> TestCase {
    let complaints = complaints(report);
    let mut status = TestCaseStatus::success();
    if !complaints.is_empty() {
        let (kind, message) = match report.result {
            Ok(_) => (NonSuccessKind::Failure, "not as expected"),
            Err(_) => (NonSuccessKind::Error, "cannot be loaded"),
        };
        status = TestCaseStatus::non_success(kind);
        status.set_message(message).set_description(complaints.join("\n"));
    }
    let slug = report.name.rsplit('/').next().unwrap_or_default();
    let mut case = TestCase::new(slug, status);
    case.set_classname(area(report));
    case
}
