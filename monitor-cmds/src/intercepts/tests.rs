//! Every kind of event and what it arms.

use super::*;
use crate::Access;
use crate::AddressSpace;
use crate::Control;
use crate::End;
use crate::EventOptions;
use crate::Events;
use crate::HookMethod;
use crate::Msr;
use crate::Port;
use crate::Registration;
use crate::Step;
use crate::Syscall;
use crate::Target;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use proptest::prelude::*;

fn events(triggers: &[Trigger]) -> Events<'static> {
    let mut events = Events::with_capacity(triggers.len());
    for &trigger in triggers {
        add(&mut events, trigger, None);
    }
    events
}

fn add(events: &mut Events<'_>, trigger: Trigger, core: Option<u32>) {
    let options = EventOptions {
        core,
        pid: Some(0x1a4),
        ..EventOptions::default()
    };
    let text = String::new();
    events
        .add(Registration {
            trigger,
            options,
            script: None,
            text,
        })
        .unwrap();
}

/// What is armed, in words; for sets some members of interest.
fn armed(of: &Intercepts<'_>) -> Vec<String> {
    let mut words = Vec::new();
    for (word, ports) in [("in", of.io_in), ("out", of.io_out)] {
        match ports {
            Ports::None => {}
            Ports::All => words.push(format!("{word} all")),
            Ports::Some(list) => words.extend(list.iter().map(|port| format!("{word} {port:x}"))),
        }
    }
    for (word, msrs) in [("rdmsr", of.msr_read), ("wrmsr", of.msr_write)] {
        match msrs {
            Msrs::None => {}
            Msrs::All(list) => words.push(format!("{word} all and {:x?}", list.iter().collect::<Vec<_>>())),
            Msrs::Some(list) => words.extend(list.iter().map(|msr| format!("{word} {msr:x}"))),
        }
    }
    for (word, mask) in [
        ("exceptions", u64::from(of.exceptions)),
        ("cr0", of.cr0_write),
        ("cr4", of.cr4_write),
    ] {
        if mask != 0 {
            words.push(format!("{word} {mask:x}"));
        }
    }
    for (word, set) in [
        ("interrupts", of.interrupts),
        ("cpuid", of.cpuid),
        ("tsc", of.tsc),
        ("pmc", of.pmc),
        ("vmcall", of.vmcall),
        ("dr", of.debug_registers),
        ("xsetbv", of.xsetbv),
    ] {
        if set {
            words.push(word.into());
        }
    }
    words.extend(of.syscall.map(|check| format!("syscall {check:?}")));
    words.extend(
        of.modes
            .iter()
            .map(|mode| format!("mode {} {:x?}", mode.event, mode.pid)),
    );
    words.extend(
        of.hooks
            .iter()
            .map(|hook| format!("hook {:x}", hook.what.address)),
    );
    words.extend(
        of.memory
            .iter()
            .map(|range| format!("memory {:x}", range.what.first)),
    );
    words
}

const WRITE: MsrDirection = MsrDirection::Write;
const READ: MsrDirection = MsrDirection::Read;

