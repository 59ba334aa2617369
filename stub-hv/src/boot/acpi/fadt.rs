//! The fixed ACPI description table, for its reset register.

use super::tables::Table;
use crate::memory::GuestMemory;
use zerocopy::FromBytes;
use zerocopy::Immutable;
use zerocopy::IntoBytes;
use zerocopy::KnownLayout;
use zerocopy::little_endian::U32;
use zerocopy::little_endian::U64;

const FLAGS: u32 = 112;
const RESET_REG_SUPPORTED: u32 = 1 << 10;
const RESET: u32 = 116;

/// Where a register lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressSpace {
    /// Physical memory.
    Memory,
    /// I/O ports.
    Io,
    /// PCI configuration space of bus 0: device in bits 32 to 47, function in 16 to 31, offset in 0 to 15.
    PciConfig,
}

/// Writing `value` to this 8-bit register resets the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetRegister {
    /// Where it lives.
    pub space: AddressSpace,
    /// Its address there.
    pub address: u64,
    /// What to write.
    pub value: u8,
}

/// A generic address structure and the value behind it.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Reset {
    space: u8,
    bit_width: u8,
    bit_offset: u8,
    access_size: u8,
    address: U64,
    value: u8,
}

const _: () = assert!(size_of::<Reset>() == 13);

/// The reset register, unless the table is from before it existed or says there is none.
pub(super) fn reset_register(memory: &(impl GuestMemory + ?Sized), table: &Table) -> Option<ResetRegister> {
    let flags: U32 = table.get(memory, FLAGS)?;
    let reset: Reset = table.get(memory, RESET)?;
    let space = match reset.space {
        0 => AddressSpace::Memory,
        1 => AddressSpace::Io,
        2 => AddressSpace::PciConfig,
        _ => return None,
    };
    let (address, value) = (reset.address.get(), reset.value);
    let supported = flags.get() & RESET_REG_SUPPORTED != 0 && address != 0;
    supported.then_some(ResetRegister {
        space,
        address,
        value,
    })
}
