//! What the multiboot 1 loader passed, copied out of low memory before anything overwrites it.
//!
//! Everything is bounded here: the copies have fixed sizes and longer input is cut, never followed.
//! Layout: Multiboot Specification 0.6.96, "Boot information format".

#![expect(unsafe_code, reason = "reads the loader's structures at physical addresses")]

use core::cell::UnsafeCell;

/// EAX at entry from a multiboot 1 loader.
pub(crate) const LOADER_MAGIC: u32 = 0x2BAD_B002;
/// `flags` bit 0: `mem_lower` and `mem_upper`.
pub(crate) const HAS_MEMORY: u32 = 1;
/// `flags` bit 2: the command line.
pub(crate) const HAS_COMMAND_LINE: u32 = 1 << 2;
/// `flags` bit 3: modules.
pub(crate) const HAS_MODULES: u32 = 1 << 3;
/// `flags` bit 6: the memory map.
pub(crate) const HAS_MEMORY_MAP: u32 = 1 << 6;

/// A NUL-terminated string of the loader, cut at `N` bytes.
pub(crate) struct Text<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Text<N> {
    const EMPTY: Self = Self {
        bytes: [0; N],
        len: 0,
    };

    fn copy_from(&mut self, address: u32) {
        self.len = 0;
        for (i, slot) in self.bytes.iter_mut().enumerate() {
            let byte = read::<u8>(address.wrapping_add(i as u32));
            if byte == 0 {
                break;
            }
            *slot = byte;
            self.len = i + 1;
        }
    }

    /// The text, or what of it is UTF-8.
    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.len).unwrap_or_default();
        match core::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                core::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
            }
        }
    }
}

/// One entry of the memory map; `kind` 1 is usable RAM.
#[derive(Clone, Copy)]
pub(crate) struct Region {
    pub(crate) base: u64,
    pub(crate) len: u64,
    pub(crate) kind: u32,
}

impl Region {
    /// First byte after the region; saturates.
    pub(crate) fn end(&self) -> u64 {
        self.base.saturating_add(self.len)
    }
}

/// One boot module: physical bytes `start..end` and its string.
pub(crate) struct Module {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) text: Text<128>,
}

/// The copy of the boot information.
pub(crate) struct BootInfo {
    pub(crate) magic: u32,
    pub(crate) flags: u32,
    pub(crate) memory_lower: u32,
    pub(crate) memory_upper: u32,
    pub(crate) command_line: Text<1024>,
    regions: [Region; 128],
    region_count: usize,
    modules: [Module; 8],
    module_count: usize,
}

impl BootInfo {
    /// The memory map in the loader's order.
    pub(crate) fn regions(&self) -> &[Region] {
        self.regions.get(..self.region_count).unwrap_or_default()
    }

    /// The modules in the loader's order.
    pub(crate) fn modules(&self) -> &[Module] {
        self.modules.get(..self.module_count).unwrap_or_default()
    }
}

struct Slot(UnsafeCell<BootInfo>);

// SAFETY: written once by `copy` on the boot processor, before other CPUs run; only shared references after.
unsafe impl Sync for Slot {}

static SLOT: Slot = Slot(UnsafeCell::new(BootInfo {
    magic: 0,
    flags: 0,
    memory_lower: 0,
    memory_upper: 0,
    command_line: Text::EMPTY,
    regions: [Region {
        base: 0,
        len: 0,
        kind: 0,
    }; 128],
    region_count: 0,
    modules: [const {
        Module {
            start: 0,
            end: 0,
            text: Text::EMPTY,
        }
    }; 8],
    module_count: 0,
}));

/// Reads a plain integer at a physical address below 4 GiB.
fn read<T: Copy>(address: u32) -> T {
    // SAFETY: the low 4 GiB are mapped one to one, and every bit pattern is a value of the integers read.
    unsafe { core::ptr::read_unaligned(address as usize as *const T) }
}

/// Copies the loader's structure at `info`; called once, first thing.
pub(crate) fn copy(magic: u32, info: u32) -> &'static BootInfo {
    // SAFETY: the only mutable reference there ever is: one CPU runs, and this is called once.
    let copy = unsafe { &mut *SLOT.0.get() };
    copy.magic = magic;
    if magic == LOADER_MAGIC {
        let word = |offset: u32| read::<u32>(info.wrapping_add(offset));
        copy.flags = word(0);
        if copy.flags & HAS_MEMORY != 0 {
            copy.memory_lower = word(4);
            copy.memory_upper = word(8);
        }
        if copy.flags & HAS_COMMAND_LINE != 0 {
            copy.command_line.copy_from(word(16));
        }
        if copy.flags & HAS_MODULES != 0 {
            copy_modules(copy, word(20), word(24));
        }
        if copy.flags & HAS_MEMORY_MAP != 0 {
            copy_regions(copy, word(44), word(48));
        }
    }
    copy
}

fn copy_modules(copy: &mut BootInfo, count: u32, table: u32) {
    for (i, module) in copy.modules.iter_mut().take(count as usize).enumerate() {
        let entry = table.wrapping_add(i as u32 * 16);
        module.start = read(entry);
        module.end = read(entry.wrapping_add(4));
        let text = read::<u32>(entry.wrapping_add(8));
        if text != 0 {
            module.text.copy_from(text);
        }
        copy.module_count = i + 1;
    }
}

fn copy_regions(copy: &mut BootInfo, bytes: u32, table: u32) {
    let mut offset = 0u32;
    for (i, region) in copy.regions.iter_mut().enumerate() {
        if offset >= bytes {
            break;
        }
        let entry = table.wrapping_add(offset);
        let size = read::<u32>(entry);
        *region = Region {
            base: read(entry.wrapping_add(4)),
            len: read(entry.wrapping_add(12)),
            kind: read(entry.wrapping_add(20)),
        };
        copy.region_count = i + 1;
        offset = offset.saturating_add(size.saturating_add(4));
    }
}
