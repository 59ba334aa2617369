//! What is armed one by one: hooked addresses, watched memory, changes of mode.

use super::Live;
use crate::Trigger;
use core::fmt;

/// One thing to arm, and the address space it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound<T> {
    /// What.
    pub what: T,
    /// The number of the event that asks for it.
    pub event: u32,
    /// The only process; `None` is every process.
    pub pid: Option<u32>,
    /// The only address space; `None` is every one.
    pub cr3: Option<u64>,
}

/// What live events of one kind ask for.
#[derive(Clone, Copy)]
pub struct List<'e, T> {
    live: Live<'e>,
    pick: fn(Trigger) -> Option<T>,
}

impl<T: fmt::Debug + 'static> fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'e, T: 'static> List<'e, T> {
    pub(super) fn new(live: Live<'e>, pick: fn(Trigger) -> Option<T>) -> Self {
        Self { live, pick }
    }

    /// In order of registration.
    pub fn iter(&self) -> impl Iterator<Item = Bound<T>> + 'e {
        let pick = self.pick;
        self.live.events().filter_map(move |event| {
            Some(Bound {
                what: pick(event.trigger())?,
                event: event.id(),
                pid: event.options().pid,
                cr3: event.options().cr3,
            })
        })
    }

    /// Is nothing asked for?
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}
