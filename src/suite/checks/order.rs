// SPDX-License-Identifier: GPL-2.0-only
//! The order of a case's keys: the same everywhere, so that a reader knows where to look.

/// The keys of a case in their order.
pub const KEYS: [&str; 11] = [
    "title", "sources", "reports", "why", "since", "until", "topology", "given", "steps", "sweep", "deviates",
];

/// Checks that the keys of a case file are in order; says what to move.
#[must_use]
pub fn key_order(text: &str) -> Option<String> {
    let keys = text.lines().filter_map(|line| line.split_once(':')).map(|(key, _)| key);
    let positions = keys.filter_map(|key| KEYS.iter().position(|known| *known == key));
    let mut latest = None;
    for position in positions {
        if let Some(later) = latest.filter(|latest| position < *latest) {
            return Some(format!(
                "`{}` stands after `{}`; the order is {}",
                KEYS[position],
                KEYS[later],
                KEYS.join(", ")
            ));
        }
        latest = Some(position);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_order_pass() {
        assert_eq!(
            key_order("# title: x\ntitle: y\nwhy: >-\n  sources: z\ntopology:\n  steps: 1\nsteps:\n"),
            None
        );
    }

    #[test]
    fn a_key_out_of_order_is_told() {
        assert_eq!(
            key_order("title: y\nsteps:\n  - observe:\nwhy: z\n").as_deref(),
            Some(
                "`why` stands after `steps`; the order is title, sources, reports, why, since, until, topology, given, \
                 steps, sweep, deviates"
            )
        );
    }
}
