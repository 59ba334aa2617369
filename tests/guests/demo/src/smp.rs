//! The other processors: how they are started and what they do.
//!
//! `sipi=broadcast` (the default) sends one start-up IPI to "all excluding self", `sipi=directed` one to
//! each APIC id in turn, `sipi=none` none at all.

#![expect(
    unsafe_code,
    reason = "copies the trampoline below 1 MiB; entered from assembly"
)]

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::apic;
use crate::cpu;
use crate::gdt;
use crate::idt;
use crate::options::Options;
use crate::per_cpu::{self, MAX_CPUS, PerCpu};
use crate::pit;

const STACK_SIZE: usize = 16384;
const TRAMPOLINE: usize = 0x8000;

core::arch::global_asm!(
    include_str!("ap.s"),
    max_cpus = const MAX_CPUS,
    stack_size = const STACK_SIZE,
);

#[repr(C, align(16))]
struct Stacks(UnsafeCell<[[u8; STACK_SIZE]; MAX_CPUS]>);

// SAFETY: only named by ap.s, which gives each CPU its own.
unsafe impl Sync for Stacks {}

#[unsafe(no_mangle)]
static AP_STACKS: Stacks = Stacks(UnsafeCell::new([[0; STACK_SIZE]; MAX_CPUS]));

/// How often an application processor came out of its trampoline.
#[unsafe(no_mangle)]
pub(crate) static AP_STARTS: AtomicU64 = AtomicU64::new(0);
/// 1 makes the application processors sleep between timer interrupts (`ap=hlt`).
#[unsafe(no_mangle)]
static AP_SLEEPS: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" {
    static trampoline_start: [u8; 0];
    static trampoline_end: [u8; 0];
}

/// Processors that run, the boot processor included.
pub(crate) fn online() -> usize {
    per_cpu::all()
        .iter()
        .filter(|block| block.online.load(Ordering::Acquire) != 0)
        .count()
}

/// Ids of the application processors that run.
pub(crate) fn others() -> impl Iterator<Item = u32> {
    let boot = per_cpu::boot_id();
    (0..MAX_CPUS as u32).filter(move |&id| id != boot && per_cpu::of(id).online.load(Ordering::Acquire) != 0)
}

/// Starts the others and waits for `cpus=N` processors (at most 10 s), or 200 ms without that word.
pub(crate) fn start_others(options: &Options) {
    AP_SLEEPS.store(u64::from(options.has("ap=hlt")), Ordering::Relaxed);
    copy_trampoline();
    match options.value("sipi") {
        Some("none") => return,
        Some("directed") => {
            for id in (0..MAX_CPUS as u32).filter(|&id| id != per_cpu::boot_id()) {
                start(0, id);
            }
        }
        _ => start(apic::ALL_BUT_SELF, 0),
    }
    let wanted = options.number("cpus");
    for waited in 0..1000 {
        let enough = match wanted {
            Some(count) => online() as u64 >= count,
            None => waited >= 20,
        };
        if enough {
            return;
        }
        pit::wait(10_000);
    }
}

fn copy_trampoline() {
    let start = &raw const trampoline_start;
    let len = (&raw const trampoline_end) as usize - start as usize;
    // SAFETY: the symbols bound the trampoline, the page at 8000h is conventional RAM that nothing of this
    // kernel lives in, and the boot information has been copied out of it.
    unsafe { core::ptr::copy_nonoverlapping(start.cast::<u8>(), TRAMPOLINE as *mut u8, len) };
}

/// INIT, then up to two start-up IPIs, with the waits of the multiprocessor specification; to the APIC id
/// `id`, or to those `shorthand` names when it is not 0.
#[inline(never)]
pub(crate) fn start(shorthand: u32, id: u32) {
    let before = AP_STARTS.load(Ordering::Acquire);
    apic::send_ipi(apic::INIT | shorthand, id);
    pit::wait(10_000);
    for _ in 0..2 {
        apic::send_ipi(apic::STARTUP | shorthand | (TRAMPOLINE >> 12) as u32, id);
        pit::wait(200);
        // One processor that came up says nothing about the others.
        if shorthand == 0 && AP_STARTS.load(Ordering::Acquire) != before {
            break;
        }
    }
}

/// First Rust code of an application processor.
#[unsafe(no_mangle)]
extern "C" fn ap_main(id: u32) -> ! {
    AP_STARTS.fetch_add(1, Ordering::AcqRel);
    per_cpu::of(id).starts.fetch_add(1, Ordering::AcqRel);
    gdt::load(id);
    idt::load();
    apic::enable_this();
    apic::start_timer();
    per_cpu::mark_online(id);
    cpu::enable_interrupts();
    ap_loop(id)
}

/// Where an application processor spends its life: its counter goes up, its interrupts are on.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn ap_loop(id: u32) -> ! {
    let block = per_cpu::of(id);
    loop {
        let loops = block.loops.load(Ordering::Relaxed) + 1;
        block.loops.store(loops, Ordering::Relaxed);
        if AP_SLEEPS.load(Ordering::Relaxed) != 0 {
            cpu::halt();
        }
    }
}

/// Waits up to a second until the processor of `block` runs.
pub(crate) fn wait_online(block: &PerCpu) {
    for _ in 0..1000 {
        if block.online.load(Ordering::Acquire) != 0 {
            return;
        }
        pit::wait(1000);
    }
}

/// Whether the counter of the processor moves within a second.
pub(crate) fn counter_moves(block: &PerCpu) -> bool {
    let before = block.loops.load(Ordering::Relaxed);
    (0..100).any(|_| {
        pit::wait(10_000);
        block.loops.load(Ordering::Relaxed) != before
    })
}
