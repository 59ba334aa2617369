//! The virtual machine control block: APM volume 2, appendix "VMCB Layout".

use core::mem::offset_of;
use core::mem::size_of;

use bitflags::bitflags;
use zerocopy::FromZeros;

/// Exit codes (EXITCODE): APM volume 2, appendix "SVM Intercept Exit Codes". Open: a CPU may know more.
pub mod exit_code {
    /// MOV from CR0; CR `n` is `n` further on.
    pub const READ_CR0: u64 = 0x00;
    /// MOV to CR0; CR `n` is `n` further on.
    pub const WRITE_CR0: u64 = 0x10;
    /// MOV from DR0; DR `n` is `n` further on.
    pub const READ_DR0: u64 = 0x20;
    /// MOV to DR7.
    pub const WRITE_DR7: u64 = 0x37;
    /// Exception 0; vector `n` is `n` further on.
    pub const EXCEPTION_0: u64 = 0x40;
    /// Exception 31.
    pub const EXCEPTION_31: u64 = 0x5f;
    /// A physical interrupt.
    pub const INTR: u64 = 0x60;
    /// A non-maskable interrupt, still pending.
    pub const NMI: u64 = 0x61;
    /// INIT.
    pub const INIT: u64 = 0x63;
    /// PUSHF.
    pub const PUSHF: u64 = 0x70;
    /// POPF.
    pub const POPF: u64 = 0x71;
    /// CPUID.
    pub const CPUID: u64 = 0x72;
    /// IRET.
    pub const IRET: u64 = 0x74;
    /// INT n, INT3 included on some implementations.
    pub const SWINT: u64 = 0x75;
    /// HLT.
    pub const HLT: u64 = 0x78;
    /// INVLPGA.
    pub const INVLPGA: u64 = 0x7a;
    /// IN or OUT to a port in the permission map.
    pub const IOIO: u64 = 0x7b;
    /// RDMSR (EXITINFO1 = 0) or WRMSR (1) of a register in the permission map.
    pub const MSR: u64 = 0x7c;
    /// Shutdown: a triple fault.
    pub const SHUTDOWN: u64 = 0x7f;
    /// VMRUN; VMMCALL, VMLOAD, VMSAVE, STGI, CLGI, SKINIT follow.
    pub const VMRUN: u64 = 0x80;
    /// VMMCALL.
    pub const VMMCALL: u64 = 0x81;
    /// SKINIT.
    pub const SKINIT: u64 = 0x86;
    /// XSETBV.
    pub const XSETBV: u64 = 0x8d;
    /// A nested page fault.
    pub const NPF: u64 = 0x400;
    /// The guest state or controls are not valid.
    pub const INVALID: u64 = u64::MAX;
}

bitflags! {
    /// Intercept vector 3, offset 00Ch.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Misc1: u32 {
        /// Physical interrupts.
        const INTR = 1 << 0;
        /// Non-maskable interrupts.
        const NMI = 1 << 1;
        /// System management interrupts.
        const SMI = 1 << 2;
        /// INIT.
        const INIT = 1 << 3;
        /// PUSHF.
        const PUSHF = 1 << 16;
        /// POPF.
        const POPF = 1 << 17;
        /// CPUID.
        const CPUID = 1 << 18;
        /// IRET.
        const IRET = 1 << 20;
        /// INT n.
        const SWINT = 1 << 21;
        /// HLT.
        const HLT = 1 << 24;
        /// INVLPGA.
        const INVLPGA = 1 << 26;
        /// IN and OUT to ports in the permission map.
        const IOIO = 1 << 27;
        /// RDMSR and WRMSR of registers in the permission map.
        const MSR = 1 << 28;
        /// Shutdown.
        const SHUTDOWN = 1 << 31;
    }
}

bitflags! {
    /// Intercept vector 4, offset 010h.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Misc2: u32 {
        /// VMRUN; must be set.
        const VMRUN = 1 << 0;
        /// VMMCALL.
        const VMMCALL = 1 << 1;
        /// VMLOAD.
        const VMLOAD = 1 << 2;
        /// VMSAVE.
        const VMSAVE = 1 << 3;
        /// STGI.
        const STGI = 1 << 4;
        /// CLGI.
        const CLGI = 1 << 5;
        /// SKINIT.
        const SKINIT = 1 << 6;
        /// XSETBV.
        const XSETBV = 1 << 13;
    }
}

