//! Guest loaders: from an image in memory to the state of the first virtual CPU.
//!
//! A loader decides everything first (what goes where, and whether it fits) and writes afterwards, so a
//! refused image leaves memory as it was. It finds room in the memory map, from which the hypervisor's range
//! is already taken; modules and the image itself are kept clear of until the guest runs.

mod copy;
mod error;
mod linux;
mod multiboot;
mod place;

pub use error::LoadError;
pub use place::Move;
pub use place::Plan;
pub use place::plan_moves;

use crate::boot::options::GuestKind;
use crate::memory::GuestMemory;
use crate::memory::MemoryMap;
use crate::memory::map::MapFull;
use core::ops::Range;

/// One past the last address a 32-bit loader field or the guest's first page tables can reach.
pub const FOUR_GIB: u64 = 1 << 32;

const PAGE: u64 = 4096;

/// A file in guest memory that the guest gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module<'a> {
    /// Where it is.
    pub range: Range<u64>,
    /// The string that goes with it; only multiboot guests see it.
    pub text: &'a str,
}

/// What is to be loaded, and where there is room.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The guest's image file. If it lies in guest memory, `keep` has its range.
    pub image: &'a [u8],
    /// Further files, in guest memory: the initrd, or a multiboot kernel's modules.
    pub modules: &'a [Module<'a>],
    /// The guest's command line.
    pub command_line: &'a str,
    /// The physical address of the ACPI RSDP, if known.
    pub rsdp: Option<u64>,
    /// The machine's memory, with everything reserved that the hypervisor keeps. The guest is told the same.
    pub map: &'a MemoryMap,
    /// The hypervisor's range, so that an error can name it.
    pub hypervisor: Range<u64>,
    /// Memory that must not be written before the guest runs, but is the guest's afterwards.
    pub keep: &'a [Range<u64>],
}

impl Request<'_> {
    /// The map with everything taken out that loading must not touch.
    fn free_map(&self) -> Result<MemoryMap, MapFull> {
        let mut free = self.map.clone();
        let modules = self.modules.iter().map(|module| &module.range);
        for range in self.keep.iter().chain(modules).filter(|range| !range.is_empty()) {
            free.reserve(range.clone())?;
        }
        Ok(free)
    }

    /// Whether the image may be put at `wanted`, which it insists on; `free` is [`Self::free_map`].
    fn check_place(&self, wanted: &Range<u64>, free: &MemoryMap) -> Result<(), LoadError> {
        if free.is_usable(wanted) {
            return Ok(());
        }
        let hypervisor = core::iter::once((&self.hypervisor, "the hypervisor"));
        let modules = self.modules.iter().map(|module| (&module.range, "a module"));
        let keep = self.keep.iter().map(|range| (range, "the image's file"));
        let mut owners = hypervisor.chain(modules).chain(keep);
        let owner = owners.find(|(at, _)| at.start < wanted.end && wanted.start < at.end);
        Err(match owner {
            Some((at, by)) => LoadError::Occupied {
                wanted: wanted.clone(),
                by,
                at: at.clone(),
            },
            None => LoadError::NoMemoryAt(wanted.clone()),
        })
    }
}

/// The processor mode the guest starts in. Interrupts are off in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// 64-bit mode with paging on: CS is [`CODE_SELECTOR`], DS, ES and SS are [`DATA_SELECTOR`].
    Long64 {
        /// The root of 4-level tables that map the first 4 GiB to themselves.
        cr3: u64,
        /// Base of the GDT both selectors lead into.
        gdt_base: u64,
        /// Its limit.
        gdt_limit: u16,
    },
    /// 32-bit protected mode, paging off: all segments from 0 to 4 GiB, no valid GDT behind them.
    Protected32,
}

/// The 64-bit code segment of [`Mode::Long64`].
pub const CODE_SELECTOR: u16 = 0x10;

/// The data segment of [`Mode::Long64`].
pub const DATA_SELECTOR: u16 = 0x18;

/// How the guest's first virtual CPU starts. Registers not named here are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryState {
    /// The mode.
    pub mode: Mode,
    /// The first instruction.
    pub rip: u64,
    /// The stack pointer; 0 where the protocol gives the guest no stack.
    pub rsp: u64,
    /// The boot magic of a multiboot kernel.
    pub rax: u64,
    /// A multiboot kernel's information structure.
    pub rbx: u64,
    /// Linux's `boot_params`.
    pub rsi: u64,
}

/// What an image looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageKind {
    /// A Linux bzImage.
    Linux,
    /// A multiboot 1 kernel.
    Multiboot,
}

/// Tells images apart by their headers; `None` for anything else. The mark of a Linux image has a fixed place
/// and is looked at first: a multiboot header may be anywhere in the first 8 KiB.
pub fn detect(image: &[u8]) -> Option<ImageKind> {
    if linux::is_linux(image) {
        Some(ImageKind::Linux)
    } else {
        multiboot::is_multiboot(image).then_some(ImageKind::Multiboot)
    }
}

/// Loads the guest, as what the user says it is or as what it looks like.
pub fn load<M: GuestMemory>(
    memory: &mut M,
    request: &Request<'_>,
    kind: GuestKind,
) -> Result<EntryState, LoadError> {
    let kind = match kind {
        GuestKind::Linux => ImageKind::Linux,
        GuestKind::Multiboot => ImageKind::Multiboot,
        GuestKind::Auto => detect(request.image).ok_or(LoadError::Unrecognised)?,
    };
    match kind {
        ImageKind::Linux => linux::load(memory, request),
        ImageKind::Multiboot => multiboot::load(memory, request),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boot::fake::FakeMemory;
    use crate::memory::map::Kind;
    use crate::memory::map::Region;

    #[test]
    fn images_are_told_apart_unless_the_user_knows_better() {
        let bzimage = linux::tests::ordinary();
        let kernel = multiboot::tests::elf32();
        assert_eq!(detect(&bzimage), Some(ImageKind::Linux));
        assert_eq!(detect(&kernel), Some(ImageKind::Multiboot));
        assert_eq!(detect(&[0; 9000]), None);
        assert_eq!(detect(&[]), None);

        let top = 128 << 20;
        let mut memory = FakeMemory::up_to(top);
        let map = MemoryMap::from_entries([Region {
            start: 0,
            end: top,
            kind: Kind::Usable,
        }])
        .unwrap();
        let mut load = |image, kind| {
            let hypervisor = 0..0;
            let rest = (&[], "", None, &[]);
            let (modules, command_line, rsdp, keep) = rest;
            load(
                &mut memory,
                &Request {
                    image,
                    modules,
                    command_line,
                    rsdp,
                    map: &map,
                    hypervisor,
                    keep,
                },
                kind,
            )
        };
        assert!(matches!(
            load(&bzimage, GuestKind::Auto).unwrap().mode,
            Mode::Long64 { .. }
        ));
        assert_eq!(load(&kernel, GuestKind::Auto).unwrap().mode, Mode::Protected32);
        assert!(matches!(
            load(&kernel, GuestKind::Linux),
            Err(LoadError::NotBzImage(_))
        ));
        assert!(matches!(
            load(&bzimage, GuestKind::Multiboot),
            Err(LoadError::NotMultiboot(_))
        ));
        assert_eq!(load(&[0; 64], GuestKind::Auto), Err(LoadError::Unrecognised));
    }
}
