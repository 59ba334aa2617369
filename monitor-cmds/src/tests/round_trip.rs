//! A command printed in canonical form parses to the same, for every kind of event and every option.

use crate::Access;
use crate::Address;
use crate::AddressSpace;
use crate::Code;
use crate::Command;
use crate::Control;
use crate::Direction;
use crate::End;
use crate::EventOptions;
use crate::EventSpec;
use crate::Hook;
use crate::HookMethod;
use crate::Monitor;
use crate::Msr;
use crate::MsrDirection;
use crate::Port;
use crate::Stages;
use crate::Step;
use crate::Syscall;
use crate::SyscallCheck;
use crate::Transitions;
use crate::Trigger;
use crate::TypedTrigger;
use crate::parse;
use crate::script::Globals;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;

fn expression(text: &str) -> Address {
    let command = parse(&alloc::format!("!epthook {text}"));
    let Ok(Command::Event(spec)) = command else {
        panic!("{command:?}")
    };
    let Trigger::Hook(hook) = spec.trigger else {
        panic!("{text}")
    };
    hook.address
}

fn address() -> impl Strategy<Value = Address> {
    let expressions = vec![
        "@rsp+8",
        "@rcx",
        "nt!Name",
        "nt!KiSystemCall64+3",
        "$proc+b80",
        "poi(@rsp)",
        "@rip-0n10",
    ];
    prop_oneof![
        3 => any::<u64>().prop_map(Address::Number),
        1 => prop::sample::select(expressions).prop_map(expression),
    ]
}

fn monitor() -> impl Strategy<Value = Monitor<Address>> {
    let end = prop_oneof![
        address().prop_map(End::Last),
        (1..=u64::MAX).prop_map(End::Length)
    ];
    (any::<[bool; 4]>(), address(), end).prop_filter_map(
        "a range",
        |([read, write, execute, physical], first, end)| {
            let access = Access { read, write, execute };
            let ordered = match (&first, &end) {
                (Address::Number(first), End::Last(Address::Number(last))) => first <= last,
                (Address::Number(first), End::Length(length)) => first.checked_add(length - 1).is_some(),
                _ => true,
            };
            let space = if physical {
                AddressSpace::Physical
            } else {
                AddressSpace::Virtual
            };
            let monitor = Monitor {
                space,
                access,
                first,
                end,
            };
            (access != Access::default() && ordered).then_some(monitor)
        },
    )
}

fn check() -> impl Strategy<Value = SyscallCheck> {
    prop::sample::select(vec![SyscallCheck::Instruction, SyscallCheck::Address])
}

fn trigger() -> impl Strategy<Value = TypedTrigger> {
    let method = prop::sample::select(vec![HookMethod::Breakpoint, HookMethod::Detour]);
    let msr = prop::sample::select(vec![MsrDirection::Read, MsrDirection::Write]);
    let direction = prop::sample::select(vec![Direction::In, Direction::Out]);
    let modes = prop::sample::select(vec![(true, false), (false, true), (true, true)]);
    let register = prop::sample::select(vec![0, 4]);
    let step = prop::sample::select(vec![Step::In, Step::Out, Step::Instrument]);
    let bare = vec![
        Trigger::Tsc,
        Trigger::Pmc,
        Trigger::Vmcall,
        Trigger::DebugRegister,
    ];
    prop_oneof![
        (method, address()).prop_map(|(method, address)| Trigger::Hook(Hook::new(method, address))),
        monitor().prop_map(Trigger::Monitor),
        (check(), prop::option::of(address()))
            .prop_map(|(check, number)| Trigger::Syscall(Syscall { check, number })),
        check().prop_map(Trigger::Sysret),
        modes.prop_map(|(to_user, to_kernel)| Trigger::Mode(Transitions { to_user, to_kernel })),
        any::<Option<u32>>().prop_map(Trigger::Cpuid),
        (msr, any::<Option<u32>>()).prop_map(|(direction, msr)| Trigger::Msr(Msr { direction, msr })),
        prop::sample::select(bare),
        prop::option::of(0..0x20_u8).prop_map(Trigger::Exception),
        (0x20..=0xff_u8).prop_map(Trigger::Interrupt),
        (direction, any::<Option<u16>>()).prop_map(|(direction, port)| Trigger::Io(Port { direction, port })),
        (register, prop_oneof![Just(u64::MAX), any::<u64>()])
            .prop_map(|(register, mask)| Trigger::Control(Control { register, mask })),
        step.prop_map(Trigger::Trace),
        any::<Option<u32>>().prop_map(Trigger::Xsetbv),
    ]
}