/// The control area. Offsets and widths as in the manual; what the hypervisor does not use is reserved.
#[derive(Debug, FromZeros)]
#[repr(C)]
pub struct Control {
    /// Reads (low half) and writes (high half) of CR0 to CR15.
    pub cr: u32,
    /// Reads (low half) and writes (high half) of DR0 to DR15.
    pub dr: u32,
    /// Exceptions, one bit a vector.
    pub exceptions: u32,
    /// See [`Misc1`].
    pub misc1: u32,
    /// See [`Misc2`].
    pub misc2: u32,
    reserved_014: [u8; 0x3c - 0x14],
    /// Filter thresholds for PAUSE.
    pub pause_filter: u32,
    /// Physical address of the I/O permission map.
    pub iopm_base: u64,
    /// Physical address of the MSR permission map.
    pub msrpm_base: u64,
    /// Added to the TSC the guest reads.
    pub tsc_offset: u64,
    /// Address space id; never 0.
    pub asid: u32,
    /// What VMRUN flushes: 0 nothing, 1 everything, 3 this ASID's.
    pub tlb_control: u32,
    /// Bit 24: interrupts are masked by the host's IF rather than the guest's.
    pub interrupt_control: u64,
    /// Bit 0: the guest is in an interrupt shadow.
    pub interrupt_shadow: u64,
    /// Why the guest stopped running.
    pub exit_code: u64,
    /// Depends on the exit code.
    pub exit_info1: u64,
    /// Depends on the exit code.
    pub exit_info2: u64,
    /// An event whose delivery the exit interrupted, in the shape of `event_injection`.
    pub exit_interrupt_info: u64,
    /// Bit 0: nested paging.
    pub nested_control: u64,
    reserved_098: [u8; 0xa8 - 0x98],
    /// Vector 7:0, type 10:8, error code valid 11, valid 31, error code 63:32.
    pub event_injection: u64,
    /// Root of the nested page tables.
    pub nested_cr3: u64,
    /// Bit 0: LBR virtualization.
    pub lbr_control: u64,
    /// Which parts of the state the CPU may take from its cache; 0 is always right.
    pub clean: u32,
    reserved_0c4: u32,
    /// Where the next instruction starts, on CPUs that save it.
    pub next_rip: u64,
    reserved_0d0: [u8; 0x400 - 0xd0],
}

/// A segment register as the save area holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromZeros)]
#[repr(C)]
pub struct SegmentState {
    /// The selector.
    pub selector: u16,
    /// Descriptor bits 40 to 47 and 52 to 55, packed.
    pub attributes: u16,
    /// Limit in bytes.
    pub limit: u32,
    /// Base address.
    pub base: u64,
}

/// The state save area, from offset 400h of the VMCB.
#[derive(Debug, FromZeros)]
#[repr(C)]
pub struct Save {
    /// ES, CS, SS, DS, FS, GS, GDTR, LDTR, IDTR, TR.
    pub segments: [SegmentState; 10],
    reserved_0a0: [u8; 0xcb - 0xa0],
    /// Current privilege level.
    pub cpl: u8,
    reserved_0cc: u32,
    /// EFER
    pub efer: u64,
    reserved_0d8: [u8; 0x148 - 0xd8],
    /// CR4
    pub cr4: u64,
    /// CR3
    pub cr3: u64,
    /// CR0
    pub cr0: u64,
    /// DR7
    pub dr7: u64,
    /// DR6
    pub dr6: u64,
    /// RFLAGS
    pub rflags: u64,
    /// RIP
    pub rip: u64,
    reserved_180: [u8; 0x1d8 - 0x180],
    /// RSP
    pub rsp: u64,
    reserved_1e0: [u8; 0x1f8 - 0x1e0],
    /// RAX
    pub rax: u64,
    /// STAR
    pub star: u64,
    /// LSTAR
    pub lstar: u64,
    /// CSTAR
    pub cstar: u64,
    /// SFMASK
    pub sfmask: u64,
    /// KernelGSBase
    pub kernel_gs_base: u64,
    /// SYSENTER_CS
    pub sysenter_cs: u64,
    /// SYSENTER_ESP
    pub sysenter_esp: u64,
    /// SYSENTER_EIP
    pub sysenter_eip: u64,
    /// CR2
    pub cr2: u64,
    reserved_248: [u8; 0x268 - 0x248],
    /// The guest's page attribute table, used with nested paging.
    pub g_pat: u64,
    reserved_270: [u8; 0xc00 - 0x270],
}

/// The whole block: one page.
#[derive(Debug, FromZeros)]
#[repr(C, align(4096))]
pub struct Vmcb {
    /// The control area.
    pub control: Control,
    /// The state save area.
    pub save: Save,
}

const _: () = assert!(size_of::<Vmcb>() == 4096);
const _: () = assert!(offset_of!(Control, pause_filter) == 0x3c);
const _: () = assert!(offset_of!(Control, iopm_base) == 0x40);
const _: () = assert!(offset_of!(Control, asid) == 0x58);
const _: () = assert!(offset_of!(Control, interrupt_shadow) == 0x68);
const _: () = assert!(offset_of!(Control, exit_code) == 0x70);
const _: () = assert!(offset_of!(Control, nested_control) == 0x90);
const _: () = assert!(offset_of!(Control, event_injection) == 0xa8);
const _: () = assert!(offset_of!(Control, nested_cr3) == 0xb0);
const _: () = assert!(offset_of!(Control, clean) == 0xc0);
const _: () = assert!(offset_of!(Control, next_rip) == 0xc8);
const _: () = assert!(offset_of!(Vmcb, save) == 0x400);
const _: () = assert!(offset_of!(Save, cpl) == 0xcb);
const _: () = assert!(offset_of!(Save, efer) == 0xd0);
const _: () = assert!(offset_of!(Save, cr4) == 0x148);
const _: () = assert!(offset_of!(Save, rip) == 0x178);
const _: () = assert!(offset_of!(Save, rsp) == 0x1d8);
const _: () = assert!(offset_of!(Save, rax) == 0x1f8);
const _: () = assert!(offset_of!(Save, cr2) == 0x240);
const _: () = assert!(offset_of!(Save, g_pat) == 0x268);
