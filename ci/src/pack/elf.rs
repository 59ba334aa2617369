//! ELF files as a boot loader takes them: one block of memory at its load address.

use anyhow::{Context, Result, bail};
use elf::ElfBytes;
use elf::abi::{EM_386, ET_EXEC, EV_CURRENT, PF_R, PF_W, PF_X, PT_LOAD};
use elf::endian::LittleEndian;

/// Sizes of ELF32's file header and of one program header.
const FILE_HEADER: u16 = 52;
const PROGRAM_HEADER: u16 = 32;
/// Where a written file's segment starts; boot loaders look for the multiboot header in the first 8 KiB.
const SEGMENT: u32 = 0x1000;

/// What is in memory once the file is loaded, by physical addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loaded {
    /// Of the first byte.
    pub(super) start: u32,
    /// The bytes of the file, what lies between segments as zeros.
    pub(super) bytes: Vec<u8>,
    /// One past the last byte that belongs to it; bytes beyond `bytes` are zeros.
    pub(super) memory_end: u32,
    /// Of the first instruction.
    pub(super) entry: u32,
}

impl Loaded {
    /// Reads an ELF file whose entry is at its load address.
    ///
    /// # Errors
    /// It is none, nothing is to be loaded, it does not fit below 4 GiB, or the entry is outside.
    pub(super) fn read(file: &[u8]) -> Result<Self> {
        let elf = ElfBytes::<LittleEndian>::minimal_parse(file).context("not an ELF file")?;
        let segments = elf.segments().context("an ELF file without segments")?;
        let mut loads: Vec<_> = segments
            .iter()
            .filter(|segment| segment.p_type == PT_LOAD && segment.p_memsz > 0)
            .collect();
        loads.sort_by_key(|segment| segment.p_paddr);
        let start = loads.first().context("an ELF file with nothing to load")?.p_paddr;
        let mut bytes = Vec::new();
        let mut memory_end = start;
        for segment in &loads {
            let data = elf
                .segment_data(segment)
                .context("a segment is not in the file")?;
            if segment.p_paddr < memory_end || segment.p_memsz < segment.p_filesz {
                bail!("the segment at {:#x} overlaps another one", segment.p_paddr);
            }
            memory_end = segment
                .p_paddr
                .checked_add(segment.p_memsz)
                .filter(|&end| u32::try_from(end).is_ok())
                .with_context(|| format!("the segment at {:#x} reaches beyond 4 GiB", segment.p_paddr))?;
            if !data.is_empty() {
                bytes.resize(usize::try_from(segment.p_paddr - start)?, 0);
                bytes.extend_from_slice(data);
            }
        }
        let entry = elf.ehdr.e_entry;
        if !(start..start + bytes.len() as u64).contains(&entry) {
            bail!("the entry {entry:#x} is not in what is loaded");
        }
        Ok(Self {
            start: u32::try_from(start)?,
            bytes,
            memory_end: u32::try_from(memory_end)?,
            entry: u32::try_from(entry)?,
        })
    }

    /// One past the address of the last of `bytes`.
    ///
    /// # Errors
    /// It is beyond 4 GiB.
    pub(super) fn end(&self) -> Result<u32> {
        let length = u32::try_from(self.bytes.len())?;
        let end = self.start.checked_add(length);
        end.with_context(|| format!("{length} bytes at {:#x} reach beyond 4 GiB", self.start))
    }

    /// An ELF32 file with this as its one segment.
    ///
    /// # Errors
    /// It is larger than such a file can be.
    pub(super) fn write(&self) -> Result<Vec<u8>> {
        let mut file = vec![0x7f, b'E', b'L', b'F', 1, 1, EV_CURRENT, 0];
        file.resize(16, 0);
        let half = |file: &mut Vec<u8>, value: u16| file.extend(value.to_le_bytes());
        let word = |file: &mut Vec<u8>, value: u32| file.extend(value.to_le_bytes());
        half(&mut file, ET_EXEC);
        half(&mut file, EM_386);
        word(&mut file, EV_CURRENT.into());
        word(&mut file, self.entry);
        word(&mut file, FILE_HEADER.into());
        word(&mut file, 0); // section headers: none
        word(&mut file, 0); // flags
        for value in [FILE_HEADER, PROGRAM_HEADER, 1, 0, 0, 0] {
            half(&mut file, value);
        }
        for value in [
            PT_LOAD,
            SEGMENT,
            self.start,
            self.start,
            u32::try_from(self.bytes.len())?,
            self.memory_end - self.start,
            PF_R | PF_W | PF_X,
            SEGMENT,
        ] {
            word(&mut file, value);
        }
        file.resize(usize::try_from(SEGMENT)?, 0);
        file.extend_from_slice(&self.bytes);
        Ok(file)
    }
}
