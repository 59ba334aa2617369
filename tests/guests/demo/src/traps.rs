//! What every exception and interrupt does: count, repair or report.
//!
//! The counters have plain symbol names, so a debugger can watch them.

#![expect(
    unsafe_code,
    reason = "symbols with plain names, and a handler called from assembly"
)]

use core::sync::atomic::{AtomicU64, Ordering};

use crate::apic;
use crate::console::println;
use crate::cpu;
use crate::faultable;
use crate::gdt;
use crate::idt;
use crate::paging;
use crate::per_cpu;
use crate::tour::single_step;

core::arch::global_asm!(include_str!("traps.s"));

/// Registers at a trap, as traps.s pushes them.
#[repr(C)]
pub(crate) struct Frame {
    pub(crate) r15: u64,
    pub(crate) r14: u64,
    pub(crate) r13: u64,
    pub(crate) r12: u64,
    pub(crate) r11: u64,
    pub(crate) r10: u64,
    pub(crate) r9: u64,
    pub(crate) r8: u64,
    pub(crate) rbp: u64,
    pub(crate) rdi: u64,
    pub(crate) rsi: u64,
    pub(crate) rdx: u64,
    pub(crate) rcx: u64,
    pub(crate) rbx: u64,
    pub(crate) rax: u64,
    pub(crate) vector: u64,
    pub(crate) error: u64,
    pub(crate) rip: u64,
    pub(crate) cs: u64,
    pub(crate) rflags: u64,
    pub(crate) rsp: u64,
    pub(crate) ss: u64,
}

const RESUME_FLAG: u64 = 1 << 16;
/// #UD, #NP, #SS, #GP and #PF: the faults an instruction of `faultable` may raise.
const RESUMABLE: [u64; 5] = [6, 11, 12, 13, 14];

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $($(#[$doc])* #[unsafe(no_mangle)] pub(crate) static $name: AtomicU64 = AtomicU64::new(0);)*
    };
}

counters! {
    /// Timer interrupts of the boot processor.
    TICKS
    /// INT3 taken.
    BREAKPOINTS
    /// #DB taken after a single step.
    STEPS
    /// #DB taken at a hardware breakpoint or watchpoint.
    DEBUG_HITS
    /// #UD taken.
    INVALID_OPCODES
    /// #GP taken.
    PROTECTION_FAULTS
    /// #PF repaired by mapping the page.
    PAGE_FAULTS
    /// NMI taken.
    NMIS
    /// INT 80h from ring 3.
    INT80_CALLS
    /// SYSCALL from ring 3.
    SYSCALLS
    /// Interrupts at a vector nobody uses.
    STRAY_INTERRUPTS
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Called by traps.s with interrupts off.
#[unsafe(no_mangle)]
extern "C" fn handle_trap(frame: &mut Frame) {
    let vector = frame.vector as u8;
    match vector {
        1 => debug_exception(frame),
        2 => count(&NMIS),
        3 => count(&BREAKPOINTS),
        apic::TIMER_VECTOR => timer_interrupt(),
        apic::SPURIOUS_VECTOR => {}
        idt::SYSTEM_CALL => count(&INT80_CALLS),
        32.. => {
            count(&STRAY_INTERRUPTS);
            apic::end_of_interrupt();
        }
        _ => fault(frame),
    }
}

#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn timer_interrupt() {
    let block = per_cpu::current();
    count(&block.ticks);
    if gdt::current_id() == per_cpu::boot_id() {
        count(&TICKS);
    }
    apic::end_of_interrupt();
}

fn debug_exception(frame: &mut Frame) {
    const SINGLE_STEP: u64 = 1 << 14;
    let status = cpu::read_dr6();
    cpu::write_dr6(0xFFFF_0FF0);
    if status & 0xF != 0 {
        count(&DEBUG_HITS);
        // An execution breakpoint is a fault: without RF it would hit again.
        frame.rflags |= RESUME_FLAG;
    }
    if status & SINGLE_STEP != 0 {
        count(&STEPS);
        single_step::after_step(frame);
    }
}

fn fault(frame: &mut Frame) {
    match frame.vector {
        6 => count(&INVALID_OPCODES),
        13 => count(&PROTECTION_FAULTS),
        14 if paging::map_on_demand(cpu::read_cr2()) => return count(&PAGE_FAULTS),
        _ => {}
    }
    match faultable::resume_address(frame.rip) {
        Some(resume) if RESUMABLE.contains(&frame.vector) => {
            frame.rip = resume;
            frame.r11 = 0x100 | frame.vector;
        }
        _ => unexpected(frame),
    }
}

#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn unexpected(frame: &Frame) -> ! {
    println!(
        "demo: unexpected exception {} error {:x} rip {:x} cs {:x} rsp {:x} rflags {:x} cr2 {:x} cpu {}",
        frame.vector,
        frame.error,
        frame.rip,
        frame.cs,
        frame.rsp,
        frame.rflags,
        cpu::read_cr2(),
        gdt::current_id()
    );
    cpu::exit_emulator(cpu::EXIT_CRASH);
    cpu::stop()
}
