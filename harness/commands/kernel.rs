// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership kernel`, as far as it needs no network.

use crate::support::{Ran, Suite, command};

#[test]
fn kernels_are_listed_with_what_is_prepared() {
    let cache = Suite::of(&[
        ("../6.1/kernel.json", r#"{"kernel":"6.1","release":"6.1.0-56-amd64","package":"6.1.192-2"}"#),
        ("../6.1/vmlinux", ""),
        ("../6.1/initramfs.cpio", ""),
    ]);
    let ran = Ran::of(command().env("DMA_OWNERSHIP_CACHE", cache.root()).args(["kernel", "list"]));
    assert_eq!(ran.code, 0, "{ran}");
    let row = |name: &str| {
        ran.out.lines().find(|line| line.split_whitespace().next() == Some(name)).expect("a row")
    };
    assert!(row("6.1").contains("6.1.192-2, with another module"), "{ran}");
    assert!(row("7.3").contains("Debian trixie-backports"), "{ran}");
    assert!(row("7.2-armhf").contains("armhf"), "{ran}");
}

#[test]
fn a_kernel_that_debian_does_not_have_is_not_prepared() {
    let cache = Suite::of(&[]);
    let ran =
        Ran::of(command().env("DMA_OWNERSHIP_CACHE", cache.root()).args(["kernel", "prepare", "6.12.95"]));
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.err.contains("there is no kernel 6.12.95 to prepare; there are 5.10 "), "{ran}");
    assert!(ran.err.contains("6.12 is the newest that Debian has of its series"), "{ran}");
}
