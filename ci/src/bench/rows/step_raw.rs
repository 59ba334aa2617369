//! Single steps without gdb: `vCont;s` and its stop reply, per second.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::{Files, Line, Subject, Target, by_turns};

pub(super) const NAME: &str = "vCont;s, raw";

const TIME: Duration = Duration::from_secs(2);

pub(super) fn measure(files: &Files, runs: usize) -> Result<Vec<Line>> {
    by_turns(files, runs, (NAME, "steps/s", Target::RatioAtLeast(1.0)), &sample)
}

fn sample(subject: &Subject) -> Result<f64> {
    let mut client = subject.client()?;
    let thread = client.last_stop()?.thread.unwrap_or_else(|| "1".to_owned());
    let start = Instant::now();
    let mut steps = 0u32;
    while start.elapsed() < TIME {
        client.step(&thread)?;
        steps += 1;
    }
    Ok(f64::from(steps) / start.elapsed().as_secs_f64())
}
