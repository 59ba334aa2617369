//! One block for each CPU, found by GS base; the index is the APIC id.
//!
//! The first four words are known to user.s: stack for ring 0, saved ring-3 stack, pointer to the TSS's
//! RSP0, and the APIC id.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// CPUs with a stack and a block; a CPU whose APIC id is not below this sleeps for ever.
pub(crate) const MAX_CPUS: usize = 32;

/// Words of a 64-bit TSS up to and with the I/O map base.
pub(crate) const TSS_WORDS: usize = 26;

/// What belongs to one CPU. All fields are atomics, so a shared reference is enough.
#[repr(C)]
pub(crate) struct PerCpu {
    pub(crate) kernel_stack: AtomicU64,
    pub(crate) user_stack: AtomicU64,
    pub(crate) tss_rsp0: AtomicU64,
    pub(crate) id: AtomicU32,
    pub(crate) online: AtomicU32,
    pub(crate) ticks: AtomicU64,
    pub(crate) loops: AtomicU64,
    pub(crate) starts: AtomicU64,
    pub(crate) gdt: [AtomicU64; 16],
    pub(crate) padding: AtomicU32,
    pub(crate) tss: [AtomicU32; TSS_WORDS],
}

const _: () = assert!(core::mem::offset_of!(PerCpu, kernel_stack) == 0);
const _: () = assert!(core::mem::offset_of!(PerCpu, user_stack) == 8);
const _: () = assert!(core::mem::offset_of!(PerCpu, tss_rsp0) == 16);
// RSP0 is the second word of the TSS and is written with one 8-byte store.
const _: () = assert!((core::mem::offset_of!(PerCpu, tss) + 4).is_multiple_of(8));

impl PerCpu {
    const fn new() -> Self {
        Self {
            kernel_stack: AtomicU64::new(0),
            user_stack: AtomicU64::new(0),
            tss_rsp0: AtomicU64::new(0),
            id: AtomicU32::new(0),
            online: AtomicU32::new(0),
            ticks: AtomicU64::new(0),
            loops: AtomicU64::new(0),
            starts: AtomicU64::new(0),
            gdt: [const { AtomicU64::new(0) }; 16],
            padding: AtomicU32::new(0),
            tss: [const { AtomicU32::new(0) }; TSS_WORDS],
        }
    }
}

static BLOCKS: [PerCpu; MAX_CPUS] = [const { PerCpu::new() }; MAX_CPUS];

/// All blocks, indexed by APIC id.
pub(crate) fn all() -> &'static [PerCpu] {
    &BLOCKS
}

/// The block of the CPU with this APIC id; ids beyond the table share the last one.
pub(crate) fn of(id: u32) -> &'static PerCpu {
    let [first, ..] = &BLOCKS;
    BLOCKS.get(id as usize).or_else(|| BLOCKS.last()).unwrap_or(first)
}

/// The block of the CPU that runs this.
pub(crate) fn current() -> &'static PerCpu {
    of(crate::gdt::current_id())
}

/// Counts the CPU as running.
pub(crate) fn mark_online(id: u32) {
    of(id).online.store(1, Ordering::Release);
}

static BOOT_ID: AtomicU32 = AtomicU32::new(0);

/// APIC id of the boot processor.
pub(crate) fn boot_id() -> u32 {
    BOOT_ID.load(Ordering::Relaxed)
}

/// Names the boot processor; once, before interrupts are on.
pub(crate) fn set_boot_id(id: u32) {
    BOOT_ID.store(id, Ordering::Relaxed);
}
