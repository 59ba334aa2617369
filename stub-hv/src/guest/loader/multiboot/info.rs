//! The information structure a multiboot guest gets, with all it points to in one block of low memory.

use crate::boot::multiboot::layout::Info;
use crate::boot::multiboot::layout::MapEntry;
use crate::boot::multiboot::layout::ModuleEntry;
use crate::boot::multiboot::layout::flag;
use crate::guest::loader::FOUR_GIB;
use crate::guest::loader::LoadError;
use crate::guest::loader::PAGE;
use crate::guest::loader::Request;
use crate::guest::loader::copy::clear;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::Inaccessible;
use crate::memory::MemoryMap;
use core::ops::Range;
use zerocopy::IntoBytes;
use zerocopy::little_endian::U32;

/// With the VBE and framebuffer fields, which stay zero: guests may copy the structure whole.
const INFO_ROOM: u64 = 120;

const LOADER_NAME: &str = "stub-hv";

/// Where the block is: always below 4 GiB, so that its addresses fit 32 bits.
#[derive(Clone, Debug)]
pub(super) struct InfoBlock {
    range: Range<u64>,
}

impl InfoBlock {
    pub(super) fn place(free: &MemoryMap, request: &Request<'_>) -> Result<Self, LoadError> {
        let modules = request.modules.iter().map(|module| module.text.len() as u64 + 1);
        let texts = modules.sum::<u64>() + request.command_line.len() as u64 + LOADER_NAME.len() as u64 + 2;
        let lists =
            request.modules.len() * size_of::<ModuleEntry>() + request.map.len() * size_of::<MapEntry>();
        let needed = (INFO_ROOM + lists as u64 + texts).next_multiple_of(PAGE);
        let low = free.lowest_usable(PAGE..0xa_0000, needed, PAGE);
        let anywhere = || free.lowest_usable(0x10_0000..FOUR_GIB, needed, PAGE);
        let range = low.or_else(anywhere).ok_or_else(|| LoadError::NoRoom {
            what: "the multiboot information",
            needed,
            available: free.largest_usable(PAGE..FOUR_GIB),
        })?;
        Ok(Self { range })
    }

    /// Fills the block, with the modules at `places`, and returns the structure's address.
    pub(super) fn write<M: GuestMemory>(
        &self,
        memory: &mut M,
        request: &Request<'_>,
        places: &[Range<u64>],
    ) -> Result<u64, Inaccessible> {
        clear(memory, self.range.start, self.range.end - self.range.start)?;
        // The lists come before the strings, so that they are aligned.
        let mods = self.range.start + INFO_ROOM;
        let mmap = mods + (places.len() * size_of::<ModuleEntry>()) as u64;
        let mmap_length = request.map.len() * size_of::<MapEntry>();
        let mut out = Writer {
            memory,
            at: mmap + mmap_length as u64,
        };

        let command_line = out.text(request.command_line)?;
        let boot_loader_name = out.text(LOADER_NAME)?;
        for (index, (module, place)) in request.modules.iter().zip(places).enumerate() {
            let string = out.text(module.text)?;
            let entry = ModuleEntry {
                mod_start: word(place.start),
                mod_end: word(place.end),
                string,
                reserved: 0.into(),
            };
            out.put(mods + (index * size_of::<ModuleEntry>()) as u64, entry.as_bytes())?;
        }
        for (index, region) in request.map.iter().enumerate() {
            let entry = MapEntry {
                size: 20.into(),
                address: region.start.into(),
                length: region.length().into(),
                kind: region.kind.e820().into(),
            };
            out.put(mmap + (index * size_of::<MapEntry>()) as u64, entry.as_bytes())?;
        }
        let flags = flag::MEMORY | flag::COMMAND_LINE | flag::MODULES | flag::MEMORY_MAP | flag::LOADER_NAME;
        let info = Info {
            flags: flags.into(),
            mem_lower: kib_from(request.map, 0, 0xa_0000),
            mem_upper: kib_from(request.map, 0x10_0000, FOUR_GIB),
            cmdline: command_line,
            mods_count: word(places.len() as u64),
            mods_addr: word(mods),
            mmap_length: word(mmap_length as u64),
            mmap_addr: word(mmap),
            boot_loader_name,
            ..Info::default()
        };
        out.put(self.range.start, info.as_bytes())?;
        Ok(self.range.start)
    }
}

/// KiB of usable memory from `start` to the first hole, or to `limit`.
fn kib_from(map: &MemoryMap, start: u64, limit: u64) -> U32 {
    let region = map
        .usable()
        .find(|region| region.start <= start && start < region.end);
    word(region.map_or(0, |region| (region.end.min(limit) - start) / 1024))
}

/// A number known to fit: an address below 4 GiB, a count, or KiB below 4 GiB.
fn word(number: u64) -> U32 {
    U32::new(number as u32)
}

struct Writer<'m, M> {
    memory: &'m mut M,
    /// Where the next string goes.
    at: u64,
}

impl<M: GuestMemory> Writer<'_, M> {
    fn put(&mut self, at: u64, bytes: &[u8]) -> Result<(), Inaccessible> {
        self.memory.write(GuestPhysical(at), bytes)
    }

    /// Writes a string; its end mark is already there, as the block was cleared.
    fn text(&mut self, text: &str) -> Result<U32, Inaccessible> {
        let at = self.at;
        self.put(at, text.as_bytes())?;
        self.at += text.len() as u64 + 1;
        Ok(word(at))
    }
}
