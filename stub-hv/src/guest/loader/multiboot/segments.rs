//! What of a multiboot image goes where: from the header's address fields, which take precedence, or from
//! the program headers of an ELF file.

use super::header::Addresses;
use super::header::Header;
use crate::guest::loader::FOUR_GIB;
use crate::guest::loader::LoadError;
use core::ops::Range;
use elf::ElfBytes;
use elf::abi;
use elf::endian::LittleEndian;
use elf::segment::ProgramHeader;
use heapless::Vec;

/// How many segments a kernel may have. Usual are three or four.
const MAX_SEGMENTS: usize = 32;

/// A piece of the image and the zeros behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment<'a> {
    /// Where it goes.
    pub(super) address: u64,
    pub(super) data: &'a [u8],
    /// How many zeros follow.
    pub(super) zeros: u64,
}

impl Segment<'_> {
    /// The memory it takes. Made only of segments whose end has been checked to lie below 4 GiB.
    pub(super) fn range(&self) -> Range<u64> {
        self.address..self.address + self.data.len() as u64 + self.zeros
    }
}

/// All of an image.
#[derive(Clone, Debug)]
pub(super) struct Segments<'a> {
    list: Vec<Segment<'a>, MAX_SEGMENTS>,
    /// The physical address of the first instruction, inside of one of the segments.
    pub(super) entry: u64,
}

impl<'a> Segments<'a> {
    pub(super) fn of(image: &'a [u8], header: &Header) -> Result<Self, LoadError> {
        let segments = match &header.addresses {
            Some(addresses) => from_addresses(image, header.offset, addresses)?,
            None => from_elf(image)?,
        };
        if !segments
            .iter()
            .any(|segment| segment.range().contains(&segments.entry))
        {
            return Err(LoadError::NotMultiboot(
                "its entry point lies outside of what is loaded",
            ));
        }
        Ok(segments)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Segment<'a>> {
        self.list.iter()
    }

    fn add(&mut self, address: u64, data: &'a [u8], memory_size: u64) -> Result<(), LoadError> {
        let zeros = memory_size.saturating_sub(data.len() as u64);
        let length = memory_size.max(data.len() as u64);
        if address.checked_add(length).is_none_or(|end| end > FOUR_GIB) {
            return Err(LoadError::NotMultiboot("it wants to be loaded above 4 GiB"));
        }
        let full = |_| LoadError::NotMultiboot("it has more than 32 segments");
        self.list.push(Segment { address, data, zeros }).map_err(full)
    }
}

fn from_addresses<'a>(
    image: &'a [u8],
    header_offset: usize,
    addresses: &Addresses,
) -> Result<Segments<'a>, LoadError> {
    let [header, load, load_end, bss_end, entry] = [
        addresses.header,
        addresses.load,
        addresses.load_end,
        addresses.bss_end,
        addresses.entry,
    ]
    .map(|field| u64::from(field.get()));
    let contradiction = LoadError::NotMultiboot("the header's address fields contradict each other");
    // The file's part that is loaded starts as far before the header as in memory.
    let before = header
        .checked_sub(load)
        .and_then(|before| (header_offset as u64).checked_sub(before));
    let start = before.ok_or_else(|| contradiction.clone())?;
    let file = image.get(start as usize..).ok_or_else(|| contradiction.clone())?;
    let length = match load_end {
        0 => file.len() as u64,
        end => end.checked_sub(load).ok_or_else(|| contradiction.clone())?,
    };
    let data = file.get(..length as usize).ok_or(LoadError::NotMultiboot(
        "the file is shorter than what is to be loaded",
    ))?;
    let memory_size = match bss_end {
        0 => length,
        end => end
            .checked_sub(load)
            .filter(|&size| size >= length)
            .ok_or(contradiction)?,
    };
    let mut segments = Segments {
        list: Vec::new(),
        entry,
    };
    segments.add(load, data, memory_size)?;
    Ok(segments)
}

fn from_elf(image: &[u8]) -> Result<Segments<'_>, LoadError> {
    let not_elf = LoadError::NotMultiboot("it is no little-endian ELF file and its header has no addresses");
    let file = ElfBytes::<LittleEndian>::minimal_parse(image).map_err(|_| not_elf)?;
    if !matches!(file.ehdr.e_machine, abi::EM_386 | abi::EM_X86_64) {
        return Err(LoadError::NotMultiboot("the ELF file is for another processor"));
    }
    let mut segments = Segments {
        list: Vec::new(),
        entry: file.ehdr.e_entry,
    };
    let headers = file
        .segments()
        .ok_or(LoadError::NotMultiboot("the ELF file has no program headers"))?;
    for header in headers
        .iter()
        .filter(|header| header.p_type == abi::PT_LOAD && header.p_memsz > 0)
    {
        let end = header.p_offset.checked_add(header.p_filesz);
        let data = end.and_then(|end| image.get(header.p_offset as usize..end as usize));
        let data = data.ok_or(LoadError::NotMultiboot(
            "a segment of the ELF file lies outside of the file",
        ))?;
        if header.p_filesz > header.p_memsz {
            return Err(LoadError::NotMultiboot(
                "a segment of the ELF file is larger than its memory",
            ));
        }
        segments.add(header.p_paddr, data, header.p_memsz)?;
        if let Some(entry) = physical(file.ehdr.e_entry, &header) {
            segments.entry = entry;
        }
    }
    Ok(segments)
}

/// Where an entry point that is given as a virtual address is in memory, if it is in this segment.
fn physical(entry: u64, header: &ProgramHeader) -> Option<u64> {
    let offset = entry
        .checked_sub(header.p_vaddr)
        .filter(|&offset| offset < header.p_memsz)?;
    Some(header.p_paddr + offset)
}
