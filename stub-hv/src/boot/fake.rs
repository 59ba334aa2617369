//! Sparse physical memory for tests: RAM where a test says so, everything else inaccessible.

use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::Inaccessible;
use std::collections::BTreeMap;
use std::ops::Range;

/// Physical memory in 4 KiB pages, zero until written.
#[derive(Clone, Debug)]
pub(crate) struct FakeMemory {
    ram: Vec<Range<u64>>,
    pages: BTreeMap<u64, Box<[u8; 4096]>>,
}

impl FakeMemory {
    /// Memory that exists only in `ram`.
    pub(crate) fn new(ram: &[Range<u64>]) -> Self {
        Self {
            ram: ram.to_vec(),
            pages: BTreeMap::new(),
        }
    }

    /// Memory from address 0 to `end`.
    pub(crate) fn up_to(end: u64) -> Self {
        Self {
            ram: std::iter::once(0..end).collect(),
            pages: BTreeMap::new(),
        }
    }

    /// Writes and insists on it.
    pub(crate) fn put(&mut self, at: u64, bytes: &[u8]) {
        self.write(GuestPhysical(at), bytes).unwrap();
    }

    /// Reads and insists on it.
    pub(crate) fn get(&self, at: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.read(GuestPhysical(at), &mut bytes).unwrap();
        bytes
    }

    /// A little-endian number of 4 bytes.
    pub(crate) fn u32(&self, at: u64) -> u32 {
        u32::from_le_bytes(self.get(at, 4).try_into().unwrap())
    }

    /// A little-endian number of 8 bytes.
    pub(crate) fn u64(&self, at: u64) -> u64 {
        u64::from_le_bytes(self.get(at, 8).try_into().unwrap())
    }

    fn check(&self, at: GuestPhysical, length: usize) -> Result<(), Inaccessible> {
        let end = at.0.checked_add(length as u64).ok_or(Inaccessible(at))?;
        let inside = self.ram.iter().any(|ram| ram.start <= at.0 && end <= ram.end);
        if inside { Ok(()) } else { Err(Inaccessible(at)) }
    }
}

/// Cuts an access into (page, offset in the page, range in the buffer).
fn pieces(at: u64, length: usize) -> impl Iterator<Item = (u64, usize, Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let here = at + done as u64;
        let count = (length - done).min(4096 - (here % 4096) as usize);
        let piece = (here / 4096, (here % 4096) as usize, done..done + count);
        done += count;
        (count > 0).then_some(piece)
    })
}

impl GuestMemory for FakeMemory {
    fn read(&self, at: GuestPhysical, into: &mut [u8]) -> Result<(), Inaccessible> {
        self.check(at, into.len())?;
        for (page, offset, range) in pieces(at.0, into.len()) {
            let part = &mut into[range];
            match self.pages.get(&page) {
                Some(bytes) => part.copy_from_slice(&bytes[offset..offset + part.len()]),
                None => part.fill(0),
            }
        }
        Ok(())
    }

    fn write(&mut self, at: GuestPhysical, from: &[u8]) -> Result<(), Inaccessible> {
        self.check(at, from.len())?;
        for (page, offset, range) in pieces(at.0, from.len()) {
            let bytes = self.pages.entry(page).or_insert_with(|| Box::new([0; 4096]));
            bytes[offset..offset + range.len()].copy_from_slice(&from[range]);
        }
        Ok(())
    }
}
