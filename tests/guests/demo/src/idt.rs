//! The interrupt table: 256 gates to the stubs of traps.s, shared by all CPUs.

#![expect(unsafe_code, reason = "loads IDTR and names assembly symbols")]

use core::arch::asm;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::gdt::{KERNEL_CODE, Stack};

/// Vector of the system call by INT.
pub(crate) const SYSTEM_CALL: u8 = 0x80;
const STUB_SIZE: u64 = 16;

#[repr(C, align(4096))]
struct Table([AtomicU64; 512]);

static IDT: Table = Table([const { AtomicU64::new(0) }; 512]);

unsafe extern "C" {
    static trap_stubs: [u8; 256 * STUB_SIZE as usize];
}

#[repr(C, packed)]
struct Pointer {
    limit: u16,
    base: u64,
}

/// Which stack a vector runs on and from which ring software may raise it.
fn attributes(vector: u8) -> (u64, u64) {
    match vector {
        1 => (Stack::Debug as u64, 0),
        2 => (Stack::Nmi as u64, 0),
        3 | 4 => (Stack::Fault as u64, 3),
        8 | 18 => (Stack::Last as u64, 0),
        0..=31 => (Stack::Fault as u64, 0),
        // From ring 3 the CPU takes RSP0 by itself.
        SYSTEM_CALL => (0, 3),
        _ => (Stack::Interrupt as u64, 0),
    }
}

/// Fills the table; once, on the boot processor.
pub(crate) fn build() {
    let stubs = (&raw const trap_stubs) as u64;
    for (vector, gate) in (0..=255u8).zip(IDT.0.as_chunks::<2>().0) {
        let address = stubs + u64::from(vector) * STUB_SIZE;
        let (stack, ring) = attributes(vector);
        let low = address & 0xFFFF
            | u64::from(KERNEL_CODE) << 16
            | stack << 32
            | (0x8E | ring << 5) << 40
            | (address >> 16 & 0xFFFF) << 48;
        for (slot, half) in gate.iter().zip([low, address >> 32]) {
            slot.store(half, Ordering::Relaxed);
        }
    }
}

/// Loads the table on this CPU.
pub(crate) fn load() {
    let pointer = Pointer {
        limit: size_of::<Table>() as u16 - 1,
        base: (&raw const IDT) as u64,
    };
    // SAFETY: the table is static and `build` filled it.
    unsafe { asm!("lidt [{}]", in(reg) &raw const pointer, options(readonly, nostack, preserves_flags)) };
}
