//! `do=debug-registers`: the guest owns its debug registers and says so when anybody else changes them.
//!
//! DR0 is an execution breakpoint on `debug_target`, DR1 a write watchpoint on `DEBUG_WORD`; DR2 and DR3 hold
//! patterns that are not enabled. Each pass calls the function and writes the word once, so the count of
//! hits must be twice the count of passes.

#![expect(unsafe_code, reason = "symbols with plain names")]

use core::sync::atomic::{AtomicU64, Ordering};

use crate::actions::Context;
use crate::console::println;
use crate::cpu;
use crate::time;
use crate::tour::debug_registers::{ADDRESS_REGISTERS, DISABLED, expect};
use crate::traps::DEBUG_HITS;

/// The word under the guest's own watchpoint.
#[unsafe(no_mangle)]
static DEBUG_WORD: AtomicU64 = AtomicU64::new(0);
/// How often a debug register did not hold what was written.
#[unsafe(no_mangle)]
static DEBUG_MISMATCHES: AtomicU64 = AtomicU64::new(0);

/// Local enable 0 and 1; 1 breaks on writes of 8 bytes. Bits 8 and 9 ask for exact reporting.
const ENABLED: u64 = DISABLED | 0x300 | 0b101 | 0b1001 << 20;

/// The function under the guest's own breakpoint.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn debug_target() -> u64 {
    DEBUG_WORD.load(Ordering::Relaxed)
}

/// N passes (for ever), one line for about each second.
pub(crate) fn run(context: &Context<'_>) {
    let limit = context.number_or(u64::MAX);
    let values = [
        debug_target as *const () as u64,
        (&raw const DEBUG_WORD) as u64,
        0x1234_5678_9ABC,
        0xFFFF_8000_DEAD_BEE8,
    ];
    for (register, value) in ADDRESS_REGISTERS.iter().zip(values) {
        (register.write)(value);
    }
    cpu::write_dr7(ENABLED);
    let before = DEBUG_HITS.load(Ordering::Relaxed);
    let mut next_line = time::now();
    for pass in 1..=limit {
        core::hint::black_box(debug_target());
        DEBUG_WORD.store(pass, Ordering::Relaxed);
        check(values);
        if time::now() >= next_line || pass == limit {
            next_line = time::now() + time::TICKS_PER_SECOND;
            let hits = DEBUG_HITS.load(Ordering::Relaxed) - before;
            let mismatches = DEBUG_MISMATCHES.load(Ordering::Relaxed);
            println!("demo: dr passes {pass} hits {hits} mismatches {mismatches}");
        }
    }
    cpu::write_dr7(DISABLED);
}

fn check(values: [u64; 4]) {
    let mut wrong = 0;
    for (register, value) in ADDRESS_REGISTERS.iter().zip(values) {
        wrong += u64::from(!expect(register.number, (register.read)(), value));
    }
    wrong += u64::from(!expect(7, cpu::read_dr7(), ENABLED));
    DEBUG_MISMATCHES.fetch_add(wrong, Ordering::Relaxed);
}
