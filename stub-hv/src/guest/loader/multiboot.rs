//! Loads multiboot 1 kernels (Multiboot Specification 0.6.96): ELF files, and images of any format whose
//! header carries its own load addresses. They start in 32-bit protected mode without paging, a 64-bit ELF
//! too: it is up to the kernel to switch.

mod header;
mod info;
mod segments;

use super::EntryState;
use super::FOUR_GIB;
use super::LoadError;
use super::Mode;
use super::Module;
use super::PAGE;
use super::Request;
use super::copy::clear;
use crate::boot::multiboot::BOOT_MAGIC;
use crate::boot::multiboot::MAX_MODULES;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::MemoryMap;
use core::ops::Range;
use header::Header;
pub(super) use header::is_multiboot;
use heapless::Vec;
use info::InfoBlock;
use segments::Segments;

/// Loads `request`'s image with all its modules.
pub(super) fn load<M: GuestMemory>(memory: &mut M, request: &Request<'_>) -> Result<EntryState, LoadError> {
    let header = Header::find(request.image)?;
    let segments = Segments::of(request.image, &header)?;

    let mut free = request.free_map()?;
    for segment in segments.iter() {
        request.check_place(&segment.range(), &free)?;
    }
    for segment in segments.iter() {
        free.reserve(segment.range())?;
    }
    let modules = place_modules(request.modules, header.wants_aligned_modules(), &mut free)?;
    let block = InfoBlock::place(&free, request)?;

    for (module, place) in request.modules.iter().zip(&modules) {
        if module.range.start != place.start {
            memory.copy(
                GuestPhysical(module.range.start),
                GuestPhysical(place.start),
                place.end - place.start,
            )?;
        }
    }
    for segment in segments.iter() {
        let data = GuestPhysical(segment.address);
        memory.write(data, segment.data)?;
        clear(memory, data.offset(segment.data.len() as u64).0, segment.zeros)?;
    }
    let info = block.write(memory, request, &modules)?;
    Ok(EntryState {
        mode: Mode::Protected32,
        rip: segments.entry,
        rsp: 0,
        rax: BOOT_MAGIC.into(),
        rbx: info,
        rsi: 0,
    })
}

/// Where the modules go: they stay unless they lie too high, or the kernel wants them to start with a page.
fn place_modules(
    modules: &[Module<'_>],
    aligned: bool,
    free: &mut MemoryMap,
) -> Result<Vec<Range<u64>, MAX_MODULES>, LoadError> {
    let too_many = || LoadError::TooManyModules {
        count: modules.len(),
        limit: MAX_MODULES,
    };
    let mut places = Vec::new();
    for module in modules {
        let range = &module.range;
        let stays = range.end <= FOUR_GIB && (!aligned || range.start.is_multiple_of(PAGE));
        let place = if stays || range.is_empty() {
            range.clone()
        } else {
            let needed = range.end - range.start;
            let place = free.highest_usable_below(FOUR_GIB, needed, PAGE);
            let available = free.largest_usable(0..FOUR_GIB);
            place.ok_or(LoadError::NoRoom {
                what: "a module",
                needed,
                available,
            })?
        };
        free.reserve(place.clone())?;
        places.push(place).map_err(|_| too_many())?;
    }
    Ok(places)
}

#[cfg(test)]
pub(super) mod tests;
