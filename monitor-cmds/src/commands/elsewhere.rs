//! HyperDbg's other command words: what does their work here, one line each.
//!
//! gdb is the front end, so breakpoints, stepping, symbols and files are its own commands.

use core::fmt;
use core::fmt::Write;

/// Words whose work is done elsewhere.
#[derive(Debug)]
pub struct Elsewhere {
    /// The words, in lower case; the first is the canonical one.
    pub words: &'static [&'static str],
    /// What to use instead: a sentence without a full stop.
    pub instead: &'static str,
}

/// Rows are compared by their first word, which the table has once.
impl PartialEq for Elsewhere {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl Eq for Elsewhere {}

const fn row(words: &'static [&'static str], instead: &'static str) -> Elsewhere {
    Elsewhere { words, instead }
}

/// Every such word.
pub static ELSEWHERE: &[Elsewhere] = &[
    row(
        &["bp"],
        "`break *ADDRESS` of gdb, or `hbreak *ADDRESS`, which leaves memory alone",
    ),
    row(&["bl"], "`info breakpoints` of gdb"),
    row(&["be"], "`enable NUMBER` of gdb"),
    row(&["bd"], "`disable NUMBER` of gdb"),
    row(&["bc"], "`delete NUMBER` of gdb"),
    row(
        &["p", "pr"],
        "`nexti [COUNT]` of gdb; `display/i $pc` and `info registers` show more",
    ),
    row(
        &["t", "tr"],
        "`stepi [COUNT]` of gdb; `display/i $pc` and `info registers` show more",
    ),
    row(
        &["i", "ir"],
        "`stepi` of gdb after `set scheduler-locking step`, so that only the selected CPU runs",
    ),
    row(&["gu"], "`finish` of gdb"),
    row(&["g", "go", "continue", "cont", "gg"], "`continue` of gdb"),
    row(&["pause"], "Ctrl-C in gdb, or its command `interrupt`"),
    row(
        &["lm"],
        "`info files` of gdb, and for Linux `lx-lsmod` of the kernel's own gdb scripts",
    ),
    row(
        &["x"],
        "`info functions REGEXP`, `info variables REGEXP` or `info symbol ADDRESS` of gdb",
    ),
    row(
        &[".sym", "sym"],
        "`file FILE`, `symbol-file FILE` or `add-symbol-file FILE` of gdb",
    ),
    row(
        &[".sympath", "sympath"],
        "`set debug-file-directory DIRECTORY` of gdb",
    ),
    row(
        &["dt", "!dt"],
        "`ptype /o struct NAME` and `print *(struct NAME *) ADDRESS` of gdb; `monitor phys on` makes addresses \
         physical",
    ),
    row(&["struct"], "`ptype /o struct NAME` of gdb"),
    row(
        &[".pagein", "pagein"],
        "nothing: page faults are the guest's own; let it touch the page, and break behind that",
    ),
    row(
        &["!smi"],
        "`rdmsr 34`, the count of system management interrupts, on Intel's CPUs",
    ),
    row(
        &["!lbr"],
        "nothing: branch records are not kept; the registers that control them can be reached with `wrmsr`",
    ),
    row(
        &["!lbrdump", "!lbrdmp", "!lbrprint"],
        "nothing: branch records are not kept; the registers that hold them can be read with `rdmsr`",
    ),
    row(
        &["!pt"],
        "nothing: processor trace is not supported; `!pte` shows page tables",
    ),
    row(
        &["!track", "track"],
        "`record full` of gdb, which steps, and then `record function-call-history`",
    ),
    row(&["!rev", "rev"], "nothing; `!monitor` shows who touches memory"),
    row(
        &["!dump"],
        "`monitor phys on`, then `dump binary memory FILE START END` of gdb",
    ),
    row(&[".dump", "dump"], "`dump binary memory FILE START END` of gdb"),
    row(
        &["!hide", "!unhide"],
        "nothing: hiding cannot be switched; events on `!cpuid`, `!tsc` and `!msrread` change what a guest sees",
    ),
    row(&["!measure"], "nothing: it belongs to `!hide`"),
    row(
        &["load", "unload"],
        "nothing: the hypervisor runs from boot until `reset`",
    ),
    row(
        &[".connect", "connect", ".listen", "listen", ".debug"],
        "`target remote HOST:PORT` of gdb",
    ),
    row(
        &[".disconnect", "disconnect"],
        "`disconnect` of gdb; the guest runs on",
    ),
    row(
        &[".attach", "attach", ".start", "start", ".switch", "switch"],
        "`.process pid X`, which stops the guest when that process runs; the whole machine is attached to",
    ),
    row(&[".detach", "detach"], "`detach` of gdb; the guest runs on"),
    row(
        &[".restart", "restart", ".kill"],
        "`monitor reset`, which resets the whole machine",
    ),
    row(
        &[".logopen", "logopen"],
        "`set logging file FILE` and `set logging enabled on` of gdb",
    ),
    row(&[".logclose", "logclose"], "`set logging enabled off` of gdb"),
    row(&[".cls", "cls", "clear"], "`shell clear` of gdb"),
    row(
        &[".script"],
        "`source FILE` of gdb; lines in it begin with `monitor`",
    ),
    row(&["sleep"], "`shell sleep SECONDS` of gdb"),
    row(&[".pe"], "`info files` of gdb, or `shell objdump -x FILE`"),
    row(
        &["exit", ".exit", "quit", "q"],
        "`quit` of gdb; the guest runs on",
    ),
    row(
        &["!hw", "!hw_clk", "!hw_clock", "!hwdbg_clock"],
        "nothing: this is no debugger for logic on an FPGA",
    ),
];

/// The row of `word`. Case does not matter.
pub(crate) fn find(word: &str) -> Option<&'static Elsewhere> {
    ELSEWHERE
        .iter()
        .find(|row| row.words.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

pub(crate) fn execute(row: &Elsewhere, out: &mut dyn Write) -> fmt::Result {
    let words = row.words.join("', '");
    match row.instead.strip_prefix("nothing") {
        Some(reason) => writeln!(out, "'{words}': nothing here does that{reason}"),
        None => writeln!(out, "'{words}': use {}", row.instead),
    }
}
