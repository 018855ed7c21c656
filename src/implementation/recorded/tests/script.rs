// SPDX-License-Identifier: GPL-2.0-only
//! From JSON to scripts.

use rstest::rstest;

use crate::implementation::recorded::parse;
use crate::implementation::recorded::wire::Line;
use crate::script::{
    Arch, DefaultType, DetachOps, DeviceId, DomainKind, DomainName, DomainOps, DomainRef, DriverKind, Errno,
    Fault, FaultDomain, FaultKind, Field, GivenHandle, GroupId, HandleId, KindSet, MappingId, MappingOf, Op,
    OwnerId, PokeValue, Script, Setting, Static, TypeWord,
};

const D0: DeviceId = DeviceId(0);
const D1: DeviceId = DeviceId(1);
const G0: GroupId = GroupId(0);
const H0: HandleId = HandleId(0);
const M0: DomainRef = DomainRef(0);

fn script(json: &str) -> Result<Script, String> {
    let line: Line<'_> = serde_json::from_str(json).map_err(|e| e.to_string())?;
    parse(&line, Arch::Generic).map_err(|e| e.to_string())
}

/// A script of one operation on two devices of one group.
fn one(op: &str) -> Result<Op, String> {
    let json = serde_json::json!({
        "topo": {"devs": {"d0": {"group": "g0"}, "d1": {"group": "g0"}}},
        "ops": [op],
    });
    script(&json.to_string()).map(|script| script.ops[0])
}

fn fault(kind: FaultKind, domain: FaultDomain, skip: u32, count: Option<u32>) -> Op {
    Op::Fail(Fault { kind, device: Some(D0), domain, errno: Errno::EIO, skip, count })
}

