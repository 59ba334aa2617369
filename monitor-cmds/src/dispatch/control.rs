//! What the script of a firing event does to events and to its own verdict.

use super::Verdict;
use crate::EventState;
use crate::Events;
use crate::script::Control;
use crate::script::LbrOperation;
use crate::script::TraceStep;

/// A script's [`Control`] while the guest runs: events change through a shared reference, `event_sc` and `pause` set
/// the verdict, and the rest is the machine's.
#[expect(missing_debug_implementations, reason = "it holds a trait object")]
pub struct EventControl<'a, 's> {
    /// The table.
    pub events: &'a Events<'s>,
    /// Of the event whose script runs.
    pub verdict: &'a mut Verdict,
    /// Injects, traces, drops messages and knows branch records.
    pub machine: &'a mut dyn Control,
}

impl EventControl<'_, '_> {
    fn set(&mut self, id: u64, state: EventState) -> bool {
        u32::try_from(id).is_ok_and(|id| self.events.set_state(id, state))
    }
}

impl Control for EventControl<'_, '_> {
    fn event_enable(&mut self, id: u64) -> bool {
        self.set(id, EventState::Enabled)
    }

    fn event_disable(&mut self, id: u64) -> bool {
        self.set(id, EventState::Disabled)
    }

    fn event_clear(&mut self, id: u64) -> bool {
        self.set(id, EventState::Cleared)
    }

    fn short_circuit(&mut self, on: bool) {
        self.verdict.short_circuit = on;
    }

    fn inject(&mut self, kind: u8, vector: u8, error: Option<u32>) {
        self.machine.inject(kind, vector, error);
    }

    fn trace(&mut self, step: TraceStep) {
        self.machine.trace(step);
    }

    fn pause(&mut self) {
        self.verdict.stop = true;
    }

    fn flush(&mut self) {
        self.machine.flush();
    }

    fn lbr(&mut self, operation: LbrOperation) -> bool {
        self.machine.lbr(operation)
    }

    fn test_statement(&mut self, value: u64) {
        self.machine.test_statement(value);
    }
}
