//! Both forms of a hit, for every kind.

use super::*;
use crate::AccessKind;
use crate::Control;
use crate::ControlWrite;
use crate::DebugRegisterAccess;
use crate::Direction;
use crate::Exception;
use crate::Hook;
use crate::HookHit;
use crate::HookMethod;
use crate::Io;
use crate::MemoryAccess;
use crate::Monitor;
use crate::Msr;
use crate::MsrDirection;
use crate::MsrUse;
use crate::Port;
use crate::Step;
use crate::Syscall;
use crate::SyscallCheck;
use crate::Transitions;
use alloc::format;
use alloc::string::ToString;

fn hit(trigger: Trigger, occurrence: Occurrence) -> Hit {
    Hit {
        event: 0x1a,
        trigger,
        moment: Moment {
            cpu: 0xa,
            rip: 0xffff_ffff_8100_0000,
            ..Moment::default()
        },
        occurrence,
    }
}

fn port(direction: Direction, port: Option<u16>) -> Trigger {
    Trigger::Io(Port { direction, port })
}

#[test]
fn lines_of_an_out() {
    let hit = hit(
        port(Direction::Out, Some(0x3f8)),
        Occurrence::Io(Io::output(0x3f8, 1, 0x41)),
    );
    assert_eq!(
        hit.to_string(),
        "event 1a (!ioout 3f8): OUT port 3f8 size 1 value 41, CPU a, RIP ffffffff81000000"
    );
    assert_eq!(
        hit.key_values().to_string(),
        "event=1a kind=ioout port=3f8 size=1 value=41 cpu=a rip=ffffffff81000000 stage=pre"
    );
}

#[test]
fn lines_of_a_rep_ins() {
    let mut hit = hit(
        port(Direction::In, None),
        Occurrence::Io(Io {
            string: true,
            repeat: true,
            ..Io::input(0x3f8, 4)
        }),
    );
    hit.moment.stage = Stage::Post;
    assert_eq!(
        hit.to_string(),
        "event 1a (!ioin): REP INS port 3f8 size 4, CPU a, RIP ffffffff81000000, after"
    );
    assert_eq!(
        hit.key_values().to_string(),
        "event=1a kind=ioin port=3f8 size=4 string=1 repeat=1 cpu=a rip=ffffffff81000000 stage=post"
    );
}

