//! A second root that differs from the shared tree in one 4 KiB page.
//!
//! One CPU steps over a software breakpoint while the others keep it: that CPU runs on an overlay in which
//! the page shows the original bytes. Only the four tables on the way to the page are copies, so an overlay
//! costs four frames, taken once, and no allocation when it is used.

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
use super::index;
use super::span;
use crate::memory::address::GuestPhysical;

/// The four copies, one CPU's own.
///
/// It is a snapshot: a later change of the shared tree shows in the overlay only after another
/// [`Nested::overlay`], so it is for the length of a step.
#[derive(Debug)]
pub struct Overlay {
    /// From the lowest level to the root.
    tables: [Frame; ROOT as usize],
    /// The tree's generation and the page of the last use.
    current: Option<(u64, GuestPhysical)>,
}

impl Overlay {
    /// The copy of the root table. Defined once [`Nested::overlay`] has been called.
    pub fn root(&self) -> Frame {
        let [.., root] = self.tables;
        root
    }
}

impl<E: Encoding, F: Frames> Nested<E, F> {
    /// Takes the frames for an overlay; all of them or none.
    pub fn new_overlay(&mut self) -> Result<Overlay, NestedError> {
        let mut tables = [self.root; ROOT as usize];
        for taken in 0..tables.len() {
            let Some(frame) = self.frames.allocate() else {
                for frame in tables.iter().take(taken) {
                    self.frames.free(*frame);
                }
                return Err(NestedError::OutOfFrames);
            };
            if let Some(slot) = tables.get_mut(taken) {
                *slot = frame;
            }
        }
        Ok(Overlay {
            tables,
            current: None,
        })
    }

    /// Gives the frames of an overlay back. No CPU may be running on it.
    pub fn free_overlay(&mut self, overlay: Overlay) {
        for frame in overlay.tables {
            self.frames.free(frame);
        }
    }

    /// Makes `overlay` show the shared tree as it is now, with the page of `at` mapped to `frame` instead.
    ///
    /// The CPU that enters the guest on [`Overlay::root`] flushes before it does, and again when it returns
    /// to the shared root. Using it again near the same page, the tree unchanged, writes two entries only.
    pub fn overlay(
        &mut self,
        overlay: &mut Overlay,
        at: GuestPhysical,
        frame: Frame,
        permissions: Permissions,
    ) -> Result<(), NestedError> {
        if at.0 >= TOP {
            return Err(NestedError::OutOfRange);
        }
        let [page_table, ..] = overlay.tables;
        match overlay.current {
            Some((generation, last))
                if generation == self.generation && last.0 / span(2) == at.0 / span(2) =>
            {
                let shared = self.lookup(last).map_or(0, |leaf| {
                    self.encoding.leaf(leaf.frame, PageSize::Size4K, leaf.permissions)
                });
                self.frames.set(page_table, index(1, last.0), shared);
            }
            _ => self.copy_path(overlay, at.0),
        }
        let entry = self.encoding.leaf(frame, PageSize::Size4K, permissions);
        self.frames.set(page_table, index(1, at.0), entry);
        overlay.current = Some((self.generation, at));
        Ok(())
    }

    fn copy_path(&mut self, overlay: &Overlay, at: u64) {
        // What the shared tree has in place of the table being copied.
        let mut shared = Decoded::Table(self.root);
        let mut above = None;
        for (level, copy) in (1..=ROOT).rev().zip(overlay.tables.into_iter().rev()) {
            match shared {
                Decoded::Table(table) => {
                    for slot in 0..ENTRIES {
                        let entry = self.frames.get(table, slot);
                        self.frames.set(copy, slot, entry);
                    }
                }
                Decoded::Empty | Decoded::Leaf { .. } => self.fill_from(copy, level, shared),
            }
            shared = self.decode(copy, level, at);
            if let Some(above) = above {
                let entry = self.encoding.table(copy);
                self.frames.set(above, index(level + 1, at), entry);
            }
            above = Some(copy);
        }
    }
}