fn code() -> impl Strategy<Value = Option<Code>> {
    prop::option::of(prop::collection::vec(any::<u8>(), 1..9).prop_map(|bytes| Code { bytes }))
}

/// Scripts with what a block may get wrong: braces, quotes, comments.
fn script() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(prop::sample::select(vec![
        ".count = .count + 1;",
        "\n if (@rax == 3b) { printf(\"{ %llx }}\\n\", @rdi); }\n",
        " // a brace } \"}\" in a comment\n .x = 1; /* { */ ",
        "printf(\"say \\\"}\\\"\");",
    ]))
}

fn options() -> impl Strategy<Value = EventOptions> {
    let stages = prop::sample::select(vec![Stages::Pre, Stages::Post, Stages::All]);
    (
        any::<(Option<u32>, Option<u32>, Option<u64>)>(),
        any::<(bool, bool)>(),
        stages,
        0..=crate::MAX_BUFFER,
        (code(), code(), script()),
        prop::collection::vec("[A-Za-z0-9_.-]{1,9}", 0..=5),
    )
        .prop_map(
            |(bound, (immediate, short_circuit), stages, buffer, (condition, code, script), output)| {
                EventOptions {
                    pid: bound.0,
                    core: bound.1,
                    cr3: bound.2,
                    immediate: immediate || !output.is_empty(),
                    short_circuit: short_circuit && stages == Stages::Pre,
                    stages,
                    buffer,
                    condition,
                    code,
                    script: script.map(Into::into),
                    output,
                }
            },
        )
}

fn spec() -> impl Strategy<Value = EventSpec> {
    (trigger(), options()).prop_map(|(trigger, mut options)| {
        if !trigger.has_post() {
            options.stages = Stages::Pre;
        }
        if matches!(trigger, Trigger::Mode(_)) && options.pid.is_none() {
            options.pid = Some(4);
        }
        EventSpec {
            trigger,
            options,
            text: String::new(),
            input: String::new(),
        }
    })
}

/// Splits a canonical event into its words, each option one piece.
fn pieces(spec: &EventSpec) -> (String, Vec<String>) {
    let alone = |change: &dyn Fn(&mut EventOptions)| {
        let mut options = EventOptions::default();
        change(&mut options);
        options.to_string()
    };
    let options = &spec.options;
    let pieces = vec![
        alone(&|o| o.pid = options.pid),
        alone(&|o| o.core = options.core),
        alone(&|o| o.cr3 = options.cr3),
        alone(&|o| o.immediate = options.immediate),
        alone(&|o| o.short_circuit = options.short_circuit),
        alone(&|o| o.stages = options.stages),
        alone(&|o| o.buffer = options.buffer),
        alone(&|o| o.condition = options.condition.clone()),
        alone(&|o| o.code = options.code.clone()),
        alone(&|o| o.script = options.script.clone()),
        alone(&|o| o.output = options.output.clone()),
    ];
    (spec.trigger.to_string(), pieces)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_printed_event_parses_to_itself(spec in spec()) {
        let command = Command::Event(Box::new(spec));
        prop_assert_eq!(parse(&command.to_string()), Ok(command.clone()), "{}", command);
    }

    #[test]
    fn options_stand_anywhere(spec in spec(), order in Just((0..11_usize).collect::<Vec<_>>()).prop_shuffle(), split in 0..12_usize) {
        let (trigger, options) = pieces(&spec);
        let (word, parameters) = trigger.split_once(' ').unwrap_or((&trigger, ""));
        let mut text = String::from(word);
        for (at, &index) in order.iter().enumerate() {
            if at == split {
                text = text + " " + parameters;
            }
            text += &options[index];
        }
        if split == 11 {
            text = text + " " + parameters;
        }
        prop_assert_eq!(parse(&text), Ok(Command::Event(Box::new(spec))), "{}", text);
    }

    #[test]
    fn a_resolved_trigger_prints_what_parses_to_the_same(spec in spec()) {
        // Only numbers, without a guest.
        let Ok(registration) = spec.resolve(None, &mut Globals::new()) else { return Ok(()) };
        let text = registration.trigger.to_string() + &registration.options.to_string();
        let Ok(Command::Event(again)) = parse(&text) else {
            return Err(TestCaseError::fail(text));
        };
        prop_assert_eq!(again.resolve(None, &mut Globals::new()).map(|again| again.trigger), Ok(registration.trigger));
    }
}
