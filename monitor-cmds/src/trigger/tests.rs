//! What fits what.

use super::*;
use crate::ControlWrite;
use crate::HookHit;
use crate::Io;
use crate::MemoryAccess;
use crate::MsrUse;
use crate::Occurrence;
use alloc::format;

fn memory(kind: AccessKind, address: Option<u64>, physical: u64, size: u16) -> Occurrence {
    Occurrence::Memory(MemoryAccess {
        kind,
        address,
        physical,
        size,
    })
}

fn watch(space: AddressSpace, word: &str, first: u64, last: u64) -> Trigger {
    Trigger::Monitor(Monitor {
        space,
        access: Access::parse(word).unwrap(),
        first,
        end: End::Last(last),
    })
}

#[test]
fn attributes() {
    for (word, want) in [
        ("r", "r"),
        ("WR", "rw"),
        ("xrw", "rwx"),
        ("xw", "wx"),
        ("rx", "rx"),
    ] {
        assert_eq!(
            Access::parse(word).map(|access| format!("{access}")).as_deref(),
            Some(want)
        );
    }
    for word in ["", "rr", "rwz", "rwxr"] {
        assert_eq!(Access::parse(word), None, "{word}");
    }
}

#[test]
fn memory_matches_by_kind_space_and_any_byte() {
    use AccessKind::Execute;
    use AccessKind::Read;
    use AccessKind::Write;
    let virtual_rw = watch(AddressSpace::Virtual, "rw", 0x1000, 0x1007);
    let physical_w = watch(AddressSpace::Physical, "w", 0x8000, 0x8000);
    let top = watch(AddressSpace::Virtual, "x", u64::MAX, u64::MAX);
    for (trigger, occurrence, matches, context) in [
        (virtual_rw, memory(Read, Some(0x1000), 0, 1), true, 0x1000),
        (virtual_rw, memory(Write, Some(0xffc), 0, 8), true, 0x1000),
        (virtual_rw, memory(Write, Some(0xffc), 0, 4), false, 0xffc),
        (virtual_rw, memory(Write, Some(0x1007), 0, 8), true, 0x1007),
        (virtual_rw, memory(Write, Some(0x1008), 0, 8), false, 0x1008),
        (virtual_rw, memory(Execute, Some(0x1000), 0, 1), false, 0x1000),
        (virtual_rw, memory(Read, None, 0x1000, 1), false, 0x1000),
        (physical_w, memory(Write, Some(0x1000), 0x7ffd, 8), true, 0x8000),
        (physical_w, memory(Write, Some(0x8000), 0x1000, 8), false, 0x1000),
        (physical_w, memory(Read, None, 0x8000, 1), false, 0x8000),
        (top, memory(Execute, Some(u64::MAX - 1), 0, 15), true, u64::MAX),
        (top, memory(Execute, Some(0), 0, 15), false, 0),
    ] {
        assert_eq!(trigger.matches(&occurrence), matches, "{trigger} {occurrence}");
        assert_eq!(trigger.context(&occurrence), context, "{trigger} {occurrence}");
    }
}

#[test]
fn hooks_match_by_virtual_and_detours_by_physical_address() {
    let hook = |method, physical| {
        Trigger::Hook(Hook {
            method,
            address: 0x1000,
            physical,
        })
    };
    for (method, wanted, address, physical, matches) in [
        (HookMethod::Breakpoint, Some(0x8000), 0x1000, Some(0x9000), true),
        (HookMethod::Breakpoint, Some(0x8000), 0x2000, Some(0x8000), false),
        (HookMethod::Detour, Some(0x8000), 0x2000, Some(0x8000), true),
        (HookMethod::Detour, Some(0x8000), 0x1000, Some(0x9000), false),
        (HookMethod::Detour, None, 0x1000, Some(0x9000), true),
        (HookMethod::Detour, Some(0x8000), 0x1000, None, true),
    ] {
        let occurrence = Occurrence::Hook(HookHit { address, physical });
        assert_eq!(
            hook(method, wanted).matches(&occurrence),
            matches,
            "{method:?} {occurrence}"
        );
        assert_eq!(occurrence.context(), address);
    }
}

