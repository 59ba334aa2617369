//! `cargo xtask bench`: the numbers, side by side with QEMU's own gdbstub.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use xtask::process::{Outcome, Process, shell_code};

use super::setup;
use crate::workspace::Workspace;
use crate::{bench, interrupt, needs, steps};

/// Options of `bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Also write all samples to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Only rows whose names contain this
    #[arg(value_name = "FILTER", default_value = "")]
    filter: String,
}

/// The verb. The exit status is 1 when a number does not hold.
pub(crate) fn main(args: &Args) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    if cfg!(debug_assertions) {
        return optimised(&workspace);
    }
    setup::ensure(&workspace, &[needs::RUN, needs::GDB, needs::LINUX])?;
    let bar = steps::spinner("bench");
    let report = bench::run(&workspace, &args.filter, &|row| bar.set_message(row.to_owned()))?;
    bar.finish_and_clear();
    print!("{report}");
    if let Some(file) = &args.json {
        let json = serde_json::to_string_pretty(&report).context("writing JSON")?;
        fs::write(file, json + "\n").with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(if report.all_hold() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The same command by an optimised build of xtask: else its own client is what limits the numbers.
///
/// A profile of its own, because `release` is made for the freestanding images and takes minutes to link.
fn optimised(workspace: &Workspace) -> Result<ExitCode> {
    let mut cargo = workspace.cargo(&["run", "--quiet", "--profile", "tools", "--package", "xtask"]);
    for setting in ["inherits=\"dev\"", "opt-level=2", "debug-assertions=false"] {
        cargo.args(["--config", &format!("profile.tools.{setting}")]);
    }
    cargo.arg("--").args(std::env::args_os().skip(1));
    let mut process = Process::spawn("the optimised build", &mut cargo)?;
    match process.wait(None, &interrupt::requested)? {
        Outcome::Exited(status) => Ok(shell_code(status).into()),
        Outcome::Stopped | Outcome::TimedOut => bail!("interrupted"),
    }
}
