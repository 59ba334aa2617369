//! Events and a debugger that only take notes.

use crate::script::Control;
use crate::script::LbrOperation;
use crate::script::TraceStep;
use alloc::vec::Vec;

/// What a script did to events and to the debugger, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlCall {
    /// [`Control::event_enable`].
    Enable(u64),
    /// [`Control::event_disable`].
    Disable(u64),
    /// [`Control::event_clear`].
    Clear(u64),
    /// [`Control::short_circuit`].
    ShortCircuit(bool),
    /// [`Control::inject`]: kind, vector, error code.
    Inject(u8, u8, Option<u32>),
    /// [`Control::trace`].
    Trace(TraceStep),
    /// [`Control::pause`].
    Pause,
    /// [`Control::flush`].
    Flush,
    /// [`Control::lbr`].
    Lbr(LbrOperation),
}

/// A [`Control`] that records every call.
#[derive(Clone, Debug, Default)]
pub struct FakeControl {
    /// Ids of the events that there are.
    pub events: Vec<u64>,
    /// Do operations on last-branch records succeed?
    pub lbr: bool,
    /// The calls.
    pub calls: Vec<ControlCall>,
    /// Values of `test_statement`.
    pub tested: Vec<u64>,
}

impl FakeControl {
    fn event(&mut self, id: u64, call: ControlCall) -> bool {
        self.calls.push(call);
        self.events.contains(&id)
    }
}

impl Control for FakeControl {
    fn event_enable(&mut self, id: u64) -> bool {
        self.event(id, ControlCall::Enable(id))
    }

    fn event_disable(&mut self, id: u64) -> bool {
        self.event(id, ControlCall::Disable(id))
    }

    fn event_clear(&mut self, id: u64) -> bool {
        self.event(id, ControlCall::Clear(id))
    }

    fn short_circuit(&mut self, on: bool) {
        self.calls.push(ControlCall::ShortCircuit(on));
    }

    fn inject(&mut self, kind: u8, vector: u8, error: Option<u32>) {
        self.calls.push(ControlCall::Inject(kind, vector, error));
    }

    fn trace(&mut self, step: TraceStep) {
        self.calls.push(ControlCall::Trace(step));
    }

    fn pause(&mut self) {
        self.calls.push(ControlCall::Pause);
    }

    fn flush(&mut self) {
        self.calls.push(ControlCall::Flush);
    }

    fn lbr(&mut self, operation: LbrOperation) -> bool {
        self.calls.push(ControlCall::Lbr(operation));
        self.lbr
    }

    fn test_statement(&mut self, value: u64) {
        self.tested.push(value);
    }
}
