//! Scripts beside the same logic in rhai, from the criterion benchmark of `monitor-cmds`, and how long one takes to
//! compile.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use xtask::process::{Outcome, Process};

use super::{Files, Line, Target};
use crate::interrupt;
use crate::workspace::Workspace;

pub(super) const NAME: &str = "script";

/// Groups of the benchmark, each with a row of ours and one of rhai's.
const GROUPS: [&str; 2] = ["count", "filtered out"];
const COMPILE: &str = "compile 100 lines";

pub(super) fn measure(_files: &Files, _runs: usize) -> Result<Vec<Line>> {
    let workspace = Workspace::find()?;
    let mut cargo = workspace.cargo(&[
        "bench",
        "--quiet",
        "--package",
        "monitor-cmds",
        "--bench",
        "script",
    ]);
    cargo.stdout(std::process::Stdio::null());
    let mut process = Process::spawn("the benchmark of scripts", &mut cargo)?;
    match process.wait(None, &interrupt::requested)? {
        Outcome::Exited(status) if status.success() => {}
        Outcome::Exited(status) => bail!("the benchmark of scripts ended with {status}"),
        Outcome::Stopped | Outcome::TimedOut => bail!("interrupted"),
    }
    let results = workspace.target.join("criterion");
    let mut lines = Vec::new();
    for group in GROUPS {
        let rate =
            |name: &str| Ok::<_, anyhow::Error>(vec![1e9 / nanoseconds(&results.join(group).join(name))?]);
        lines.push(Line {
            ours: rate("stub-hv")?,
            theirs: rate("rhai")?,
            ..Line::new(
                format!("{NAME}: {group} (QEMU: rhai)"),
                "runs/s",
                Target::RatioAtLeast(10.0),
            )
        });
    }
    lines.push(Line {
        ours: vec![nanoseconds(&results.join(COMPILE))? / 1e6],
        ..Line::new(format!("{NAME}: {COMPILE}"), "ms", Target::AtMost(1.0))
    });
    Ok(lines)
}

/// The median that criterion wrote for a benchmark.
fn nanoseconds(folder: &Path) -> Result<f64> {
    let file = folder.join("new/estimates.json");
    let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    median(&text).with_context(|| format!("{} has no median", file.display()))
}

fn median(estimates: &str) -> Option<f64> {
    let estimates: Value = serde_json::from_str(estimates).ok()?;
    estimates.get("median")?.get("point_estimate")?.as_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_what_counts() {
        let text =
            r#"{"mean":{"point_estimate":9.5},"median":{"confidence_interval":{},"point_estimate":12.25}}"#;
        assert_eq!(median(text), Some(12.25));
        assert_eq!(median("{}"), None);
        assert_eq!(median("no JSON"), None);
    }
}
