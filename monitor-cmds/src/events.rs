//! The event table.
//!
//! Its slots are lent or given by the caller, so its capacity is fixed and nothing is allocated when an event
//! fires. Events stay in order of registration, which is the order in which they fire: the filled slots are the
//! first ones.
//!
//! Commands change the table, that is while the guest is stopped or under the caller's lock. Scripts enable, disable
//! and clear events while the guest runs, through a shared reference: [`Events::set_state`].

use crate::Event;
use crate::EventState;
use crate::Intercepts;
use crate::Moment;
use crate::Occurrence;
use crate::Outputs;
use crate::Registration;
use crate::Target;
use crate::script::Globals;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering;
use managed::ManagedSlice;

/// All registered events, the output sources that they may name, and the global variables of their scripts.
#[derive(Debug)]
pub struct Events<'s> {
    slots: ManagedSlice<'s, Option<Event>>,
    /// Filled slots, those of cleared events included.
    used: usize,
    next_id: u32,
    generation: AtomicU64,
    outputs: Outputs,
    globals: Globals,
}

impl<'s> Events<'s> {
    /// An empty table in `slots`, one event each; whatever the slots hold is dropped.
    pub fn new(slots: impl Into<ManagedSlice<'s, Option<Event>>>) -> Self {
        let mut slots = slots.into();
        slots.iter_mut().for_each(|slot| *slot = None);
        Self {
            slots,
            used: 0,
            next_id: 0,
            generation: AtomicU64::new(0),
            outputs: Outputs::default(),
            globals: Globals::default(),
        }
    }

    /// An empty table on the heap with room for `capacity` events.
    pub fn with_capacity(capacity: usize) -> Events<'static> {
        let mut slots = Vec::new();
        slots.resize_with(capacity, || None);
        Events::new(slots)
    }

    /// How many events are registered, enabled or not.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Is no event registered?
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// How many events there is room for.
    pub fn capacity(&self) -> usize {
        self.slots.len()
    }

    /// The events in order of registration.
    pub fn iter(&self) -> impl Iterator<Item = &Event> {
        let events = self.slots.iter().flatten();
        events.filter(|event| event.state().get() != EventState::Cleared)
    }

    /// The event with number `id`.
    pub fn get(&self, id: u32) -> Option<&Event> {
        self.iter().find(|event| event.id() == id)
    }

    /// The output sources.
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    /// The output sources, to change them.
    pub fn outputs_mut(&mut self) -> &mut Outputs {
        &mut self.outputs
    }

    /// The global variables of all scripts, those of commands included.
    pub fn globals(&self) -> &Globals {
        &self.globals
    }

    /// [`Self::globals`], to compile a script with.
    pub fn globals_mut(&mut self) -> &mut Globals {
        &mut self.globals
    }

    /// A number that changes whenever [`Events::intercepts`] may: a CPU that remembers it knows whether to arm
    /// anew. A new table has generation 0 and nothing to intercept. Where the table is behind a lock, mirror it in an
    /// atomic after each command and each [`Events::set_state`], and CPUs need no lock to see that nothing changed.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// What CPU `cpu` must intercept now. Pure and without allocation; the result looks into the table.
    pub fn intercepts(&self, cpu: u32) -> Intercepts<'_> {
        Intercepts::of(&self.slots, cpu)
    }

    /// Is an event on `cpu` bound to a process by its number, so that [`Moment::pid`] must be known?
    pub fn asks_for_process(&self, cpu: u32) -> bool {
        self.iter()
            .any(|event| event.is_live_on(cpu) && event.options().pid.is_some())
    }

    /// The events that fire for `occurrence` at `moment`, in order of registration, before their conditions are asked.
    /// Allocates nothing, cannot panic. [`crate::dispatch()`] does all of it.
    pub fn matching(&self, moment: Moment, occurrence: Occurrence) -> impl Iterator<Item = &Event> {
        self.iter().filter(move |event| event.fires(&moment, &occurrence))
    }

    /// Registers an event, enabled, and gives its number.
    ///
    /// # Errors
    /// [`EventsError::Full`]; the number is not used up then.
    pub fn add(&mut self, registration: Registration) -> Result<u32, EventsError> {
        self.sweep();
        let capacity = self.capacity();
        let id = self.next_id;
        let (Some(slot), Some(next)) = (self.slots.get_mut(self.used), id.checked_add(1)) else {
            return Err(EventsError::Full { capacity });
        };
        *slot = Some(Event::new(id, registration));
        self.next_id = next;
        self.used = self.used.saturating_add(1);
        self.touch();
        Ok(id)
    }

    /// Makes events act again.
    ///
    /// # Errors
    /// [`EventsError::Unknown`] for a number, [`EventsError::Empty`] for all of none.
    pub fn enable(&mut self, target: Target) -> Result<(), EventsError> {
        self.change(target, EventState::Enabled)
    }

    /// Makes events not act, but keeps them.
    ///
    /// # Errors
    /// As [`Events::enable`].
    pub fn disable(&mut self, target: Target) -> Result<(), EventsError> {
        self.change(target, EventState::Disabled)
    }

    /// Removes events. Numbers are not given again, not even after `all`.
    ///
    /// # Errors
    /// As [`Events::enable`].
    pub fn clear(&mut self, target: Target) -> Result<(), EventsError> {
        self.change(target, EventState::Cleared)?;
        self.sweep();
        Ok(())
    }

    /// Changes one event while the guest runs, as scripts do. Allocates and frees nothing: the slot of a cleared event is
    /// freed by the next command. `false` if there is no such event.
    pub fn set_state(&self, id: u32, state: EventState) -> bool {
        let changed = self.get(id).is_some_and(|event| event.state().set(state));
        if changed {
            self.touch();
        }
        changed
    }

    /// Removes everything, output sources and global variables included, and lets numbers begin at 0 again, as at
    /// start. The generation still grows.
    pub fn unload(&mut self) {
        self.slots.iter_mut().for_each(|slot| *slot = None);
        self.used = 0;
        self.next_id = 0;
        self.outputs = Outputs::default();
        self.globals = Globals::default();
        self.touch();
    }

    fn change(&mut self, target: Target, state: EventState) -> Result<(), EventsError> {
        match target {
            Target::All if self.is_empty() => return Err(EventsError::Empty),
            Target::Id(id) if self.get(id).is_none() => return Err(EventsError::Unknown),
            Target::All | Target::Id(_) => {}
        }
        for event in self.iter() {
            if target == Target::All || target == Target::Id(event.id()) {
                event.state().set(state);
            }
        }
        self.touch();
        Ok(())
    }

    /// Frees the slots of cleared events and moves the others together.
    fn sweep(&mut self) {
        let mut kept = 0_usize;
        for index in 0..self.used {
            let slot = self.slots.get(index).and_then(Option::as_ref);
            if slot.is_some_and(|event| event.state().get() != EventState::Cleared) {
                self.slots.swap(kept, index);
                kept = kept.saturating_add(1);
            }
        }
        if let Some(freed) = self.slots.get_mut(kept..) {
            freed.iter_mut().for_each(|slot| *slot = None);
        }
        self.used = kept;
    }

    fn touch(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
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
