//! The hypervisor's size, as it lies in the machine's memory.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use elf::ElfBytes;
use elf::abi::PT_LOAD;
use elf::endian::LittleEndian;

/// The most the loaded part of the packed release image may be.
const LIMIT: u64 = 1 << 20;

/// An error when the image's loaded part is 1 MiB or more.
pub(crate) fn check(image: &Path) -> Result<()> {
    let size = loaded_bytes(image)?;
    if size >= LIMIT {
        bail!(
            "{}: {size} bytes are loaded; it must be less than {LIMIT}",
            image.display()
        );
    }
    Ok(())
}

/// The bytes of the file that a boot loader copies to memory: without debug information.
pub(crate) fn loaded_bytes(image: &Path) -> Result<u64> {
    let bytes = fs::read(image).with_context(|| format!("reading {}", image.display()))?;
    let elf = ElfBytes::<LittleEndian>::minimal_parse(&bytes)
        .with_context(|| format!("{} is no ELF file", image.display()))?;
    let segments = elf
        .segments()
        .with_context(|| format!("{} has no segments", image.display()))?;
    Ok(segments
        .iter()
        .filter(|segment| segment.p_type == PT_LOAD)
        .map(|segment| segment.p_filesz)
        .sum())
}
