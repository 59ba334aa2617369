//! The table of memory-mapped PCI configuration spaces.

use super::tables::HEADER_LENGTH;
use super::tables::Table;
use crate::memory::GuestMemory;
use heapless::Vec;
use zerocopy::FromBytes;
use zerocopy::Immutable;
use zerocopy::IntoBytes;
use zerocopy::KnownLayout;
use zerocopy::little_endian::U16;
use zerocopy::little_endian::U64;

/// How many configuration spaces are kept.
pub const MAX_CONFIG_SPACES: usize = 8;

/// Configuration space of the buses of one PCI segment, 1 MiB for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigSpace {
    /// Where bus 0 is or would be: that of bus n is n MiB further on, also if the first bus is not 0.
    pub base: u64,
    /// The PCI segment group.
    pub segment: u16,
    /// The first bus that is mapped.
    pub first_bus: u8,
    /// The last bus that is mapped.
    pub last_bus: u8,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Entry {
    base: U64,
    segment: U16,
    first_bus: u8,
    last_bus: u8,
    reserved: [u8; 4],
}

const _: () = assert!(size_of::<Entry>() == 16);

/// The entries that make sense, as many as are kept.
pub(super) fn read(
    memory: &(impl GuestMemory + ?Sized),
    table: &Table,
) -> Vec<ConfigSpace, MAX_CONFIG_SPACES> {
    // 8 reserved bytes lie between the header and the entries.
    let offsets = (0..MAX_CONFIG_SPACES as u32).map(|index| HEADER_LENGTH + 8 + index * 16);
    let entries = offsets.map_while(|offset| table.get::<Entry>(memory, offset));
    entries
        .filter(|entry| entry.base.get() != 0 && entry.first_bus <= entry.last_bus)
        .map(|entry| ConfigSpace {
            base: entry.base.get(),
            segment: entry.segment.get(),
            first_bus: entry.first_bus,
            last_bus: entry.last_bus,
        })
        .collect()
}