#[rstest]
#[case("add d0", Op::DeviceAdd { device: D0, driver: None })]
#[case("add d1 kdma", Op::DeviceAdd { device: D1, driver: Some(DriverKind::KernelDma) })]
#[case("del d0", Op::DeviceDel { device: D0 })]
#[case("bind d0 user", Op::Bind { device: D0, driver: DriverKind::Managed })]
#[case(" unbind\td0 ", Op::Unbind { device: D0 })]
#[case("ireg", Op::IommuDeviceRegister)]
#[case("iunreg", Op::IommuDeviceUnregister)]
#[case("use d0", Op::UseDefaultDomain { device: D0 })]
#[case("unuse d0", Op::UnuseDefaultDomain { device: D0 })]
#[case("claim g0 o1", Op::GroupClaimDmaOwner { group: G0, owner: Some(OwnerId(0)) })]
#[case("claim g0 null", Op::GroupClaimDmaOwner { group: G0, owner: None })]
#[case("release g0", Op::GroupReleaseDmaOwner { group: G0 })]
#[case("claimed g0", Op::GroupDmaOwnerClaimed { group: G0 })]
#[case("claimed g9", Op::GroupDmaOwnerClaimed { group: GroupId(1) })]
#[case("dclaim d0 o7", Op::DeviceClaimDmaOwner { device: D0, owner: Some(OwnerId(0)) })]
#[case("drelease d0", Op::DeviceReleaseDmaOwner { device: D0 })]
#[case("alloc A d0", Op::DomainAlloc { domain: M0, device: D0 })]
#[case("free A", Op::DomainFree { domain: M0 })]
#[case("attach_dev A d0", Op::AttachDevice { domain: M0, device: D0 })]
#[case("detach_dev A d0", Op::DetachDevice { domain: M0, device: D0 })]
#[case("attach_group A g0", Op::AttachGroup { domain: M0, group: G0 })]
#[case("detach_group A g0", Op::DetachGroup { domain: M0, group: G0 })]
#[case("replace A g0", Op::GroupReplaceDomain { domain: M0, group: G0 })]
#[case("attach_pasid A d0 300", Op::AttachDevicePasid { domain: M0, device: D0, pasid: 300, handle: GivenHandle::Fresh })]
#[case("attach_pasid_h A d0 1 null", Op::AttachDevicePasid { domain: M0, device: D0, pasid: 1, handle: GivenHandle::Null })]
#[case("attach_pasid_h A d0 1 h7", Op::AttachDevicePasid { domain: M0, device: D0, pasid: 1, handle: GivenHandle::Named(H0) })]
#[case("replace_pasid A d0 1 h7", Op::ReplaceDevicePasid { domain: M0, device: D0, pasid: 1, handle: Some(H0) })]
#[case("attach_group_h A g0 h7", Op::AttachGroupHandle { domain: M0, group: G0, handle: Some(H0) })]
#[case("detach_group_h A g0", Op::DetachGroupHandle { domain: M0, group: G0 })]
#[case("replace_group_h A g0 null", Op::ReplaceGroupHandle { domain: Some(M0), group: G0, handle: None })]
#[case("replace_group_h null g0 h7", Op::ReplaceGroupHandle { domain: None, group: G0, handle: Some(H0) })]
#[case("handle g0 0", Op::AttachHandleGet { group: G0, pasid: 0, kind: None })]
#[case("handle g0 1 DMA", Op::AttachHandleGet { group: G0, pasid: 1, kind: Some(DomainKind::Dma) })]
#[case("detach_pasid A d0 -1", Op::DetachDevicePasid { domain: M0, device: D0, pasid: -1 })]
#[case("type g0 DMA-FQ", Op::GroupStoreType { group: G0, word: TypeWord::DmaFq })]
#[case("type g0 nonsense", Op::GroupStoreType { group: G0, word: TypeWord::Unknown })]
#[case("gadd d0 g0", Op::GroupAddDevice { device: D0, group: G0 })]
#[case("gdel d0", Op::GroupRemoveDevice { device: D0 })]
#[case("arm_create S d0", Op::ArmCreateMapping { mapping: MappingId(0), device: D0, size: 128 << 20 })]
#[case("arm_create S d0 0x1000", Op::ArmCreateMapping { mapping: MappingId(0), device: D0, size: 4096 })]
#[case("arm_create S d0 010", Op::ArmCreateMapping { mapping: MappingId(0), device: D0, size: 8 })]
#[case("arm_create S d0 0", Op::ArmCreateMapping { mapping: MappingId(0), device: D0, size: 0 })]
#[case("arm_attach d0", Op::ArmAttachDevice { device: D0, mapping: None })]
#[case("arm_attach d0 S", Op::ArmAttachDevice { device: D0, mapping: Some(MappingId(0)) })]
#[case("arm_detach d0", Op::ArmDetachDevice { device: D0 })]
#[case("arm_release d1", Op::ArmReleaseMapping { mapping: MappingOf::Device(D1) })]
#[case("arm_release S", Op::ArmReleaseMapping { mapping: MappingOf::Named(MappingId(0)) })]
#[case("fail clear", Op::FailClear)]
#[case("fail attach d0 * -5", fault(FaultKind::Attach, FaultDomain::Any, 0, Some(1)))]
#[case("fail attach d0 A -5 2 3", fault(FaultKind::Attach, FaultDomain::Named(M0), 2, Some(3)))]
#[case(
    "fail pasid d0 @DMA-FQ -5 0 -1",
    fault(FaultKind::Pasid, FaultDomain::Kind(DomainKind::DmaFq), 0, None)
)]
#[case("fail drvprobe d0 * -5 -1 0", fault(FaultKind::DriverProbe, FaultDomain::Any, 0, Some(0)))]
#[case(
    "fail alloc d0 @blocked -5 1",
    fault(FaultKind::Alloc, FaultDomain::Kind(DomainKind::Blocked), 1, Some(1))
)]
#[case("deny -", Op::Deny { kinds: KindSet::EMPTY })]
#[case("deny", Op::Deny { kinds: KindSet::EMPTY })]
#[case("deny bu", Op::Deny { kinds: KindSet::EMPTY.with(DomainKind::Blocked).with(DomainKind::Unmanaged) })]
#[case("poke g0 owner_cnt -1", Op::Poke { group: G0, field: Field::OwnerCnt, value: PokeValue::Count(u32::MAX) })]
#[case("poke g0 owner null", Op::Poke { group: G0, field: Field::Owner, value: PokeValue::Null })]
#[case("poke g0 domain null", Op::Poke { group: G0, field: Field::Domain, value: PokeValue::Null })]
#[case("poke g0 default_domain dma1", Op::Poke { group: G0, field: Field::DefaultDomain, value: PokeValue::Domain(M0) })]
#[case("obs", Op::Observe)]
fn operations(#[case] text: &str, #[case] op: Op) {
    assert_eq!(one(text), Ok(op));
}

