//! Sets of ports.

use super::Live;
use crate::Direction;
use crate::Trigger;

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
    pub(super) fn of(live: Live<'e>, direction: Direction) -> Self {
        let watched = PortList { live, direction };
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
    live: Live<'e>,
    direction: Direction,
}

impl<'e> PortList<'e> {
    /// The ports, in order of registration; one that several events name comes several times.
    pub fn iter(self) -> impl Iterator<Item = u16> + 'e {
        self.triggers().flatten()
    }

    /// The port, or `None` for every port, of each event of the direction.
    fn triggers(self) -> impl Iterator<Item = Option<u16>> + 'e {
        self.live.triggers().filter_map(move |trigger| match trigger {
            Trigger::Io(port) if port.direction == self.direction => Some(port.port),
            _ => None,
        })
    }
}
