//! Global variables: shared by all scripts and all CPUs.

use super::address;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering;

/// How many global variables there can be.
pub const MAX_GLOBALS: usize = 512;

/// The values of the variables `.name`, and which name has which slot.
///
/// A name gets its slot when a script that has it is compiled, and keeps it. A value is 0 until it is written.
/// Values are atomic, so scripts of all CPUs run with `&Globals`.
pub struct Globals {
    names: BTreeMap<String, u16>,
    values: Box<[AtomicU64; MAX_GLOBALS]>,
}

impl Default for Globals {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Globals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Globals {
    /// No names.
    pub fn new() -> Self {
        Self {
            names: BTreeMap::new(),
            values: Box::new([const { AtomicU64::new(0) }; MAX_GLOBALS]),
        }
    }

    /// Names without the dot, and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.names
            .iter()
            .map(|(name, &slot)| (name.as_str(), self.load(slot)))
    }

    /// The value of `name`, written without the dot.
    pub fn get(&self, name: &str) -> Option<u64> {
        self.names.get(name).map(|&slot| self.load(slot))
    }

    /// How many names there are.
    pub(crate) fn count(&self) -> usize {
        self.names.len()
    }

    /// Forgets all but the first `count` names, which a script that was refused had brought.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.names.retain(|_, slot| usize::from(*slot) < count);
    }

    /// The slot of `name`; `None` if all are taken.
    pub(crate) fn slot(&mut self, name: &str) -> Option<u16> {
        if let Some(&slot) = self.names.get(name) {
            return Some(slot);
        }
        let slot = u16::try_from(self.names.len()).ok()?;
        if usize::from(slot) >= MAX_GLOBALS {
            return None;
        }
        self.names.insert(name.into(), slot);
        Some(slot)
    }

    #[inline]
    pub(crate) fn load(&self, slot: u16) -> u64 {
        self.values
            .get(usize::from(slot))
            .map_or(0, |value| value.load(Ordering::Relaxed))
    }

    #[inline]
    pub(crate) fn store(&self, slot: u16, to: u64) {
        if let Some(value) = self.values.get(usize::from(slot)) {
            value.store(to, Ordering::Relaxed);
        }
    }

    /// The slot at a byte offset that is a slot's first byte.
    pub(crate) fn atomic(&self, offset: u64) -> Option<&AtomicU64> {
        let offset = usize::try_from(offset).ok()?;
        if offset & 7 != 0 {
            return None;
        }
        self.values.get(offset >> 3)
    }

    /// Copies bytes out. `Err` is the first offset that is outside.
    pub(crate) fn read(&self, offset: u64, into: &mut [u8]) -> Result<(), u64> {
        for (at, byte) in (offset..).zip(into) {
            let value = self.atomic(at & !7).ok_or(at)?.load(Ordering::Relaxed);
            *byte = value.wrapping_shr(address::bit(at)) as u8;
        }
        Ok(())
    }

    /// Copies bytes in. A whole aligned slot is written at once.
    pub(crate) fn write(&self, offset: u64, from: &[u8]) -> Result<(), u64> {
        if let (Some(value), Ok(bytes)) = (self.atomic(offset), <[u8; 8]>::try_from(from)) {
            value.store(u64::from_le_bytes(bytes), Ordering::Relaxed);
            return Ok(());
        }
        for (at, &byte) in (offset..).zip(from) {
            let value = self.atomic(at & !7).ok_or(at)?;
            let bit = address::bit(at);
            value.fetch_and(!0xff_u64.wrapping_shl(bit), Ordering::Relaxed);
            value.fetch_or(u64::from(byte).wrapping_shl(bit), Ordering::Relaxed);
        }
        Ok(())
    }
}
