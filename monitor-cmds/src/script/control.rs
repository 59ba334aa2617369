//! What a script does to events and to the debugger.

/// The steps that `event_trace_*` ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceStep {
    /// The next instruction of this CPU, calls entered.
    In,
    /// Until the function returns.
    Out,
    /// The next instruction, other CPUs and interrupts held.
    Instrumentation,
}

/// What the `lbr_*` functions do to the last-branch records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LbrOperation {
    /// Keeps them and stops recording.
    Save,
    /// Prints the kept ones.
    Print,
    /// Goes on recording.
    Restore,
    /// Are they recorded?
    Check,
    /// Goes on recording with this value of the filter.
    RestoreByFilter(u64),
}

/// The events and the debugger as a script changes them.
///
/// Every body here says that there is nothing to change, so an implementation has only what it can do.
pub trait Control {
    /// Enables the event with user id `id`. `false` if there is none.
    fn event_enable(&mut self, id: u64) -> bool {
        let _ = id;
        false
    }

    /// Disables the event with user id `id`. `false` if there is none.
    fn event_disable(&mut self, id: u64) -> bool {
        let _ = id;
        false
    }

    /// Clears the event with user id `id`. `false` if there is none.
    fn event_clear(&mut self, id: u64) -> bool {
        let _ = id;
        false
    }

    /// Is what triggered the event to be left undone? For this trigger only.
    fn short_circuit(&mut self, on: bool) {
        let _ = on;
    }

    /// Injects an event into the guest: `kind` 0 to 7 as VMX numbers them, the vector, and an error code.
    fn inject(&mut self, kind: u8, vector: u8, error: Option<u32>) {
        let _ = (kind, vector, error);
    }

    /// Asks for a step of tracing.
    fn trace(&mut self, step: TraceStep) {
        let _ = step;
    }

    /// Breaks to the debugger when the script is done.
    fn pause(&mut self) {}

    /// Drops messages that were not sent yet.
    fn flush(&mut self) {}

    /// An operation on last-branch records. `false` if it failed or there are none.
    fn lbr(&mut self, operation: LbrOperation) -> bool {
        let _ = operation;
        false
    }

    /// Takes the value that a test of the language computed.
    fn test_statement(&mut self, value: u64) {
        let _ = value;
    }
}

/// There are no events and nothing can be changed.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoControl;

impl Control for NoControl {}
