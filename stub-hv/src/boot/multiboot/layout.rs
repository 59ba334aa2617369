//! The multiboot 1 structures byte for byte (Multiboot Specification 0.6.96, "Boot information format").
//! Read from our boot loader, and written for a multiboot guest.

use zerocopy::FromBytes;
use zerocopy::Immutable;
use zerocopy::IntoBytes;
use zerocopy::KnownLayout;
use zerocopy::little_endian::U32;
use zerocopy::little_endian::U64;

/// The information structure up to and with the boot loader's name.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(crate) struct Info {
    pub(crate) flags: U32,
    pub(crate) mem_lower: U32,
    pub(crate) mem_upper: U32,
    pub(crate) boot_device: U32,
    pub(crate) cmdline: U32,
    pub(crate) mods_count: U32,
    pub(crate) mods_addr: U32,
    pub(crate) syms: [U32; 4],
    pub(crate) mmap_length: U32,
    pub(crate) mmap_addr: U32,
    pub(crate) drives_length: U32,
    pub(crate) drives_addr: U32,
    pub(crate) config_table: U32,
    pub(crate) boot_loader_name: U32,
}

const _: () = assert!(size_of::<Info>() == 68);
const _: () = assert!(core::mem::offset_of!(Info, mmap_length) == 44);
const _: () = assert!(core::mem::offset_of!(Info, boot_loader_name) == 64);

/// One entry of the module list.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(crate) struct ModuleEntry {
    pub(crate) mod_start: U32,
    pub(crate) mod_end: U32,
    pub(crate) string: U32,
    pub(crate) reserved: U32,
}

const _: () = assert!(size_of::<ModuleEntry>() == 16);

/// One entry of the memory map. The address of an entry is that of its `size`.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(crate) struct MapEntry {
    pub(crate) size: U32,
    pub(crate) address: U64,
    pub(crate) length: U64,
    pub(crate) kind: U32,
}

const _: () = assert!(size_of::<MapEntry>() == 24);

/// Bits of the information structure's `flags`: which of its fields are valid.
pub(crate) mod flag {
    /// `mem_lower` and `mem_upper`.
    pub(crate) const MEMORY: u32 = 1 << 0;
    /// `cmdline`.
    pub(crate) const COMMAND_LINE: u32 = 1 << 2;
    /// `mods_count` and `mods_addr`.
    pub(crate) const MODULES: u32 = 1 << 3;
    /// `mmap_length` and `mmap_addr`.
    pub(crate) const MEMORY_MAP: u32 = 1 << 6;
    /// `boot_loader_name`.
    pub(crate) const LOADER_NAME: u32 = 1 << 9;
}
