//! `stepi` in gdb, per second.

use anyhow::Result;

use super::{Files, Line, Target, by_turns};
use crate::bench::gdb;

pub(super) const NAME: &str = "stepi, gdb";

const SCRIPT: &str = r#"
import gdb, time
gdb.execute("set pagination off")
start = time.monotonic()
steps = 0
while time.monotonic() - start < 3:
    gdb.execute("stepi", to_string=True)
    steps += 1
print("RESULT", steps / (time.monotonic() - start))
"#;

pub(super) fn measure(files: &Files, runs: usize) -> Result<Vec<Line>> {
    let quantity = (NAME, "steps/s", Target::RatioAtLeast(1.0));
    by_turns(files, runs, quantity, &|subject| gdb::run(files, subject, SCRIPT))
}
