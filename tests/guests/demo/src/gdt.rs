//! Segments and the task state of each CPU.
//!
//! Every vector runs on an IST stack: prebuilt `core` keeps data in the red zone below RSP, so an
//! interrupt that pushed onto the running stack would overwrite it. Vectors of one class share a stack and
//! classes may nest: a timer interrupt may be stepped or may fault, a fault may be hit by an NMI.

#![expect(unsafe_code, reason = "loads GDTR, TR and the segment registers")]

use core::arch::asm;
use core::cell::UnsafeCell;
use core::sync::atomic::Ordering;

use crate::cpu;
use crate::per_cpu::{self, MAX_CPUS, PerCpu};

/// Ring 0 code, 64-bit.
pub(crate) const KERNEL_CODE: u16 = 0x08;
const TSS: u16 = 0x50;
const GS_BASE: u32 = 0xC000_0101;

/// The descriptors below the TSS, in selector order. The order 28h, 30h, 38h is what SYSRET wants.
const DESCRIPTORS: [u64; 10] = [
    0,
    0x00AF_9B00_0000_FFFF, // 08 code, 64-bit
    0x00CF_9300_0000_FFFF, // 10 data
    0x00CF_9B00_0000_FFFF, // 18 code, 32-bit
    0x0000_9B00_0000_FFFF, // 20 code, 16-bit, 64 KiB limit
    0x00CF_FB00_0000_FFFF, // 28 ring 3 code, 32-bit
    0x00CF_F300_0000_FFFF, // 30 ring 3 data
    0x00AF_FB00_0000_FFFF, // 38 ring 3 code, 64-bit
    0x0000_9300_0000_FFFF, // 40 data, 64 KiB limit, as real mode has it
    0,
];

/// Interrupt stacks of a CPU, by class; the number is the IST index.
#[derive(Clone, Copy)]
pub(crate) enum Stack {
    /// Device and timer interrupts.
    Interrupt = 1,
    /// Faults and INT3.
    Fault = 2,
    /// #DB.
    Debug = 3,
    /// NMI.
    Nmi = 4,
    /// #DF and machine check.
    Last = 5,
}

const STACKS: usize = 5;
const STACK_SIZE: usize = 8192;

#[repr(C, align(16))]
struct StackArea(UnsafeCell<[[[u8; STACK_SIZE]; STACKS]; MAX_CPUS]>);

// SAFETY: only addresses are taken; each stack is written by the one CPU whose TSS names it.
unsafe impl Sync for StackArea {}

static INTERRUPT_STACKS: StackArea = StackArea(UnsafeCell::new([[[0; STACK_SIZE]; STACKS]; MAX_CPUS]));

#[repr(C, packed)]
struct Pointer {
    limit: u16,
    base: u64,
}

/// Builds and loads GDT, TSS and GS base of the CPU with this APIC id, which must be the running one.
pub(crate) fn load(id: u32) {
    let block = per_cpu::of(id);
    block.id.store(id, Ordering::Relaxed);
    build_tss(block, id);
    for (slot, descriptor) in block.gdt.iter().zip(DESCRIPTORS) {
        slot.store(descriptor, Ordering::Relaxed);
    }
    let base = block.tss.as_ptr() as u64;
    let limit = size_of_val(&block.tss) as u64 - 1;
    let low = limit | (base & 0xFF_FFFF) << 16 | 0x89 << 40 | (base >> 24 & 0xFF) << 56;
    for (slot, half) in block.gdt.iter().skip(usize::from(TSS) / 8).zip([low, base >> 32]) {
        slot.store(half, Ordering::Relaxed);
    }
    let pointer = Pointer {
        limit: size_of_val(&block.gdt) as u16 - 1,
        base: block.gdt.as_ptr() as u64,
    };
    // SAFETY: the table is static and holds valid descriptors at all selectors loaded here.
    unsafe {
        asm!(
            "lgdt [{pointer}]",
            "push {code}",
            "lea {scratch}, [rip + 2f]",
            "push {scratch}",
            "retfq",
            "2:",
            "mov ds, {data:e}",
            "mov es, {data:e}",
            "mov ss, {data:e}",
            "mov fs, {zero:e}",
            "mov gs, {zero:e}",
            "ltr {tss:x}",
            pointer = in(reg) &raw const pointer,
            code = in(reg) u64::from(KERNEL_CODE),
            scratch = out(reg) _,
            data = in(reg) 0x10u32,
            zero = in(reg) 0u32,
            tss = in(reg) TSS,
        );
    }
    cpu::write_msr(GS_BASE, core::ptr::from_ref(block) as u64);
}

fn build_tss(block: &'static PerCpu, id: u32) {
    let area = INTERRUPT_STACKS.0.get() as u64;
    let first = area + u64::from(id) * (STACKS * STACK_SIZE) as u64;
    for word in &block.tss {
        word.store(0, Ordering::Relaxed);
    }
    for index in 0..STACKS {
        let top = first + ((index + 1) * STACK_SIZE) as u64;
        for (word, half) in block
            .tss
            .iter()
            .skip(9 + 2 * index)
            .zip([top as u32, (top >> 32) as u32])
        {
            word.store(half, Ordering::Relaxed);
        }
    }
    if let Some(last) = block.tss.last() {
        last.store((size_of_val(&block.tss) as u32) << 16, Ordering::Relaxed);
    }
    block
        .tss_rsp0
        .store(block.tss.as_ptr() as u64 + 4, Ordering::Relaxed);
}

/// The APIC id of the running CPU, without a CPUID; [`load`] must have run on it.
pub(crate) fn current_id() -> u32 {
    let id: u32;
    // SAFETY: GS base points at the CPU's block, whose id is at this offset.
    unsafe {
        asm!("mov {:e}, gs:[{offset}]", out(reg) id, offset = const core::mem::offset_of!(PerCpu, id),
             options(readonly, nostack, preserves_flags));
    }
    id
}
