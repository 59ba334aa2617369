//! A breakpoint whose condition is false so many times before it is true, set with gdb: hits per second.

use anyhow::Result;

use super::{Files, Line, Side, Target, by_turns};
use crate::bench::{gdb, spin};

pub(super) const NAME: &str = "false condition, gdb";

/// The guest counts its passes in ECX, so "true after HITS hits" is a comparison with the counter.
const SCRIPT: &str = r#"
import gdb, time
gdb.execute("set pagination off")
last = (int(gdb.parse_and_eval("$rcx")) + HITS) & 0xffffffff
gdb.execute("break *BREAK if $rcx == %d" % last)
start = time.monotonic()
gdb.execute("continue")
seconds = time.monotonic() - start
stopped = int(gdb.parse_and_eval("$rcx")) & 0xffffffff
if stopped != last:
    raise gdb.GdbError("stopped with rcx = %d, not %d" % (stopped, last))
print("RESULT", HITS / seconds)
"#;

/// Enough for a second or two on each side.
fn hits(side: Side) -> u32 {
    match side {
        Side::Ours => 40_000,
        Side::Qemu => 2_000,
    }
}

pub(super) fn measure(files: &Files, runs: usize) -> Result<Vec<Line>> {
    let script = SCRIPT.replace("BREAK", &format!("{:#x}", spin::LOOP));
    by_turns(
        files,
        runs,
        (NAME, "hits/s", Target::RatioAtLeast(20.0)),
        &|subject| {
            gdb::run(
                files,
                subject,
                &script.replace("HITS", &hits(subject.side).to_string()),
            )
        },
    )
}
