//! The image that boot loaders take: the linked hypervisor, packed, behind the code that unpacks it
//! (`stub-hv/unpacker`).
//!
//! One segment, from the unpacker's multiboot header to the end of the packed block. In memory it reaches to the
//! end of the unpacked hypervisor, so that a boot loader puts nothing there. The block is one of the LZ4 block
//! format, which 40 instructions unpack.

mod elf;

use anyhow::{Context, Result, bail};

use elf::Loaded;

/// Words of the unpacker's header, by place (`stub-hv/unpacker/unpack.s`).
mod field {
    pub(super) const MAGIC: usize = 0;
    pub(super) const LOAD: usize = 4;
    pub(super) const LOAD_END: usize = 5;
    pub(super) const BSS_END: usize = 6;
    pub(super) const UNPACKED_START: usize = 8;
    pub(super) const UNPACKED_END: usize = 9;
    pub(super) const CLEARED_END: usize = 10;
    pub(super) const UNPACKED_ENTRY: usize = 11;
    pub(super) const COUNT: usize = 12;
}

const MAGIC: u32 = 0x1bad_b002;
/// What the unpacker clears at a time.
const STEP: u32 = 16;
/// The unpacker's copies write fewer bytes than this too many.
const SLACK: u32 = 4;

/// The bytes of an ELF file made of the ELF files of the unpacker and of the hypervisor.
///
/// # Errors
/// One of them is no ELF file or has no segments to load, the unpacker has no header, or the packed image would
/// reach into the place of the unpacked one.
pub(crate) fn pack(unpacker: &[u8], hypervisor: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Loaded::read(unpacker).context("the unpacker")?;
    let mut image = Loaded::read(hypervisor).context("the hypervisor")?;
    let whole_steps = |address: u32| {
        let up = address.checked_next_multiple_of(STEP);
        up.with_context(|| format!("the hypervisor ends at {address:#x}, too near to 4 GiB"))
    };
    if !image.start.is_multiple_of(STEP) {
        bail!(
            "the hypervisor starts at {:#x}; it must be a multiple of {STEP}",
            image.start
        );
    }
    let unpacked_end = whole_steps(image.end()?)?;
    let cleared_end = whole_steps(image.memory_end.max(unpacked_end))?;
    image
        .bytes
        .resize(usize::try_from(unpacked_end - image.start)?, 0);
    let header = [
        (field::UNPACKED_START, image.start),
        (field::UNPACKED_END, unpacked_end),
        (field::CLEARED_END, cleared_end),
        (field::UNPACKED_ENTRY, image.entry),
    ];
    if word(&packed.bytes, field::MAGIC) != Some(MAGIC)
        || word(&packed.bytes, field::LOAD) != Some(packed.start)
        || word(&packed.bytes, field::COUNT - 1) != Some(0)
    {
        bail!("the unpacker does not begin with the multiboot header that is to be filled in");
    }
    packed.bytes.extend(lz4_flex::block::compress(&image.bytes));
    let packed_end = packed.end()?;
    if packed.start >= image.start || packed_end > image.start {
        bail!(
            "the packed image would be loaded at {:#x}-{packed_end:#x}, but the hypervisor is unpacked to {:#x}; \
             link it higher (stub-hv/link.ld)",
            packed.start,
            image.start
        );
    }
    packed.memory_end = cleared_end
        .checked_add(SLACK)
        .context("the hypervisor ends too near to 4 GiB")?;
    let ends = [(field::LOAD_END, packed_end), (field::BSS_END, packed.memory_end)];
    for (field, value) in header.into_iter().chain(ends) {
        let place = packed.bytes.get_mut(4 * field..4 * field + 4);
        place
            .context("the unpacker is shorter than its header")?
            .copy_from_slice(&value.to_le_bytes());
    }
    packed.write()
}

/// A word of a header.
fn word(bytes: &[u8], field: usize) -> Option<u32> {
    let bytes = bytes.get(4 * field..4 * field + 4)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests;