#[rstest]
#[case("", "empty operation")]
#[case("frobnicate d0", "unknown operation")]
#[case("add", "device is missing")]
#[case("add d9", "no device `d9` in the topology")]
#[case("bind d0", "driver is missing")]
#[case("bind d0 vfio", "driver `vfio`: kdma, user, vfio-pci, pci-stub or pcieport")]
#[case("claim g0 o8", "owner `o8`: o0 to o7, or null")]
#[case("claim g0 o1 o2", "more words than the operation takes")]
#[case("attach_pasid A d0 x", "pasid `x`: a whole number")]
#[case("arm_create S d0 09", "size `09`: a number of bytes")]
#[case("fail", "what fails is missing")]
#[case("fail everything d0 * -5", "fail `everything`: attach, pasid, probe, group, drvprobe, alloc or clear")]
#[case("fail attach d9 * -5", "no device `d9` in the topology")]
#[case("fail attach d0 @dma -5", "domain `@dma`: @ and a domain type")]
#[case("fail attach d0 * 5", "errno `5`: a negative errno")]
#[case("fail attach d0 * -9999999999999999999", "errno `-9999999999999999999`: a negative errno")]
#[case("fail attach d0 * -5 many", "count `many`: a whole number")]
#[case("deny xyz", "deny `xyz`: letters of i, d, f, u, b, or -")]
#[case("poke g0 mutex 1", "field `mutex`: domain, default_domain, blocking_domain, owner_cnt or owner")]
fn bad_operations(#[case] text: &str, #[case] message: &str) {
    let error = one(text).expect_err("is wrong");
    assert_eq!(error, format!("ops[0] `{text}`: {message}"));
}

