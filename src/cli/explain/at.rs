// SPDX-License-Identifier: GPL-2.0-only
//! A position of a sweep, as the command line names it.

use std::str::FromStr;

use crate::case::{Case, Sweep};
use crate::cli::failure::Failure;
use crate::script::{FaultKind, Worded};

/// `3` or `attach:3`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    call: Option<FaultKind>,
    position: u32,
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<At, String> {
        let (call, number) = match text.split_once(':') {
            Some((word, number)) => {
                let words = || FaultKind::ALL.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ");
                let unknown = || format!("`{word}` is no call; the calls are {}", words());
                (Some(FaultKind::of_word(word).ok_or_else(unknown)?), number)
            }
            None => (None, text),
        };
        match number.parse() {
            Ok(position @ 1..) => Ok(At { call, position }),
            _ => Err("a position is a number from 1, or a call and a number: attach:1".into()),
        }
    }
}

impl At {
    /// The case with the fault of its sweep there.
    pub fn of(&self, name: &str, case: &Case) -> Result<Case, Failure> {
        let lowered = case.lower();
        let swept = || lowered.sweeps.iter().map(|sweep| sweep.fault.kind.word()).collect::<Vec<_>>();
        let is_meant = |sweep: &&Sweep| self.call.is_none_or(|call| sweep.fault.kind == call);
        let mut meant = lowered.sweeps.iter().filter(is_meant);
        match (meant.next(), meant.next()) {
            (Some(sweep), None) => Ok(case.with_fault(sweep, self.position)),
            _ if lowered.sweeps.is_empty() => Err(Failure::NoSweep(name.to_owned())),
            _ => Err(Failure::WhichSweep { case: name.to_owned(), calls: swept().join(", ") }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("3", Some(At { call: None, position: 3 }))]
    #[case("attach:1", Some(At { call: Some(FaultKind::Attach), position: 1 }))]
    #[case("alloc:12", Some(At { call: Some(FaultKind::Alloc), position: 12 }))]
    #[case("0", None)]
    #[case("attach:", None)]
    #[case("-1", None)]
    #[case("detach:1", None)]
    #[case("", None)]
    fn positions_are_read(#[case] text: &str, #[case] at: Option<At>) {
        assert_eq!(text.parse().ok(), at);
    }
}
