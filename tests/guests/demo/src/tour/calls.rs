//! Plain calls with locals and a loop, for `step`, `next`, `finish` and `bt`.

//!
//! Nothing here calls into `core`, so stepping stays in this file; loops are spelled out for that reason.

#![expect(
    unsafe_code,
    reason = "symbols with plain names, and a word accessed by single instructions"
)]

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU64, Ordering};

/// A word that is read and written by plain loads and stores.
pub(crate) struct Word {
    value: UnsafeCell<u64>,
}

// SAFETY: only the boot processor touches the one word of this type.
unsafe impl Sync for Word {}

/// Written once a round with the round's number and read once: a place for watchpoints.
#[unsafe(no_mangle)]
static SYNC_WORD: Word = Word {
    value: UnsafeCell::new(0),
};
/// The last value `outer` returned, plus `SYNC_WORD`.
#[unsafe(no_mangle)]
static LAST_RESULT: AtomicU64 = AtomicU64::new(0);

/// The step of the tour: writes `SYNC_WORD`, calls three deep, and reads it.
#[inline(never)]
pub(crate) fn round(number: u64) {
    write_sync_word(number);
    let result = outer(number);
    let seen = read_sync_word();
    LAST_RESULT.store(result + seen, Ordering::SeqCst);
}

/// The one place that writes `SYNC_WORD`.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn write_sync_word(number: u64) {
    let word = &raw const SYNC_WORD.value as *mut u64;
    // SAFETY: the word is in an UnsafeCell and no other CPU touches it.
    unsafe { *word = number };
}

/// The one place that reads `SYNC_WORD`.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn read_sync_word() -> u64 {
    let word = &raw const SYNC_WORD.value as *const u64;
    // SAFETY: the word is in an UnsafeCell and no other CPU touches it.
    unsafe { *word }
}

/// Sum of `inner(n)` to `inner(n + 2)`.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn outer(n: u64) -> u64 {
    let mut total = 0;
    let mut i = 0;
    while i < 3 {
        let part = inner(n + i);
        total += part;
        i += 1;
    }
    total
}

/// Twice `leaf(n)`, plus one.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn inner(n: u64) -> u64 {
    let doubled = leaf(n) * 2;
    doubled + 1
}

/// `n` times three, the slow way.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn leaf(n: u64) -> u64 {
    let mut sum = 0;
    let mut times = 0;
    while times < 3 {
        sum += n;
        times += 1;
    }
    sum
}

/// Calls `leaf(0)` to `leaf(count - 1)`: the place for a conditional breakpoint.
#[inline(never)]
pub(crate) fn call_leaf_often(count: u64) {
    let mut n = 0;
    while n < count {
        LAST_RESULT.store(leaf(n), Ordering::Relaxed);
        n += 1;
    }
}
