//! The real gdb in batch mode, with a Python script that says what it found.
//!
//! A script imports `session`, which connects and has `report(name=value)` for results. gdb is killed when
//! the time is up, and a script that raises an error or does not reach its end is an error here.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use xtask::process::{Outcome, Process};

use crate::files;

const MARK: &str = "RESULT ";
const END: &str = "SCRIPT-DONE";

/// What gdb said.
#[derive(Debug, Clone)]
pub struct Transcript {
    /// Everything it printed.
    pub text: String,
    results: Map<String, Value>,
}

impl Transcript {
    /// What the script reported under `name`.
    ///
    /// # Errors
    /// It has not reported that.
    pub fn value(&self, name: &str) -> Result<&Value> {
        let value = self.results.get(name);
        value.with_context(|| format!("the script did not report `{name}`; gdb said:\n{}", self.text))
    }

    /// The number reported under `name`.
    ///
    /// # Errors
    /// It is none, or is missing.
    pub fn number(&self, name: &str) -> Result<u64> {
        let value = self.value(name)?;
        value
            .as_u64()
            .with_context(|| format!("`{name}` is {value}, no number; gdb said:\n{}", self.text))
    }

    /// The text reported under `name`.
    ///
    /// # Errors
    /// It is none, or is missing.
    pub fn string(&self, name: &str) -> Result<&str> {
        let value = self.value(name)?;
        value
            .as_str()
            .with_context(|| format!("`{name}` is {value}, no text"))
    }
}

pub(crate) fn run(name: &str, port: u16, symbols: Option<&Path>, limit: Duration) -> Result<Transcript> {
    let script = files::script(name);
    let scratch = tempfile::tempdir().context("making a directory for gdb's log")?;
    let log = scratch.path().join("gdb.log");
    let out = std::fs::File::create(&log).context("creating gdb's log")?;
    let mut command = Command::new("gdb");
    // No history, styling or questions, and nothing of the user's own configuration.
    command.args(["-nx", "-q", "-batch"]);
    for setting in [
        "set style enabled off",
        "set width 0",
        "set height 0",
        "set confirm off",
    ] {
        command.args(["-ex", setting]);
    }
    command.arg("-x").arg(files::gdbinit());
    command.arg("-x").arg(&script);
    command.args(symbols);
    command
        .env("STUB_HV_PORT", port.to_string())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stderr(out.try_clone().context("sharing gdb's log")?)
        .stdout(out);
    let mut gdb = Process::spawn_apart("gdb", &mut command)?;
    let outcome = gdb.wait(Some(limit), &|| false)?;
    drop(gdb);
    let text = String::from_utf8_lossy(&std::fs::read(&log).context("reading gdb's log")?).into_owned();
    if outcome == Outcome::TimedOut {
        bail!(
            "{name}.py did not end within {} s; gdb said:\n{text}",
            limit.as_secs()
        );
    }
    if !text.contains(END) {
        bail!("{name}.py did not reach its end ({outcome:?}); gdb said:\n{text}");
    }
    let mut results = Map::new();
    for line in text.lines() {
        let Some(place) = line.find(MARK) else { continue };
        let json = line.get(place + MARK.len()..).unwrap_or_default();
        let parsed: Map<String, Value> =
            serde_json::from_str(json).with_context(|| format!("reading `{line}`"))?;
        results.extend(parsed);
    }
    Ok(Transcript { text, results })
}
