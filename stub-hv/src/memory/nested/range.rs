//! Whole ranges: mapping, unmapping and hiding.

use core::ops::Range;

use super::Decoded;
use super::ENTRIES;
use super::Encoding;
use super::Frame;
use super::Frames;
use super::Nested;
use super::NestedError;
use super::PageSize;
use super::Permissions;
use super::ROOT;
use super::TOP;
use super::span;
use crate::memory::address::GuestPhysical;

/// What a range is to become.
#[derive(Clone, Copy)]
enum Target {
    Nothing,
    Identity(Permissions),
    /// Every page the same frame.
    Same(Frame, Permissions),
}

impl<E: Encoding, F: Frames> Nested<E, F> {
    /// Maps `range` to itself with the largest pages possible, replacing whatever was mapped there.
    ///
    /// Both ends are multiples of 4 KiB. When frames run out, a part of the range has been mapped.
    pub fn map_identity(
        &mut self,
        range: Range<GuestPhysical>,
        permissions: Permissions,
    ) -> Result<(), NestedError> {
        self.change(range, Target::Identity(permissions))
    }

    /// Leaves nothing mapped in `range`: any access exits. Frames run out only when a large page must be
    /// split at an end of the range.
    pub fn unmap(&mut self, range: Range<GuestPhysical>) -> Result<(), NestedError> {
        self.change(range, Target::Nothing)
    }

    /// Makes `range` look like a bus without memory: every page shows one shared frame of ff bytes.
    ///
    /// Reads and fetches are served without an exit (ff ff raises #UD, as it would on such a bus); a write
    /// exits, and whoever handles that drops it and steps over the instruction.
    pub fn hide(&mut self, range: Range<GuestPhysical>) -> Result<(), NestedError> {
        let blank = match self.blank {
            Some(blank) => blank,
            None => {
                let blank = self.frames.allocate().ok_or(NestedError::OutOfFrames)?;
                for index in 0..ENTRIES {
                    self.frames.set(blank, index, u64::MAX);
                }
                *self.blank.insert(blank)
            }
        };
        self.change(
            range,
            Target::Same(blank, Permissions::READ | Permissions::EXECUTE),
        )
    }

    /// Whether the page of `at` is hidden.
    pub fn is_hidden(&self, at: GuestPhysical) -> bool {
        self.blank.is_some() && self.lookup(at).map(|leaf| leaf.frame) == self.blank
    }

    fn change(&mut self, range: Range<GuestPhysical>, target: Target) -> Result<(), NestedError> {
        let Range {
            start: GuestPhysical(start),
            end: GuestPhysical(end),
        } = range;
        if start > end || (start | end) % 4096 != 0 {
            return Err(NestedError::Misaligned);
        }
        if end > TOP {
            return Err(NestedError::OutOfRange);
        }
        self.change_in(self.root, ROOT, &(start..end), target)
    }

    /// Changes the part of `range` that lies in `table`; `range` begins and ends within it.
    fn change_in(
        &mut self,
        table: Frame,
        level: u32,
        range: &Range<u64>,
        target: Target,
    ) -> Result<(), NestedError> {
        let mut at = range.start;
        while at < range.end {
            let entry_start = at & !(span(level) - 1);
            let entry_end = entry_start + span(level);
            let part = at..range.end.min(entry_end);
            let whole = part == (entry_start..entry_end);
            let old = self.decode(table, level, at);
            match self.entry_for(level, entry_start, target) {
                Some(entry) if whole => {
                    self.set(table, super::index(level, at), entry);
                    if let Decoded::Table(below) = old {
                        self.free_tables(below, level - 1);
                    }
                }
                // An empty entry needs no table just to stay empty.
                _ if old == Decoded::Empty && matches!(target, Target::Nothing) => (),
                _ => {
                    let below = self.descend(table, level, at)?;
                    self.change_in(below, level - 1, &part, target)?;
                }
            }
            at = part.end;
        }
        Ok(())
    }

    /// The one entry that does for a whole entry of this level, if one can.
    fn entry_for(&self, level: u32, start: u64, target: Target) -> Option<u64> {
        match target {
            Target::Nothing => Some(0),
            Target::Identity(permissions) => self
                .largest_leaf(level, start)
                .map(|size| self.encoding.leaf(Frame(start), size, permissions)),
            Target::Same(frame, permissions) => {
                (level == 1).then(|| self.encoding.leaf(frame, PageSize::Size4K, permissions))
            }
        }
    }

    /// Gives back a table that is no longer linked, with all below it.
    pub(super) fn free_tables(&mut self, table: Frame, level: u32) {
        if level > 1 {
            for index in 0..ENTRIES {
                if let Decoded::Table(below) = self.encoding.decode(self.frames.get(table, index), level) {
                    self.free_tables(below, level - 1);
                }
            }
        }
        self.frames.free(table);
    }
}