#[test]
fn lines_of_the_other_kinds() {
    let msr = |direction, value| {
        let trigger = Trigger::Msr(Msr { direction, msr: None });
        let msr = 0xc000_0082;
        (
            trigger,
            Occurrence::Msr(MsrUse {
                direction,
                msr,
                value,
            }),
        )
    };
    let fault = Exception {
        vector: 14,
        error_code: Some(2),
        address: Some(0x1000),
    };
    let debug = |write, value| {
        let register = 7;
        Occurrence::DebugRegister(DebugRegisterAccess {
            register,
            write,
            value,
        })
    };
    for ((trigger, occurrence), people, machine) in [
        (
            (
                Trigger::Hook(Hook::new(HookMethod::Breakpoint, 0x1000)),
                Occurrence::Hook(HookHit {
                    address: 0x1000,
                    physical: Some(0x8000),
                }),
            ),
            "(!epthook 1000): execution address 1000 physical 8000",
            "kind=epthook address=1000 physical=8000",
        ),
        (
            (
                Trigger::Monitor(Monitor {
                    space: crate::AddressSpace::Physical,
                    access: crate::Access::parse("rw").unwrap(),
                    first: 0x8000,
                    end: crate::End::Last(0x80ff),
                }),
                Occurrence::Memory(MemoryAccess {
                    kind: AccessKind::Write,
                    address: None,
                    physical: 0x8010,
                    size: 8,
                }),
            ),
            "(!monitor pa rw 8000 80ff): write physical 8010 size 8",
            "kind=monitor physical=8010 size=8 write=1",
        ),
        (
            (
                Trigger::Syscall(Syscall {
                    check: SyscallCheck::Instruction,
                    number: Some(0x3b),
                }),
                Occurrence::Syscall { number: 0x3b },
            ),
            "(!syscall 3b): SYSCALL number 3b",
            "kind=syscall number=3b",
        ),
        (
            (
                Trigger::Sysret(SyscallCheck::Address),
                Occurrence::Sysret { rip: 0x10 },
            ),
            "(!sysret2): SYSRET address 10",
            "kind=sysret2 address=10",
        ),
        (
            (
                Trigger::Mode(Transitions {
                    to_user: true,
                    to_kernel: true,
                }),
                Occurrence::Mode { user: true },
            ),
            "(!mode uk): user mode entered",
            "kind=mode mode=3",
        ),
        (
            (Trigger::Cpuid(Some(4)), Occurrence::Cpuid { leaf: 4, subleaf: 1 }),
            "(!cpuid 4): CPUID leaf 4 subleaf 1",
            "kind=cpuid leaf=4 subleaf=1",
        ),
        (
            msr(MsrDirection::Read, None),
            "(!msrread): RDMSR msr c0000082",
            "kind=msrread msr=c0000082",
        ),
        (
            msr(MsrDirection::Write, Some(0x10)),
            "(!msrwrite): WRMSR msr c0000082 value 10",
            "kind=msrwrite msr=c0000082 value=10",
        ),
        (
            (Trigger::Tsc, Occurrence::Tsc { rdtscp: true }),
            "(!tsc): RDTSCP",
            "kind=tsc rdtscp=1",
        ),
        (
            (Trigger::Tsc, Occurrence::Tsc { rdtscp: false }),
            "(!tsc): RDTSC",
            "kind=tsc",
        ),
        (
            (Trigger::Pmc, Occurrence::Pmc { counter: 1 }),
            "(!pmc): RDPMC counter 1",
            "kind=pmc counter=1",
        ),
        (
            (Trigger::Vmcall, Occurrence::Vmcall { number: 5 }),
            "(!vmcall): VMCALL number 5",
            "kind=vmcall number=5",
        ),
        (
            (Trigger::Exception(None), Occurrence::Exception(fault)),
            "(!exception): exception vector e error 2 address 1000",
            "kind=exception vector=e error=2 address=1000",
        ),
        (
            (Trigger::Interrupt(0xec), Occurrence::Interrupt { vector: 0xec }),
            "(!interrupt ec): interrupt vector ec",
            "kind=interrupt vector=ec",
        ),
        (
            (Trigger::DebugRegister, debug(true, Some(0x400))),
            "(!dr): write of a debug register register 7 value 400",
            "kind=dr register=7 value=400 write=1",
        ),
        (
            (Trigger::DebugRegister, debug(false, None)),
            "(!dr): read of a debug register register 7",
            "kind=dr register=7",
        ),
        (
            (
                Trigger::Control(Control {
                    register: 4,
                    mask: 0x20,
                }),
                Occurrence::Control(ControlWrite {
                    register: 4,
                    old: 0,
                    new: 0x20,
                }),
            ),
            "(!crwrite 4 20): write of a control register register 4 old 0 new 20",
            "kind=crwrite register=4 old=0 new=20",
        ),
        (
            (
                Trigger::Trace(Step::Instrument),
                Occurrence::Trace {
                    step: Step::Instrument,
                },
            ),
            "(!trace instrument-step): instrumentation step",
            "kind=trace",
        ),
        (
            (Trigger::Xsetbv(None), Occurrence::Xsetbv { xcr: 0, value: 7 }),
            "(!xsetbv): XSETBV xcr 0 value 7",
            "kind=xsetbv xcr=0 value=7",
        ),
    ] {
        assert!(trigger.matches(&occurrence), "{trigger} {occurrence}");
        let hit = hit(trigger, occurrence);
        let place = ", CPU a, RIP ffffffff81000000";
        assert_eq!(hit.to_string(), format!("event 1a {people}{place}"));
        let place = "cpu=a rip=ffffffff81000000 stage=pre";
        assert_eq!(
            hit.key_values().to_string(),
            format!("event=1a {machine} {place}")
        );
    }
}
