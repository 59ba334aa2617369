//! Which physical memory there is, and what it may be used for.
//!
//! Firmware maps come unsorted and overlapping. A [`MemoryMap`] is always sorted, free of overlaps, and
//! merged: two neighbours never have the same kind. So "is this range usable" is a question about one
//! region, and the guest's map can be written out as it stands. Where two entries disagree, the one that
//! allows less wins: memory lost costs little, a device or firmware table overwritten costs the machine.

use core::fmt;
use core::ops::Range;

/// How many regions a map can hold: as many as the Linux boot protocol can hand to a guest.
pub const CAPACITY: usize = 128;

/// What a range of physical memory may be used for. Later kinds win over earlier ones where they overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// RAM that nobody owns.
    Usable,
    /// RAM that holds ACPI tables; an operating system may take it once it has read them.
    AcpiReclaimable,
    /// RAM the firmware needs across sleep states.
    AcpiNonVolatile,
    /// Devices, firmware, and what the hypervisor keeps for itself.
    Reserved,
    /// RAM the firmware found to be broken.
    Bad,
}

impl Kind {
    /// The kind behind a type number of an E820 or multiboot entry (ACPI specification, "Address Range
    /// Types"). Numbers without a meaning here count as reserved, as the specification asks.
    pub const fn from_e820(number: u32) -> Self {
        match number {
            1 => Self::Usable,
            3 => Self::AcpiReclaimable,
            4 => Self::AcpiNonVolatile,
            5 => Self::Bad,
            _ => Self::Reserved,
        }
    }

    /// The E820 type number: 1 to 5.
    pub const fn e820(self) -> u32 {
        match self {
            Self::Usable => 1,
            Self::Reserved => 2,
            Self::AcpiReclaimable => 3,
            Self::AcpiNonVolatile => 4,
            Self::Bad => 5,
        }
    }
}

/// A range of physical addresses of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The first byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// What it may be used for.
    pub kind: Kind,
}

impl Region {
    /// The region of a firmware entry. A length that runs past the end of the address space is cut there.
    pub const fn from_length(start: u64, length: u64, kind: Kind) -> Self {
        Self {
            start,
            end: start.saturating_add(length),
            kind,
        }
    }

    /// Length in bytes.
    pub const fn length(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

/// The map would need more than [`CAPACITY`] regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapFull;

impl fmt::Display for MapFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the memory map has more than {CAPACITY} regions")
    }
}

/// Sorted, disjoint, merged regions of physical memory. What no region covers is not memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryMap {
    regions: heapless::Vec<Region, CAPACITY>,
}

impl MemoryMap {
    /// A map without memory.
    pub const fn new() -> Self {
        Self {
            regions: heapless::Vec::new(),
        }
    }

    /// Builds a map from firmware entries in any order; empty ones are ignored.
    pub fn from_entries(entries: impl IntoIterator<Item = Region>) -> Result<Self, MapFull> {
        let mut map = Self::new();
        for entry in entries {
            map.add(entry)?;
        }
        Ok(map)
    }

    /// Lays `new` over the map; where it overlaps a region, the stricter kind wins. On an error the map
    /// is what it was before.
    pub fn add(&mut self, new: Region) -> Result<(), MapFull> {
        if new.start >= new.end {
            return Ok(());
        }
        let mut merged = Self::new();
        // How far `new` has been laid out; everything from here to its end is still to come.
        let mut laid = new.start;
        for old in &self.regions {
            let gap_end = old.start.min(new.end);
            merged.append(laid, gap_end, new.kind)?;
            laid = laid.max(gap_end);

            let common = old.start.max(new.start)..old.end.min(new.end);
            merged.append(old.start, old.end.min(new.start), old.kind)?;
            if common.start < common.end {
                merged.append(common.start, common.end, old.kind.max(new.kind))?;
                laid = common.end;
            }
            merged.append(old.start.max(new.end), old.end, old.kind)?;
        }
        merged.append(laid, new.end, new.kind)?;
        *self = merged;
        Ok(())
    }

    /// Takes a range away from whoever would use the map: it becomes [`Kind::Reserved`] (broken RAM stays
    /// [`Kind::Bad`]), whether or not there was memory before.
    pub fn reserve(&mut self, range: Range<u64>) -> Result<(), MapFull> {
        self.add(Region {
            start: range.start,
            end: range.end,
            kind: Kind::Reserved,
        })
    }

    /// The regions in ascending order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Region> + '_ {
        self.regions.iter().copied()
    }

    /// How many regions there are, at most [`CAPACITY`].
    pub fn len(&self) -> usize {
        self.regions.len()
    }

    /// Whether there is no region at all.
    pub fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }

    /// Whether every byte of `range` is usable RAM. True for an empty range.
    pub fn is_usable(&self, range: &Range<u64>) -> bool {
        range.is_empty()
            || self
                .usable()
                .any(|region| region.start <= range.start && range.end <= region.end)
    }

    /// The usable regions, ascending.
    pub fn usable(&self) -> impl DoubleEndedIterator<Item = Region> + '_ {
        self.iter().filter(|region| region.kind == Kind::Usable)
    }

    /// Bytes of usable RAM.
    pub fn total_usable(&self) -> u64 {
        self.usable().map(|region| region.length()).sum()
    }

    /// Length in bytes of the longest usable range that lies within `within`.
    pub fn largest_usable(&self, within: Range<u64>) -> u64 {
        let clipped = self
            .usable()
            .map(|r| r.end.min(within.end).saturating_sub(r.start.max(within.start)));
        clipped.max().unwrap_or(0)
    }

    /// The lowest usable range of `size` bytes within `within` whose start is a multiple of `align`, a
    /// power of two. `None` also for a size of 0.
    pub fn lowest_usable(&self, within: Range<u64>, size: u64, align: u64) -> Option<Range<u64>> {
        self.usable().find_map(|region| {
            let start = region.start.max(within.start).checked_next_multiple_of(align)?;
            let end = start.checked_add(size)?;
            (size > 0 && end <= region.end.min(within.end)).then_some(start..end)
        })
    }

    /// The highest usable range of `size` bytes within `within` whose start is a multiple of `align`, a
    /// power of two. `None` also for a size of 0.
    pub fn highest_usable(&self, within: Range<u64>, size: u64, align: u64) -> Option<Range<u64>> {
        self.usable().rev().find_map(|region| {
            let highest = region.end.min(within.end).checked_sub(size)?;
            let start = highest.checked_sub(highest.checked_rem(align)?)?;
            (size > 0 && start >= region.start.max(within.start)).then(|| start..start + size)
        })
    }

    /// [`Self::highest_usable`] with everything below `limit` to choose from.
    pub fn highest_usable_below(&self, limit: u64, size: u64, align: u64) -> Option<Range<u64>> {
        self.highest_usable(0..limit, size, align)
    }

    /// Adds a region that starts at or after the end of the last one; an empty one is ignored.
    fn append(&mut self, start: u64, end: u64, kind: Kind) -> Result<(), MapFull> {
        if start >= end {
            return Ok(());
        }
        match self.regions.last_mut() {
            Some(last) if last.end == start && last.kind == kind => {
                last.end = end;
                Ok(())
            }
            _ => self
                .regions
                .push(Region { start, end, kind })
                .map_err(|_| MapFull),
        }
    }
}

#[cfg(test)]
mod tests;
