//! A pool of table frames for tests. It counts, and it objects to misuse.

use std::collections::BTreeMap;

use super::Frame;
use super::Frames;

/// At most `limit` frames at a time; no frame is ever handed out twice, so a stale pointer is caught.
#[derive(Debug)]
pub(crate) struct FakeFrames {
    tables: BTreeMap<Frame, [u64; 512]>,
    next: u64,
    limit: usize,
}

impl FakeFrames {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            tables: BTreeMap::new(),
            next: 0x7f00_0000_0000,
            limit,
        }
    }

    /// How many frames are in use.
    pub(crate) fn used(&self) -> usize {
        self.tables.len()
    }
}

impl Frames for FakeFrames {
    fn allocate(&mut self) -> Option<Frame> {
        if self.tables.len() == self.limit {
            return None;
        }
        self.next += 4096;
        self.tables.insert(Frame(self.next), [0; 512]);
        Some(Frame(self.next))
    }

    fn free(&mut self, frame: Frame) {
        assert!(self.tables.remove(&frame).is_some(), "{frame:?} is not in use");
    }

    fn get(&self, table: Frame, index: usize) -> u64 {
        self.tables[&table][index]
    }

    fn set(&mut self, table: Frame, index: usize, entry: u64) {
        self.tables.get_mut(&table).unwrap()[index] = entry;
    }
}
