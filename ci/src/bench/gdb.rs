//! Rows measured through gdb: a Python script run in gdb against a machine, which prints one number.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use xtask::process::{Outcome, Process};

use super::subject::{Files, Subject};
use crate::interrupt;

/// How long one script may take.
const LIMIT: Duration = Duration::from_secs(60);
const MARK: &str = "RESULT ";

/// Runs `script` in a gdb that is attached to the guest in its loop; it prints `RESULT <number>`.
pub(super) fn run(files: &Files, subject: &Subject, script: &str) -> Result<f64> {
    // The raw client waits for the boot and for the loop; gdb then finds the guest there.
    subject.client()?.detach()?;
    let file = files.scratch.path().join("row.py");
    fs::write(&file, script).context("writing gdb's script")?;
    let log = files.scratch.path().join("gdb.log");
    let out = fs::File::create(&log).context("creating gdb's log")?;
    let mut command = Command::new("gdb");
    command.args([
        "-nx",
        "-q",
        "-batch",
        "-ex",
        &format!("target remote 127.0.0.1:{}", subject.port),
        "-x",
    ]);
    command
        .arg(&file)
        .stdin(Stdio::null())
        .stderr(out.try_clone().context("sharing gdb's log")?)
        .stdout(out);
    let mut gdb = Process::spawn_apart("gdb", &mut command)?;
    let outcome = gdb.wait(Some(LIMIT), &interrupt::requested)?;
    drop(gdb);
    let text = fs::read_to_string(&log).context("reading gdb's log")?;
    let result = text
        .lines()
        .find_map(|line| line.strip_prefix(MARK)?.trim().parse().ok());
    match (outcome, result) {
        (Outcome::Exited(_), Some(value)) => Ok(value),
        (Outcome::Stopped, _) => bail!("interrupted"),
        (outcome, _) => bail!("gdb gave no result ({outcome:?}); it said:\n{text}"),
    }
}
