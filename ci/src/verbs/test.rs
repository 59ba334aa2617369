//! `cargo xtask test`: everything CI runs, as named stages.
//!
//! A stage that fails does not stop the others: one run shows everything that is wrong. Packages are
//! checked one by one, because cargo joins the features of what it builds together and the freestanding
//! packages must not get those of the host's tools.

mod counts;
mod stages;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::setup;
use crate::workspace::Workspace;
use crate::{interrupt, needs, steps};
use counts::Counts;

/// Options of `test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only what needs no emulator
    #[arg(long)]
    quick: bool,
    /// Rewrite the generated parts of README.md instead of complaining about them
    #[arg(long)]
    bless: bool,
    /// Only tests whose names contain this; leaves out formatting, lints, documentation and house rules
    #[arg(value_name = "FILTER")]
    filter: Option<String>,
}

/// How a stage ended.
struct Row {
    name: String,
    took: Duration,
    counts: Counts,
    failure: Option<String>,
}

/// The verb.
pub(crate) fn main(args: &Args) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    let all: &[&[needs::Need]] = if args.quick { &[needs::BUILD] } else { needs::ALL };
    setup::ensure(&workspace, all)?;
    let mut rows = Vec::new();
    for stage in stages::list(&workspace, args.quick, args.bless, args.filter.as_deref()) {
        interrupt::check()?;
        rows.push(run(&workspace, stage)?);
    }
    let mut failures: Vec<String> = rows
        .iter()
        .filter(|row| row.failure.is_some())
        .map(|row| row.name.clone())
        .collect();
    let tests: Counts = rows.iter().map(|row| row.counts).sum();
    if let Some(filter) = &args.filter
        && tests.passed + tests.failed == 0
    {
        failures.push(format!("no test's name contains `{filter}`"));
    }
    let took: Duration = rows.iter().map(|row| row.took).sum();
    println!("\n{} stages, {tests}, {:.0} s", rows.len(), took.as_secs_f32());
    if failures.is_empty() {
        println!("all passed");
        return Ok(ExitCode::SUCCESS);
    }
    println!("FAILED: {}", failures.join(", "));
    Ok(ExitCode::FAILURE)
}

fn run(workspace: &Workspace, stage: stages::Stage) -> Result<Row> {
    let start = Instant::now();
    let log = workspace
        .target
        .join(format!("xtask/test/{}.log", stage.name.replace(' ', "-")));
    let (failure, counts) = match stage.work {
        stages::Work::Command(make) => match make() {
            Ok(mut command) => {
                let ended = steps::run(&stage.name, &mut command, &log)?;
                let counts = Counts::of_log(&std::fs::read_to_string(&ended.log).unwrap_or_default());
                ((!ended.ok).then(|| steps::log_end(&ended.log)), counts)
            }
            Err(error) => (Some(format!("{error:#}")), Counts::default()),
        },
        stages::Work::Function(work) => (work().err().map(|error| format!("{error:#}")), Counts::default()),
    };
    interrupt::check()?;
    let row = Row {
        name: stage.name,
        took: start.elapsed(),
        counts,
        failure,
    };
    let verdict = if row.failure.is_some() { "FAILED" } else { "ok" };
    let tests = if row.counts == Counts::default() {
        String::new()
    } else {
        format!("  {}", row.counts)
    };
    println!(
        "{:24} {verdict:6} {:7.1} s{tests}",
        row.name,
        row.took.as_secs_f32()
    );
    if let Some(failure) = &row.failure {
        println!("{failure}");
    }
    Ok(row)
}
