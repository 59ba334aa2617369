//! What one run of a script works with.

use super::control::Control;
use super::globals::Globals;
use crate::Guest;
use core::fmt;

/// Bytes of the stack: 256 slots of 8.
pub(crate) const STACK_BYTES: usize = 256 * 8;
/// Operations of one run: it fails with the one that makes them this many. Those that only fetch an operand (a constant,
/// a variable, a register) do not count, as they are no operations of their own in HyperDbg.
pub const MAX_OPERATIONS: u32 = 1_000_000;
/// Bytes of one `printf`.
pub const MAX_TEXT: usize = 4096;
/// Calls in one another; each needs at least two slots of the stack.
pub(crate) const MAX_CALLS: usize = 128;
/// Values that callers keep during calls.
pub(crate) const MAX_KEPT: usize = 512;

/// Bytes for what `$pname`, `$date` and `$time` point to.
pub(crate) const TEXTS_BYTES: usize = 80;

/// The numbers that `$context`, `$event_tag` ... give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// `$context`: what the event is about.
    pub context: u64,
    /// `$event_tag`.
    pub event_tag: u64,
    /// `$event_id`.
    pub event_id: u64,
    /// `$event_stage`: 0 pre, 1 post; 0 if there is no event.
    pub event_stage: u64,
    /// `$buffer`: address of the action's buffer.
    pub buffer: u64,
}

/// Everything that one run of a script reads and changes.
#[expect(missing_debug_implementations, reason = "it holds trait objects")]
pub struct Run<'a> {
    /// Registers and memory.
    pub guest: &'a mut dyn Guest,
    /// Events and the debugger.
    pub control: &'a mut dyn Control,
    /// The variables `.name`, those that the script was compiled with.
    pub globals: &'a Globals,
    /// Working memory.
    pub scratch: &'a mut Scratch,
    /// The event.
    pub context: Context,
    /// Takes what is printed; its errors are dropped.
    pub out: &'a mut dyn fmt::Write,
}

/// A caller that waits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Caller {
    /// The operation to go on with.
    pub(crate) resume: u16,
    /// Its frame's first byte in the stack.
    pub(crate) base: u16,
    /// Its frame's size.
    pub(crate) frame: u16,
    /// How many temporary values it keeps; the result goes behind them.
    pub(crate) kept: u8,
}

/// The working memory of scripts on one CPU, of fixed size: a run allocates nothing.
pub struct Scratch {
    /// How many operations end a run, [`MAX_OPERATIONS`] if not changed.
    pub budget: u32,
    pub(crate) stack: [u8; STACK_BYTES],
    /// Stack bytes from here on are 0.
    pub(crate) touched: usize,
    /// As many as a `u8` can name, so no access can be outside.
    pub(crate) temps: [u64; 256],
    pub(crate) kept: [u64; MAX_KEPT],
    pub(crate) callers: [Caller; MAX_CALLS],
    pub(crate) texts: [u8; TEXTS_BYTES],
    pub(crate) text: [u8; MAX_TEXT],
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch")
            .field("budget", &self.budget)
            .field("touched", &self.touched)
            .finish_non_exhaustive()
    }
}

impl Scratch {
    /// Fresh memory.
    pub const fn new() -> Self {
        Self {
            budget: MAX_OPERATIONS,
            stack: [0; STACK_BYTES],
            touched: 0,
            temps: [0; 256],
            kept: [0; MAX_KEPT],
            callers: [Caller {
                resume: 0,
                base: 0,
                frame: 0,
                kept: 0,
            }; MAX_CALLS],
            texts: [0; TEXTS_BYTES],
            text: [0; MAX_TEXT],
        }
    }
}
