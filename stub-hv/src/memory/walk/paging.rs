//! The shape of the guest's page tables: which levels there are, and what an entry means at each.

use core::fmt;

use super::ADDRESS;
use super::LARGE;
use super::NO_EXECUTE;
use super::WalkError;
use crate::memory::address::GuestPhysical;
use crate::memory::address::GuestVirtual;

const CR0_PG: u64 = 1 << 31;
const CR4_PSE: u64 = 1 << 4;
const CR4_PAE: u64 = 1 << 5;
const CR4_LA57: u64 = 1 << 12;
const EFER_LMA: u64 = 1 << 10;
const EFER_NXE: u64 = 1 << 11;

/// A paging mode ("Paging Modes and Control Bits" in Intel's SDM volume 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// CR0.PG is clear: linear addresses are physical, and 32 bits wide.
    Off,
    /// 4-byte entries, two levels, 4 KiB and (with CR4.PSE) 4 MiB pages.
    Bits32,
    /// 8-byte entries, three levels, 32-bit linear addresses.
    Pae,
    /// 48-bit linear addresses.
    Level4,
    /// 57-bit linear addresses.
    Level5,
}

/// A level of the page tables, named as the manuals name its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// Page table, the lowest level.
    Pt = 1,
    /// Page directory.
    Pd,
    /// Page-directory-pointer table.
    Pdpt,
    /// Page map, level 4.
    Pml4,
    /// Page map, level 5.
    Pml5,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pt => "PT",
            Self::Pd => "PD",
            Self::Pdpt => "PDPT",
            Self::Pml4 => "PML4",
            Self::Pml5 => "PML5",
        })
    }
}

/// How a virtual CPU translates linear addresses at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    mode: Mode,
    large_4m: bool,
    no_execute: bool,
    /// Address bits that no entry may set: those from MAXPHYADDR to 51.
    beyond: u64,
}

impl Paging {
    /// Derives the mode from the control registers as the guest sees them. `physical_bits` is the CPU's
    /// MAXPHYADDR (CPUID 8000_0008 EAX bits 0 to 7); values outside 32 to 52 count as the nearest.
    pub fn new(cr0: u64, cr4: u64, efer: u64, physical_bits: u8) -> Self {
        let mode = if cr0 & CR0_PG == 0 {
            Mode::Off
        } else if cr4 & CR4_PAE == 0 {
            Mode::Bits32
        } else if efer & EFER_LMA == 0 {
            Mode::Pae
        } else if cr4 & CR4_LA57 == 0 {
            Mode::Level4
        } else {
            Mode::Level5
        };
        let valid = (1 << physical_bits.clamp(32, 52)) - 1;
        Self {
            mode,
            large_4m: cr4 & CR4_PSE != 0,
            no_execute: efer & EFER_NXE != 0,
            beyond: ADDRESS & !valid,
        }
    }

    /// The mode in force.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// How many address bits are translated; where the mode is not a 64-bit one, all that exist.
    pub fn linear_bits(&self) -> u32 {
        match self.mode {
            Mode::Off | Mode::Bits32 | Mode::Pae => 32,
            Mode::Level4 => 48,
            Mode::Level5 => 57,
        }
    }

    /// The address as the walk uses it: wrapped at 4 GiB outside 64-bit modes, canonical within them.
    pub(super) fn linear(&self, address: GuestVirtual) -> Result<u64, WalkError> {
        let bits = self.linear_bits();
        if bits == 32 {
            return Ok(address.0 & 0xffff_ffff);
        }
        let shift = 64 - bits;
        if ((address.0 << shift) as i64 >> shift) as u64 == address.0 {
            Ok(address.0)
        } else {
            Err(WalkError::NonCanonical(address))
        }
    }

