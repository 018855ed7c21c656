// SPDX-License-Identifier: GPL-2.0-only
//! Leaving out of a text what another text says too, and putting it back.

/// What stands for the lines beneath a step that are as in the other text.
const SAME: &str = " ...";

/// What lines about the setup begin with; they come before the steps.
const SETUP: &str = "setup of ";

/// Writes `text` without the lines beneath steps that are the same in `other`.
pub(super) fn shorten(out: &mut String, other: &str, text: &str) {
    let (_, mut others) = steps(other);
    let (setup, steps) = steps(text);
    out.push_str(setup);
    for step in steps {
        let same = others.next() == Some(step);
        match step.split_once('\n') {
            Some((head, beneath)) if same && !beneath.is_empty() => {
                out.push_str(head);
                out.push_str(SAME);
                out.push('\n');
            }
            _ => out.push_str(step),
        }
    }
}

/// Puts back what [`shorten`] left out.
pub(super) fn restore(other: &str, shortened: &str) -> String {
    let (_, mut others) = steps(other);
    let (setup, steps) = steps(shortened);
    let mut text = String::with_capacity(other.len().max(shortened.len()));
    text.push_str(setup);
    for step in steps {
        let whole = others.next().filter(|_| step.trim_end().ends_with(SAME));
        text.push_str(whole.unwrap_or(step));
    }
    text
}

/// Divides a text into what is said of the setup, and the steps, each with the lines beneath it.
fn steps(text: &str) -> (&str, impl Iterator<Item = &str>) {
    let setup: usize =
        text.split_inclusive('\n').take_while(|line| line.starts_with(SETUP)).map(str::len).sum();
    let (setup, mut rest) = text.split_at(setup);
    let steps = std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut ends = rest.match_indices('\n').map(|(at, _)| at + 1);
        let end = ends.find(|end| !rest[*end..].starts_with(' ')).unwrap_or(rest.len());
        let (step, more) = rest.split_at(end);
        rest = more;
        Some(step)
    });
    (setup, steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: &str = "setup of x = EIO\n1 a\n    one\n    two\n2 b\n3 c\n    three\nend: x\n";

    fn both(text: &str) -> String {
        let mut short = String::new();
        shorten(&mut short, OTHER, text);
        assert_eq!(restore(OTHER, &short), text);
        short
    }

    #[test]
    fn what_is_the_same_is_left_out() {
        assert_eq!(both(OTHER), "setup of x = EIO\n1 a ...\n2 b\n3 c ...\nend: x\n");
        assert_eq!(both("1 a\n    one\n2 b\n3 c\n    three\n"), "1 a\n    one\n2 b\n3 c ...\n");
        assert_eq!(
            both("setup of y = EIO\n1 a\n2 b\n    more\n3 d\n    three\nend: y\n"),
            "setup of y = EIO\n1 a\n2 b\n    more\n3 d\n    three\nend: y\n"
        );
        assert_eq!(both(""), "");
    }

    #[test]
    fn a_longer_text_keeps_its_rest() {
        assert_eq!(
            both("1 a\n    one\n    two\n2 b\n3 c\n    three\nend: x\n5 e\n    five\n"),
            "1 a ...\n2 b\n3 c ...\nend: x\n5 e\n    five\n"
        );
    }
}
