// SPDX-License-Identifier: GPL-2.0-only
//! What is wrong with a message is told with its place.

use rstest::rstest;

use crate::protocol::{Hello, Reply, WireError, WireScript, from_json};
use crate::script::{DeviceSpec, GroupId, GroupSpec, Op, Script};
use crate::trace::Unseen;

#[rstest]
#[case(r#"{"ops":[]}"#, "missing field `id` (line 1, column 10)")]
#[case(r#"{"id":"x","ops":[],"note":1}"#, "note: unknown field `note`")]
#[case(r#"{"id":"x","ops":["observe"]}"#, "ops[0].observe: invalid type: unit variant")]
#[case(r#"{"id":"x","ops":[{}]}"#, "ops[0]: expected value")]
#[case(r#"{"id":"x","ops":[{"observe":{},"deny":{}}]}"#, "ops[0]")]
#[case(r#"{"id":"x","ops":[{"observe":{"a":1}}]}"#, "ops[0].observe.a: unknown field `a`")]
#[case(
    r#"{"id":"x","ops":[{"bind":{"device":"d","driver":"vfio"}}]}"#,
    "ops[0].bind.driver: invalid value: string \"vfio\", expected a driver: `kernel_dma`, `managed`, `vfio_pci`, `pci_stub`, `pcieport` or `vfio_emulated` (line 1, column 54)"
)]
#[case(r#"{"id":"x","ops":[{"bind":{"device":"d"}}]}"#, "ops[0].bind: missing field `driver`")]
#[case(
    r#"{"id":"x","groups":[{"name":"g"}],"ops":[{"iommu_group_claim_dma_owner":{"group":"g"}}]}"#,
    "missing field `owner`"
)]
#[case(r#"{"id":"x","groups":[{"name":"g"},{"name":"g"}],"ops":[]}"#, "groups[1].name: a second group `g`")]
#[case(r#"{"id":"x","groups":[{"name":"a b"}],"ops":[]}"#, "groups[0].name: `a b` cannot be a name")]
#[case(
    r#"{"id":"x","devices":[{"name":"d","group":"g"}],"ops":[]}"#,
    "devices[0].group: no group `g` in this script"
)]
#[case(r#"{"id":"x","owners":["null"],"ops":[]}"#, "owners[0]: `null` cannot be a name")]
#[case(r#"{"id":"x","devices":[{"name":"d"}],"ops":[{"iommu_attach_device":{"domain":"made(x, 1)","device":"d"}}]}"#, "ops[0].domain: `made(x, 1)` is no domain")]
#[case(
    r#"{"id":"x","groups":[{"name":"g"}],"ops":[{"poke":{"group":"g","field":"owner_cnt","value":-1}}]}"#,
    "ops[0].value: `-1` is not a number from 0 to 4294967295"
)]
#[case(
    r#"{"id":"x","ops":[{"arm_iommu_release_mapping":{}}]}"#,
    "ops[0]: exactly one of `mapping` and `device` is expected"
)]
#[case(
    r#"{"id":"x","ops":[{"fail":{"call":"attach","domain":"a","domain_type":"dma","errno":"EIO"}}]}"#,
    "ops[0]: `domain` and `domain_type` in one fault"
)]
#[case(
    r#"{"id":"x","ops":[{"fail":{"call":"attach","errno":"EWHAT"}}]}"#,
    "ops[0].fail.errno: invalid value: string \"EWHAT\", expected an errno by name"
)]
fn of_scripts(#[case] text: &str, #[case] message: &str) {
    let script = from_json::<WireScript<'_>>(text.as_bytes()).and_then(|script| script.read());
    let error = script.expect_err("wrong").to_string();
    assert!(error.contains(message), "{error}");
}

