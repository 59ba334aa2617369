//! The host's own exceptions and NMIs.
//!
//! An exception the hypervisor expects (see `recovery`) resumes behind the instruction; any other is a
//! bug of ours, which is reported on COM1 before the CPU stops for good. The NMI handler only counts: what
//! the NMI meant is decided where the counter is read. External interrupts are the guest's and are taken here
//! only to be thrown away, when an INIT resets the guest's CPU.
#![expect(unsafe_code, reason = "exception entry code and the IDT")]

use core::arch::global_asm;
use core::arch::naked_asm;

use spin::Once;
use x86_64::VirtAddr;
use x86_64::structures::idt::InterruptDescriptorTable;

use super::descriptors::EXCEPTION_IST;
use super::descriptors::NMI_IST;
use super::recovery;

/// What the entry code leaves on the stack.
#[derive(Debug)]
#[repr(C)]
struct Frame {
    vector: u64,
    error: u64,
    rip: u64,
    cs: u64,
    rflags: u64,
    rsp: u64,
    ss: u64,
}

extern "C" fn on_exception(frame: &mut Frame) {
    if let Some(resume) = recovery::resume_address(frame.rip) {
        frame.rip = resume;
        return;
    }
    let cr2: u64;
    // SAFETY: reading CR2 has no side effect.
    unsafe { core::arch::asm!("mov {}, cr2", out(reg) cr2, options(nomem, nostack, preserves_flags)) };
    crate::fatal!(
        "exception {:#x} in the hypervisor: error {:#x}, rip {:#x}, rsp {:#x}, cr2 {:#x}",
        frame.vector,
        frame.error,
        frame.rip,
        frame.rsp,
        cr2
    );
}

/// The body of an entry that calls `$handler` with the address of what the CPU pushed, everything that the
/// interrupted code may hold in registers saved around it, and then runs `$end`.
macro_rules! call_saved {
    ($handler:ident, $($end:literal),+) => {
        naked_asm!(
            "push rax", "push rcx", "push rdx", "push rsi", "push rdi", "push r8", "push r9", "push r10",
            "push r11", "push rbp",
            "mov rbp, rsp",
            "lea rdi, [rbp + 80]",
            "sub rsp, 528",
            "and rsp, -16",
            "fxsave64 [rsp]",
            "cld",
            "call {handler}",
            "fxrstor64 [rsp]",
            "mov rsp, rbp",
            "pop rbp", "pop r11", "pop r10", "pop r9", "pop r8", "pop rdi", "pop rsi", "pop rdx", "pop rcx",
            "pop rax",
            $($end),+,
            handler = sym $handler,
        )
    };
}

/// An exception, its vector and error code pushed.
#[unsafe(naked)]
extern "C" fn common() {
    call_saved!(on_exception, "add rsp, 16", "iretq")
}

macro_rules! entries {
    ($($vector:tt $name:ident $error:tt;)*) => {
        $(entries!(@entry $vector $name $error);)*

        fn install(idt: &mut InterruptDescriptorTable) {
            $({
                let address = VirtAddr::from_ptr($name as *const ());
                // SAFETY: the address is that of an entry stub that matches the vector's frame.
                unsafe { entries!(@slot idt $vector).set_handler_addr(address).set_stack_index(EXCEPTION_IST) };
            })*
        }
    };
    (@entry $vector:tt $name:ident error) => {
        #[unsafe(naked)]
        extern "C" fn $name() {
            naked_asm!("push {vector}", "jmp {common}", vector = const $vector, common = sym common)
        }
    };
    (@entry $vector:tt $name:ident none) => {
        #[unsafe(naked)]
        extern "C" fn $name() {
            naked_asm!("push 0", "push {vector}", "jmp {common}", vector = const $vector, common = sym common)
        }
    };
    (@slot $idt:ident 0) => { $idt.divide_error };
    (@slot $idt:ident 1) => { $idt.debug };
    (@slot $idt:ident 3) => { $idt.breakpoint };
    (@slot $idt:ident 4) => { $idt.overflow };
    (@slot $idt:ident 5) => { $idt.bound_range_exceeded };
    (@slot $idt:ident 6) => { $idt.invalid_opcode };
    (@slot $idt:ident 7) => { $idt.device_not_available };
    (@slot $idt:ident 8) => { $idt.double_fault };
    (@slot $idt:ident 10) => { $idt.invalid_tss };
    (@slot $idt:ident 11) => { $idt.segment_not_present };
    (@slot $idt:ident 12) => { $idt.stack_segment_fault };
    (@slot $idt:ident 13) => { $idt.general_protection_fault };
    (@slot $idt:ident 14) => { $idt.page_fault };
    (@slot $idt:ident 16) => { $idt.x87_floating_point };
    (@slot $idt:ident 17) => { $idt.alignment_check };
    (@slot $idt:ident 18) => { $idt.machine_check };
    (@slot $idt:ident 19) => { $idt.simd_floating_point };
    (@slot $idt:ident 30) => { $idt.security_exception };
}

