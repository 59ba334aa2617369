//! Long steps: a spinner with the last line of output, a log file, and the log's end when it failed.
//!
//! Output goes to a file and not through a pipe, so a step that writes megabytes cannot block on us,
//! and what it said can be read afterwards.

use std::fs::{self, File};
use std::io::{IsTerminal, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use xtask::process::{Outcome, Process};

use crate::interrupt;

const TICK: Duration = Duration::from_millis(100);
/// How much of a failed step's log is shown.
const TAIL: u64 = 16 * 1024;

/// A spinner on a terminal, plain lines elsewhere.
pub(crate) fn spinner(name: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if std::io::stderr().is_terminal() {
        bar.enable_steady_tick(TICK);
    } else {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {wide_msg}") {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar
}

/// How a step ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Whether its command's status was 0.
    pub(crate) ok: bool,
    /// How long it took.
    pub(crate) took: Duration,
    /// Everything it wrote.
    pub(crate) log: PathBuf,
}

/// Runs `command` to its end with its output in `log`.
pub(crate) fn run(name: &str, command: &mut Command, log: &Path) -> Result<Ended> {
    if let Some(dir) = log.parent() {
        fs::create_dir_all(dir).with_context(|| format!("creating {}", dir.display()))?;
    }
    let file = File::create(log).with_context(|| format!("creating {}", log.display()))?;
    let errors = file.try_clone().context("sharing the log")?;
    command.stdin(Stdio::null()).stdout(file).stderr(errors);
    let bar = spinner(name);
    let start = Instant::now();
    let mut process = Process::spawn(name, command)?;
    let ok = loop {
        match process.wait(Some(TICK), &interrupt::requested)? {
            Outcome::Exited(status) => break status.success(),
            Outcome::Stopped => bail!("{name}: interrupted"),
            Outcome::TimedOut => {
                if let Some(line) = tail(log, 512).lines().rev().find(|line| !line.trim().is_empty()) {
                    bar.set_message(line.to_owned());
                }
            }
        }
    };
    bar.finish_and_clear();
    Ok(Ended {
        ok,
        took: start.elapsed(),
        log: log.to_owned(),
    })
}

/// Like [`run`], but a command that fails is an error that shows the end of its output.
pub(crate) fn must(name: &str, command: &mut Command, log: &Path) -> Result<()> {
    let ended = run(name, command, log)?;
    if !ended.ok {
        eprintln!("{}", tail(log, TAIL));
        bail!("{name} failed; its output is above and in {}", log.display());
    }
    eprintln!("{name}: done in {:.1} s", ended.took.as_secs_f32());
    Ok(())
}

/// The end of a step's log, as much as fits on a few screens.
pub(crate) fn log_end(log: &Path) -> String {
    tail(log, TAIL)
}

fn tail(log: &Path, bytes: u64) -> String {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(bytes)))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok(text)
    };
    read()
        .map(|text| String::from_utf8_lossy(&text).into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_keeps_its_output_and_its_status() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("deep/step.log");
        let ended = run(
            "step",
            Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]),
            &log,
        )
        .unwrap();
        assert!(!ended.ok);
        assert_eq!(tail(&log, 100), "out\nerr\n");
        let message = must("step", &mut Command::new("false"), &log)
            .unwrap_err()
            .to_string();
        assert!(message.contains("step failed"), "{message}");
    }

    #[test]
    fn a_tail_is_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        fs::write(&log, "one\ntwo\n").unwrap();
        assert_eq!(tail(&log, 4), "two\n");
        assert_eq!(tail(&dir.path().join("none"), 4), "");
    }
}
