//! Operations that other CPUs see whole, and locks.
//!
//! On global variables they are atomic. On guest memory they are a read and a write, since the guest's memory is
//! reached only by copying.

use super::Machine;
use crate::script::address;
use crate::script::address::Space;
use crate::script::bytecode::Width;
use crate::script::runtime_error::Reason;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering;

impl Machine<'_> {
    fn atomic(&self, address: u64) -> Option<&AtomicU64> {
        match address::space(address) {
            Space::Globals(offset) => self.globals.atomic(offset),
            _ => None,
        }
    }

    /// Replaces the 8 bytes at `address`; gives the old value.
    pub(super) fn exchange(&mut self, address: u64, new: impl Fn(u64) -> u64) -> Result<u64, Reason> {
        if let Some(value) = self.atomic(address) {
            let old = value.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |old| Some(new(old)));
            return Ok(old.unwrap_or_default());
        }
        let old = self.load(address, Width::U64)?;
        self.store(address, Width::U64, new(old))?;
        Ok(old)
    }

    /// Sets bit 0 of the lock; was it clear?
    fn try_lock(&mut self, address: u64) -> Result<bool, Reason> {
        if let Some(value) = self.atomic(address & !4)
            && address & 3 == 0
        {
            let bit = 1_u64.wrapping_shl(address::bit(address));
            return Ok(value.fetch_or(bit, Ordering::SeqCst) & bit == 0);
        }
        let old = self.load(address, Width::U32)?;
        self.store(address, Width::U32, old | 1)?;
        Ok(old & 1 == 0)
    }

    /// Waits for the lock, with up to `max_wait` pauses between two tries.
    pub(super) fn lock(&mut self, address: u64, max_wait: u64) -> Result<(), Reason> {
        let mut wait = 1_u64;
        while !self.try_lock(address)? {
            self.charge(wait)?;
            for _ in 0..wait {
                core::hint::spin_loop();
            }
            wait = wait.saturating_mul(2).min(max_wait.max(1));
        }
        Ok(())
    }

    pub(super) fn unlock(&mut self, address: u64) -> Result<(), Reason> {
        if let Some(value) = self.atomic(address & !4)
            && address & 3 == 0
        {
            let lock = 0xffff_ffff_u64.wrapping_shl(address::bit(address));
            value.fetch_and(!lock, Ordering::SeqCst);
            return Ok(());
        }
        self.store(address, Width::U32, 0)
    }
}