#[test]
fn filters() {
    let msr = |direction, msr| Trigger::Msr(Msr { direction, msr });
    let access = |direction, msr| {
        Occurrence::Msr(MsrUse {
            direction,
            msr,
            value: None,
        })
    };
    let control = |register, mask| Trigger::Control(Control { register, mask });
    let write = |register, old, new| Occurrence::Control(ControlWrite { register, old, new });
    let user = |user| Occurrence::Mode { user };
    let to = |to_user, to_kernel| Trigger::Mode(Transitions { to_user, to_kernel });
    let call = |number| {
        Trigger::Syscall(Syscall {
            check: SyscallCheck::Address,
            number,
        })
    };
    let syscall = |number| Occurrence::Syscall { number };
    for (trigger, occurrence, matches) in [
        (call(None), syscall(7), true),
        (call(Some(7)), syscall(7), true),
        (call(Some(7)), syscall(0x1_0000_0007), false),
        (call(None), Occurrence::Sysret { rip: 1 }, false),
        (
            Trigger::Sysret(SyscallCheck::Address),
            Occurrence::Sysret { rip: 1 },
            true,
        ),
        (to(true, false), user(true), true),
        (to(true, false), user(false), false),
        (to(false, true), user(false), true),
        (to(true, true), user(false), true),
        (
            Trigger::Cpuid(None),
            Occurrence::Cpuid { leaf: 1, subleaf: 0 },
            true,
        ),
        (
            Trigger::Cpuid(Some(0)),
            Occurrence::Cpuid { leaf: 1, subleaf: 0 },
            false,
        ),
        (
            msr(MsrDirection::Read, Some(5)),
            access(MsrDirection::Read, 5),
            true,
        ),
        (
            msr(MsrDirection::Read, Some(5)),
            access(MsrDirection::Write, 5),
            false,
        ),
        (
            msr(MsrDirection::Write, None),
            access(MsrDirection::Write, 9),
            true,
        ),
        (
            msr(MsrDirection::Write, Some(5)),
            access(MsrDirection::Write, 9),
            false,
        ),
        (Trigger::Tsc, Occurrence::Tsc { rdtscp: true }, true),
        (Trigger::Tsc, Occurrence::Pmc { counter: 0 }, false),
        (Trigger::Pmc, Occurrence::Pmc { counter: 0 }, true),
        (Trigger::Vmcall, Occurrence::Vmcall { number: 1 }, true),
        (
            Trigger::Interrupt(0x20),
            Occurrence::Interrupt { vector: 0x20 },
            true,
        ),
        (
            Trigger::Interrupt(0x20),
            Occurrence::Interrupt { vector: 0x21 },
            false,
        ),
        (control(0, 0x10000), write(0, 0, 0x10000), true),
        (control(0, 0x10000), write(0, 0x10001, 0x10000), false),
        (control(4, u64::MAX), write(0, 0, 1), false),
        (control(4, u64::MAX), write(4, 1, 1), false),
        (
            Trigger::Trace(Step::In),
            Occurrence::Trace { step: Step::In },
            true,
        ),
        (
            Trigger::Trace(Step::In),
            Occurrence::Trace { step: Step::Out },
            false,
        ),
        (
            Trigger::Xsetbv(Some(0)),
            Occurrence::Xsetbv { xcr: 0, value: 7 },
            true,
        ),
        (
            Trigger::Xsetbv(Some(0)),
            Occurrence::Xsetbv { xcr: 1, value: 7 },
            false,
        ),
        (Trigger::DebugRegister, Occurrence::Io(Io::input(1, 1)), false),
    ] {
        assert_eq!(trigger.matches(&occurrence), matches, "{trigger} {occurrence}");
    }
}
