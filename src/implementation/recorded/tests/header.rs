// SPDX-License-Identifier: GPL-2.0-only
//! Which release a header means.

use rstest::rstest;

use crate::implementation::recorded::HeaderError;
use crate::implementation::recorded::wire::Header;
use crate::script::Arch;

fn header(kernel: &str, package: &str) -> Header {
    Header {
        protocol: None,
        kernel: kernel.into(),
        release: "6.1.0-56-amd64".into(),
        package: package.into(),
    }
}

#[rstest]
#[case("6.1.192-2", "v6.1.192", "v6.1.192")]
#[case("6.12.117-1~deb12u1", "v6.12.117", "v6.12.117")]
#[case("7.3.4-1~bpo13+1", "v7.3.4", "v7.3.4")]
#[case("v6.0.1 (minimal build)", "v6.0.1", "v6.0")]
#[case("v5.19 (minimal build)", "v5.19", "v5.19")]
#[case("v6.2-rc4 (minimal build)", "v6.2-rc4", "v6.2-rc4")]
#[case("v6.6.9 with drivers/iommu and iommu.h of v6.7.3 (minimal build)", "v6.7.3", "v6.7.3")]
#[case(
    "v5.19 with iommu.c of commit 1ea2a07a532b (minimal build)",
    "commit:512881eacfa7",
    "commit:512881eacfa7"
)]
#[case("v5.19 with iommu.c of commit 0286300e6045", "commit:0286300e6045", "commit:0286300e6045")]
fn a_package_names_a_release(#[case] package: &str, #[case] wanted: &str, #[case] point: &str) {
    let chosen = header("6.1", package).choose().expect("is known");
    assert_eq!((chosen.wanted.as_str(), chosen.point.name.as_str()), (wanted, point));
}

#[test]
fn what_is_below_a_known_release_is_not_above_it() {
    let chosen = header("6.1", "6.1.20-1").choose().expect("is known");
    assert_eq!(chosen.wanted, "v6.1.20");
    assert!(
        chosen.point.name.starts_with("v6.1") && chosen.point.name != "v6.1.192",
        "{:?}",
        chosen.point.name
    );
}

#[rstest]
#[case("self-made", HeaderError::NoVersion("self-made".into()))]
#[case("", HeaderError::NoVersion(String::new()))]
#[case("9.9.9-1", HeaderError::UnknownVersion { wanted: "v9.9.9".into(), package: "9.9.9-1".into() })]
#[case("4294967296.1", HeaderError::UnknownVersion { wanted: "v4294967296.1".into(), package: "4294967296.1".into() })]
#[case("of commit zzz", HeaderError::UnknownVersion { wanted: "commit:".into(), package: "of commit zzz".into() })]
fn other_packages_name_none(#[case] package: &str, #[case] error: HeaderError) {
    assert_eq!(header("x", package).choose().err(), Some(error));
}

#[test]
fn the_name_of_a_kernel_tells_the_architecture() {
    assert_eq!(header("6.1-armhf", "").arch(), Arch::Arm32);
    assert_eq!(header("6.1", "").arch(), Arch::Generic);
}

#[test]
fn a_program_that_answers_names_its_release() {
    let mut header = header("reference", "reference engine");
    header.protocol = Some(1);
    header.release = "commit:1ea2a07a532b^".into();
    assert_eq!(header.wanted().as_deref(), Some("commit:1ea2a07a532b^"));
}
