//! The guest's page tables, followed with nothing but its registers and its physical memory.
//!
//! Follows "Paging" of Intel's SDM, volume 3: 32-bit, PAE, 4-level and 5-level paging with their large pages.
//! The tables are the guest's, so they may hold anything, themselves included; a walk reads one entry a level,
//! which bounds it. Permissions are reported and deny nothing.

use crate::Guest;
use crate::Register;
use core::fmt;

const CR0_PG: u64 = 1 << 31;
const CR4_PSE: u64 = 1 << 4;
const CR4_PAE: u64 = 1 << 5;
const CR4_LA57: u64 = 1 << 12;
const EFER_LMA: u64 = 1 << 10;

pub(crate) const PRESENT: u64 = 1 << 0;
pub(crate) const WRITABLE: u64 = 1 << 1;
pub(crate) const USER: u64 = 1 << 2;
pub(crate) const LARGE: u64 = 1 << 7;
pub(crate) const NO_EXECUTE: u64 = 1 << 63;
/// Where an 8-byte entry keeps an address.
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

/// One level of tables.
#[derive(Clone, Copy, Debug)]
struct Level {
    name: &'static str,
    /// The lowest address bit that it translates.
    shift: u32,
    /// How many it translates.
    bits: u32,
    /// Its entries may be pages.
    large: bool,
}

const fn level(name: &'static str, shift: u32, bits: u32, large: bool) -> Level {
    Level {
        name,
        shift,
        bits,
        large,
    }
}

const FIVE: [Level; 5] = [
    level("PML5E", 48, 9, false),
    level("PML4E", 39, 9, false),
    level("PDPTE", 30, 9, true),
    level("PDE", 21, 9, true),
    level("PTE", 12, 9, false),
];
const FOUR: [Level; 4] = [FIVE[1], FIVE[2], FIVE[3], FIVE[4]];
const PAE: [Level; 3] = [
    level("PDPTE", 30, 2, false),
    level("PDE", 21, 9, true),
    level("PTE", 12, 9, false),
];
const THIRTY_TWO: [Level; 2] = [level("PDE", 22, 10, true), level("PTE", 12, 10, false)];
const THIRTY_TWO_SMALL: [Level; 2] = [level("PDE", 22, 10, false), level("PTE", 12, 10, false)];

/// One entry of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The entry's kind: `PML4E`, `PDPTE`, ...
    pub(crate) name: &'static str,
    /// Its physical address.
    pub(crate) address: u64,
    /// What it holds; 4-byte entries are zero-extended.
    pub(crate) value: u64,
    /// It maps a page.
    pub(crate) leaf: bool,
    /// Bytes of what it covers.
    pub(crate) size: u64,
}

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The physical address of the very byte.
    pub(crate) physical: u64,
    /// Bytes in its page; 0 with paging off.
    pub(crate) size: u64,
    /// No entry forbids execution.
    pub(crate) executable: bool,
}

/// Why an address leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The upper address bits are not what the paging mode wants.
    NonCanonical(u64),
    /// The entry is not present.
    NotPresent(Step),
    /// There is no memory at the physical address where this entry should be.
    NoMemory(&'static str, u64),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NonCanonical(address) => write!(f, "address {address:x} is not canonical"),
            Self::NotPresent(step) => write!(
                f,
                "not mapped: the {} at {:x} contains {:x}, which is not present",
                step.name, step.address, step.value
            ),
            Self::NoMemory(name, address) => {
                write!(f, "no memory at {address:x}, where the {name} should be")
            }
        }
    }
}

/// How the guest translates now.
#[derive(Clone, Copy)]
struct Mode {
    levels: &'static [Level],
    /// Bytes of an entry.
    bytes: u64,
    /// Physical address of the first table.
    root: u64,
    /// Addresses repeat their highest translated bit.
    long: bool,
}

impl Mode {
    /// None with paging off.
    fn of(guest: &dyn Guest) -> Option<Self> {
        if guest.register(Register::Cr0) & CR0_PG == 0 {
            return None;
        }
        let cr4 = guest.register(Register::Cr4);
        let long = guest.register(Register::Efer) & EFER_LMA != 0;
        let (levels, bytes, root_bits): (&[Level], u64, u64) = match (long, cr4 & CR4_PAE != 0) {
            (true, _) if cr4 & CR4_LA57 != 0 => (&FIVE, 8, ADDRESS),
            (true, _) => (&FOUR, 8, ADDRESS),
            (false, true) => (&PAE, 8, 0xffff_ffe0),
            (false, false) if cr4 & CR4_PSE != 0 => (&THIRTY_TWO, 4, 0xffff_f000),
            (false, false) => (&THIRTY_TWO_SMALL, 4, 0xffff_f000),
        };
        let root = guest.page_table_root() & root_bits;
        Some(Self {
            levels,
            bytes,
            root,
            long,
        })
    }

    /// `address` with its upper bits as the mode wants them.
    fn extend(&self, address: u64) -> u64 {
        if !self.long {
            return address & 0xffff_ffff;
        }
        let translated = self.levels.first().map_or(0, |level| level.shift + level.bits);
        let unused = 64 - translated;
        ((address << unused) as i64 >> unused) as u64
    }
}

