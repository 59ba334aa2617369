//! The rows in the order they are printed, one file each.

mod boot_time;
mod condition_gdb;
mod condition_raw;
mod ctrl_c;
mod footprint;
mod memory_gdb;
mod memory_raw;
mod script;
mod step_gdb;
mod step_raw;

use anyhow::Result;

use super::report::{Line, Target};
use super::subject::{Files, SIDES, Side, Subject};

/// A row: its name and how it is measured, with so many runs on each side.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) measure: fn(&Files, usize) -> Result<Vec<Line>>,
}

pub(super) const ALL: &[Row] = &[
    Row {
        name: condition_gdb::NAME,
        measure: condition_gdb::measure,
    },
    Row {
        name: condition_raw::NAME,
        measure: condition_raw::measure,
    },
    Row {
        name: step_raw::NAME,
        measure: step_raw::measure,
    },
    Row {
        name: step_gdb::NAME,
        measure: step_gdb::measure,
    },
    Row {
        name: memory_raw::NAME,
        measure: memory_raw::measure,
    },
    Row {
        name: memory_gdb::NAME,
        measure: memory_gdb::measure,
    },
    Row {
        name: ctrl_c::NAME,
        measure: ctrl_c::measure,
    },
    Row {
        name: boot_time::NAME,
        measure: boot_time::measure,
    },
    Row {
        name: script::NAME,
        measure: script::measure,
    },
    Row {
        name: footprint::NAME,
        measure: footprint::measure,
    },
];

/// One quantity, sampled by turns on a fresh machine of each side.
fn by_turns(
    files: &Files,
    runs: usize,
    (name, unit, target): (&str, &'static str, Target),
    sample: &dyn Fn(&Subject) -> Result<f64>,
) -> Result<Vec<Line>> {
    let mut line = Line::new(name, unit, target);
    for _ in 0..runs {
        for side in SIDES {
            let subject = Subject::boot(files, side)?;
            line.samples(side).push(sample(&subject)?);
        }
    }
    Ok(vec![line])
}

impl Line {
    /// Where the samples of `side` go.
    fn samples(&mut self, side: Side) -> &mut Vec<f64> {
        match side {
            Side::Ours => &mut self.ours,
            Side::Qemu => &mut self.theirs,
        }
    }
}