#[test]
fn every_kind() {
    let msr = |direction, msr| Trigger::Msr(Msr { direction, msr });
    let port = |direction, port| Trigger::Io(Port { direction, port });
    let control = |register, mask| Trigger::Control(Control { register, mask });
    let call = |check| Trigger::Syscall(Syscall { check, number: None });
    let hook = |address| Trigger::Hook(Hook::new(HookMethod::Breakpoint, address));
    let watch = |first| {
        Trigger::Monitor(Monitor {
            space: AddressSpace::Virtual,
            access: Access::parse("x").unwrap(),
            first,
            end: End::Last(first),
        })
    };
    let modes = Transitions {
        to_user: true,
        to_kernel: false,
    };
    for (triggers, want) in [
        (&[][..], &[][..]),
        (&[port(Direction::In, None)], &["in all"]),
        (
            &[
                port(Direction::Out, Some(0x3f8)),
                port(Direction::Out, Some(0x80)),
            ],
            &["out 3f8", "out 80"],
        ),
        (&[msr(READ, Some(0x10))], &["rdmsr 10"]),
        (
            &[msr(WRITE, None), msr(WRITE, Some(0x48))],
            &["wrmsr all and [48]"],
        ),
        (&[Trigger::Exception(Some(14))], &["exceptions 4000"]),
        (
            &[Trigger::Exception(Some(14)), Trigger::Exception(Some(0x1f))],
            &["exceptions 80004000"],
        ),
        (&[Trigger::Exception(None)], &["exceptions ffffffff"]),
        (&[Trigger::Interrupt(0x20)], &["interrupts"]),
        (
            &[control(0, 0x10000), control(0, 1), control(4, 0x20)],
            &["cr0 10001", "cr4 20"],
        ),
        (&[Trigger::Cpuid(Some(1))], &["cpuid"]),
        (&[Trigger::Tsc], &["tsc"]),
        (&[Trigger::Pmc], &["pmc"]),
        (&[Trigger::Vmcall], &["vmcall"]),
        (&[Trigger::DebugRegister], &["dr"]),
        (&[Trigger::Xsetbv(Some(0))], &["xsetbv"]),
        (
            &[call(SyscallCheck::Instruction)],
            &["exceptions 40", "syscall Instruction"],
        ),
        (
            &[
                call(SyscallCheck::Instruction),
                Trigger::Sysret(SyscallCheck::Address),
            ],
            &["exceptions 40", "syscall Address"],
        ),
        (&[Trigger::Mode(modes)], &["mode 0 Some(1a4)"]),
        (&[hook(0x1000), hook(0x2000)], &["hook 1000", "hook 2000"]),
        (&[watch(0x1000)], &["memory 1000"]),
        (&[Trigger::Trace(Step::In)], &[]),
    ] {
        let mut table = events(triggers);
        let of = table.intercepts(0);
        assert_eq!(armed(&of), want, "{triggers:?}");
        assert_eq!(of.is_empty(), want.is_empty(), "{triggers:?}");
        if !triggers.is_empty() {
            table.disable(Target::All).unwrap();
        }
        assert!(table.intercepts(0).is_empty());
    }
}

#[test]
fn msrs_that_only_their_own_event_arms() {
    let msr = |direction, msr| Trigger::Msr(Msr { direction, msr });
    let table = events(&[msr(READ, None), msr(WRITE, None), msr(WRITE, Some(0xe7))]);
    let of = table.intercepts(0);
    for (msr, read, write) in [
        (0xc000_0102, false, false),
        (0xe7, false, true),
        (0xe8, false, false),
        (0x48, true, false),
        (0x49, true, false),
        (0x10, true, true),
        (0xffff_ffff, true, true),
    ] {
        assert_eq!(
            (of.msr_read.contains(msr), of.msr_write.contains(msr)),
            (read, write),
            "{msr:x}"
        );
    }
}

#[test]
fn only_on_its_cpu() {
    let mut table = Events::with_capacity(2);
    add(&mut table, Trigger::Tsc, Some(1));
    add(&mut table, Trigger::Exception(Some(3)), Some(0));
    assert_eq!(armed(&table.intercepts(0)), ["exceptions 8"]);
    assert_eq!(armed(&table.intercepts(1)), ["tsc"]);
    assert!(table.intercepts(2).is_empty());
}

fn any_msr() -> impl Strategy<Value = u32> {
    prop_oneof![prop::sample::select(Msrs::EXCLUDED.to_vec()), 0..4_u32]
}

proptest! {
    #[test]
    fn an_msr_that_is_named_is_armed(
        named in prop::collection::vec((any::<bool>(), prop::option::weighted(0.8, any_msr())), 0..5),
        asked in any_msr(),
        write in any::<bool>(),
    ) {
        let direction = |write| if write { WRITE } else { READ };
        let triggers: Vec<_> = named
            .iter()
            .map(|&(write, msr)| Trigger::Msr(Msr { direction: direction(write), msr }))
            .collect();
        let table = events(&triggers);
        let of = table.intercepts(0);
        let armed = if write { of.msr_write } else { of.msr_read }.contains(asked);
        let explicitly = named.contains(&(write, Some(asked)));
        let by_all = named.contains(&(write, None));
        let left_alone = [0xc000_0102, 0xe7, 0xe8].contains(&asked) || write && [0x48, 0x49].contains(&asked);
        prop_assert_eq!(armed, explicitly || by_all && !left_alone);
    }
}
