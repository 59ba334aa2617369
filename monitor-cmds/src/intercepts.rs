//! From the event table to what one CPU must intercept.
//!
//! [`Intercepts`] has one field per hardware control, in the vendor's-neutral sense: a set of ports here; flags,
//! vectors and register masks take their place beside it as events of those kinds join. It borrows from the
//! table instead of copying, so that deriving it never allocates and costs one pass per question.

use crate::Direction;
use crate::Event;
use crate::Trigger;

/// What a CPU must intercept for the events that are live on it.
#[derive(Clone, Copy, Debug)]
pub struct Intercepts<'e> {
    /// Ports whose reads (IN, INS) are watched.
    pub io_in: Ports<'e>,
    /// Ports whose writes (OUT, OUTS) are watched. The permission maps of both vendors have one bit for both
    /// directions: arm the union.
    pub io_out: Ports<'e>,
}

impl<'e> Intercepts<'e> {
    /// For the events in `slots` that are live on `cpu`.
    pub(crate) fn of(slots: &'e [Option<Event>], cpu: u32) -> Self {
        let ports = |direction| {
            Ports::of(PortList {
                slots,
                cpu,
                direction,
            })
        };
        Self {
            io_in: ports(Direction::In),
            io_out: ports(Direction::Out),
        }
    }

    /// Is there nothing to intercept?
    pub fn is_empty(&self) -> bool {
        matches!((self.io_in, self.io_out), (Ports::None, Ports::None))
    }
}

/// A set of ports.
#[derive(Clone, Copy, Debug)]
pub enum Ports<'e> {
    /// No port.
    None,
    /// Every port. Permission maps need the bits past ffff as well, which a wide access at the end touches.
    All,
    /// The ports of the list, at least one.
    Some(PortList<'e>),
}

impl<'e> Ports<'e> {
    fn of(watched: PortList<'e>) -> Self {
        if watched.triggers().any(|port| port.is_none()) {
            Self::All
        } else if watched.triggers().next().is_some() {
            Self::Some(watched)
        } else {
            Self::None
        }
    }

    /// Is `port` in the set?
    pub fn contains(&self, port: u16) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Some(ports) => ports.iter().any(|watched| watched == port),
        }
    }
}

/// The ports that live events name.
#[derive(Clone, Copy, Debug)]
pub struct PortList<'e> {
    slots: &'e [Option<Event>],
    cpu: u32,
    direction: Direction,
}

impl<'e> PortList<'e> {
    /// The ports, in order of registration; one that several events name comes several times.
    pub fn iter(self) -> impl Iterator<Item = u16> + 'e {
        self.triggers().flatten()
    }

    /// The port, or `None` for every port, of each event of the direction.
    fn triggers(self) -> impl Iterator<Item = Option<u16>> + 'e {
        self.slots
            .iter()
            .flatten()
            .filter(move |event| event.is_live_on(self.cpu))
            .filter_map(move |event| match event.trigger() {
                Trigger::Io { direction, port } if direction == self.direction => Some(port),
                Trigger::Io { .. } => None,
            })
    }
}