    /// The levels from the root down.
    pub(super) fn levels(&self) -> &'static [Level] {
        const DOWN: [Level; 5] = [Level::Pml5, Level::Pml4, Level::Pdpt, Level::Pd, Level::Pt];
        match self.mode {
            Mode::Off => &[],
            Mode::Bits32 => &[Level::Pd, Level::Pt],
            Mode::Pae => &[Level::Pdpt, Level::Pd, Level::Pt],
            Mode::Level4 => &[Level::Pml4, Level::Pdpt, Level::Pd, Level::Pt],
            Mode::Level5 => &DOWN,
        }
    }

    /// The root table's address.
    pub(super) fn root(&self, cr3: u64) -> GuestPhysical {
        GuestPhysical(match self.mode {
            Mode::Off => 0,
            Mode::Bits32 => cr3 & 0xffff_f000,
            Mode::Pae => cr3 & 0xffff_ffe0,
            Mode::Level4 | Mode::Level5 => cr3 & ADDRESS,
        })
    }

    pub(super) fn entry_bytes(&self) -> u64 {
        if self.mode == Mode::Bits32 { 4 } else { 8 }
    }

    fn index_bits(&self) -> u32 {
        if self.mode == Mode::Bits32 { 10 } else { 9 }
    }

    fn shift(&self, level: Level) -> u32 {
        12 + self.index_bits() * (level as u32 - 1)
    }

    /// How many bytes of linear address space one entry of this level covers.
    pub(super) fn span(&self, level: Level) -> u64 {
        1 << self.shift(level)
    }

    pub(super) fn index(&self, level: Level, linear: u64) -> u64 {
        // The 32 bits of a PAE address leave two bits for the root, and wider indices are masked by them.
        (linear >> self.shift(level)) & ((1 << self.index_bits()) - 1)
    }

    pub(super) fn is_pae_root(&self, level: Level) -> bool {
        self.mode == Mode::Pae && level == Level::Pdpt
    }

    pub(super) fn is_leaf(&self, level: Level, value: u64) -> bool {
        match level {
            Level::Pt => true,
            Level::Pd => value & LARGE != 0 && (self.mode != Mode::Bits32 || self.large_4m),
            Level::Pdpt => value & LARGE != 0 && self.mode != Mode::Pae,
            Level::Pml4 | Level::Pml5 => false,
        }
    }

    /// The bits that must be clear in a present entry.
    pub(super) fn reserved(&self, level: Level, leaf: bool) -> u64 {
        if self.mode == Mode::Bits32 {
            // PSE-36: bits 13 to 20 are address bits 32 to 39, of which those the CPU lacks are reserved.
            let missing = ((self.beyond >> 32) & 0xff) << 13;
            return if leaf && level == Level::Pd {
                missing | 1 << 21
            } else {
                0
            };
        }
        let mut bits = self.beyond;
        if self.is_pae_root(level) {
            // The accessed bit is reserved too, but the CPU looks at these entries only when CR3 is loaded, and
            // QEMU sets that bit in them afterwards.
            return bits | 0x1c6 | 0xfff << 52;
        }
        if !self.no_execute {
            bits |= NO_EXECUTE;
        }
        if self.mode == Mode::Pae {
            bits |= 0x7ff << 52;
        }
        if leaf && level != Level::Pt {
            // Address bits below the page size, except bit 12, which is the PAT bit.
            bits |= (self.span(level) - 1) & !0x1fff;
        }
        if level >= Level::Pml4 {
            bits |= LARGE;
        }
        bits
    }

    /// Where a present entry leads: the next table, or the start of the page.
    pub(super) fn target(&self, level: Level, leaf: bool, value: u64) -> GuestPhysical {
        GuestPhysical(match (self.mode, leaf && level != Level::Pt) {
            (Mode::Bits32, true) => (value & 0xffc0_0000) | ((value >> 13) & 0xff) << 32,
            (Mode::Bits32, false) => value & 0xffff_f000,
            (_, true) => value & ADDRESS & !(self.span(level) - 1),
            (_, false) => value & ADDRESS,
        })
    }
}
