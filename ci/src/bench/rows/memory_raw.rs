//! Reading guest memory without gdb, in the largest packets the stub takes, one at a time.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::{Files, Line, Subject, Target, by_turns};
use crate::bench::spin;

pub(super) const NAME: &str = "memory read, raw";

const TIME: Duration = Duration::from_secs(2);
const PIECE: usize = 256 * 1024;

pub(super) fn measure(files: &Files, runs: usize) -> Result<Vec<Line>> {
    by_turns(files, runs, (NAME, "MB/s", Target::Information), &sample)
}

fn sample(subject: &Subject) -> Result<f64> {
    let mut client = subject.client()?;
    let start = Instant::now();
    let mut bytes = 0.0;
    while start.elapsed() < TIME {
        client.read_memory(spin::BASE, PIECE)?;
        bytes += PIECE as f64;
    }
    Ok(bytes / start.elapsed().as_secs_f64() / 1e6)
}
