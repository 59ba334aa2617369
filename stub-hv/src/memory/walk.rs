//! The guest's own page walk, as a debugger needs it: an answer for every address the guest has mapped.
//!
//! It follows "Paging" of Intel's SDM volume 3 (and "Page Translation and Protection" of AMD's APM
//! volume 2) with two differences. Permissions are reported and never deny: a debugger writes to
//! read-only code. And nothing is changed: no accessed or dirty bits.
//!
//! The tables belong to the guest, so they may hold anything, themselves included. A walk reads at most
//! one entry per level, which bounds it whatever the tables say.

pub mod access;
#[cfg(test)]
pub(crate) mod fake;
pub mod paging;
pub mod regions;
#[cfg(test)]
mod tests;

use core::fmt;

use super::address::GuestMemory;
use super::address::GuestPhysical;
use super::address::GuestVirtual;
pub use access::AccessError;
pub use access::read_virtual;
pub use access::write_virtual;
pub use paging::Level;
pub use paging::Mode;
pub use paging::Paging;
pub use regions::Region;
pub use regions::Regions;
pub use regions::region_at;

const PRESENT: u64 = 1 << 0;
const WRITABLE: u64 = 1 << 1;
const USER: u64 = 1 << 2;
const LARGE: u64 = 1 << 7;
const GLOBAL: u64 = 1 << 8;
const NO_EXECUTE: u64 = 1 << 63;
/// Bits 12 to 51: where an 8-byte entry keeps an address.
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

/// Where an address leads, and what the guest itself may do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The guest-physical address of the very byte that was asked for.
    pub physical: GuestPhysical,
    /// Bytes in the page: 4 KiB, 2 MiB, 4 MiB or 1 GiB. 4 KiB with paging off.
    pub page_size: u64,
    /// Every level has R/W set. (Supervisor writes may be allowed even so, when CR0.WP is clear.)
    pub writable: bool,
    /// Every level has U/S set.
    pub user: bool,
    /// No level has XD set.
    pub executable: bool,
    /// The leaf entry has G set; it counts only when CR4.PGE is set.
    pub global: bool,
}

/// One entry read on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The table it is from.
    pub level: Level,
    /// Where it lies in guest-physical memory.
    pub entry: GuestPhysical,
    /// What it holds; a 4-byte entry is zero-extended.
    pub value: u64,
}

/// Why an address leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkError {
    /// The upper address bits are not copies of the highest translated one.
    NonCanonical(GuestVirtual),
    /// The entry's P bit is clear.
    NotPresent(Step),
    /// The entry sets a bit that must be clear, so the guest would take a page fault with RSVD set.
    Reserved(Step),
    /// The table lies where there is no memory.
    TableInaccessible {
        /// The table's level.
        level: Level,
        /// The entry that could not be read.
        entry: GuestPhysical,
    },
}

impl WalkError {
    /// The level at which the walk ended; none when it did not begin.
    pub fn level(&self) -> Option<Level> {
        match *self {
            Self::NonCanonical(_) => None,
            Self::NotPresent(step) | Self::Reserved(step) => Some(step.level),
            Self::TableInaccessible { level, .. } => Some(level),
        }
    }
}

impl fmt::Display for WalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NonCanonical(address) => write!(f, "{address:#x} is not canonical"),
            Self::NotPresent(Step { level, entry, value }) => {
                write!(f, "not present: {level} entry at {entry:#x} is {value:#x}")
            }
            Self::Reserved(Step { level, entry, value }) => {
                write!(f, "reserved bits set: {level} entry at {entry:#x} is {value:#x}")
            }
            Self::TableInaccessible { level, entry } => {
                write!(f, "no memory at {entry:#x}, where the {level} entry should be")
            }
        }
    }
}

impl core::error::Error for WalkError {}

/// Translates one address.
pub fn translate(
    paging: &Paging,
    cr3: u64,
    memory: &impl GuestMemory,
    address: GuestVirtual,
) -> Result<Translation, WalkError> {
    translate_seen(paging, cr3, memory, address, |_| ())
}

/// Translates one address and shows `seen` each entry as it is read, the last one included even when the
/// walk ends there in an error.
pub fn translate_seen(
    paging: &Paging,
    cr3: u64,
    memory: &impl GuestMemory,
    address: GuestVirtual,
    mut seen: impl FnMut(Step),
) -> Result<Translation, WalkError> {
    let linear = paging.linear(address)?;
    let mut to = Translation {
        physical: GuestPhysical(linear),
        page_size: 4096,
        writable: true,
        user: true,
        executable: true,
        global: false,
    };
    let mut table = paging.root(cr3);
    for level in paging.levels() {
        let step = read_entry(paging, memory, *level, table, linear)?;
        seen(step);
        let value = step.value;
        if value & PRESENT == 0 {
            return Err(WalkError::NotPresent(step));
        }
        let leaf = paging.is_leaf(*level, value);
        if value & paging.reserved(*level, leaf) != 0 {
            return Err(WalkError::Reserved(step));
        }
        // A PDPTE of PAE paging has no permissions: its R/W and U/S bits are reserved.
        if !paging.is_pae_root(*level) {
            to.writable &= value & WRITABLE != 0;
            to.user &= value & USER != 0;
            to.executable &= value & NO_EXECUTE == 0;
        }
        table = paging.target(*level, leaf, value);
        if leaf {
            to.page_size = paging.span(*level);
            to.physical = table.offset(linear & (to.page_size - 1));
            to.global = value & GLOBAL != 0;
            break;
        }
    }
    Ok(to)
}

fn read_entry(
    paging: &Paging,
    memory: &impl GuestMemory,
    level: Level,
    table: GuestPhysical,
    linear: u64,
) -> Result<Step, WalkError> {
    let entry = table.offset(paging.index(level, linear) * paging.entry_bytes());
    let mut bytes = [0; 8];
    let read = match paging.entry_bytes() {
        4 => memory.read(entry, &mut bytes[..4]),
        _ => memory.read(entry, &mut bytes),
    };
    match read {
        Ok(()) => Ok(Step {
            level,
            entry,
            value: u64::from_le_bytes(bytes),
        }),
        Err(_) => Err(WalkError::TableInaccessible { level, entry }),
    }
}
