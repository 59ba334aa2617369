//! apt-get, through sudo when not root, without questions.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::needs::find_program;
use crate::steps;

/// Whether this is a machine with apt.
pub(crate) fn available() -> bool {
    find_program("apt-get").is_some()
}

/// Updates the package lists and installs `packages`; logs go to `logs`.
pub(crate) fn install(packages: &[&str], logs: &Path) -> Result<()> {
    update(logs)?;
    let mut words = vec!["install", "-y", "--no-install-recommends"];
    words.extend(packages);
    steps::must(
        &format!("installing {}", packages.join(" ")),
        &mut as_root("apt-get", &words)?,
        &logs.join("apt-install.log"),
    )
}

/// Updates the package lists.
pub(crate) fn update(logs: &Path) -> Result<()> {
    let mut command = as_root("apt-get", &["update"])?;
    steps::must(
        "updating the package lists",
        &mut command,
        &logs.join("apt-update.log"),
    )
}

/// The packages that `package` depends on, as the package lists have them; none when apt does not know it.
pub(crate) fn depends(package: &str) -> Result<Vec<String>> {
    let output = Command::new("apt-cache")
        .args(["depends", "--no-recommends", "--no-suggests", package])
        .env("LC_ALL", "C")
        .output()
        .context("starting apt-cache")?;
    Ok(parse_depends(&String::from_utf8_lossy(&output.stdout)))
}

fn parse_depends(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| {
            line.trim_start()
                .trim_start_matches('|')
                .strip_prefix("Depends: ")
        })
        .map(|name| name.trim().to_owned())
        .collect()
}

fn as_root(program: &str, words: &[&str]) -> Result<Command> {
    let mut command = if nix::unistd::geteuid().is_root() {
        Command::new("env")
    } else {
        authenticate()?;
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    };
    command
        .args(["DEBIAN_FRONTEND=noninteractive", program])
        .args(words);
    Ok(command)
}

/// Lets sudo ask for the password now, while the terminal is free for it.
fn authenticate() -> Result<()> {
    if find_program("sudo").is_none() {
        bail!("not root and no sudo here; run `cargo xtask setup` as root");
    }
    let status = Command::new("sudo").arg("-v").status().context("starting sudo")?;
    if !status.success() {
        bail!("sudo was refused; run `cargo xtask setup` as a user who may use it, or as root");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_read_from_apt_cache() {
        let text = "linux-image-cloud-amd64\n  Depends: linux-image-6.1.0-48-cloud-amd64\n |Depends: a\n  Conflicts: b\n";
        assert_eq!(parse_depends(text), ["linux-image-6.1.0-48-cloud-amd64", "a"]);
        assert!(parse_depends("").is_empty());
    }
}
