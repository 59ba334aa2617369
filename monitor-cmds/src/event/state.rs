//! Whether an event acts. Scripts of all CPUs change it while the guest runs, so it is atomic.

use core::sync::atomic::AtomicU8;
use core::sync::atomic::Ordering;

/// Whether an event acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventState {
    /// It acts.
    Enabled,
    /// It does not act, but is kept.
    Disabled,
    /// It is gone; its slot is freed by the next command.
    Cleared,
}

/// A state that can be changed through a shared reference.
#[derive(Debug)]
pub(crate) struct StateCell(AtomicU8);

impl StateCell {
    pub(crate) const fn new(state: EventState) -> Self {
        Self(AtomicU8::new(state as u8))
    }

    pub(crate) fn get(&self) -> EventState {
        const ENABLED: u8 = EventState::Enabled as u8;
        const DISABLED: u8 = EventState::Disabled as u8;
        match self.0.load(Ordering::Acquire) {
            ENABLED => EventState::Enabled,
            DISABLED => EventState::Disabled,
            _ => EventState::Cleared,
        }
    }

    /// Changes it, unless the event is gone; `false` then.
    pub(crate) fn set(&self, state: EventState) -> bool {
        let change = |now| (now != EventState::Cleared as u8).then_some(state as u8);
        self.0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, change)
            .is_ok()
    }
}
