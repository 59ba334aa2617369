//! The event table.
//!
//! Its slots are lent or given by the caller, so its capacity is fixed and nothing is allocated when an event
//! fires. Events stay in order of registration, which is the order in which they fire: the filled slots are the
//! first [`Events::len`] ones.

use crate::Event;
use crate::EventSpec;
use crate::Intercepts;
use crate::Moment;
use crate::Occurrence;
use crate::Target;
use alloc::vec::Vec;
use core::fmt;
use managed::ManagedSlice;

/// All registered events.
///
/// The table is changed only by commands, that is while the guest is stopped or under the caller's lock; looking
/// events up needs only a shared reference.
#[derive(Debug)]
pub struct Events<'s> {
    slots: ManagedSlice<'s, Option<Event>>,
    len: usize,
    next_id: u32,
    generation: u64,
}

impl<'s> Events<'s> {
    /// An empty table in `slots`, one event each; whatever the slots hold is dropped.
    pub fn new(slots: impl Into<ManagedSlice<'s, Option<Event>>>) -> Self {
        let mut slots = slots.into();
        slots.fill(None);
        Self {
            slots,
            len: 0,
            next_id: 0,
            generation: 0,
        }
    }

    /// An empty table on the heap with room for `capacity` events.
    pub fn with_capacity(capacity: usize) -> Events<'static> {
        let mut slots = Vec::new();
        slots.resize(capacity, None);
        Events::new(slots)
    }

    /// How many events are registered, enabled or not.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is no event registered?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many events there is room for.
    pub fn capacity(&self) -> usize {
        self.slots.len()
    }

    /// The events in order of registration.
    pub fn iter(&self) -> impl Iterator<Item = &Event> {
        self.slots.iter().flatten()
    }

    /// The event with number `id`.
    pub fn get(&self, id: u32) -> Option<&Event> {
        self.iter().find(|event| event.id == id)
    }

    /// A number that changes whenever [`Events::intercepts`] may: a CPU that remembers it knows whether to arm
    /// anew. A new table has generation 0 and nothing to intercept. Where the table is behind a lock, mirror it in an
    /// atomic after each command, and CPUs need no lock to see that nothing changed.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What CPU `cpu` must intercept now. Pure and without allocation; the result looks into the table.
    pub fn intercepts(&self, cpu: u32) -> Intercepts<'_> {
        Intercepts::of(&self.slots, cpu)
    }

    /// The events that fire for `occurrence` at `moment`, in order of registration. Allocates nothing, cannot panic.
    pub fn matching(&self, moment: Moment, occurrence: Occurrence) -> impl Iterator<Item = &Event> {
        self.iter().filter(move |event| event.fires(&moment, &occurrence))
    }

    /// Registers an event, enabled, and gives its number.
    ///
    /// # Errors
    /// [`EventsError::Full`]; the number is not used up then.
    pub fn add(&mut self, spec: EventSpec) -> Result<u32, EventsError> {
        let capacity = self.capacity();
        let id = self.next_id;
        let (Some(slot), Some(next)) = (self.slots.get_mut(self.len), id.checked_add(1)) else {
            return Err(EventsError::Full { capacity });
        };
        *slot = Some(Event {
            id,
            enabled: true,
            spec,
        });
        self.next_id = next;
        self.len = self.len.saturating_add(1);
        self.touch();
        Ok(id)
    }

    /// Makes events act again.
    ///
    /// # Errors
    /// [`EventsError::Unknown`] for a number, [`EventsError::Empty`] for all of none.
    pub fn enable(&mut self, target: Target) -> Result<(), EventsError> {
        self.set_enabled(target, true)
    }

    /// Makes events not act, but keeps them.
    ///
    /// # Errors
    /// As [`Events::enable`].
    pub fn disable(&mut self, target: Target) -> Result<(), EventsError> {
        self.set_enabled(target, false)
    }

    /// Removes events. Numbers are not given again, not even after `all`.
    ///
    /// # Errors
    /// As [`Events::enable`].
    pub fn clear(&mut self, target: Target) -> Result<(), EventsError> {
        self.check(target)?;
        let mut kept = 0_usize;
        for index in 0..self.len {
            let keep = match (target, self.slots.get(index)) {
                (Target::Id(id), Some(Some(event))) => event.id != id,
                _ => false,
            };
            if keep {
                self.slots.swap(kept, index);
                kept = kept.saturating_add(1);
            }
        }
        if let Some(freed) = self.slots.get_mut(kept..) {
            freed.fill(None);
        }
        self.len = kept;
        self.touch();
        Ok(())
    }

    /// Removes everything and lets numbers begin at 0 again, as at start. The generation still grows.
    pub fn unload(&mut self) {
        self.slots.fill(None);
        self.len = 0;
        self.next_id = 0;
        self.touch();
    }

    fn set_enabled(&mut self, target: Target, enabled: bool) -> Result<(), EventsError> {
        self.check(target)?;
        for event in self.slots.iter_mut().flatten() {
            if target == Target::All || target == Target::Id(event.id) {
                event.enabled = enabled;
            }
        }
        self.touch();
        Ok(())
    }

    fn check(&self, target: Target) -> Result<(), EventsError> {
        match target {
            Target::All if self.is_empty() => Err(EventsError::Empty),
            Target::Id(id) if self.get(id).is_none() => Err(EventsError::Unknown),
            Target::All | Target::Id(_) => Ok(()),
        }
    }

    fn touch(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }
}

/// Why the table refused a change. `Display` is the line the user reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventsError {
    /// Every slot is taken.
    Full {
        /// How many there are.
        capacity: usize,
    },
    /// No event has that number.
    Unknown,
    /// There is no event at all.
    Empty,
}

impl fmt::Display for EventsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { capacity } => {
                write!(
                    f,
                    "err, the event table is full ({capacity} events); clear some with 'events c ID'"
                )
            }
            Self::Unknown => f.write_str("err, tag id is invalid"),
            Self::Empty => f.write_str("there is no event"),
        }
    }
}

impl core::error::Error for EventsError {}

#[cfg(test)]
mod tests;
