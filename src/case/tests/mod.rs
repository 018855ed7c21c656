// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the case layer.

use std::path::Path;

#[test]
fn samples_load() {
    for case in ["reports/rk3288-vop-attach-busy", "reports/rk3288-vop-detaches-mapping-first"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(case).with_extension("yaml");
        match super::load(&path) {
            Ok(loaded) => {
                assert_eq!(loaded.name, case);
                println!("{loaded:#?}")
            }
            Err(error) => panic!("{error}"),
        }
    }
}