#[test]
fn an_operation_may_be_a_list() {
    let script = script(r#"{"topo":{"devs":{"d0":{"group":"g0"}}},"ops":[["attach_pasid","A","d0",1]]}"#);
    let op = Op::AttachDevicePasid { domain: M0, device: D0, pasid: 1, handle: GivenHandle::Fresh };
    assert_eq!(script.map(|s| s.ops), Ok(vec![op]));
}

#[test]
fn a_name_may_be_a_number_and_other_keys_are_passed_over() {
    let script =
        script(r#"{"id":17,"seed":4,"note":null,"made":{"by":["hand"]},"cfg":null,"topo":null,"ops":[]}"#);
    assert_eq!(script.map(|s| s.id), Ok("17".into()));
}

#[test]
fn settings_keep_their_order() {
    let script = script(
        r#"{"cfg":{"detach":1,"def":"fq","deny":"ib","unsafe":"0","deny_errno":-5,"static":"ib","fqcap":0,"nopasid":"pibs"},"ops":[]}"#,
    );
    let deny = KindSet::EMPTY.with(DomainKind::Identity).with(DomainKind::Blocked);
    assert_eq!(
        script.map(|s| s.settings),
        Ok(vec![
            Setting::Detach(DetachOps::Full),
            Setting::DefaultType(DefaultType::DmaFq),
            Setting::Deny(deny),
            Setting::Unsafe(false),
            Setting::DenyErrno(Errno::EIO),
            Setting::Static(vec![Static::Identity, Static::Blocked]),
            Setting::DeferredFlush(false),
            Setting::NoSetDevPasid(DomainOps::ALL.to_vec()),
        ])
    );
}

#[test]
fn groups_come_in_order_of_first_mention() {
    let script = script(
        r#"{"topo":{"devs":{"d0":{"group":"gb"},"d1":{"group":"-"},"d2":{"group":"gc"}},"groups":{"ga":{"hold":1}}},
            "ops":["claim gd o1","claim gb o1"]}"#,
    )
    .expect("is right");
    let groups: Vec<(&str, bool)> = script.groups.iter().map(|g| (g.name.as_str(), g.hold)).collect();
    assert_eq!(groups, [("ga", true), ("gb", false), ("gc", false), ("gd", false)]);
    let of: Vec<Option<GroupId>> = script.devices.iter().map(|d| d.group).collect();
    assert_eq!(of, [Some(GroupId(1)), None, Some(GroupId(2))]);
}

#[test]
fn devices_have_options() {
    let script = script(
        r#"{"topo":{"devs":{"d0":{"group":"g0","deftype":"identity","deferred":1,"resv":"y","pasid":8,"dt":true}}},"ops":[]}"#,
    );
    assert!(script.is_err_and(|e| e.contains("a string or a whole number")));
    let script = self::script(
        r#"{"topo":{"devs":{"d0":{"group":"g0","deftype":"identity","deferred":1,"resv":"y","pasid":8,"dt":1}}},"ops":[]}"#,
    )
    .expect("is right");
    let d = &script.devices[0];
    assert_eq!(
        (d.default_type, d.deferred, d.direct, d.pasid_bits, d.device_tree),
        (Some(DefaultType::Identity), true, true, 8, true)
    );
}

#[rstest]
#[case("A", DomainName::User("A".into()))]
#[case("dma1", DomainName::Made(DomainKind::Dma, 1))]
#[case("idn20", DomainName::Made(DomainKind::Identity, 20))]
#[case("blk3", DomainName::Made(DomainKind::Blocked, 3))]
#[case("unm4", DomainName::Made(DomainKind::Unmanaged, 4))]
#[case("dma", DomainName::User("dma".into()))]
#[case("dma0", DomainName::User("dma0".into()))]
#[case("dma99999", DomainName::User("dma99999".into()))]
#[case("dmä1", DomainName::User("dmä1".into()))]
#[case("IDN", DomainName::Static(Static::Identity))]
#[case("BLK", DomainName::Static(Static::Blocked))]
#[case("REL", DomainName::Static(Static::Release))]
#[case("DEF", DomainName::Static(Static::Default))]
#[case("PLT", DomainName::Static(Static::Platform))]
fn names_of_domains(#[case] text: &str, #[case] name: DomainName) {
    assert_eq!(crate::implementation::recorded::script::domain_name(text), name);
}

#[rstest]
#[case(r#"{"cfg":{"depth":1},"ops":[]}"#, "cfg has no key `depth`")]
#[case(r#"{"cfg":{"def":"auto"},"ops":[]}"#, "cfg def=auto: dma, fq or identity")]
#[case(r#"{"cfg":{"deny":"x"},"ops":[]}"#, "cfg deny=x: letters of i, d, f, u, b, or -")]
#[case(r#"{"cfg":{"deny_errno":12},"ops":[]}"#, "cfg deny_errno=12: a negative errno")]
#[case(r#"{"cfg":{"static":"q"},"ops":[]}"#, "cfg static=q: letters of i, b, r, d, p")]
#[case(r#"{"topo":{"groups":{"g0":{"keep":1}}},"ops":[]}"#, "group g0 has no option `keep` (known: hold)")]
#[case(r#"{"topo":{"devs":{"d0":{"colour":1}}},"ops":[]}"#, "device d0 has no option `colour`")]
#[case(r#"{"topo":{"devs":{"d0":{"pasid":"x"}}},"ops":[]}"#, "device d0, pasid=x: a number of bits")]
#[case(r#"{"topo":{"devs":{"d0":{"deftype":"x"}}},"ops":[]}"#, "device d0, deftype=x: dma, fq or identity")]
#[case(r#"{"topo":{"devs":{"d0":{},"d0":{}}},"ops":[]}"#, "duplicate key `d0`")]
#[case(r#"{"topo":{"buses":{}},"ops":[]}"#, "unknown field `buses`")]
#[case(r#"{"arch":"sparc","ops":[]}"#, "arch `sparc`: generic or arm32")]
#[case(r#"{"ops":[3]}"#, "an operation: a string or a list of words")]
#[case(r#"{"id":"x"}"#, "missing field `ops`")]
#[case("[]", "invalid")]
fn bad_scripts(#[case] json: &str, #[case] message: &str) {
    let error = script(json).expect_err("is wrong");
    assert!(error.contains(message), "{error}");
}

#[test]
fn there_are_limits() {
    let many = |n: usize, entry: &dyn Fn(usize) -> String| (0..n).map(entry).collect::<Vec<_>>().join(",");
    let ops = many(4097, &|_| "\"obs\"".into());
    let error = script(&format!("{{\"ops\":[{ops}]}}")).expect_err("is too long");
    assert_eq!(error, "too many operations (more than 4096)");
    let devices = many(65, &|n| format!("\"d{n}\":{{}}"));
    let error =
        script(&format!("{{\"topo\":{{\"devs\":{{{devices}}}}},\"ops\":[]}}")).expect_err("is too big");
    assert!(error.contains("more than 64 entries in a map"), "{error}");
    let groups = many(300, &|n| format!("\"release g{n}\""));
    let error = script(&format!("{{\"ops\":[{groups}]}}")).expect_err("has too many groups");
    assert_eq!(error, "ops[256] `release g256`: too many groups");
}
