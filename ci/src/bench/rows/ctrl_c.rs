//! From the byte 03 to the stop reply, in a guest that spins with interrupts off.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::{Files, Line, SIDES, Subject, Target};

pub(super) const NAME: &str = "Ctrl-C to stop";

const CYCLES: u32 = 200;
const PATIENCE: Duration = Duration::from_secs(10);

/// Not repeated: 200 cycles are many samples already.
pub(super) fn measure(files: &Files, _runs: usize) -> Result<Vec<Line>> {
    let mut mean = Line::new(format!("{NAME}, mean of {CYCLES}"), "ms", Target::AtMost(2.0));
    let mut longest = Line::new(format!("{NAME}, longest"), "ms", Target::Information);
    for side in SIDES {
        let times = cycles(&Subject::boot(files, side)?)?;
        mean.samples(side)
            .push(times.iter().sum::<f64>() / f64::from(CYCLES));
        longest
            .samples(side)
            .push(times.iter().copied().fold(0.0, f64::max));
    }
    Ok(vec![mean, longest])
}

fn cycles(subject: &Subject) -> Result<Vec<f64>> {
    let mut client = subject.client()?;
    let mut times = Vec::new();
    for cycle in 0..CYCLES {
        client.resume()?;
        // Spread over a few milliseconds, so that no timer tick is met every time.
        std::thread::sleep(Duration::from_micros(2000 + u64::from(cycle * 7919 % 5000)));
        let start = Instant::now();
        client.interrupt()?;
        client.wait_stop(PATIENCE)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}
