//! The VM against the walker, on generated programs.

use super::World;
use super::walk::Walker;
use crate::fake::FakeControl;
use crate::script::Context;
use crate::script::Script;
use crate::script::tests::generate;
use alloc::string::ToString;
use proptest::prelude::*;

const REGISTERS: [(&str, u64); 7] = [
    ("rax", 0x1122_3344_5566_7788),
    ("rcx", u64::MAX),
    ("rdx", 0x8000),
    ("rbx", 0xff00),
    ("r9", 1 << 63),
    ("r10", 0x8000_0000),
    ("rflags", 0x246),
];

fn agree(bytes: &[u8]) -> Result<usize, TestCaseError> {
    let program = generate::program(bytes);
    let mut walker = Walker::default();
    let mut world = World::new();
    for (name, value) in REGISTERS {
        walker.registers.insert(name, value);
        world.guest.registers.insert(name, value);
    }
    world.guest.running.pid = 0x490;
    world.guest.cpu = 2;
    world.context = Context {
        context: 0xffff_8000_0000_1000,
        event_id: 5,
        ..Context::default()
    };
    for (name, value) in [
        ("pid", 0x490),
        ("core", 2),
        ("context", 0xffff_8000_0000_1000),
        ("event_id", 5),
    ] {
        walker.pseudo.insert(name, value);
    }
    walker.run(&program);
    let script = match Script::of_program(&program, &mut world.globals, &crate::script::NoSymbols) {
        Ok(script) => script,
        // A generated program may have more variables than the stack has slots.
        Err(error) if error.message.contains("stack buffer overflow") => return Ok(0),
        Err(error) => {
            return Err(TestCaseError::fail(alloc::format!(
                "{program}\n{}",
                error.message
            )));
        }
    };
    // Twice, so that nothing of the first run can be left over; globals and registers begin as before.
    for _ in 0..2 {
        for (name, value) in REGISTERS {
            world.guest.registers.insert(name, value);
        }
        world.guest.registers.remove("rsi");
        world.control = FakeControl::default();
        let result = world.run_script(&script);
        prop_assert_eq!(result, Ok(()), "{}", program);
        prop_assert_eq!(&world.control.tested, &walker.tested, "{}", program);
        for (name, value) in &walker.registers {
            prop_assert_eq!(
                world.guest.registers.get(name).unwrap_or(&0),
                value,
                "{} {}",
                name,
                program.to_string()
            );
        }
        for (name, value) in &walker.globals {
            prop_assert_eq!(
                world.globals.get(name),
                Some(*value),
                "{} {}",
                name,
                program.to_string()
            );
        }
    }
    Ok(walker.tested.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn on_generated_programs(bytes in prop::collection::vec(any::<u8>(), 0..800)) {
        agree(&bytes)?;
    }
}

#[test]
fn the_programs_are_worth_it() {
    // Were they all empty, they would agree as well.
    let mut state = 1_u32;
    let bytes: alloc::vec::Vec<u8> = (0..4000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let recorded: usize = bytes.chunks(500).map(|bytes| agree(bytes).unwrap()).sum();
    assert!(recorded > 100, "{recorded}");
}
