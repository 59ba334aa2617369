//! One event: what it waits for, its options, and its place in the table.

mod spec;
mod state;

pub use spec::EventSpec;
pub use spec::Registration;
pub use state::EventState;
pub(crate) use state::StateCell;

use crate::AddressSpace;
use crate::EventOptions;
use crate::Hit;
use crate::Moment;
use crate::Occurrence;
use crate::Trigger;
use crate::script::Script;

/// The tag of event 0; tags exist beside numbers because HyperDbg's scripts see both.
pub const TAG_BASE: u32 = 0x100_0000;

/// The bits of CR3 that say where the page tables are.
const CR3_ADDRESS: u64 = 0x000f_ffff_ffff_f000;

/// A registered event.
#[derive(Debug)]
pub struct Event {
    id: u32,
    state: StateCell,
    registration: Registration,
}

impl Event {
    /// An enabled event with number `id`.
    pub(crate) fn new(id: u32, registration: Registration) -> Self {
        Self {
            id,
            state: StateCell::new(EventState::Enabled),
            registration,
        }
    }

    /// Its number: counts from 0 and is never given twice.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Its tag: the number plus [`TAG_BASE`].
    pub fn tag(&self) -> u32 {
        self.id.wrapping_add(TAG_BASE)
    }

    /// Does it act?
    pub fn is_enabled(&self) -> bool {
        self.state.get() == EventState::Enabled
    }

    pub(crate) fn state(&self) -> &StateCell {
        &self.state
    }

    /// What it waits for.
    pub fn trigger(&self) -> Trigger {
        self.registration.trigger
    }

    /// Its options.
    pub fn options(&self) -> &EventOptions {
        &self.registration.options
    }

    /// Its compiled script.
    pub fn script(&self) -> Option<&Script> {
        self.registration.script.as_ref()
    }

    /// The command that made it: its tokens joined with single spaces.
    pub fn text(&self) -> &str {
        &self.registration.text
    }

    /// Can it fire on `cpu`: enabled, and not bound to another one?
    pub(crate) fn is_live_on(&self, cpu: u32) -> bool {
        self.is_enabled() && self.options().core.is_none_or(|core| core == cpu)
    }

    /// Is it bound to no other process than the running one? One that watches physical memory is bound to none.
    fn is_in_process(&self, moment: &Moment) -> bool {
        if matches!(self.trigger(), Trigger::Monitor(monitor) if monitor.space == AddressSpace::Physical) {
            return true;
        }
        let options = self.options();
        options.pid.is_none_or(|pid| moment.pid == Some(pid))
            && options
                .cr3
                .is_none_or(|cr3| (cr3 ^ moment.cr3) & CR3_ADDRESS == 0)
    }

    /// What to tell the user when it stopped the guest.
    pub fn hit(&self, moment: Moment, occurrence: Occurrence) -> Hit {
        Hit {
            event: self.id,
            trigger: self.trigger(),
            moment,
            occurrence,
        }
    }

    /// Is it about `occurrence`, whatever its stages? Its condition code has not been asked.
    pub(crate) fn is_about(&self, moment: &Moment, occurrence: &Occurrence) -> bool {
        self.is_live_on(moment.cpu) && self.is_in_process(moment) && self.trigger().matches(occurrence)
    }

    /// Does it fire for `occurrence` at `moment`? Its condition code has not been asked.
    pub fn fires(&self, moment: &Moment, occurrence: &Occurrence) -> bool {
        self.options().stages.has(moment.stage) && self.is_about(moment, occurrence)
    }
}

/// Which events a management command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Every registered event.
    All,
    /// The one with this number.
    Id(u32),
}
