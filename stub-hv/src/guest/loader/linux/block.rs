//! The block of memory a starting Linux reads: page tables, GDT, stack, `boot_params` and command line
//! (Linux documentation, "The Linux/x86 Boot Protocol" and "Zero Page").

use super::header;
use super::header::Image;
use crate::guest::loader::FOUR_GIB;
use crate::guest::loader::LoadError;
use crate::guest::loader::PAGE;
use crate::guest::loader::Request;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::Inaccessible;
use crate::memory::MemoryMap;
use crate::memory::map;
use core::ops::Range;
use zerocopy::IntoBytes;

/// A root, one table of 512 GiB, and a table for each of the first 4 GiB.
const TABLE_PAGES: u64 = 2 + 4;

const PRESENT_WRITABLE: u64 = 0b11;
const LARGE_PAGE: u64 = 1 << 7;

/// Null, unused, 64-bit code at selector 10h, flat data at 18h. Accessed bits are set, so that the processor
/// has nothing to write here.
const GDT: [u64; 4] = [0, 0, 0x00af_9b00_0000_ffff, 0x00cf_9300_0000_ffff];

/// Offsets of what is filled in of `boot_params`, besides the setup header.
mod field {
    pub(super) const VIDEO_MODE: usize = 0x06;
    pub(super) const VIDEO_COLUMNS: usize = 0x07;
    pub(super) const VIDEO_LINES: usize = 0x0e;
    pub(super) const VIDEO_IS_VGA: usize = 0x0f;
    pub(super) const VIDEO_POINTS: usize = 0x10;
    pub(super) const RSDP: usize = 0x70;
    pub(super) const EXT_RAMDISK_IMAGE: usize = 0xc0;
    pub(super) const EXT_RAMDISK_SIZE: usize = 0xc4;
    pub(super) const EXT_COMMAND_LINE: usize = 0xc8;
    pub(super) const E820_COUNT: usize = 0x1e8;
    pub(super) const HEADER_END: usize = 0x290;
    pub(super) const E820_TABLE: usize = 0x2d0;
}

const E820_ENTRY: usize = 20;

/// `boot_params` holds 128 entries: any map fits.
const _: () = assert!(map::CAPACITY <= 128);
const _: () = assert!(field::E820_TABLE + map::CAPACITY * E820_ENTRY <= PAGE as usize);

/// Where the block is.
#[derive(Clone, Debug)]
pub(super) struct Block {
    range: Range<u64>,
}

impl Block {
    pub(super) const GDT_LIMIT: u16 = size_of_val(&GDT) as u16 - 1;

    /// Finds room for a block with a command line of `length` bytes.
    pub(super) fn place(free: &MemoryMap, length: usize) -> Result<Self, LoadError> {
        let needed = (TABLE_PAGES + 2) * PAGE + (length as u64 + 1).next_multiple_of(PAGE);
        // The first 64 KiB are left to the firmware's data and to the start-up code of further processors.
        let low = free.lowest_usable(0x1_0000..0xa_0000, needed, PAGE);
        let anywhere = || free.lowest_usable(0x10_0000..FOUR_GIB, needed, PAGE);
        let range = low.or_else(anywhere).ok_or_else(|| LoadError::NoRoom {
            what: "the kernel's boot parameters",
            needed,
            available: free.largest_usable(0x1_0000..FOUR_GIB),
        })?;
        Ok(Self { range })
    }

    /// The root page table.
    pub(super) fn tables(&self) -> u64 {
        self.range.start
    }

    /// The GDT, at the start of the page whose end is the stack.
    pub(super) fn gdt(&self) -> u64 {
        self.range.start + TABLE_PAGES * PAGE
    }

    /// The first stack pointer.
    pub(super) fn stack(&self) -> u64 {
        self.gdt() + PAGE
    }

    pub(super) fn boot_params(&self) -> u64 {
        self.gdt() + PAGE
    }

    fn command_line(&self) -> u64 {
        self.boot_params() + PAGE
    }

