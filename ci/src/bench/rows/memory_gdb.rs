//! Reading guest memory with gdb's Python.

use anyhow::Result;

use super::{Files, Line, Target, by_turns};
use crate::bench::{gdb, spin};

pub(super) const NAME: &str = "memory read, gdb";

const SCRIPT: &str = r#"
import gdb, time
inferior = gdb.selected_inferior()
start = time.monotonic()
size = 0
while time.monotonic() - start < 3:
    size += len(inferior.read_memory(BASE, 256 * 1024))
print("RESULT", size / (time.monotonic() - start) / 1e6)
"#;

pub(super) fn measure(files: &Files, runs: usize) -> Result<Vec<Line>> {
    let script = SCRIPT.replace("BASE", &format!("{:#x}", spin::BASE));
    let quantity = (NAME, "MB/s", Target::Information);
    by_turns(files, runs, quantity, &|subject| {
        gdb::run(files, subject, &script)
    })
}
