//! Guest addresses as types: a guest address is a number that somebody else chose, so it can be used
//! only through an access that may fail.

use core::fmt;

macro_rules! address {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u64);

        impl $name {
            /// The address `bytes` further on, wrapping at 64 bits as address arithmetic does.
            pub const fn offset(self, bytes: u64) -> Self {
                Self(self.0.wrapping_add(bytes))
            }

            /// How many bytes lie between this address and the end of its 4 KiB page (1 to 4096).
            pub const fn left_in_page(self) -> usize {
                4096 - (self.0 & 0xfff) as usize
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:#x})"), self.0)
            }
        }

        impl fmt::LowerHex for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::LowerHex::fmt(&self.0, f)
            }
        }
    };
}

address!(
    /// A guest-physical address: what the guest's page tables lead to and the nested tables translate.
    GuestPhysical
);
address!(
    /// A guest-linear address: what the guest's page tables translate (segment base already added).
    GuestVirtual
);

/// There is no memory the debugger may touch at this guest-physical address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inaccessible(pub GuestPhysical);

/// Guest-physical memory as the hypervisor may touch it on the guest's or the debugger's behalf.
///
/// A range may cross pages. An access either happens whole or not at all.
pub trait GuestMemory {
    /// Copies guest memory from `at` into `into`.
    fn read(&self, at: GuestPhysical, into: &mut [u8]) -> Result<(), Inaccessible>;

    /// Copies `from` to guest memory at `at`.
    fn write(&mut self, at: GuestPhysical, from: &[u8]) -> Result<(), Inaccessible>;

    /// Copies `length` bytes from `from` to `to`; the two may overlap.
    fn copy(&mut self, from: GuestPhysical, to: GuestPhysical, length: u64) -> Result<(), Inaccessible> {
        copy_by_pages(self, from, to, length)
    }
}

/// [`GuestMemory::copy`] with nothing but the trait's reads and writes. An error leaves a part copied.
pub(super) fn copy_by_pages<M: GuestMemory + ?Sized>(
    memory: &mut M,
    from: GuestPhysical,
    to: GuestPhysical,
    length: u64,
) -> Result<(), Inaccessible> {
    const CHUNK: u64 = 4096;
    let mut buffer = [0; CHUNK as usize];
    let mut done = 0;
    while done < length {
        let count = CHUNK.min(length - done);
        // Towards higher addresses the end goes first, or a chunk would overwrite the next one.
        let offset = if to > from { length - done - count } else { done };
        let part = buffer.get_mut(..count as usize).unwrap_or_default();
        memory.read(from.offset(offset), part)?;
        memory.write(to.offset(offset), part)?;
        done += count;
    }
    Ok(())
}
