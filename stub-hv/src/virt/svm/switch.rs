//! The world switch: VMRUN and what it does not save or load by itself.
//!
//! VMRUN swaps RAX, RSP, RIP, RFLAGS, control registers and the main segments; VMLOAD and VMSAVE swap FS,
//! GS, TR, LDTR and the system-call registers. The rest of the general registers and XMM0 to XMM15 with
//! MXCSR, which the compiled code here uses, are moved by hand. x87 and the upper halves of the vector
//! registers are never touched by the hypervisor and stay in the CPU.
#![expect(unsafe_code, reason = "the world switch is assembly")]

use core::arch::naked_asm;
use core::mem::offset_of;

/// The guest's registers that are not in the VMCB.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
pub struct GuestRegisters {
    /// XMM0 to XMM15.
    pub xmm: [u128; 16],
    /// RAX to R15 by encoding; RAX (0) and RSP (4) live in the VMCB and are unused here.
    pub general: [u64; 16],
    /// MXCSR
    pub mxcsr: u32,
}

impl GuestRegisters {
    /// The state after INIT or reset.
    pub const fn new() -> Self {
        Self {
            xmm: [0; 16],
            general: [0; 16],
            mxcsr: 0x1f80,
        }
    }
}

impl Default for GuestRegisters {
    fn default() -> Self {
        Self::new()
    }
}

const _: () = assert!(offset_of!(GuestRegisters, general) == 0x100);
const _: () = assert!(offset_of!(GuestRegisters, mxcsr) == 0x180);

/// Runs the guest until the next exit. All addresses are physical but `registers`.
///
/// # Safety
/// The global interrupt flag is clear; `vmcb` is a VMCB whose guest may run, `host` is one that VMSAVE has
/// filled with this CPU's state; both and `registers` belong to this CPU.
#[unsafe(naked)]
pub unsafe extern "C" fn enter(vmcb: u64, registers: *mut GuestRegisters, host: u64) {
    naked_asm!(
        "push rbx",
        "push rbp",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "push rdx",
        "push rsi",
        "mov rax, rdi",
        "ldmxcsr [rsi + 0x180]",
        "movaps xmm0, [rsi]",
        "movaps xmm1, [rsi + 0x10]",
        "movaps xmm2, [rsi + 0x20]",
        "movaps xmm3, [rsi + 0x30]",
        "movaps xmm4, [rsi + 0x40]",
        "movaps xmm5, [rsi + 0x50]",
        "movaps xmm6, [rsi + 0x60]",
        "movaps xmm7, [rsi + 0x70]",
        "movaps xmm8, [rsi + 0x80]",
        "movaps xmm9, [rsi + 0x90]",
        "movaps xmm10, [rsi + 0xa0]",
        "movaps xmm11, [rsi + 0xb0]",
        "movaps xmm12, [rsi + 0xc0]",
        "movaps xmm13, [rsi + 0xd0]",
        "movaps xmm14, [rsi + 0xe0]",
        "movaps xmm15, [rsi + 0xf0]",
        "mov rcx, [rsi + 0x108]",
        "mov rdx, [rsi + 0x110]",
        "mov rbx, [rsi + 0x118]",
        "mov rbp, [rsi + 0x128]",
        "mov rdi, [rsi + 0x138]",
        "mov r8, [rsi + 0x140]",
        "mov r9, [rsi + 0x148]",
        "mov r10, [rsi + 0x150]",
        "mov r11, [rsi + 0x158]",
        "mov r12, [rsi + 0x160]",
        "mov r13, [rsi + 0x168]",
        "mov r14, [rsi + 0x170]",
        "mov r15, [rsi + 0x178]",
        "mov rsi, [rsi + 0x130]",
        "vmload rax",
        "vmrun rax",
        "vmsave rax",
        "mov rax, [rsp]",
        "mov [rax + 0x108], rcx",
        "mov [rax + 0x110], rdx",
        "mov [rax + 0x118], rbx",
        "mov [rax + 0x128], rbp",
        "mov [rax + 0x130], rsi",
        "mov [rax + 0x138], rdi",
        "mov [rax + 0x140], r8",
        "mov [rax + 0x148], r9",
        "mov [rax + 0x150], r10",
        "mov [rax + 0x158], r11",
        "mov [rax + 0x160], r12",
        "mov [rax + 0x168], r13",
        "mov [rax + 0x170], r14",
        "mov [rax + 0x178], r15",
        "movaps [rax], xmm0",
        "movaps [rax + 0x10], xmm1",
        "movaps [rax + 0x20], xmm2",
        "movaps [rax + 0x30], xmm3",
        "movaps [rax + 0x40], xmm4",
        "movaps [rax + 0x50], xmm5",
        "movaps [rax + 0x60], xmm6",
        "movaps [rax + 0x70], xmm7",
        "movaps [rax + 0x80], xmm8",
        "movaps [rax + 0x90], xmm9",
        "movaps [rax + 0xa0], xmm10",
        "movaps [rax + 0xb0], xmm11",
        "movaps [rax + 0xc0], xmm12",
        "movaps [rax + 0xd0], xmm13",
        "movaps [rax + 0xe0], xmm14",
        "movaps [rax + 0xf0], xmm15",
        "stmxcsr [rax + 0x180]",
        // The default MXCSR: the guest's could unmask exceptions the hypervisor does not expect.
        "mov dword ptr [rsp], 0x1f80",
        "ldmxcsr [rsp]",
        "add rsp, 8",
        "pop rax",
        "vmload rax",
        "cld",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbp",
        "pop rbx",
        "ret",
    )
}
