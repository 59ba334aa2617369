//! `$context` of every kind.

use super::*;
use crate::AccessKind;
use crate::MsrDirection;

#[test]
fn contexts() {
    let memory = MemoryAccess {
        kind: AccessKind::Read,
        address: Some(0x1234),
        physical: 0x8234,
        size: 4,
    };
    for (occurrence, context) in [
        (Occurrence::Io(Io::output(0x3f8, 1, 0x41)), 0x3f8),
        (Occurrence::Memory(memory), 0x1234),
        (
            Occurrence::Memory(MemoryAccess {
                address: None,
                ..memory
            }),
            0x8234,
        ),
        (Occurrence::Syscall { number: 0x55 }, 0x55),
        (
            Occurrence::Sysret {
                rip: 0xffff_8000_0000_1000,
            },
            0xffff_8000_0000_1000,
        ),
        (Occurrence::Mode { user: true }, 3),
        (Occurrence::Mode { user: false }, 0),
        (
            Occurrence::Cpuid {
                leaf: 0x8000_0002,
                subleaf: 1,
            },
            0x8000_0002,
        ),
        (
            Occurrence::Msr(MsrUse {
                direction: MsrDirection::Write,
                msr: 0xc000_0082,
                value: Some(1),
            }),
            0xc000_0082,
        ),
        (Occurrence::Tsc { rdtscp: false }, 0),
        (Occurrence::Tsc { rdtscp: true }, 1),
        (Occurrence::Pmc { counter: 3 }, 0),
        (Occurrence::Vmcall { number: 3 }, 0),
        (
            Occurrence::Exception(Exception {
                vector: 14,
                error_code: Some(2),
                address: Some(0x1000),
            }),
            14,
        ),
        (Occurrence::Interrupt { vector: 0xec }, 0xec),
        (
            Occurrence::DebugRegister(DebugRegisterAccess {
                register: 7,
                write: true,
                value: Some(0x400),
            }),
            0,
        ),
        (
            Occurrence::Control(ControlWrite {
                register: 4,
                old: 0,
                new: 0x20,
            }),
            4,
        ),
        (Occurrence::Trace { step: Step::In }, 0),
        (Occurrence::Xsetbv { xcr: 0, value: 7 }, 0),
    ] {
        assert_eq!(occurrence.context(), context, "{occurrence}");
    }
}
