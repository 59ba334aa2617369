//! How often each kind of exit was taken, for `status` and for tests of what is armed.

use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering;

use crate::virt::exit::KINDS;

/// One CPU's counters, written by that CPU alone.
#[derive(Debug)]
pub struct Counters([AtomicU64; KINDS.len()]);

impl Counters {
    /// All zero.
    pub const fn new() -> Self {
        Self([const { AtomicU64::new(0) }; KINDS.len()])
    }

    /// Counts an exit of this kind (an index into [`KINDS`]).
    pub fn count(&self, kind: usize) {
        if let Some(counter) = self.0.get(kind) {
            // One writer: a plain increment, without the cost of a locked one.
            counter.store(counter.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        }
    }

    /// Exits of this kind so far.
    pub fn get(&self, kind: usize) -> u64 {
        self.0
            .get(kind)
            .map_or(0, |counter| counter.load(Ordering::Relaxed))
    }
}

impl Default for Counters {
    fn default() -> Self {
        Self::new()
    }
}
