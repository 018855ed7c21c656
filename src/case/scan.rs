// SPDX-License-Identifier: GPL-2.0-only
//! A look at the text before it is parsed: what a case must not contain although YAML has it.
//!
//! Anchors make a review hard and a small file expand without bound, and thousands of brackets cost the
//! parser quadratic time, so both are refused here. The scanner knows just enough of YAML to tell an
//! indicator from the same character in a comment, a quoted scalar, a plain scalar or a block scalar.

use super::error::{Complaint, Problem};

/// Brackets in each other; a case needs four.
const MAX_BRACKETS: usize = 16;

/// Finds what must not be in a case.
pub(crate) fn scan(text: &str) -> Result<(), Complaint<'_>> {
    let is_content = |line: &str| !matches!(line.trim_start().as_bytes().first(), None | Some(b'#'));
    if !text.lines().any(is_content) {
        return Err(Complaint::at(None, Problem::Empty).hint("copy another case and edit it"));
    }
    if is_unsuspicious(text.as_bytes()) {
        return Ok(());
    }
    characters(text)?;
    Scanner { text, at: 0, brackets: 0, line_start: 0, content: false }.run()
}

/// What a byte can mean at a first glance.
#[derive(Clone, Copy)]
enum Glance {
    Nothing,
    NewLine,
    Opening,
    Closing,
    Suspicious,
}

/// The table for a first glance: nearly all cases have nothing suspicious and need no closer look.
const GLANCES: [Glance; 256] = {
    let mut table = [Glance::Nothing; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'\n' => Glance::NewLine,
            b'[' | b'{' => Glance::Opening,
            b']' | b'}' => Glance::Closing,
            b'&' | b'*' | b'!' | b'<' | b'%' | 0..=0x1f | 0x7f.. => Glance::Suspicious,
            _ => Glance::Nothing,
        };
        byte += 1;
    }
    table
};

/// Is there nothing at all that could be wrong, wherever it stands?
///
/// Every byte of every case passes here, also in unoptimised builds: hence plain indexing.
fn is_unsuspicious(bytes: &[u8]) -> bool {
    let (mut at, mut brackets) = (0, 0_usize);
    while at < bytes.len() {
        match GLANCES[bytes[at] as usize] {
            Glance::Nothing => {}
            Glance::NewLine if matches!(bytes.get(at + 1..at + 4), Some(b"---" | b"...")) => return false,
            Glance::NewLine => {}
            Glance::Opening if brackets == MAX_BRACKETS => return false,
            Glance::Opening => brackets += 1,
            Glance::Closing => brackets = brackets.saturating_sub(1),
            Glance::Suspicious => return false,
        }
        at += 1;
    }
    true
}

/// Refuses tabs, characters that cannot be seen, and spaces that are none.
fn characters(text: &str) -> Result<(), Complaint<'_>> {
    // A carriage return alone is a line break to YAML and nothing to most readers.
    let lone_return = |at: usize| !text.get(at + 1..).is_some_and(|rest| rest.starts_with('\n'));
    let refused = |(at, c): &(usize, char)| {
        if *c == '\r' { lone_return(*at) } else { is_invisible(*c) || is_odd_space(*c) }
    };
    let Some((at, c)) = text.char_indices().find(refused) else { return Ok(()) };
    let spot = text.get(at..at + c.len_utf8());
    Err(match c {
        '\t' => Complaint::at(spot, Problem::Tab).hint("indent with spaces, two for each level"),
        _ if is_odd_space(c) => Complaint::at(spot, Problem::OddSpace(c)).hint("write a plain space"),
        _ => Complaint::at(spot, Problem::ControlCharacter(c))
            .hint("take it out; it cannot be seen in a review"),
    })
}

/// Control characters, and those that change the direction of text or have no width.
fn is_invisible(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Spaces that part nothing in YAML: without a break, or of another width.
fn is_odd_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    brackets: usize,
    line_start: usize,
    /// Has anything but comments been seen?
    content: bool,
}

