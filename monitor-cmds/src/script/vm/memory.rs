//! Memory as scripts see it: their own stack, globals and texts, and the guest's.

use super::Machine;
use crate::script::address;
use crate::script::address::Space;
use crate::script::bytecode::Width;
use crate::script::run::STACK_BYTES;
use crate::script::runtime_error::Reason;

/// Bytes that a copy moves at a time.
const CHUNK: usize = 64;

fn not_accessible(address: u64) -> Reason {
    Reason::NotAccessible { address }
}

impl Machine<'_> {
    /// Reads a local variable.
    #[inline]
    pub(super) fn local(&self, offset: u16, width: Width) -> u64 {
        let at = self.base.wrapping_add(usize::from(offset));
        let value = |count: usize| {
            let mut bytes = [0; 8];
            let from = at
                .checked_add(count)
                .and_then(|end| self.scratch.stack.get(at..end));
            if let (Some(into), Some(from)) = (bytes.get_mut(..count), from) {
                into.copy_from_slice(from);
            }
            u64::from_le_bytes(bytes)
        };
        // A length that the compiler knows makes each of these one load.
        match width.bytes() {
            1 => width.extend(value(1)),
            2 => width.extend(value(2)),
            4 => width.extend(value(4)),
            _ => value(8),
        }
    }

    /// Writes a local variable.
    #[inline]
    pub(super) fn store_local(&mut self, offset: u16, width: Width, value: u64) {
        let at = self.base.wrapping_add(usize::from(offset));
        let bytes = value.to_le_bytes();
        let mut put = |count: usize| {
            let into = at
                .checked_add(count)
                .and_then(|end| self.scratch.stack.get_mut(at..end));
            if let (Some(into), Some(from)) = (into, bytes.get(..count)) {
                into.copy_from_slice(from);
            }
        };
        match width.bytes() {
            1 => put(1),
            2 => put(2),
            4 => put(4),
            _ => put(8),
        }
    }

    pub(super) fn zero_local(&mut self, offset: u16, length: u16) {
        let at = self.base.wrapping_add(usize::from(offset));
        let end = at.wrapping_add(usize::from(length));
        if let Some(bytes) = self.scratch.stack.get_mut(at..end) {
            bytes.fill(0);
        }
    }

    pub(super) fn load(&mut self, address: u64, width: Width) -> Result<u64, Reason> {
        let mut bytes = [0; 8];
        if let Some(into) = bytes.get_mut(..width.bytes()) {
            self.read(address, into, false)?;
        }
        Ok(width.extend(u64::from_le_bytes(bytes)))
    }

    pub(super) fn store(&mut self, address: u64, width: Width, value: u64) -> Result<(), Reason> {
        let bytes = value.to_le_bytes();
        match bytes.get(..width.bytes()) {
            Some(from) => self.write(address, from, false),
            None => Ok(()),
        }
    }

    /// Copies from any memory; what is not the script's own is virtual, or physical.
    pub(super) fn read(&mut self, address: u64, into: &mut [u8], physical: bool) -> Result<(), Reason> {
        let own = |memory: &[u8], offset: u64, into: &mut [u8]| {
            let from = address::range(offset, into.len()).and_then(|range| memory.get(range));
            match from {
                Some(from) => {
                    into.copy_from_slice(from);
                    Ok(())
                }
                None => {
                    let beyond = (memory.len() as u64).saturating_sub(offset);
                    Err(not_accessible(address.wrapping_add(beyond)))
                }
            }
        };
        match address::space(address) {
            Space::Guest if physical => Ok(self.guest.read_physical(address, into)?),
            Space::Guest => Ok(self.guest.read_virtual(address, into)?),
            Space::Stack(offset) => own(&self.scratch.stack, offset, into),
            Space::Literals(offset) => own(&self.script.literals, offset, into),
            Space::Texts(offset) => own(&self.scratch.texts, offset, into),
            Space::Globals(offset) => self
                .globals
                .read(offset, into)
                .map_err(|at| not_accessible(address::GLOBALS.wrapping_add(at))),
        }
    }

    /// Copies to any memory but texts.
    pub(super) fn write(&mut self, address: u64, from: &[u8], physical: bool) -> Result<(), Reason> {
        match address::space(address) {
            Space::Guest if physical => Ok(self.guest.write_physical(address, from)?),
            Space::Guest => Ok(self.guest.write_virtual(address, from)?),
            Space::Stack(offset) => {
                let range = address::range(offset, from.len()).filter(|range| range.end <= STACK_BYTES);
                let Some(range) = range else {
                    let beyond = (STACK_BYTES as u64).saturating_sub(offset);
                    return Err(not_accessible(address.wrapping_add(beyond)));
                };
                self.scratch.touched = self.scratch.touched.max(range.end);
                if let Some(into) = self.scratch.stack.get_mut(range) {
                    into.copy_from_slice(from);
                }
                Ok(())
            }
            Space::Literals(_) | Space::Texts(_) => Err(not_accessible(address)),
            Space::Globals(offset) => self
                .globals
                .write(offset, from)
                .map_err(|at| not_accessible(address::GLOBALS.wrapping_add(at))),
        }
    }

    /// Copies `length` bytes, the lowest address first.
    pub(super) fn copy(&mut self, to: u64, from: u64, length: u64, physical: bool) -> Result<(), Reason> {
        let mut done = 0;
        let mut buffer = [0; CHUNK];
        while done < length {
            self.charge((CHUNK >> 3) as u64)?;
            let count = usize::try_from(length.wrapping_sub(done)).map_or(CHUNK, |rest| rest.min(CHUNK));
            if let Some(bytes) = buffer.get_mut(..count) {
                self.read(from.wrapping_add(done), bytes, physical)?;
                self.write(to.wrapping_add(done), bytes, physical)?;
            }
            done = done.wrapping_add(count as u64);
        }
        Ok(())
    }
}
