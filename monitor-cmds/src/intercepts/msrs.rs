//! Sets of model-specific registers.

use super::Live;
use crate::MsrDirection;
use crate::Trigger;

/// A set of MSRs.
///
/// The permission maps of both vendors cover only some ranges; what lies outside always exits.
#[derive(Clone, Copy, Debug)]
pub enum Msrs<'e> {
    /// No MSR.
    None,
    /// Every MSR but [`Msrs::EXCLUDED`], and those of the list, which may be empty.
    All(MsrList<'e>),
    /// The MSRs of the list, at least one.
    Some(MsrList<'e>),
}

impl<'e> Msrs<'e> {
    /// What an event without an MSR leaves alone, as HyperDbg does: KERNEL_GS_BASE, MPERF and APERF, which a system
    /// uses too often or times itself by, and for writes SPEC_CTRL and PRED_CMD as well.
    pub const EXCLUDED: [u32; 5] = [0xc000_0102, 0xe7, 0xe8, 0x48, 0x49];

    /// How many of [`Msrs::EXCLUDED`] count for the direction.
    fn excluded(direction: MsrDirection) -> usize {
        match direction {
            MsrDirection::Read => 3,
            MsrDirection::Write => 5,
        }
    }

    pub(super) fn of(live: Live<'e>, direction: MsrDirection) -> Self {
        let watched = MsrList { live, direction };
        if watched.triggers().any(|msr| msr.is_none()) {
            Self::All(watched)
        } else if watched.triggers().next().is_some() {
            Self::Some(watched)
        } else {
            Self::None
        }
    }

    /// Is `msr` in the set?
    pub fn contains(&self, msr: u32) -> bool {
        match self {
            Self::None => false,
            Self::All(list) => {
                let mut excluded = Self::EXCLUDED.iter().take(Self::excluded(list.direction));
                excluded.all(|&excluded| excluded != msr) || list.iter().any(|watched| watched == msr)
            }
            Self::Some(list) => list.iter().any(|watched| watched == msr),
        }
    }
}

/// The MSRs that live events name.
#[derive(Clone, Copy, Debug)]
pub struct MsrList<'e> {
    live: Live<'e>,
    direction: MsrDirection,
}

impl<'e> MsrList<'e> {
    /// The MSRs, in order of registration; one that several events name comes several times.
    pub fn iter(self) -> impl Iterator<Item = u32> + 'e {
        self.triggers().flatten()
    }

    /// The MSR, or `None` for every one, of each event of the direction.
    fn triggers(self) -> impl Iterator<Item = Option<u32>> + 'e {
        self.live.triggers().filter_map(move |trigger| match trigger {
            Trigger::Msr(msr) if msr.direction == self.direction => Some(msr.msr),
            _ => None,
        })
    }
}
