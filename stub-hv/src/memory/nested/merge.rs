//! Growing large pages together again.

use super::Decoded;
use super::ENTRIES;
use super::Encoding;
use super::Frame;
use super::Frames;
use super::Nested;
use super::ROOT;
use super::TOP;
use super::index;
use crate::memory::address::GuestPhysical;

impl<E: Encoding, F: Frames> Nested<E, F> {
    /// Replaces the tables on the way to `at` that map one contiguous block with equal permissions by a
    /// large page, from the bottom up, and frees them.
    pub fn merge(&mut self, at: GuestPhysical) {
        if at.0 >= TOP {
            return;
        }
        // The tables on the way, at the index of their level.
        let mut tables = [None; ROOT as usize + 1];
        let mut table = self.root;
        for level in (1..=ROOT).rev() {
            if let Some(slot) = tables.get_mut(level as usize) {
                *slot = Some(table);
            }
            match self.decode(table, level, at.0) {
                Decoded::Table(next) => table = next,
                Decoded::Empty | Decoded::Leaf { .. } => break,
            }
        }
        for (level, pair) in (1..).zip(tables.windows(2).skip(1)) {
            if let [Some(table), Some(above)] = *pair
                && !self.merge_table(table, level, above, at.0)
            {
                break;
            }
        }
    }

    /// Merges one table of `level` into its entry in the table above it.
    fn merge_table(&mut self, table: Frame, level: u32, above: Frame, at: u64) -> bool {
        let Some(entry) = self.merged(table, level) else {
            return false;
        };
        self.set(above, index(level + 1, at), entry);
        self.frames.free(table);
        true
    }

    /// The one entry of the level above that maps what the whole table maps, if there is one.
    fn merged(&self, table: Frame, level: u32) -> Option<u64> {
        let slot = |slot| self.encoding.decode(self.frames.get(table, slot), level);
        let Decoded::Leaf { frame, permissions } = slot(0) else {
            return None;
        };
        let size = self.largest_leaf(level + 1, frame.0)?;
        if frame.0 % size.bytes() != 0 {
            return None;
        }
        let alike = (1..ENTRIES).all(|index| {
            let frame = frame.offset(super::span(level) * index as u64);
            slot(index) == Decoded::Leaf { frame, permissions }
        });
        alike.then(|| self.encoding.leaf(frame, size, permissions))
    }
}
