//! Guest memory for tests: a few pages that exist, and nothing else.

use std::collections::BTreeMap;

use crate::memory::address::GuestMemory;
use crate::memory::address::GuestPhysical;
use crate::memory::address::Inaccessible;

/// Sparse memory of 4 KiB pages.
#[derive(Default)]
pub(crate) struct FakeMemory {
    pages: BTreeMap<u64, Vec<u8>>,
}

impl FakeMemory {
    /// Adds the pages that hold `at` to `at + bytes`, zeroed.
    pub(crate) fn back(&mut self, at: u64, bytes: u64) {
        for page in at >> 12..(at + bytes).div_ceil(4096) {
            self.pages.entry(page).or_insert_with(|| vec![0; 4096]);
        }
    }

    /// Stores a page-table entry, adding the page for it.
    pub(crate) fn entry64(&mut self, at: u64, value: u64) {
        self.back(at, 8);
        self.write(GuestPhysical(at), &value.to_le_bytes()).unwrap();
    }

    /// Stores a 4-byte page-table entry, adding the page for it.
    pub(crate) fn entry32(&mut self, at: u64, value: u32) {
        self.back(at, 4);
        self.write(GuestPhysical(at), &value.to_le_bytes()).unwrap();
    }

    fn check(&self, at: GuestPhysical, bytes: usize) -> Result<(), Inaccessible> {
        let end = at.0.checked_add(bytes as u64).ok_or(Inaccessible(at))?;
        match (at.0 >> 12..end.div_ceil(4096)).find(|page| !self.pages.contains_key(page)) {
            Some(page) => Err(Inaccessible(GuestPhysical(page << 12))),
            None => Ok(()),
        }
    }
}

impl GuestMemory for FakeMemory {
    fn read(&self, at: GuestPhysical, into: &mut [u8]) -> Result<(), Inaccessible> {
        self.check(at, into.len())?;
        for (address, byte) in (at.0..).zip(into) {
            *byte = self.pages[&(address >> 12)][(address & 0xfff) as usize];
        }
        Ok(())
    }

    fn write(&mut self, at: GuestPhysical, from: &[u8]) -> Result<(), Inaccessible> {
        self.check(at, from.len())?;
        for (address, byte) in (at.0..).zip(from) {
            self.pages.get_mut(&(address >> 12)).unwrap()[(address & 0xfff) as usize] = *byte;
        }
        Ok(())
    }
}