entries! {
    0 divide_error none;
    1 debug none;
    3 breakpoint none;
    4 overflow none;
    5 bound_range none;
    6 invalid_opcode none;
    7 device_not_available none;
    8 double_fault error;
    10 invalid_tss error;
    11 segment_not_present error;
    12 stack_fault error;
    13 general_protection error;
    14 page_fault error;
    16 x87 none;
    17 alignment_check error;
    18 machine_check none;
    19 simd none;
    30 security error;
}

// NMI entry and the wait for one. An NMI that comes between the decision to halt and the HLT would leave
// the CPU waiting for what has already happened: the entry moves a return address in that window behind it.
global_asm!(
    ".pushsection .text.stub_hv_nmi, \"ax\"",
    "stub_hv_nmi:",
    "push rax",
    "inc qword ptr gs:[8]",
    "lea rax, [rip + 2f]",
    "cmp [rsp + 8], rax",
    "jb 5f",
    "lea rax, [rip + 4f]",
    "cmp [rsp + 8], rax",
    "jae 5f",
    "mov [rsp + 8], rax",
    "5: pop rax",
    "iretq",
    "stub_hv_wait_for_nmi:",
    "stgi",
    "2: cmp rdi, gs:[8]",
    "jne 4f",
    "hlt",
    "4: clgi",
    "ret",
    ".popsection",
);

unsafe extern "C" {
    fn stub_hv_nmi();
    fn stub_hv_wait_for_nmi(seen: u64);
}

/// Halts the CPU until its count of NMIs differs from `seen`; returns at once if it already does.
pub fn wait_for_nmi(seen: u64) {
    // SAFETY: it opens the window for the NMI handler, which only counts, and closes it again.
    unsafe { stub_hv_wait_for_nmi(seen) };
}

extern "C" fn on_interrupt() {
    super::apic::end_interrupt();
}

/// An external interrupt, of whatever vector: ended and forgotten.
#[unsafe(naked)]
extern "C" fn interrupt() {
    call_saved!(on_interrupt, "iretq")
}

/// Takes the external interrupts that are pending and throws them away, as a CPU's INIT does.
pub fn discard_pending_interrupts() {
    // SAFETY: opens the window for the handler above, which only ends the interrupt, and closes it again.
    unsafe { core::arch::asm!("stgi", "sti", "nop", "nop", "cli", "clgi", options(nostack)) };
}

/// Takes an NMI that is pending, if there is one.
pub fn take_pending_nmi() {
    // SAFETY: opens the window for the NMI handler, which only counts, and closes it again.
    unsafe { core::arch::asm!("stgi", "nop", "nop", "clgi", options(nostack)) };
}

/// The first vector that is not an exception's.
const FIRST_EXTERNAL: u8 = 32;

static IDT: Once<InterruptDescriptorTable> = Once::new();

/// Loads the IDT, which all CPUs share.
pub fn load() {
    IDT.call_once(|| {
        let mut idt = InterruptDescriptorTable::new();
        install(&mut idt);
        for vector in FIRST_EXTERNAL..=u8::MAX {
            // SAFETY: the address is that of the entry for external interrupts.
            unsafe {
                idt[vector]
                    .set_handler_addr(VirtAddr::from_ptr(interrupt as *const ()))
                    .set_stack_index(EXCEPTION_IST);
            }
        }
        // SAFETY: the address is that of the NMI entry.
        unsafe {
            idt.non_maskable_interrupt
                .set_handler_addr(VirtAddr::from_ptr(stub_hv_nmi as *const ()))
                .set_stack_index(NMI_IST);
        }
        idt
    })
    .load();
}
