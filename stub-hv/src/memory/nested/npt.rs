//! Entries as AMD's nested paging reads them: ordinary long-mode entries ("Nested Paging" in the APM,
//! volume 2, "Secure Virtual Machine").
//!
//! The nested walk is a user access, so U/S is always set. Memory types come from the guest's PAT and the
//! physical MTRRs, so entries leave theirs at write-back.

use super::Decoded;
use super::Encoding;
use super::Frame;
use super::PageSize;
use super::Permissions;

const PRESENT: u64 = 1 << 0;
const WRITABLE: u64 = 1 << 1;
const USER: u64 = 1 << 2;
/// Accessed and dirty, set beforehand: nobody reads them, and the processor then need not write them.
const USED: u64 = 1 << 5 | 1 << 6;
const LARGE: u64 = 1 << 7;
/// Software's: this is a leaf. A page without `READ` is not present, so its PS bit means nothing.
const LEAF: u64 = 1 << 9;
const NO_EXECUTE: u64 = 1 << 63;
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

/// The entry encoding of NPT. It needs EFER.NXE set in the host, or bit 63 is reserved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Npt;

impl Encoding for Npt {
    fn table(&self, table: Frame) -> u64 {
        (table.0 & ADDRESS) | PRESENT | WRITABLE | USER | USED
    }

    fn leaf(&self, frame: Frame, size: PageSize, permissions: Permissions) -> u64 {
        let mut entry = (frame.0 & ADDRESS) | USER | USED | LEAF;
        for (allowed, bit) in [(Permissions::READ, PRESENT), (Permissions::WRITE, WRITABLE)] {
            if permissions.contains(allowed) {
                entry |= bit;
            }
        }
        if !permissions.contains(Permissions::EXECUTE) {
            entry |= NO_EXECUTE;
        }
        if size != PageSize::Size4K {
            entry |= LARGE;
        }
        entry
    }

    fn decode(&self, entry: u64, _level: u32) -> Decoded {
        let frame = Frame(entry & ADDRESS);
        if entry == 0 {
            return Decoded::Empty;
        }
        if entry & LEAF == 0 {
            return Decoded::Table(frame);
        }
        let mut permissions = Permissions::empty();
        permissions.set(Permissions::READ, entry & PRESENT != 0);
        permissions.set(Permissions::WRITE, entry & WRITABLE != 0);
        permissions.set(Permissions::EXECUTE, entry & NO_EXECUTE == 0);
        Decoded::Leaf { frame, permissions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_as_the_manual_has_them() {
        let all = Permissions::all();
        let read = Permissions::READ;
        for (entry, expected) in [
            (Npt.table(Frame(0x1234_5000)), 0x1234_5067),
            (Npt.leaf(Frame(0x1234_5000), PageSize::Size4K, all), 0x1234_5267),
            (Npt.leaf(Frame(0x4000_0000), PageSize::Size1G, all), 0x4000_02e7),
            (
                Npt.leaf(Frame(0x20_0000), PageSize::Size2M, read),
                0x8000_0000_0020_02e5,
            ),
            (
                Npt.leaf(Frame(0), PageSize::Size4K, Permissions::empty()),
                0x8000_0000_0000_0264,
            ),
        ] {
            assert_eq!(entry, expected, "{entry:#x}");
        }
    }

    #[test]
    fn decoding_inverts_encoding() {
        for permissions in (0..8).map(Permissions::from_bits_truncate) {
            for (level, size) in [
                (1, PageSize::Size4K),
                (2, PageSize::Size2M),
                (3, PageSize::Size1G),
            ] {
                let frame = Frame(0xf_ffff_c000_0000);
                let leaf = Decoded::Leaf { frame, permissions };
                assert_eq!(Npt.decode(Npt.leaf(frame, size, permissions), level), leaf);
                assert_eq!(Npt.decode(Npt.table(frame), level), Decoded::Table(frame));
            }
        }
        assert_eq!(Npt.decode(0, 4), Decoded::Empty);
    }
}
