//! Addresses of what belongs to a script and not to the guest.
//!
//! They are numbers that no paging mode of the processor accepts as a virtual address (bits 63 to 56 differ), so a
//! pointer says by itself where it points, wherever it was kept in the meantime, and a guest address can never be
//! taken for one.

/// The script's stack: locals.
pub(crate) const STACK: u64 = 0x5c10 << 48;
/// Global variables, 8 bytes a slot.
pub(crate) const GLOBALS: u64 = 0x5c20 << 48;
/// String literals.
pub(crate) const LITERALS: u64 = 0x5c30 << 48;
/// What `$pname`, `$date` and `$time` point to.
pub(crate) const TEXTS: u64 = 0x5c40 << 48;

/// Where an address points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    Stack(u64),
    Globals(u64),
    Literals(u64),
    Texts(u64),
    Guest,
}

/// The space of `address` and the offset in it.
#[inline]
pub(crate) fn space(address: u64) -> Space {
    let offset = address & 0xffff_ffff_ffff;
    match address & !0xffff_ffff_ffff {
        STACK => Space::Stack(offset),
        GLOBALS => Space::Globals(offset),
        LITERALS => Space::Literals(offset),
        TEXTS => Space::Texts(offset),
        _ => Space::Guest,
    }
}

/// The first bit of a byte in its slot.
pub(crate) fn bit(offset: u64) -> u32 {
    ((offset & 7) as u32).wrapping_mul(8)
}

/// The part of `length` bytes from `offset` that a slice of such a space has.
pub(crate) fn range(offset: u64, length: usize) -> Option<core::ops::Range<usize>> {
    let start = usize::try_from(offset).ok()?;
    Some(start..start.checked_add(length)?)
}
