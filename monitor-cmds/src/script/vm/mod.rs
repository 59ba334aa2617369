//! The VM: runs bytecode, one operation after the other, each counted.
//!
//! Nothing here allocates or panics. What takes longer than an operation does (copies, texts, waiting) is counted
//! by its length, so that no script can hold a CPU for long.

mod builtin;
mod disassemble;
mod execute;
mod formats;
mod interlocked;
mod memory;
mod printf;
mod pseudo;
mod strings;

pub(crate) use disassemble::prepare as prepare_decoder;
pub use formats::formats;

use super::bytecode::Script;
use super::control::Control;
use super::globals::Globals;
use super::run::Context;
use super::run::Run;
use super::run::Scratch;
use super::runtime_error::Reason;
use super::runtime_error::RuntimeError;
use crate::Guest;
use core::fmt;

/// A script that runs.
struct Machine<'r> {
    script: &'r Script,
    guest: &'r mut dyn Guest,
    control: &'r mut dyn Control,
    globals: &'r Globals,
    context: &'r Context,
    out: &'r mut dyn fmt::Write,
    scratch: &'r mut Scratch,
    /// First byte of the frame.
    base: usize,
    /// Bytes of the frame.
    frame: u16,
    depth: usize,
    kept_count: usize,
    /// Bytes of `scratch.text`.
    written: usize,
    /// Operations until the run fails.
    left: u32,
}

impl Script {
    /// Runs the script to its end. Locals are 0 at the beginning; `run.globals` are those it was compiled with.
    ///
    /// # Errors
    /// What went wrong; what was done until then stays done.
    pub fn run(&self, run: &mut Run<'_>) -> Result<(), RuntimeError> {
        let scratch = &mut *run.scratch;
        // Only what an earlier run may have written needs to be cleared.
        if scratch.touched != 0
            && let Some(bytes) = scratch.stack.get_mut(..scratch.touched)
        {
            bytes.fill(0);
        }
        scratch.touched = usize::from(self.frame);
        let left = scratch.budget;
        let mut machine = Machine {
            script: self,
            guest: &mut *run.guest,
            control: &mut *run.control,
            globals: run.globals,
            context: &run.context,
            out: &mut *run.out,
            scratch,
            base: 0,
            frame: self.frame,
            depth: 0,
            kept_count: 0,
            written: 0,
            left,
        };
        machine.execute()
    }

    /// Runs the script and gives the first temporary, where an expression's value is left.
    pub(crate) fn run_for_value(&self, run: &mut Run<'_>) -> Result<u64, RuntimeError> {
        self.run(run)?;
        Ok(run.scratch.temps[0])
    }
}

impl Machine<'_> {
    /// Counts work beside the operation itself.
    fn charge(&mut self, operations: u64) -> Result<(), Reason> {
        let left = u64::from(self.left)
            .checked_sub(operations)
            .ok_or(Reason::ExecutionCount)?;
        self.left = left as u32;
        Ok(())
    }

    /// The result of an attempt that a script may fail at: `None` if memory was not there.
    fn tried<T>(result: Result<T, Reason>) -> Result<Option<T>, Reason> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Reason::NotAccessible { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }
}