    /// Fills the block for a kernel at `kernel`; an empty `initrd` is none.
    pub(super) fn write<M: GuestMemory>(
        &self,
        memory: &mut M,
        request: &Request<'_>,
        image: &Image<'_>,
        kernel: u64,
        initrd: Range<u64>,
    ) -> Result<(), Inaccessible> {
        self.write_tables(memory)?;
        let mut page = [0; PAGE as usize];
        put(&mut page, 0, GDT.as_bytes());
        memory.write(GuestPhysical(self.gdt()), &page)?;

        let params = self.params(request, image, kernel, initrd);
        memory.write(GuestPhysical(self.boot_params()), &params)?;
        let end = GuestPhysical(self.command_line()).offset(request.command_line.len() as u64);
        memory.write(
            GuestPhysical(self.command_line()),
            request.command_line.as_bytes(),
        )?;
        memory.write(end, &[0])
    }

    fn params(
        &self,
        request: &Request<'_>,
        image: &Image<'_>,
        kernel: u64,
        initrd: Range<u64>,
    ) -> [u8; PAGE as usize] {
        let mut params = [0; PAGE as usize];
        let room = field::HEADER_END - header::OFFSET;
        let bytes = image.header_bytes;
        put(&mut params, header::OFFSET, bytes.get(..room).unwrap_or(bytes));

        let initrd_size = initrd.end - initrd.start;
        let mut header = image.header;
        header.vid_mode = 0xffff.into();
        header.type_of_loader = 0xff;
        header.code32_start = low_half(kernel).into();
        header.ramdisk_image = low_half(initrd.start).into();
        header.ramdisk_size = low_half(initrd_size).into();
        header.cmd_line_ptr = low_half(self.command_line()).into();
        header.setup_data = 0.into();
        put(&mut params, header::OFFSET, header.as_bytes());

        // The text mode the firmware left: mode 3, 80 by 25, VGA with 16-line characters.
        put(&mut params, field::VIDEO_MODE, &[3]);
        put(&mut params, field::VIDEO_COLUMNS, &[80]);
        put(&mut params, field::VIDEO_LINES, &[25]);
        put(&mut params, field::VIDEO_IS_VGA, &[1]);
        put(&mut params, field::VIDEO_POINTS, &16u16.to_le_bytes());

        put(&mut params, field::RSDP, &request.rsdp.unwrap_or(0).to_le_bytes());
        put(
            &mut params,
            field::EXT_RAMDISK_IMAGE,
            &high_half(initrd.start).to_le_bytes(),
        );
        put(
            &mut params,
            field::EXT_RAMDISK_SIZE,
            &high_half(initrd_size).to_le_bytes(),
        );
        put(
            &mut params,
            field::EXT_COMMAND_LINE,
            &high_half(self.command_line()).to_le_bytes(),
        );
        put(&mut params, field::E820_COUNT, &[request.map.len() as u8]);
        for (index, region) in request.map.iter().enumerate() {
            let at = field::E820_TABLE + index * E820_ENTRY;
            put(&mut params, at, &region.start.to_le_bytes());
            put(&mut params, at + 8, &region.length().to_le_bytes());
            put(&mut params, at + 16, &region.kind.e820().to_le_bytes());
        }
        params
    }

    /// Maps the first 4 GiB to themselves, in pages of 2 MiB.
    fn write_tables<M: GuestMemory>(&self, memory: &mut M) -> Result<(), Inaccessible> {
        let root = self.tables();
        let page = |number: u64| root + number * PAGE;
        write_table(memory, page(0), |index| {
            (index == 0).then(|| page(1) | PRESENT_WRITABLE)
        })?;
        write_table(memory, page(1), |index| {
            (index < 4).then(|| page(2 + index) | PRESENT_WRITABLE)
        })?;
        (0..4).try_for_each(|gib| {
            write_table(memory, page(2 + gib), |index| {
                Some((gib * 512 + index) << 21 | LARGE_PAGE | PRESENT_WRITABLE)
            })
        })
    }
}

fn write_table<M: GuestMemory>(
    memory: &mut M,
    at: u64,
    entry: impl Fn(u64) -> Option<u64>,
) -> Result<(), Inaccessible> {
    let mut table = [0u64; 512];
    for (index, slot) in table.iter_mut().enumerate() {
        *slot = entry(index as u64).unwrap_or(0);
    }
    memory.write(GuestPhysical(at), table.as_bytes())
}

/// Copies `bytes` to `offset`. All offsets are constants whose fields lie within the page.
fn put(page: &mut [u8], offset: usize, bytes: &[u8]) {
    if let Some(place) = page.get_mut(offset..offset + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

fn low_half(number: u64) -> u32 {
    number as u32
}

fn high_half(number: u64) -> u32 {
    (number >> 32) as u32
}
