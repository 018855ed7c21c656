// SPDX-License-Identifier: GPL-2.0-only
//! The last lines that a program writes to its standard error.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that are kept.
const KEPT: usize = 4096;
/// Lines that are shown.
const SHOWN: usize = 5;

/// The end of a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail(Arc<Mutex<VecDeque<u8>>>);

impl Tail {
    /// Reads all there is, and keeps the end of it.
    pub(super) fn fill(&self, mut from: impl Read) {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(buffer.get(..read).unwrap_or_default());
            let spare = kept.len().saturating_sub(KEPT);
            kept.drain(..spare);
        }
    }

    /// The last lines, joined by ` / `; `None` if there are none.
    pub(super) fn last_lines(&self) -> Option<String> {
        let kept: Vec<u8> = {
            let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.iter().copied().collect()
        };
        let text = String::from_utf8_lossy(&kept);
        let plain = |line: &str| -> String { line.chars().filter(|c| !c.is_control()).collect() };
        let lines: Vec<String> = text.lines().map(plain).filter(|line| !line.trim().is_empty()).collect();
        let last = lines.get(lines.len().saturating_sub(SHOWN)..).unwrap_or_default();
        (!last.is_empty()).then(|| last.join(" / "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", None)]
    #[case("\n \n", None)]
    #[case("one\n\ntwo", Some("one / two"))]
    #[case("1\n2\n3\n4\n5\n6\n", Some("2 / 3 / 4 / 5 / 6"))]
    #[case("\u{1b}[31mred\r\n", Some("[31mred"))]
    fn last_lines(#[case] text: &str, #[case] shown: Option<&str>) {
        let tail = Tail::default();
        tail.fill(text.as_bytes());
        assert_eq!(tail.last_lines().as_deref(), shown);
    }

    #[test]
    fn only_the_end_is_kept() {
        let tail = Tail::default();
        tail.fill(std::io::repeat(b'x').take(1 << 20));
        assert_eq!(tail.last_lines().map(|text| text.len()), Some(KEPT));
    }
}
