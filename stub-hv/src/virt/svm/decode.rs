//! From the VMCB's exit fields to an [`Exit`].

use super::vmcb::Control;
use super::vmcb::exit_code::*;
use crate::virt::Exit;
use crate::virt::Injection;
use crate::virt::NestedFault;
use crate::virt::PortAccess;

/// Bits of EXITINFO1 for a nested page fault: APM volume 2, "Nested versus Guest Page Faults".
mod fault {
    pub(super) const PRESENT: u64 = 1;
    pub(super) const WRITE: u64 = 2;
    pub(super) const FETCH: u64 = 1 << 4;
    pub(super) const TABLE: u64 = 1 << 33;
}

/// Decodes an exit at `rip`.
pub fn decode(control: &Control, rip: u64) -> Exit {
    let [info1, info2] = [control.exit_info1, control.exit_info2];
    // QEMU 7.2 reports an invalid VMCB as a 32-bit -1.
    if control.exit_code == INVALID || control.exit_code == u64::from(u32::MAX) {
        return Exit::EntryFailed;
    }
    match control.exit_code {
        NMI => Exit::Nmi,
        INIT => Exit::Init,
        CPUID => Exit::Cpuid,
        HLT => Exit::Halt,
        IOIO => Exit::Io(PortAccess {
            port: (info1 >> 16) as u16,
            size: (info1 >> 4 & 7) as u8,
            input: info1 & 1 != 0,
            string: info1 & 4 != 0,
            repeated: info1 & 8 != 0,
            length: info2.wrapping_sub(rip).min(15) as u8,
        }),
        MSR if info1 & 1 == 0 => Exit::MsrRead,
        MSR => Exit::MsrWrite,
        XSETBV => Exit::Xsetbv,
        VMMCALL => Exit::Hypercall,
        VMRUN..=SKINIT | INVLPGA => Exit::VirtualizationInstruction,
        SWINT => Exit::SoftwareInterrupt,
        PUSHF => Exit::PushFlags,
        POPF => Exit::PopFlags,
        IRET => Exit::Iret,
        READ_DR0..=WRITE_DR7 => Exit::DebugRegister,
        // #BP is a software interrupt in all but name: both stop at the instruction.
        0x43 => Exit::SoftwareInterrupt,
        // #SX with error code 1 is an INIT that VM_CR.R_INIT redirected.
        0x5e if info1 == 1 => Exit::Init,
        code @ EXCEPTION_0..=EXCEPTION_31 => Exit::Exception {
            vector: (code - EXCEPTION_0) as u8,
            error: info1 as u32,
            address: if code == EXCEPTION_0 + 14 { info2 } else { 0 },
        },
        SHUTDOWN => Exit::Shutdown,
        NPF => Exit::Nested(NestedFault {
            address: info2,
            present: info1 & fault::PRESENT != 0,
            write: info1 & fault::WRITE != 0,
            fetch: info1 & fault::FETCH != 0,
            table: info1 & fault::TABLE != 0,
        }),
        code => Exit::Unknown {
            code,
            info: [info1, info2],
        },
    }
}

const VALID: u64 = 1 << 31;
const ERROR_VALID: u64 = 1 << 11;

/// EVENTINJ for an event.
pub fn encode_injection(event: Injection) -> u64 {
    match event {
        Injection::Interrupt(vector) => VALID | u64::from(vector),
        Injection::Nmi => VALID | 2 << 8 | 2,
        Injection::Exception { vector, error: None } => VALID | 3 << 8 | u64::from(vector),
        Injection::Exception {
            vector,
            error: Some(error),
        } => VALID | 3 << 8 | ERROR_VALID | u64::from(error) << 32 | u64::from(vector),
        Injection::Software(vector) => VALID | 4 << 8 | u64::from(vector),
    }
}

/// The event that EVENTINJ will deliver.
pub fn decode_injection(info: u64) -> Option<Injection> {
    if info & VALID != 0 && info >> 8 & 7 == 4 {
        return Some(Injection::Software(info as u8));
    }
    interrupted_delivery(info)
}

/// The event in EXITINTINFO, made fit for EVENTINJ.
///
/// QEMU 7.2 gives type 3 for whatever it was delivering: an NMI and an external interrupt are known by
/// their vectors. A software interrupt cannot be told there; RIP is still at the instruction then, so
/// dropping it makes the guest execute the instruction again.
pub fn interrupted_delivery(info: u64) -> Option<Injection> {
    if info & VALID == 0 {
        return None;
    }
    let vector = info as u8;
    match info >> 8 & 7 {
        0 => Some(Injection::Interrupt(vector)),
        2 => Some(Injection::Nmi),
        3 if vector == 2 => Some(Injection::Nmi),
        3 if vector >= 32 => Some(Injection::Interrupt(vector)),
        3 => Some(Injection::exception(vector, (info >> 32) as u32)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_delivery_can_be_injected_again() {
        for event in [
            Injection::Interrupt(0xec),
            Injection::Nmi,
            Injection::exception(14, 2),
            Injection::exception(6, 0),
        ] {
            assert_eq!(interrupted_delivery(encode_injection(event)), Some(event));
            assert_eq!(decode_injection(encode_injection(event)), Some(event));
        }
        let software = Injection::Software(0x80);
        assert_eq!(decode_injection(encode_injection(software)), Some(software));
    }

    #[test]
    fn qemus_type_3_becomes_what_the_vector_says() {
        assert_eq!(
            interrupted_delivery(VALID | 3 << 8 | 0xec),
            Some(Injection::Interrupt(0xec))
        );
        assert_eq!(interrupted_delivery(VALID | 3 << 8 | 2), Some(Injection::Nmi));
        assert_eq!(interrupted_delivery(0x300 | 14), None);
        assert_eq!(interrupted_delivery(VALID | 4 << 8 | 0x80), None);
    }
}
