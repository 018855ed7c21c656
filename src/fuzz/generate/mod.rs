// SPDX-License-Identifier: GPL-2.0-only
//! Random scripts that look at the state.
//!
//! A script has a theme, from which follow its world (`world`) and how often each phrase (`theme`, `phrases`) comes. A
//! phrase is a scene of a few operations; each is tried on the engine before it is said (`play`), so that hardly
//! any is skipped, and where several would do, the one that does something not seen before is taken.

mod moves;
mod phrases;
mod phrases_arm;
mod phrases_handles;
mod phrases_iommufd;
mod phrases_reset;
mod phrases_special;
mod phrases_vfio;
mod play;
mod theme;
mod world;

use super::canonical::canonical;
use super::profile::Profile;
use super::random::Random;
use crate::engine::Engine;
use crate::script::{Op, Script};
use play::Play;
pub use theme::Theme;
use world::World;

/// Operations that a script has at least.
const SHORTEST: usize = 5;
/// A script that comes to nothing is made anew, so many times.
const ATTEMPTS: u64 = 8;
/// Phrases of a script, if it does not get full before.
const PHRASES: usize = 60;

/// Makes scripts from a seed, the same on every machine.
///
/// A script depends on the seed, its number and the profile, not on the scripts before it: `s7-1234` is the script
/// with number 1234 of seed 7. It also depends on the generator, which may change between versions.
#[derive(Clone, Debug)]
pub struct Generator {
    seed: u64,
    profile: Profile,
    number: u64,
}

impl Generator {
    /// Scripts of this seed for what the profile says.
    #[must_use]
    pub fn new(seed: u64, profile: Profile) -> Generator {
        Generator { seed, profile, number: 0 }
    }

    /// What the scripts are for.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The script of this number.
    #[must_use]
    pub fn script(&self, number: u64) -> Script {
        let mut last = Script::default();
        for attempt in 0..ATTEMPTS {
            last = self.attempt(number, attempt);
            if last.ops.len() >= SHORTEST {
                break;
            }
        }
        last
    }

    fn attempt(&self, number: u64, attempt: u64) -> Script {
        let mut random = Random::of_script(self.seed, number, attempt);
        let world = World::random(&self.profile, format!("s{}-{number}", self.seed), number, &mut random);
        let mut play = Play::new(&world, &self.profile, random);
        play.run();
        let mut ops = std::mem::take(&mut play.ops);
        if !world.daring {
            cut_before_crash(&world.script, &self.profile, &mut ops);
        }
        canonical(&Script { ops, ..world.script.clone() })
    }
}

impl Iterator for Generator {
    type Item = Script;

    /// The next script; there is always one.
    fn next(&mut self) -> Option<Script> {
        let script = self.script(self.number);
        self.number += 1;
        Some(script)
    }
}

impl Play<'_> {
    fn run(&mut self) {
        let theme = self.world.theme;
        let phrases = theme.phrases(self.world.script.arch);
        if theme.begins_with_a_scan() && self.random.percent(60) {
            self.perform(theme::Phrase::Scan);
        } else {
            for device in self.absent(None) {
                if self.random.percent(85) {
                    self.add(device);
                }
            }
        }
        for _ in 0..PHRASES {
            if self.is_over() {
                break;
            }
            if self.populated().is_empty() {
                self.repopulate();
            }
            if let Some(phrase) = self.random.weighted(&phrases) {
                self.perform(phrase);
            }
        }
    }

    /// Without devices nothing happens.
    fn repopulate(&mut self) {
        if !self.engine.is_registered() && self.random.percent(80) {
            self.say(Op::IommuDeviceRegister);
        }
        let absent = self.absent(None);
        if let Some(device) = self.random.pick(&absent) {
            self.add(device);
        }
    }
}

/// Leaves out the last operations as far as the teardown after them takes the kernel down.
fn cut_before_crash(world: &Script, profile: &Profile, ops: &mut Vec<Op>) {
    let mut engine = Engine::new(world, &profile.point.rules);
    let mut safe = 0;
    for op in ops.iter() {
        engine.execute(*op);
    }
    if engine.ends_well() {
        return;
    }
    let mut engine = Engine::new(world, &profile.point.rules);
    for (index, op) in ops.iter().enumerate() {
        engine.execute(*op);
        if engine.ends_well() {
            safe = index + 1;
        }
    }
    ops.truncate(safe);
}
