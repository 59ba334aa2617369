//! Why a guest cannot be loaded, in words a user can act on.

use crate::memory::Inaccessible;
use crate::memory::map::MapFull;
use core::fmt;
use core::ops::Range;

/// Why a guest cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// Neither a bzImage nor a multiboot kernel.
    Unrecognised,
    /// Not a multiboot kernel that can be loaded, for this reason.
    NotMultiboot(&'static str),
    /// A multiboot kernel that insists on these features, bits 0 to 15 of its header's flags.
    Features(u16),
    /// Not a Linux bzImage, for this reason.
    NotBzImage(&'static str),
    /// A Linux boot protocol below 2.12; major version in bits 8 to 15, minor in bits 0 to 7.
    ProtocolTooOld(u16),
    /// A Linux kernel without a 64-bit entry point.
    No64BitEntry,
    /// The command line is longer than the kernel takes.
    CommandLineTooLong {
        /// Its bytes, without an end mark.
        length: usize,
        /// What the kernel takes.
        limit: u32,
    },
    /// More files than the guest can be given.
    TooManyModules {
        /// How many there are.
        count: usize,
        /// How many the guest can take.
        limit: usize,
    },
    /// No usable range is long enough.
    NoRoom {
        /// For what.
        what: &'static str,
        /// Bytes needed.
        needed: u64,
        /// Bytes of the longest usable range that would have been right.
        available: u64,
    },
    /// The image must go where something else is.
    Occupied {
        /// Where the image must go.
        wanted: Range<u64>,
        /// What is there.
        by: &'static str,
        /// Where that is.
        at: Range<u64>,
    },
    /// The image must go where there is no usable RAM.
    NoMemoryAt(Range<u64>),
    /// The map cannot be split any further.
    Map(MapFull),
    /// Memory the map promised cannot be accessed.
    Inaccessible(Inaccessible),
}

impl From<MapFull> for LoadError {
    fn from(error: MapFull) -> Self {
        Self::Map(error)
    }
}

impl From<Inaccessible> for LoadError {
    fn from(error: Inaccessible) -> Self {
        Self::Inaccessible(error)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unrecognised => f.write_str(
                "the guest's image is neither a Linux bzImage nor a multiboot 1 kernel; \
                 the first module must be the kernel",
            ),
            Self::NotMultiboot(reason) => write!(f, "not a multiboot 1 kernel that can be loaded: {reason}"),
            Self::Features(bits) => {
                write!(
                    f,
                    "the kernel's multiboot header insists on features nobody knows: flags {bits:#06x}"
                )
            }
            Self::NotBzImage(reason) => write!(f, "not a Linux bzImage: {reason}"),
            Self::ProtocolTooOld(version) => write!(
                f,
                "the kernel speaks Linux boot protocol {}.{:02}, 2.12 (Linux 3.8) is the oldest that works",
                version >> 8,
                version & 0xff
            ),
            Self::No64BitEntry => f.write_str("the kernel has no 64-bit entry point: it is a 32-bit Linux"),
            Self::CommandLineTooLong { length, limit } => {
                write!(
                    f,
                    "the guest's command line has {length} bytes, the kernel takes {limit}"
                )
            }
            Self::TooManyModules { count, limit } => {
                write!(
                    f,
                    "{count} files besides the kernel, the guest takes at most {limit}"
                )
            }
            Self::NoRoom {
                what,
                needed,
                available,
            } => write!(
                f,
                "no room for {what}: {needed:#x} bytes needed, the longest fitting range has {available:#x}"
            ),
            Self::Occupied { wanted, by, at } => write!(
                f,
                "the image must be loaded at {:#x}-{:#x}, but {by} is at {:#x}-{:#x}",
                wanted.start, wanted.end, at.start, at.end
            ),
            Self::NoMemoryAt(range) => write!(
                f,
                "the image must be loaded at {:#x}-{:#x}, which is not usable RAM",
                range.start, range.end
            ),
            Self::Map(error) => error.fmt(f),
            Self::Inaccessible(Inaccessible(at)) => write!(f, "memory at {at:#x} cannot be accessed"),
        }
    }
}
