//! The vocabulary of nested paging, and the two traits the tree stands on.

use core::fmt;

use bitflags::bitflags;

/// The host-physical address of a 4 KiB frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frame(pub u64);

impl Frame {
    /// The frame `bytes` further on; wraps at 64 bits.
    pub const fn offset(self, bytes: u64) -> Self {
        Self(self.0.wrapping_add(bytes))
    }
}

bitflags! {
    /// What the guest may do with a page. Without `READ` it may do nothing on a CPU that cannot withhold
    /// reads alone (NPT has no write-only or execute-only pages); the other bits are remembered even so.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Permissions: u8 {
        /// Data reads.
        const READ = 1;
        /// Data writes.
        const WRITE = 2;
        /// Instruction fetches.
        const EXECUTE = 4;
    }
}

/// How much one leaf entry maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageSize {
    /// 4 KiB
    Size4K,
    /// 2 MiB
    Size2M,
    /// 1 GiB
    Size1G,
}

impl PageSize {
    /// Bytes in a page of this size.
    pub const fn bytes(self) -> u64 {
        match self {
            Self::Size4K => 1 << 12,
            Self::Size2M => 1 << 21,
            Self::Size1G => 1 << 30,
        }
    }

    /// The size of a leaf at a level, 1 being the lowest; none where there are no leaves.
    pub const fn of_level(level: u32) -> Option<Self> {
        match level {
            1 => Some(Self::Size4K),
            2 => Some(Self::Size2M),
            3 => Some(Self::Size1G),
            _ => None,
        }
    }
}

/// What is mapped at one guest-physical address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The 4 KiB frame the address itself lies in, also when the page is larger.
    pub frame: Frame,
    /// The size of the page it is part of.
    pub size: PageSize,
    /// What the guest may do there.
    pub permissions: Permissions,
}

/// An entry, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// Nothing is mapped: the entry is zero.
    Empty,
    /// The table of the next lower level.
    Table(Frame),
    /// A page.
    Leaf {
        /// Its first frame.
        frame: Frame,
        /// What the guest may do there.
        permissions: Permissions,
    },
}

/// Why the tree could not be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NestedError {
    /// The pool of table frames is used up.
    OutOfFrames,
    /// The address needs more than the 48 bits the tree translates.
    OutOfRange,
    /// A range begins or ends within a page, or ends before it begins.
    Misaligned,
    /// The page has no frame whose permissions could be changed.
    Unmapped,
}

impl fmt::Display for NestedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfFrames => "no frames left for nested page tables",
            Self::OutOfRange => "guest-physical address beyond 48 bits",
            Self::Misaligned => "range is not made of whole pages",
            Self::Unmapped => "nothing is mapped there",
        })
    }
}

impl core::error::Error for NestedError {}

/// How a vendor writes an entry.
///
/// Zero is the empty entry for every vendor: tables start out zeroed. No leaf encodes as zero, not even
/// one of frame 0 without permissions.
pub trait Encoding {
    /// An entry that leads to a table and restricts nothing.
    fn table(&self, table: Frame) -> u64;

    /// An entry that maps a page. Where entries carry a memory type, the implementor knows it by address.
    fn leaf(&self, frame: Frame, size: PageSize, permissions: Permissions) -> u64;

    /// Reads an entry found at `level` (1 is the lowest). Bits the processor sets are ignored.
    fn decode(&self, entry: u64, level: u32) -> Decoded;

    /// Whether one leaf of this size may map the host memory at `start`: it may not when it would span two
    /// memory types. Always true where entries carry no type.
    fn uniform(&self, start: Frame, size: PageSize) -> bool {
        let _ = (start, size);
        true
    }
}

/// A fixed pool of 4 KiB frames for tables, and access to the 512 entries of each.
///
/// Implementations access entries as single 64-bit loads and stores, since the processor reads them
/// concurrently. An `index` of 512 or more never comes.
pub trait Frames {
    /// Takes a frame, zeroed; none when the pool is used up.
    fn allocate(&mut self) -> Option<Frame>;

    /// Gives back a frame that `allocate` returned.
    fn free(&mut self, frame: Frame);

    /// Reads an entry.
    fn get(&self, table: Frame, index: usize) -> u64;

    /// Writes an entry.
    fn set(&mut self, table: Frame, index: usize, entry: u64);
}