/// Follows the tables for `address` and shows `seen` each entry as it is read, the one that the walk ends at
/// included.
pub(crate) fn walk(guest: &mut dyn Guest, address: u64, seen: &mut dyn FnMut(&Step)) -> Result<Page, Fault> {
    let Some(mode) = Mode::of(guest) else {
        return Ok(Page {
            physical: address,
            size: 0,
            executable: true,
        });
    };
    if mode.extend(address) != address {
        return Err(Fault::NonCanonical(address));
    }
    let bytes = mode.bytes;
    let mut table = mode.root;
    let mut executable = true;
    for level in mode.levels {
        let index = address >> level.shift & ((1 << level.bits) - 1);
        let step = read(guest, level, table.wrapping_add(index * bytes), bytes)?;
        seen(&step);
        if step.value & PRESENT == 0 {
            return Err(Fault::NotPresent(step));
        }
        executable &= bytes == 4 || step.value & NO_EXECUTE == 0;
        table = target(&step, bytes);
        if step.leaf {
            return Ok(Page {
                physical: table | (address & (step.size - 1)),
                size: step.size,
                executable,
            });
        }
    }
    // The last level's entries are pages, so the loop has returned.
    Err(Fault::NonCanonical(address))
}

fn read(guest: &mut dyn Guest, level: &Level, address: u64, bytes: u64) -> Result<Step, Fault> {
    let mut buffer = [0; 8];
    let into = buffer.get_mut(..bytes as usize).unwrap_or_default();
    guest
        .read_physical(address, into)
        .map_err(|_| Fault::NoMemory(level.name, address))?;
    Ok(step(level, address, u64::from_le_bytes(buffer)))
}

fn step(level: &Level, address: u64, value: u64) -> Step {
    Step {
        name: level.name,
        address,
        value,
        leaf: level.shift == 12 || level.large && value & LARGE != 0,
        size: 1 << level.shift,
    }
}

/// The next table, or the page. A 4 MiB page keeps bits 32 to 39 of its address in bits 13 to 20.
fn target(step: &Step, bytes: u64) -> u64 {
    match (bytes, step.leaf) {
        (4, true) if step.size > 0x1000 => step.value & 0xffc0_0000 | (step.value >> 13 & 0xff) << 32,
        (4, _) => step.value & 0xffff_f000,
        (_, true) => step.value & ADDRESS & !(step.size - 1),
        (_, false) => step.value & ADDRESS,
    }
}

/// Tables that a search looks into: it takes long, and hostile tables can make it endless.
const TABLES: u32 = 0x1000;
/// Bytes of a table read at once.
const PIECE: usize = 512;

/// A virtual address of the guest's running address space that is mapped to `physical`: the lowest one of the
/// upper half, which is the kernel's in 64-bit systems, or else the lowest one. Looks into 1000 (hexadecimal)
/// tables at most, and allocates nothing.
pub fn find_virtual(guest: &mut dyn Guest, physical: u64) -> Option<u64> {
    find_within(guest, physical, TABLES)
}

fn find_within(guest: &mut dyn Guest, physical: u64, tables: u32) -> Option<u64> {
    let Some(mode) = Mode::of(guest) else {
        return Some(physical);
    };
    let mut search = Search {
        guest,
        bytes: mode.bytes,
        physical,
        left: tables,
    };
    search
        .table(mode.levels, mode.root, 0, true)
        .map(|address| mode.extend(address))
}

struct Search<'g> {
    guest: &'g mut dyn Guest,
    /// Of an entry.
    bytes: u64,
    physical: u64,
    /// Tables that may still be looked into.
    left: u32,
}

impl Search<'_> {
    /// Looks into the table at `table`, which translates addresses from `base` on. Recursion ends with the levels.
    fn table(&mut self, levels: &[Level], table: u64, base: u64, upper_first: bool) -> Option<u64> {
        let (level, rest) = levels.split_first()?;
        self.left = self.left.checked_sub(1)?;
        let size = self.bytes << level.bits;
        let first = if upper_first { size / 2 } else { 0 };
        let piece = PIECE.min(size as usize);
        for offset in (0..size).step_by(piece) {
            let offset = (offset + first) % size;
            let mut buffer = [0; PIECE];
            let entries = buffer.get_mut(..piece)?;
            if self
                .guest
                .read_physical(table.wrapping_add(offset), entries)
                .is_err()
            {
                continue;
            }
            for (index, entry) in (offset / self.bytes..).zip(entries.chunks(self.bytes as usize)) {
                let value = entry
                    .iter()
                    .rev()
                    .fold(0, |value, byte| value << 8 | u64::from(*byte));
                let step = step(level, 0, value);
                let at = base | index << level.shift;
                if value & PRESENT == 0 {
                    continue;
                }
                let target = target(&step, self.bytes);
                let found = match step.leaf {
                    true => Some(self.physical.wrapping_sub(target))
                        .filter(|offset| *offset < step.size)
                        .map(|offset| at | offset),
                    false => self.table(rest, target, at, false),
                };
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
