//! Registers, pseudo-registers, symbols, globals.

use super::World;
use super::fails;
use crate::DateTime;
use crate::Running;
use crate::script::Symbols;

#[test]
fn parts_of_registers() {
    let mut world = World::new();
    world.guest.registers.insert("rax", 0x1122_3344_5566_7788);
    world.guest.registers.insert("rflags", 0x3202);
    world
        .run(
            "test_statement(@rax); test_statement(eax); test_statement(@ah); test_statement(@if); \
             test_statement(@iopl); test_statement(@cf); @ah = 1ff; @cf = 1; @eax += 1; @iopl = 0;",
        )
        .unwrap();
    assert_eq!(
        world.control.tested,
        [0x1122_3344_5566_7788, 0x5566_7788, 0x77, 1, 3, 0]
    );
    assert_eq!(world.guest.registers["rax"], 0x1122_3344_5566_ff89);
    assert_eq!(world.guest.registers["rflags"], 0x203);
}

#[test]
fn pseudo_registers() {
    let mut world = World::new();
    world.guest.cpu = 3;
    world.guest.registers.insert("rip", 0x77);
    let mut name = [0; 16];
    name[..4].copy_from_slice(b"bash");
    world.guest.running = Running {
        pid: 0x490,
        tid: 0x491,
        name,
        process: 0x10,
        thread: 0x20,
        peb: 0x30,
        teb: 0x40,
    };
    world.guest.now = DateTime {
        year: 2026,
        month: 3,
        day: 9,
        hour: 1,
        minute: 2,
        second: 3,
        millisecond: 45,
    };
    world.context = crate::script::Context {
        context: 0x3f8,
        event_tag: 0x100_0002,
        event_id: 2,
        event_stage: 1,
        buffer: 0x5000,
    };
    world
        .run(
            "test_statement($pid); test_statement($tid); test_statement($core); test_statement($proc); \
             test_statement($thread); test_statement($peb); test_statement($teb); test_statement($ip); \
             test_statement($buffer); test_statement($context); test_statement($event_tag); \
             test_statement($event_id); test_statement($event_stage); \
             printf(\"%s %s %s\", $pname, $date, $time); test_statement(strcmp($pname, \"bash\")); \
             test_statement(*($pname + 1)); test_statement(strlen($date));",
        )
        .unwrap();
    assert_eq!(
        world.control.tested,
        [
            0x490, 0x491, 3, 0x10, 0x20, 0x30, 0x40, 0x77, 0x5000, 0x3f8, 0x100_0002, 2, 1, 0, 0x61, 10
        ]
    );
    assert_eq!(world.out, "bash 2026-03-09 01:02:03.045");
    assert!(
        world
            .run("*$pname = 5;")
            .unwrap_err()
            .contains("FUNC_MOV: address 5c40000000000000")
    );
    assert!(world.run("eb($pname, 5); test_statement(eb($date, 1));").is_ok());
}

#[test]
fn a_name_of_sixteen_bytes_has_an_end() {
    let mut world = World::new();
    world.guest.running.name = *b"0123456789abcdef";
    world
        .run("x = $time; x = $date; printf(\"%s.\", $pname);")
        .unwrap();
    assert_eq!(world.out, "0123456789abcdef.");
}

#[test]
fn symbols_are_constants() {
    struct One;
    impl Symbols for One {
        fn address(&self, name: &str) -> Option<u64> {
            (name == "nt!Name").then_some(0xffff_8000_0000_1000)
        }
    }
    let mut world = World::new();
    assert!(
        world
            .run("x = nt!Name;")
            .unwrap_err()
            .starts_with("4: Syntax Error: Unknown Token: symbol 'nt!Name'")
    );
    world.symbols = alloc::boxed::Box::new(One);
    world.run("test_statement(nt!Name + 8);").unwrap();
    assert_eq!(world.control.tested, [0xffff_8000_0000_1008]);
}

#[test]
fn globals_are_shared_by_name_and_limited() {
    let mut world = World::new();
    world.run(".one = 1; .two = .three;").unwrap();
    assert_eq!(
        world.globals.iter().collect::<alloc::vec::Vec<_>>(),
        [("one", 1), ("three", 0), ("two", 0)]
    );
    // A refused script leaves no names.
    world.run(".four = 1; x = y;").unwrap_err();
    assert_eq!(world.globals.get("four"), None);
    for index in 3..512 {
        world.run(&alloc::format!(".g{index} = 0n{index};")).unwrap();
    }
    assert_eq!(world.globals.get("g511"), Some(511));
    assert!(
        world
            .run(".more = 1;")
            .unwrap_err()
            .contains("there are 200 global variables already")
    );
    world.run(".g511 = .one;").unwrap();
    assert_eq!(world.globals.get("g511"), Some(1));
}

#[test]
fn a_register_that_refuses_ends_the_script() {
    struct Stubborn(crate::fake::FakeGuest);
    // Everything but the one method is the fake's.
    impl crate::Guest for Stubborn {
        fn cpu(&self) -> u32 {
            self.0.cpu()
        }
        fn register(&self, register: crate::Register) -> u64 {
            self.0.register(register)
        }
        fn set_register(&mut self, _: crate::Register, _: u64) -> bool {
            false
        }
        fn read_virtual(&mut self, a: u64, i: &mut [u8]) -> Result<(), crate::MemoryError> {
            self.0.read_virtual(a, i)
        }
        fn write_virtual(&mut self, a: u64, f: &[u8]) -> Result<(), crate::MemoryError> {
            self.0.write_virtual(a, f)
        }
        fn read_physical(&mut self, a: u64, i: &mut [u8]) -> Result<(), crate::MemoryError> {
            self.0.read_physical(a, i)
        }
        fn write_physical(&mut self, a: u64, f: &[u8]) -> Result<(), crate::MemoryError> {
            self.0.write_physical(a, f)
        }
        fn virtual_to_physical(&mut self, a: u64) -> Option<u64> {
            self.0.virtual_to_physical(a)
        }
        fn physical_to_virtual(&mut self, a: u64) -> Option<u64> {
            self.0.physical_to_virtual(a)
        }
        fn select_process(&mut self, pid: Option<u32>) -> bool {
            self.0.select_process(pid)
        }
        fn running(&self) -> Running {
            self.0.running()
        }
        fn tsc(&self) -> (u64, u32) {
            self.0.tsc()
        }
        fn now(&self) -> DateTime {
            self.0.now()
        }
        fn microsleep(&mut self, us: u64) {
            self.0.microsleep(us)
        }
    }
    let mut world = World::new();
    let script =
        crate::script::Script::compile("@cr8 = 99;", &mut world.globals, &crate::script::NoSymbols).unwrap();
    let error = script
        .run(&mut crate::script::Run {
            guest: &mut Stubborn(world.guest),
            control: &mut world.control,
            globals: &world.globals,
            scratch: &mut world.scratch,
            context: world.context,
            out: &mut world.out,
        })
        .unwrap_err();
    assert_eq!(
        alloc::format!("{error}"),
        "Err, ScriptEngineExecute, function = FUNC_MOV: register cr8 does not take 99"
    );
}

#[test]
fn names_that_are_none() {
    for source in ["x = $nothing;", "x = @nothing;"] {
        assert!(fails(source).contains("Unknown Token"), "{source}");
    }
}