#[rstest]
#[case(r#""steps":[{}]"#, "steps[0]: exactly one of `returned`, `skipped`, `absent` and `bad` is expected")]
#[case(r#""steps":[{"returned":"ok","absent":true}]"#, "steps[0]: exactly one of")]
#[case(r#""steps":[{"returned":"ok"},{"returned":"ok"}]"#, "steps: 2 steps, but the script has 1 operations")]
#[case(r#""steps":[{"skipped":"no time"}]"#, "steps[0].skipped: `no time` is not a reason to skip a step")]
#[case(
    r#""steps":[{"returned":{"domain":"drm"}}]"#,
    "steps[0].returned.domain: no domain `drm` in this script"
)]
#[case(r#""steps":[{"returned":{"domian":"drm"}}]"#, "steps[0].returned.domian: unknown field `domian`")]
#[case(r#""steps":[{"returned":"ok","groups":{"h":null}}]"#, "steps[0].groups: no group `h` in this script")]
#[case(r#""steps":[{"returned":"ok","groups":{"g":{}}}]"#, "steps[0].groups.g: `domain` is missing")]
#[case(r#""steps":[{"returned":"ok","groups":{"g":{"domain":"domain(g)"}}}]"#, "steps[0].groups.g")]
#[case(r#""steps":[{"returned":"ok","groups":{"g":null,"g":null}}]"#, "duplicate key `g`")]
#[case(r#""steps":[{"returned":"ok","devices":{"d":{"attached":null,"group":null,"driver":null,"mapping":null}}}]"#, "steps[0].devices.d: `mapping` and `dma_ops` come together")]
#[case(
    r#""steps":[{"returned":"ok","calls":[{"attach_device":{}}]}]"#,
    "steps[0].calls[0]: unknown variant `attach_device`, expected one of `of_xlate`"
)]
#[case(
    r#""steps":[{"returned":"ok","calls":[{"device_group":{"device":"d"}}]}]"#,
    "steps[0].calls[0]: exactly one of"
)]
#[case(
    r#""steps":[{"returned":"ok","calls":[{"domain_alloc":{"domain":null}}]}]"#,
    "steps[0].calls[0]: `type` is missing"
)]
fn of_traces(#[case] trace: &str, #[case] message: &str) {
    let error =
        answer(&format!(r#"{{"seq":1,"trace":{{{trace},"end":{{}}}}}}"#)).expect_err("wrong").to_string();
    assert!(error.starts_with("trace.") && error.contains(message), "{error}");
}

#[rstest]
#[case(r#"{"seq":1,"trace":{"steps":[{"returned":"ok"}]}}"#, "trace: `end` is missing")]
#[case(
    r#"{"seq":1,"crashed":{"step":0,"trace":{"steps":[],"end":{}}}}"#,
    "crashed.trace.end: a kernel that died has no teardown"
)]
#[case(r#"{"seq":1,"crashed":{"trace":{"steps":[]}}}"#, "crashed: missing field `step`")]
#[case(r#"{"seq":1}"#, "exactly one of `trace`, `crashed`, `skipped` and `errored` is expected")]
#[case(r#"{"skipped":"x"}"#, "missing field `seq`")]
fn of_answers(#[case] text: &str, #[case] message: &str) {
    let error = answer(text).expect_err("wrong").to_string();
    assert!(error.starts_with(message), "{error}");
}

fn answer(text: &str) -> Result<(), WireError> {
    let script = Script {
        groups: vec![GroupSpec { name: "g".into(), hold: false }],
        devices: vec![DeviceSpec::new("d", Some(GroupId(0)))],
        ops: vec![Op::Observe],
        ..Script::default()
    };
    from_json::<Reply<'_>>(text.as_bytes())?.into_answer().read(&script, Unseen::NOTHING).map(drop)
}

#[rstest]
#[case(r#"{"protocol":3}"#, "protocol: version 3, but this program speaks version 2")]
#[case(r#"{"name":"x"}"#, "missing field `protocol`")]
#[case(r#"{"protocol":2,"name":"x","window":0}"#, "window: a window of 0 lets no script in")]
#[case(r#"{"protocol":2,"name":"x","steps":["observe","bnid"]}"#, "steps[1]: `bnid` is not an operation")]
#[case(
    r#"{"protocol":2,"name":"x","capabilities":["usb"]}"#,
    "capabilities[0]: invalid value: string \"usb\", expected a capability: "
)]
#[case(r#"{"protocol":2,"name":"x","observes":["groups"]}"#, "observes[0]: invalid value")]
fn of_hellos(#[case] text: &str, #[case] message: &str) {
    let error = Hello::read(text.as_bytes()).expect_err("wrong").to_string();
    assert!(error.starts_with(message), "{error}");
}