impl<'t> Scanner<'t> {
    /// Goes from token to token; at the head of the loop `at` is where a token may begin.
    fn run(mut self) -> Result<(), Complaint<'t>> {
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => {
                    self.at += 1;
                    self.line_start = self.at;
                }
                b' ' | b'\r' | b',' => self.at += 1,
                b'#' => self.skip_line(),
                b'%' if self.at == self.line_start => {
                    return Err(self.complain(Problem::Directive).hint("leave it out"));
                }
                b'-' if self.is_marker("---") => {
                    if self.content {
                        return Err(self.complain(Problem::SecondDocument).hint("one file holds one case"));
                    }
                    self.at += 3;
                }
                b'.' if self.is_marker("...") => {
                    return Err(self.complain(Problem::SecondDocument).hint("leave `...` out"));
                }
                b'-' | b'?' | b':' if self.is_indicator() => self.at += 1,
                b'&' | b'*' => {
                    let problem = Problem::Anchor(self.token().to_owned());
                    return Err(self.complain(problem).hint("write the value out, so that a review sees it"));
                }
                b'!' => {
                    let problem = Problem::Tag(self.token().to_owned());
                    return Err(self
                        .complain(problem)
                        .hint("leave it out; quote the value if it begins with `!`"));
                }
                b'<' if self.token() == "<<:" || self.token() == "<<" => {
                    return Err(self.complain(Problem::MergeKey).hint("write the fields out"));
                }
                b'[' | b'{' => {
                    self.content = true;
                    self.brackets += 1;
                    if self.brackets > MAX_BRACKETS {
                        return Err(self.complain(Problem::TooDeep));
                    }
                    self.at += 1;
                }
                b']' | b'}' => {
                    self.brackets = self.brackets.saturating_sub(1);
                    self.at += 1;
                }
                b'"' => self.double_quoted(),
                b'\'' => self.single_quoted(),
                b'|' | b'>' if self.brackets == 0 => self.block_scalar(),
                _ => self.plain(),
            }
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.byte(0)
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    /// What stands here up to the next space, bracket or end of line.
    fn token(&self) -> &'t str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find([' ', '\n', '\r', ',', ']', '}', '[', '{']).unwrap_or(rest.len());
        &rest[..end]
    }

    fn complain(&self, problem: Problem) -> Complaint<'t> {
        Complaint::at(Some(self.token()), problem)
    }

    /// Is this a document marker on a line of its own?
    fn is_marker(&self, marker: &str) -> bool {
        self.at == self.line_start
            && self.text[self.at..].starts_with(marker)
            && matches!(self.byte(3), None | Some(b' ' | b'\n' | b'\r'))
    }

    /// Is the character here an indicator, and not the beginning of a plain scalar?
    fn is_indicator(&self) -> bool {
        matches!(self.byte(1), None | Some(b' ' | b'\n' | b'\r'))
            || (self.brackets > 0 && matches!(self.byte(1), Some(b',' | b']' | b'}' | b'[' | b'{')))
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|byte| byte != b'\n') {
            self.at += 1;
        }
    }

    fn double_quoted(&mut self) {
        self.content = true;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'"' => break,
                _ => {}
            }
        }
    }

    fn single_quoted(&mut self) {
        self.content = true;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == b'\'' {
                if self.peek() != Some(b'\'') {
                    break;
                }
                self.at += 1;
            }
        }
    }

    /// A plain scalar ends at `: `, at ` #`, at the end of the line, and within brackets at `,`, `]`, `}`.
    fn plain(&mut self) {
        self.content = true;
        self.at += 1;
        while let Some(byte) = self.peek() {
            let next = self.byte(1);
            match byte {
                b'\n' => break,
                b':' if matches!(next, None | Some(b' ' | b'\n' | b'\r')) => break,
                b',' | b'[' | b']' | b'{' | b'}' if self.brackets > 0 => break,
                b':' if self.brackets > 0 && matches!(next, Some(b',' | b'[' | b']' | b'{' | b'}')) => break,
                b' ' if next == Some(b'#') => break,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// A block scalar goes on while lines are blank or indented like its first one, which must be indented
    /// more than what it belongs to.
    fn block_scalar(&mut self) {
        self.content = true;
        let head = self.text.get(self.line_start..self.at).unwrap_or_default();
        let outer = head.len() - head.trim_start_matches([' ', '-']).len();
        let outer = if outer == head.len() { head.rfind('-').unwrap_or(0) } else { outer };
        self.skip_line();
        let mut inner = None;
        while let Some(rest) = self.text.get(self.at + 1..).filter(|rest| !rest.is_empty()) {
            let line = rest.split('\n').next().unwrap_or_default();
            let indent = line.len() - line.trim_start_matches(' ').len();
            if !line.trim().is_empty() && indent < *inner.get_or_insert(indent.max(outer + 1)) {
                break;
            }
            self.at += 1 + line.len();
        }
    }
}
