//! The header a multiboot kernel carries (Multiboot Specification 0.6.96, "OS image format").

use crate::guest::loader::LoadError;
use zerocopy::FromBytes;
use zerocopy::Immutable;
use zerocopy::IntoBytes;
use zerocopy::KnownLayout;
use zerocopy::little_endian::U32;

const MAGIC: u32 = 0x1bad_b002;

/// The header must lie wholly in this much of the file's beginning.
const SEARCHED: usize = 8192;

const ALIGNED_MODULES: u32 = 1 << 0;
/// What the kernel may insist on and gets: aligned modules, and the amount of memory.
const SUPPORTED: u32 = ALIGNED_MODULES | 1 << 1;
const VIDEO_MODE: u32 = 1 << 2;
const ADDRESSES: u32 = 1 << 16;

/// Magic, flags, and what makes the sum of all three 0.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Fixed {
    magic: U32,
    flags: U32,
    checksum: U32,
}

/// Where a kernel that is not ELF wants to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct Addresses {
    /// Where the header itself goes.
    pub(super) header: U32,
    /// Where the file's part that is loaded starts.
    pub(super) load: U32,
    /// Where it ends; 0 for the end of the file.
    pub(super) load_end: U32,
    /// Up to where memory is cleared behind it; 0 for nowhere.
    pub(super) bss_end: U32,
    pub(super) entry: U32,
}

/// A header that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    /// Where in the file it starts.
    pub(super) offset: usize,
    pub(super) addresses: Option<Addresses>,
    flags: u32,
}

fn locate(image: &[u8]) -> Option<(usize, Fixed)> {
    let searched = image.get(..SEARCHED.min(image.len()))?;
    (0..searched.len()).step_by(4).find_map(|offset| {
        let (fixed, _) = Fixed::read_from_prefix(searched.get(offset..)?).ok()?;
        let sum = fixed
            .flags
            .get()
            .wrapping_add(fixed.checksum.get())
            .wrapping_add(MAGIC);
        (fixed.magic == MAGIC && sum == 0).then_some((offset, fixed))
    })
}

/// Whether there is a header with a valid checksum.
pub(in crate::guest::loader) fn is_multiboot(image: &[u8]) -> bool {
    locate(image).is_some()
}

impl Header {
    /// Finds the header and checks that the kernel can have all it insists on.
    pub(super) fn find(image: &[u8]) -> Result<Self, LoadError> {
        let (offset, fixed) = locate(image).ok_or(LoadError::NotMultiboot(
            "no multiboot header in the first 8192 bytes",
        ))?;
        let flags = fixed.flags.get();
        if flags & VIDEO_MODE != 0 {
            return Err(LoadError::NotMultiboot(
                "it insists on a video mode, which cannot be set for it",
            ));
        }
        let unknown = flags & 0xffff & !SUPPORTED;
        if unknown != 0 {
            return Err(LoadError::Features(unknown as u16));
        }
        let addresses = if flags & ADDRESSES == 0 {
            None
        } else {
            let fields = image.get(offset + size_of::<Fixed>()..).unwrap_or_default();
            let (addresses, _) = Addresses::read_from_prefix(fields)
                .map_err(|_| LoadError::NotMultiboot("the header's address fields are cut short"))?;
            Some(addresses)
        };
        Ok(Self {
            offset,
            addresses,
            flags,
        })
    }

    pub(super) fn wants_aligned_modules(&self) -> bool {
        self.flags & ALIGNED_MODULES != 0
    }
}
