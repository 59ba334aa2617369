//! What the front end is told about the line, the machine and the protocol engine behind it.

use super::sender::Patience;

/// Settings of a front end.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The transport loses and damages nothing (TCP), so a client may switch acknowledgements off.
    pub reliable: bool,
    /// Encode runs in what goes out. Off for the few clients that cannot decode them.
    pub rle: bool,
    /// How many CPUs there are: threads 1 to this number exist.
    pub threads: u32,
    /// The engine takes `vCont;r`. Where it does not, the range becomes one step, which is allowed.
    pub range_step: bool,
    /// Bytes in the register block of `g` and `G`.
    pub register_block: usize,
    /// Breakpoint conditions are evaluated by the target, so announce `ConditionalBreakpoints+`.
    pub conditions: bool,
    /// Hand `qRcmd` out as [`super::LocalRequest::Monitor`] and not to the engine.
    pub local_monitor: bool,
    /// The target triple that LLDB is told.
    pub triple: &'static str,
    /// When unacknowledged frames are sent again.
    pub patience: Patience,
}

impl Default for Options {
    /// A serial line, one CPU, the register block of `X86_64CoreRegs`.
    fn default() -> Self {
        Self {
            reliable: false,
            rle: true,
            threads: 1,
            range_step: true,
            register_block: 0x218,
            conditions: true,
            local_monitor: true,
            triple: "x86_64-unknown-unknown",
            patience: Patience {
                timeout: 1_000,
                retries: 3,
            },
        }
    }
}
