//! Debian's kernel from QEMU's start to the first line of its init, with and without the hypervisor.

use anyhow::Result;

use super::{Files, Line, SIDES, Target};
use crate::bench::boot::seconds_to_init;

pub(super) const NAME: &str = "boot to init";

pub(super) fn measure(files: &Files, runs: usize) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for cpus in [1, 2, 4] {
        let name = format!("{NAME}, {cpus} CPU(s) (QEMU: no hypervisor)");
        let mut line = Line::new(name, "s", Target::RatioAtMost(1.05));
        for _ in 0..runs {
            for side in SIDES {
                line.samples(side).push(seconds_to_init(files, side, cpus)?);
            }
        }
        lines.push(line);
    }
    Ok(lines)
}
