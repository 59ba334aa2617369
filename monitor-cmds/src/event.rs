//! One event: what it waits for, its options, and its place in the table.

use crate::Direction;
use crate::EventOptions;
use crate::Hit;
use crate::Moment;
use crate::Occurrence;
use crate::Stage;
use alloc::string::String;
use core::fmt;

/// The tag of event 0; tags exist beside numbers because HyperDbg's scripts see both.
pub const TAG_BASE: u32 = 0x100_0000;

/// What an event waits for: its command word and positional parameters, as typed values.
///
/// `Display` gives the canonical command, such as `!ioout 3f8`, without options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// `!ioin`, `!ioout`.
    Io {
        /// Which of the two.
        direction: Direction,
        /// The port; `None` is every port.
        port: Option<u16>,
    },
}

impl Trigger {
    /// The event's kind as one word: its command without the exclamation mark (`ioin`, `ioout`).
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Io {
                direction: Direction::In,
                ..
            } => "ioin",
            Self::Io {
                direction: Direction::Out,
                ..
            } => "ioout",
        }
    }

    /// Is `occurrence` what this waits for?
    pub fn matches(&self, occurrence: &Occurrence) -> bool {
        match (self, occurrence) {
            (Self::Io { direction, port }, Occurrence::Io(io)) => {
                *direction == io.direction && port.is_none_or(|port| io.touches(port))
            }
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "!{}", self.kind())?;
        match self {
            Self::Io { port: Some(port), .. } => write!(f, " {port:x}"),
            Self::Io { port: None, .. } => Ok(()),
        }
    }
}

/// An event as a command asks for it, not registered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSpec {
    /// What it waits for.
    pub trigger: Trigger,
    /// Its options.
    pub options: EventOptions,
    /// The command as typed, for `events`: its tokens joined with single spaces.
    pub text: String,
}

/// A registered event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub(crate) id: u32,
    pub(crate) enabled: bool,
    pub(crate) spec: EventSpec,
}

impl Event {
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
        self.enabled
    }

    /// What it waits for.
    pub fn trigger(&self) -> Trigger {
        self.spec.trigger
    }

    /// Its options.
    pub fn options(&self) -> &EventOptions {
        &self.spec.options
    }

    /// The command that made it: its tokens joined with single spaces.
    pub fn text(&self) -> &str {
        &self.spec.text
    }

    /// Can it fire on `cpu`: enabled, and not bound to another one?
    pub(crate) fn is_live_on(&self, cpu: u32) -> bool {
        self.enabled && self.spec.options.core.is_none_or(|core| core == cpu)
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

    /// Does it fire for `occurrence` at `moment`? Every event acts before the instruction takes effect.
    pub fn fires(&self, moment: &Moment, occurrence: &Occurrence) -> bool {
        moment.stage == Stage::Pre && self.is_live_on(moment.cpu) && self.trigger().matches(occurrence)
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
