// SPDX-License-Identifier: GPL-2.0-only
//! What a dying kernel says.

/// Lines of a console that tell why a kernel died.
const TELLING: &[&str] = &[
    "BUG:",
    "Oops",
    "RIP: 0010",
    "PC is at ",
    "general protection",
    "Kernel panic",
    "hung_task",
    "blocked for more",
    "kernel BUG",
    "Unable to handle",
    "-init:",
];

/// Functions of every panic.
const ALWAYS_THERE: &[&str] = &["panic", "die", "oops_end", "dump_stack_lvl"];

/// So many lines are kept, and so much of each.
const LINES: usize = 20;
const WIDTH: usize = 160;

/// The telling lines: what the kernel died of, and the functions it was in.
#[must_use]
pub fn summary(console: &str) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for line in console.lines().map(without_time) {
        if TELLING.iter().any(|word| line.contains(word)) {
            let line: String = line.trim().chars().take(WIDTH).collect();
            // the oops is told twice
            if !kept.contains(&line) {
                kept.push(line);
            }
        }
        if let Some(function) = function(line).filter(|name| !ALWAYS_THERE.contains(name)) {
            kept.push(format!("  {function}"));
        }
    }
    kept.truncate(LINES);
    kept
}

/// The last lines, for a guest that never came to answer.
#[must_use]
pub fn tail(console: &str, lines: usize) -> String {
    let all: Vec<&str> = console.lines().filter(|line| !line.trim().is_empty()).collect();
    let shortened = |line: &&str| line.chars().take(WIDTH).collect::<String>();
    let last: Vec<String> = all[all.len().saturating_sub(lines)..].iter().map(shortened).collect();
    last.join("\n")
}

/// A line without the time in front of it: `[    2.034567] Oops: ...`
fn without_time(line: &str) -> &str {
    match line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, rest)) => rest.trim_start(),
        None => line,
    }
}

/// The function of a line of a call trace: `iommu_probe+0x1f/0x90`; on ARM `iommu_probe from bus_probe+0x1f/0x90`.
fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    if let Some((name, rest)) = line.split_once(" from ")
        && is_name(name)
        && rest.contains("+0x")
    {
        return Some(name);
    }
    let (name, rest) = line.split_once("+0x")?;
    let (offset, size) = rest.split_once("/0x")?;
    let hex = |text: &str| text.starts_with(|c: char| c.is_ascii_hexdigit());
    (is_name(name) && offset.chars().all(|c| c.is_ascii_hexdigit()) && hex(size)).then_some(name)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OOPS: &str = "\
[    2.1] BUG: kernel NULL pointer dereference, address: 0000000000000010
[    2.1] #PF: supervisor read access in kernel mode
[    2.1] Oops: Oops: 0000 [#1] PREEMPT SMP NOPTI
[    2.1] RIP: 0010:iommu_group_claim_dma_owner+0x2b/0xb0
[    2.1] Call Trace:
[    2.1]  <TASK>
[    2.1]  ? die_body+0x1f/0x60
[    2.1]  run+0x9a/0x1800 [dmao]
[    2.1]  panic+0x9a/0x18
[    2.1]  dmao_write+0x9a/0x180 [dmao]
[    2.1] RIP: 0010:iommu_group_claim_dma_owner+0x2b/0xb0
[    2.1] Kernel panic - not syncing: Fatal exception
";

    #[test]
    fn an_oops_is_told_once_with_its_functions() {
        assert_eq!(
            summary(OOPS),
            [
                "BUG: kernel NULL pointer dereference, address: 0000000000000010",
                "Oops: Oops: 0000 [#1] PREEMPT SMP NOPTI",
                "RIP: 0010:iommu_group_claim_dma_owner+0x2b/0xb0",
                "  run",
                "  dmao_write",
                "Kernel panic - not syncing: Fatal exception",
            ]
        );
    }

    #[test]
    fn an_oops_of_arm_too() {
        let console = "\
[    4.0] Unable to handle kernel NULL pointer dereference at virtual address 00000004 when read
[    4.0] Internal error: Oops: 5 [#1] SMP ARM
[    4.0] PC is at iommu_deinit_device+0x10/0x50
[    4.0]  iommu_deinit_device from iommu_release_device+0x68/0x90
[    4.0]  iommu_release_device from iommu_bus_notifier+0x40/0x5c
";
        assert_eq!(
            summary(console),
            [
                "Unable to handle kernel NULL pointer dereference at virtual address 00000004 when read",
                "Internal error: Oops: 5 [#1] SMP ARM",
                "PC is at iommu_deinit_device+0x10/0x50",
                "  iommu_deinit_device",
                "  iommu_release_device",
            ]
        );
    }

    #[test]
    fn much_is_cut() {
        let line = format!("BUG: {}\n", "x".repeat(1000));
        let many: String = (0..100).map(|i| format!("function{i}+0x1/0x2\n")).collect();
        let kept = summary(&(line + &many));
        assert_eq!((kept.len(), kept[0].chars().count()), (LINES, WIDTH));
    }

    #[test]
    fn quiet_consoles_tell_nothing() {
        assert_eq!(summary("Linux version 6.12\n[ 1.0] usb 1-1: new device +0x\n\n"), Vec::<String>::new());
        assert_eq!(tail("a\n\nb\nc\n", 2), "b\nc");
        assert_eq!(tail("", 2), "");
    }
}
