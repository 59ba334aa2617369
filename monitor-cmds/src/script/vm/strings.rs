//! Texts in memory, read in pieces that stay within a page.

use super::Machine;
use crate::script::runtime_error::Reason;
use core::cmp::Ordering;

const PAGE: u64 = 0x1000;
const CHUNK: usize = 64;

/// What a comparison gives if memory cannot be read: no other comparison gives it, and it is not "equal".
const UNREADABLE: u64 = 2;

/// Characters of 1 or 2 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Byte,
    Wide,
}

/// Reads one character after the other.
pub(super) struct Cursor {
    unit: Unit,
    address: u64,
    buffer: [u8; CHUNK],
    at: usize,
    filled: usize,
}

impl Cursor {
    pub(super) fn new(address: u64, unit: Unit) -> Self {
        Self {
            unit,
            address,
            buffer: [0; CHUNK],
            at: 0,
            filled: 0,
        }
    }

    pub(super) fn next(&mut self, machine: &mut Machine<'_>) -> Result<u16, Reason> {
        let low = self.byte(machine)?;
        let high = match self.unit {
            Unit::Byte => 0,
            Unit::Wide => self.byte(machine)?,
        };
        Ok(u16::from_le_bytes([low, high]))
    }

    fn byte(&mut self, machine: &mut Machine<'_>) -> Result<u8, Reason> {
        if self.at >= self.filled {
            self.fill(machine)?;
        }
        let byte = self.buffer.get(self.at).copied().unwrap_or(0);
        self.at = self.at.saturating_add(1);
        Ok(byte)
    }

    /// Reads on. The text may end before memory does, so if a piece cannot be read, its first byte may be.
    fn fill(&mut self, machine: &mut Machine<'_>) -> Result<(), Reason> {
        machine.charge((CHUNK >> 3) as u64)?;
        let in_page = PAGE.wrapping_sub(self.address & PAGE.wrapping_sub(1));
        let count = usize::try_from(in_page).map_or(CHUNK, |rest| rest.min(CHUNK));
        let piece = self.buffer.get_mut(..count).unwrap_or_default();
        self.filled = match Machine::tried(machine.read(self.address, piece, false))? {
            Some(()) => count,
            None => {
                let first = self.buffer.get_mut(..1).unwrap_or_default();
                machine.read(self.address, first, false)?;
                1
            }
        };
        self.at = 0;
        self.address = self.address.wrapping_add(self.filled as u64);
        Ok(())
    }
}

impl Machine<'_> {
    /// Characters before the end mark; 0 if memory cannot be read.
    pub(super) fn text_length(&mut self, address: u64, unit: Unit) -> Result<u64, Reason> {
        let mut cursor = Cursor::new(address, unit);
        let mut length = 0_u64;
        while let Some(character) = Self::tried(cursor.next(self))? {
            if character == 0 {
                return Ok(length);
            }
            length = length.wrapping_add(1);
        }
        Ok(0)
    }

    /// Compares at most `limit` characters, to the end mark if `text`.
    pub(super) fn compare(
        &mut self,
        a: u64,
        b: u64,
        unit: Unit,
        limit: u64,
        text: bool,
    ) -> Result<u64, Reason> {
        let (mut a, mut b) = (Cursor::new(a, unit), Cursor::new(b, unit));
        for _ in 0..limit {
            let (Some(left), Some(right)) = (Self::tried(a.next(self))?, Self::tried(b.next(self))?) else {
                return Ok(UNREADABLE);
            };
            match left.cmp(&right) {
                Ordering::Less => return Ok(-1_i64 as u64),
                Ordering::Greater => return Ok(1),
                Ordering::Equal if text && left == 0 => return Ok(0),
                Ordering::Equal => (),
            }
        }
        Ok(0)
    }
}
