// SPDX-License-Identifier: GPL-2.0-only
//! Operations per second of the reference engine, on one core: `cargo bench --bench engine`.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use dma_ownership::engine::{self, Engine};
use dma_ownership::history;
use dma_ownership::script::{
    DeviceId, DeviceSpec, DomainName, DomainRef, DriverKind, GroupId, GroupSpec, Op, OwnerId, Script,
};

/// Releases from the first to the newest, one of each larger redesign.
const RELEASES: [&str; 5] = ["v5.10", "v5.19", "v6.1", "v6.6", "v7.3"];

const CARD: GroupId = GroupId(0);
const DISK: GroupId = GroupId(1);
const FUNCTIONS: [DeviceId; 2] = [DeviceId(0), DeviceId(1)];
const DISK_DEVICE: DeviceId = DeviceId(2);
const GUEST: DomainRef = DomainRef(0);
const VFIO: OwnerId = OwnerId(0);

fn main() {
    divan::main();
}

/// A card of two functions, a disk, and a domain for a guest.
fn script(ops: Vec<Op>) -> Script {
    let device = |name: &str, group| DeviceSpec::new(name, Some(group));
    Script {
        id: "bench".into(),
        groups: ["card", "disk"].map(|name| GroupSpec { name: name.into(), hold: false }).into(),
        devices: vec![device("card.0", CARD), device("card.1", CARD), device("disk.0", DISK)],
        domains: vec![DomainName::User("guest".into())],
        owners: vec!["vfio".into()],
        ops,
        ..Script::default()
    }
}

/// What makes the world that the round starts from.
fn preparation() -> Vec<Op> {
    let devices = FUNCTIONS.into_iter().chain([DISK_DEVICE]);
    let mut ops: Vec<Op> = devices.map(|device| Op::DeviceAdd { device, driver: None }).collect();
    ops.push(Op::DomainAlloc { domain: GUEST, device: FUNCTIONS[0] });
    ops
}

/// A card is lent to a guest and taken back, while a driver uses the disk: successes and refusals mixed. It
/// leaves the world as it found it.
fn round() -> Vec<Op> {
    let [first, second] = FUNCTIONS;
    vec![
        Op::UseDefaultDomain { device: first },
        Op::UseDefaultDomain { device: second },
        Op::GroupClaimDmaOwner { group: CARD, owner: Some(VFIO) },
        Op::UnuseDefaultDomain { device: second },
        Op::UnuseDefaultDomain { device: first },
        Op::GroupDmaOwnerClaimed { group: CARD },
        Op::GroupClaimDmaOwner { group: CARD, owner: Some(VFIO) },
        Op::GroupDmaOwnerClaimed { group: CARD },
        Op::AttachGroup { domain: GUEST, group: CARD },
        Op::UseDefaultDomain { device: first },
        Op::GetDomainForDev { device: second },
        Op::AttachDevice { domain: GUEST, device: first },
        Op::DetachGroup { domain: GUEST, group: CARD },
        Op::GroupReleaseDmaOwner { group: CARD },
        Op::Bind { device: DISK_DEVICE, driver: DriverKind::KernelDma },
        Op::AttachDevice { domain: GUEST, device: DISK_DEVICE },
        Op::GetDomainForDev { device: DISK_DEVICE },
        Op::DetachDevice { domain: GUEST, device: DISK_DEVICE },
        Op::GroupClaimDmaOwner { group: DISK, owner: Some(VFIO) },
        Op::GroupReleaseDmaOwner { group: DISK },
        Op::Unbind { device: DISK_DEVICE },
    ]
}

/// Operations alone, on one engine.
#[divan::bench(args = RELEASES)]
fn operations(bencher: Bencher<'_, '_>, release: &str) {
    let rules = history::resolve(release).expect("a release").rules;
    let (script, round) = (script(preparation()), round());
    let mut engine = Engine::new(&script, &rules);
    for op in &script.ops {
        engine.execute(*op);
    }
    bencher.counter(ItemsCount::new(round.len())).bench_local(|| {
        for op in &round {
            black_box(engine.execute(black_box(*op)));
        }
    });
}

/// Operations of a whole script, from an empty world to its teardown, with everything observed after each.
#[divan::bench(args = RELEASES)]
fn observed_operations(bencher: Bencher<'_, '_>, release: &str) {
    let rules = history::resolve(release).expect("a release").rules;
    let script = script(preparation().into_iter().chain(round()).collect());
    bencher
        .counter(ItemsCount::new(script.ops.len()))
        .bench_local(|| engine::run(black_box(&script), &rules));
}
