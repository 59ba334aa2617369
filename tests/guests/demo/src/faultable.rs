//! Instructions that are allowed to fault.
//!
//! Each carries an entry in `.extable`: where it may fault and where to go on. The trap handler puts
//! `100h | vector` into R11 on the way, so the caller learns which fault it was.

#![expect(
    unsafe_code,
    reason = "runs instructions that fault, and reads the linker's table"
)]

use core::arch::asm;

/// The vector of the fault an instruction raised.
pub(crate) type Fault = u8;

macro_rules! faultable {
    ($instruction:literal $(, $operand:tt ($($register:tt)*) $value:expr $(=> $result:tt)?)* $(,)?) => {{
        let fault: u64;
        // SAFETY: a fault resumes behind the instruction by way of its table entry; the instructions used
        // here change nothing this kernel relies on.
        unsafe {
            asm!(
                "xor r11d, r11d", "2:", $instruction, "3:",
                ".pushsection .extable, \"a\"", ".quad 2b, 3b", ".popsection",
                $($operand($($register)*) $value $(=> $result)?,)*
                out("r11") fault,
            );
        }
        if fault == 0 { Ok(()) } else { Err(fault as Fault) }
    }};
}

/// RDMSR that may raise #GP.
#[inline(never)]
pub(crate) fn read_msr(msr: u32) -> Result<u64, Fault> {
    let (mut low, mut high) = (0u32, 0u32);
    faultable!("rdmsr", in("ecx") msr, inout("eax") low, inout("edx") high)?;
    Ok(u64::from(high) << 32 | u64::from(low))
}

/// WRMSR that may raise #GP.
#[inline(never)]
pub(crate) fn write_msr(msr: u32, value: u64) -> Result<(), Fault> {
    faultable!("wrmsr", in("ecx") msr, in("eax") value as u32, in("edx") (value >> 32) as u32)
}

/// XSETBV that may raise #GP or #UD.
#[inline(never)]
pub(crate) fn write_xcr(register: u32, value: u64) -> Result<(), Fault> {
    faultable!("xsetbv", in("ecx") register, in("eax") value as u32, in("edx") (value >> 32) as u32)
}

/// VMMCALL with `number` in RAX; #UD without a hypervisor that takes it. The answer is RAX.
#[inline(never)]
pub(crate) fn vmmcall(number: u64) -> Result<u64, Fault> {
    let mut rax = number;
    faultable!("vmmcall", inout("rax") rax)?;
    Ok(rax)
}

/// VMCALL, the same for the other vendor.
#[inline(never)]
pub(crate) fn vmcall(number: u64) -> Result<u64, Fault> {
    let mut rax = number;
    faultable!("vmcall", inout("rax") rax)?;
    Ok(rax)
}

/// One byte at a virtual address that may not be mapped.
#[inline(never)]
pub(crate) fn read_byte(address: u64) -> Result<u8, Fault> {
    let mut value = 0u32;
    faultable!("movzx ecx, byte ptr [rax]", in("rax") address, inout("ecx") value)?;
    Ok(value as u8)
}

macro_rules! svm_instructions {
    ($($function:ident $instruction:literal),* $(,)?) => {
        $(fn $function() -> Result<(), Fault> {
            // RAX is the operand of most; page 0 is mapped and no VMCB, so nothing happens where they run.
            faultable!($instruction, inout("rax") 0u64 => _, inout("ecx") 0u32 => _)
        })*

        /// The SVM instructions by name, each of which raises #UD where the guest has no SVM.
        pub(crate) const SVM_INSTRUCTIONS: &[(&str, fn() -> Result<(), Fault>)] =
            &[$(($instruction, $function)),*];
    };
}

svm_instructions! {
    vmrun "vmrun rax", vmload "vmload rax", vmsave "vmsave rax", clgi "clgi", stgi "stgi",
    skinit "skinit eax", invlpga "invlpga rax, ecx",
}

#[repr(C)]
struct Entry {
    faults: u64,
    resumes: u64,
}

unsafe extern "C" {
    static extable_start: [Entry; 0];
    static extable_end: [Entry; 0];
}

/// Where to go on after a fault at `rip`, when that instruction is one of these.
pub(crate) fn resume_address(rip: u64) -> Option<u64> {
    let first = (&raw const extable_start).cast::<Entry>();
    let count = ((&raw const extable_end) as usize - first as usize) / size_of::<Entry>();
    // SAFETY: the linker script puts the table, and nothing else, between the two symbols.
    let entries = unsafe { core::slice::from_raw_parts(first, count) };
    entries
        .iter()
        .find(|entry| entry.faults == rip)
        .map(|entry| entry.resumes)
}
