//! `cargo xtask setup`: what is missing, and its installation.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::apt;
use crate::needs::{self, Need};
use crate::workspace::Workspace;

/// Options of `setup`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only say what is missing; the exit status is 1 when something is
    #[arg(long)]
    check: bool,
}

/// The verb.
pub(crate) fn main(args: &Args) -> Result<ExitCode> {
    let missing = needs::missing(needs::ALL);
    if missing.is_empty() {
        println!("all tools are installed");
        return Ok(ExitCode::SUCCESS);
    }
    if args.check {
        println!("missing:\n{}", list(&missing));
        return Ok(ExitCode::FAILURE);
    }
    ensure(&Workspace::find()?, needs::ALL)?;
    println!("all tools are installed");
    Ok(ExitCode::SUCCESS)
}

/// Installs what is missing of `groups`; quiet when nothing is.
pub(crate) fn ensure(workspace: &Workspace, groups: &[&[Need]]) -> Result<()> {
    let missing = needs::missing(groups);
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("missing:\n{}", list(&missing));
    if !apt::available() {
        bail!("this machine has no apt-get; install the above with its own package manager");
    }
    let mut packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    packages.dedup();
    apt::install(&packages, &workspace.target.join("xtask"))?;
    let left = needs::missing(groups);
    if !left.is_empty() {
        bail!(
            "apt-get installed the packages, but these are still not found:\n{}",
            list(&left)
        );
    }
    Ok(())
}

fn list(needs: &[Need]) -> String {
    let lines: Vec<String> = needs
        .iter()
        .map(|need| format!("  {} (package {})", need.what, need.package))
        .collect();
    lines.join("\n")
}
