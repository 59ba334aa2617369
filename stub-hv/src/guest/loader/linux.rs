//! Loads a Linux bzImage by the 64-bit boot protocol (Linux documentation, "The Linux/x86 Boot Protocol",
//! section "64-bit Boot Protocol").
//!
//! The kernel's protected-mode part goes to the lowest place the kernel can run from, with as much memory
//! behind it as the kernel needs to unpack itself. What it reads while starting (page tables, GDT, stack,
//! `boot_params`, command line) lies in one block, below 1 MiB if there is room: nothing there is ever chosen
//! as the place of the unpacked kernel.

mod block;
mod header;

use super::EntryState;
use super::FOUR_GIB;
use super::LoadError;
use super::Mode;
use super::PAGE;
use super::Request;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::MemoryMap;
use block::Block;
use core::ops::Range;
use header::Image;
pub(super) use header::is_linux;

/// The 64-bit entry point, from the start of the protected-mode part.
const ENTRY_OFFSET: u64 = 0x200;

/// Loads `request`'s image; its first module, if there is one, is the initrd.
pub(super) fn load<M: GuestMemory>(memory: &mut M, request: &Request<'_>) -> Result<EntryState, LoadError> {
    let image = Image::parse(request.image)?;
    let length = request.command_line.len();
    let limit = image.header.cmdline_size.get();
    if length as u64 > u64::from(limit) {
        return Err(LoadError::CommandLineTooLong { length, limit });
    }

    let mut free = request.free_map()?;
    let initrd = place_initrd(&image, request, &mut free)?;
    let kernel = place_kernel(&image, request, &free)?;
    free.reserve(kernel.clone())?;
    let block = Block::place(&free, length)?;

    if let (Some(initrd), Some(module)) = (&initrd, request.modules.first())
        && initrd.start != module.range.start
    {
        memory.copy(
            GuestPhysical(module.range.start),
            GuestPhysical(initrd.start),
            initrd.end - initrd.start,
        )?;
    }
    memory.write(GuestPhysical(kernel.start), image.code)?;
    block.write(memory, request, &image, kernel.start, initrd.unwrap_or_default())?;
    Ok(EntryState {
        mode: Mode::Long64 {
            cr3: block.tables(),
            gdt_base: block.gdt(),
            gdt_limit: Block::GDT_LIMIT,
        },
        rip: kernel.start + ENTRY_OFFSET,
        rsp: block.stack(),
        rax: 0,
        rbx: 0,
        rsi: block.boot_params(),
    })
}

/// Where the initrd goes: it stays unless it lies higher than the kernel can reach.
fn place_initrd(
    image: &Image<'_>,
    request: &Request<'_>,
    free: &mut MemoryMap,
) -> Result<Option<Range<u64>>, LoadError> {
    let module = match request.modules {
        [] => return Ok(None),
        [module] => module.range.clone(),
        more => {
            return Err(LoadError::TooManyModules {
                count: more.len(),
                limit: 1,
            });
        }
    };
    let limit = image.initrd_limit();
    if module.is_empty() || module.end <= limit {
        return Ok(Some(module).filter(|range| !range.is_empty()));
    }
    let needed = module.end - module.start;
    let place = free
        .highest_usable_below(limit, needed, PAGE)
        .ok_or_else(|| LoadError::NoRoom {
            what: "the initrd",
            needed,
            available: free.largest_usable(0..limit),
        })?;
    free.reserve(place.clone())?;
    Ok(Some(place))
}

/// The memory the kernel needs from its start on until it has set itself up.
fn place_kernel(image: &Image<'_>, request: &Request<'_>, free: &MemoryMap) -> Result<Range<u64>, LoadError> {
    let needed = image.memory_needed();
    let preferred = image.header.pref_address.get();
    if !image.is_relocatable() {
        let wanted = preferred..preferred.saturating_add(needed);
        request.check_place(&wanted, free)?;
        // Further up the first page tables do not reach.
        return if wanted.end <= FOUR_GIB {
            Ok(wanted)
        } else {
            Err(LoadError::NoMemoryAt(wanted))
        };
    }
    // Below its preferred address even a relocatable kernel does not run: it would move itself up there.
    free.lowest_usable(preferred..FOUR_GIB, needed, image.alignment())
        .ok_or_else(|| LoadError::NoRoom {
            what: "the kernel",
            needed,
            available: free.largest_usable(preferred..FOUR_GIB),
        })
}

#[cfg(test)]
pub(super) mod tests;
