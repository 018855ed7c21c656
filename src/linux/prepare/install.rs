// SPDX-License-Identifier: GPL-2.0-only
//! What apt is asked for when packages are missing. Nothing may be removed for it.

use std::process::{Command, Stdio};

use super::command::Shell;
use super::error::PrepareError;

/// Arguments for `apt-get install`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Packages; some with the version they must have.
    pub packages: Vec<String>,
    /// A package that is there must get an older version.
    pub downgrades: bool,
}

impl Plan {
    /// As it would be typed.
    #[must_use]
    pub fn command(&self) -> String {
        format!("apt-get install {}", self.arguments().join(" "))
    }

    fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--no-install-recommends".to_owned(), "--no-remove".to_owned()];
        arguments.extend(self.downgrades.then(|| "--allow-downgrades".to_owned()));
        arguments.extend(self.packages.iter().cloned());
        arguments
    }
}

/// How to install packages, as far as apt can tell now.
#[must_use]
pub fn plan(packages: &[String]) -> Plan {
    plan_by(packages, simulate)
}

/// QEMU's parts must be of one version. Where `qemu-utils` is of another one than apt's newest `qemu-system-x86`, as from
/// backports, apt would remove it; naming its version keeps it.
fn plan_by(packages: &[String], simulate: impl FnOnce(&[String]) -> Option<String>) -> Plan {
    let plain = Plan { packages: packages.to_owned(), downgrades: false };
    let Some(said) = simulate(packages) else { return plain };
    let version = said.lines().find_map(|line| {
        let rest = line.strip_prefix("Inst ")?;
        let (name, rest) = rest.split_once(' ')?;
        let version = rest.split_once('(')?.1.split(' ').next()?;
        (name.starts_with("qemu-system-") && packages.iter().any(|package| package == name))
            .then_some(version)
    });
    let removed = said.lines().filter_map(|line| line.strip_prefix("Remv ")?.split(' ').next());
    let kept = removed
        .filter(|name| name.starts_with("qemu-"))
        .filter_map(|name| version.map(|version| format!("{name}={version}")))
        .collect::<Vec<_>>();
    let downgrades = !kept.is_empty();
    Plan { packages: plain.packages.into_iter().chain(kept).collect(), downgrades }
}

fn simulate(packages: &[String]) -> Option<String> {
    let mut apt = Command::new("apt-get");
    apt.args(["install", "-s", "--no-install-recommends"]).args(packages);
    let output = apt.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Installs packages; says what it does.
///
/// # Errors
/// apt fails.
pub fn install(packages: &[String], shell: &Shell, say: &mut dyn FnMut(&str)) -> Result<(), PrepareError> {
    const HINT: &str = "is this root, and is Debian's archive within reach?";
    say("apt-get update");
    let mut update = Command::new("apt-get");
    shell.run_with("apt-get update", Some(HINT), update.args(["update", "-q"]))?;
    let plan = plan(packages);
    say(&plan.command());
    let mut apt = Command::new("apt-get");
    apt.args(["install", "-q", "-y"]).args(plan.arguments()).env("DEBIAN_FRONTEND", "noninteractive");
    shell.run_with("apt-get install", Some(HINT), &mut apt)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_takes_nothing_away_is_asked_for_as_it_is() {
        let said = "Inst make (4.3-4.1 Debian:12.15/oldstable [amd64])\nConf make (4.3-4.1)\n".to_owned();
        let plan = plan_by(&names(&["make"]), |_| Some(said));
        assert_eq!(plan.command(), "apt-get install --no-install-recommends --no-remove make");
        assert_eq!(plan_by(&names(&["make"]), |_| None), plan);
    }

    #[test]
    fn qemu_utils_of_another_version_comes_along() {
        let said =
            "Remv qemu-utils [1:10.0.2+ds-2~bpo12+1]\nInst qemu-system-data (1:7.2+dfsg-7 Debian [all])\n\
                    Inst qemu-system-x86 (1:7.2+dfsg-7+b3 Debian:12.15/oldstable [amd64])\n"
                .to_owned();
        let plan = plan_by(&names(&["make", "qemu-system-x86"]), |_| Some(said));
        assert_eq!(
            plan.command(),
            "apt-get install --no-install-recommends --no-remove --allow-downgrades make qemu-system-x86 \
             qemu-utils=1:7.2+dfsg-7+b3"
        );
    }
}
