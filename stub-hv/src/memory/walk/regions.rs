//! The guest's address space as a sequence of regions: mapped with equal permissions, or holes.

use super::Mode;
use super::Paging;
use super::Translation;
use super::WalkError;
use super::translate;
use crate::memory::address::GuestMemory;
use crate::memory::address::GuestVirtual;

/// What the guest may do with a region's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Every level has R/W set.
    pub writable: bool,
    /// Every level has U/S set.
    pub user: bool,
    /// No level has XD set.
    pub executable: bool,
}

/// A run of linear addresses that are all alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The first address.
    pub start: GuestVirtual,
    /// The last address, inclusive: a region may end with the address space, where a length would overflow.
    pub last: GuestVirtual,
    /// What is mapped there; none for a hole.
    pub access: Option<Access>,
}

impl Region {
    /// Bytes in the region. All 2^64 of them count as `u64::MAX`.
    pub fn size(&self) -> u64 {
        (self.last.0 - self.start.0).saturating_add(1)
    }
}

/// The region `at` lies in, from the start of the page or table hole that holds `at` (so not looking
/// backwards) to as far as the same holds true, at most `walks` page walks on. A region cut short by that
/// limit simply continues in the next one.
///
/// Addresses above 4 GiB are one hole while the guest's mode has 32-bit addresses.
pub fn region_at(
    paging: &Paging,
    cr3: u64,
    memory: &impl GuestMemory,
    at: GuestVirtual,
    walks: usize,
) -> Region {
    let mut region = piece(paging, cr3, memory, at);
    for _ in 1..walks {
        let Some(next) = region.last.0.checked_add(1) else {
            break;
        };
        let more = piece(paging, cr3, memory, GuestVirtual(next));
        if more.access != region.access {
            break;
        }
        region.last = more.last;
    }
    region
}

/// The page or hole around one address that a single walk shows.
fn piece(paging: &Paging, cr3: u64, memory: &impl GuestMemory, at: GuestVirtual) -> Region {
    let top = 1u64 << paging.linear_bits();
    if paging.linear_bits() == 32 && at.0 >= top {
        return Region {
            start: GuestVirtual(top),
            last: GuestVirtual(u64::MAX),
            access: None,
        };
    }
    let (access, span) = match translate(paging, cr3, memory, at) {
        Ok(_) if paging.mode() == Mode::Off => (Some(EVERYTHING), top),
        Ok(Translation {
            writable,
            user,
            executable,
            page_size,
            ..
        }) => (
            Some(Access {
                writable,
                user,
                executable,
            }),
            page_size,
        ),
        Err(WalkError::NonCanonical(_)) => {
            let half = top / 2;
            let (start, last) = (GuestVirtual(half), GuestVirtual(half.wrapping_neg() - 1));
            return Region {
                start,
                last,
                access: None,
            };
        }
        Err(error) => (None, error.level().map_or(4096, |level| paging.span(level))),
    };
    let start = at.0 & !(span - 1);
    Region {
        start: GuestVirtual(start),
        last: GuestVirtual(start + (span - 1)),
        access,
    }
}

const EVERYTHING: Access = Access {
    writable: true,
    user: true,
    executable: true,
};

/// The regions from an address to the end of the address space, holes included.
#[derive(Clone, Debug)]
pub struct Regions<'a, M> {
    paging: &'a Paging,
    cr3: u64,
    memory: &'a M,
    next: Option<GuestVirtual>,
    walks: usize,
}

impl<'a, M: GuestMemory> Regions<'a, M> {
    /// Begins at the region of `from`. Each item costs at most `walks` page walks, so the caller bounds the
    /// whole by how many items it takes; hostile tables can make their number astronomical.
    pub fn new(paging: &'a Paging, cr3: u64, memory: &'a M, from: GuestVirtual, walks: usize) -> Self {
        Self {
            paging,
            cr3,
            memory,
            next: Some(from),
            walks,
        }
    }
}

impl<M: GuestMemory> Iterator for Regions<'_, M> {
    type Item = Region;

    fn next(&mut self) -> Option<Region> {
        let region = region_at(self.paging, self.cr3, self.memory, self.next?, self.walks);
        self.next = region.last.0.checked_add(1).map(GuestVirtual);
        Some(region)
    }
}
