//! Running a script allocates nothing, whatever the script does; nor does finding out what an event arms and does.

#![expect(unsafe_code, reason = "counting allocations takes an allocator of one's own")]

use monitor_cmds::Actions;
use monitor_cmds::Code;
use monitor_cmds::EventControl;
use monitor_cmds::Events;
use monitor_cmds::Firing;
use monitor_cmds::Guest;
use monitor_cmds::MemoryError;
use monitor_cmds::Moment;
use monitor_cmds::Occurrence;
use monitor_cmds::Register;
use monitor_cmds::Running;
use monitor_cmds::Verdict;
use monitor_cmds::dispatch;
use monitor_cmds::fake::FakeMachine;
use monitor_cmds::script::Context;
use monitor_cmds::script::Control;
use monitor_cmds::script::Globals;
use monitor_cmds::script::LbrOperation;
use monitor_cmds::script::NoSymbols;
use monitor_cmds::script::Run;
use monitor_cmds::script::Scratch;
use monitor_cmds::script::Script;
use std::alloc::GlobalAlloc;
use std::alloc::Layout;
use std::alloc::System;
use std::cell::Cell;
use std::fmt;

thread_local! {
    /// Allocations of this thread; the test harness has others.
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; the counter does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`, and the block is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Registers that are all 7, and one page of memory at 1000, virtual and physical.
struct Page([u8; 0x1000]);

impl Page {
    fn range(address: u64, length: usize) -> Result<std::ops::Range<usize>, MemoryError> {
        let start = address.wrapping_sub(0x1000);
        if start.saturating_add(length as u64) > 0x1000 {
            return Err(MemoryError { address });
        }
        Ok(start as usize..start as usize + length)
    }
}

impl Guest for Page {
    fn cpu(&self) -> u32 {
        0
    }
    fn register(&self, _: Register) -> u64 {
        7
    }
    fn set_register(&mut self, _: Register, _: u64) -> bool {
        true
    }
    fn read_virtual(&mut self, address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
        into.copy_from_slice(&self.0[Self::range(address, into.len())?]);
        Ok(())
    }
    fn write_virtual(&mut self, address: u64, from: &[u8]) -> Result<(), MemoryError> {
        self.0[Self::range(address, from.len())?].copy_from_slice(from);
        Ok(())
    }
    fn read_physical(&mut self, address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
        self.read_virtual(address, into)
    }
    fn write_physical(&mut self, address: u64, from: &[u8]) -> Result<(), MemoryError> {
        self.write_virtual(address, from)
    }
    fn virtual_to_physical(&mut self, address: u64) -> Option<u64> {
        Some(address)
    }
    fn physical_to_virtual(&mut self, address: u64) -> Option<u64> {
        Some(address)
    }
    fn running(&self) -> Running {
        Running {
            name: *b"a name of 16 by.",
            ..Running::default()
        }
    }
    fn tsc(&self) -> (u64, u32) {
        (9, 0)
    }
    fn microsleep(&mut self, _: u64) {}
}

/// Takes everything and keeps nothing.
struct Nothing;

impl Control for Nothing {
    fn lbr(&mut self, _: LbrOperation) -> bool {
        true
    }
}

/// Counts characters.
struct Length(usize);

impl fmt::Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

const SCRIPTS: &[&str] = &[
    "if ($context == 3f8 && @rax > 5) { .count = .count + 1; }",
    "int fib(int n) { if (n < 2) { return n; } return fib(n - 1) + fib(n - 2); } .r = fib(a);",
    "struct S { int v; char w[20]; }; struct S s = {1}; struct S t = s; struct S *p = &t; p->w[3] = 5; .w = p->w[3];",
    "double kd = 1.5; kd = kd / 3; printf(\"%f %.100f\\n\", kd, kd * 1000000.0);",
    "printf(\"%d %x %s %ws %p %c %20lld\\n\", 1, 2, 1000, 1000, 3, 41, @rax);",
    "printf(\"%s %s %s\\n\", $pname, $date, $time); print(@rip); formats(@rip);",
    "memcpy(1800, 1000, 400); x = strlen(1000); x = strcmp(\"abc\", 1000); x = wcslen(L\"abc\"); x = memcmp(1000, 1800, 80);",
    "x = disassemble_len(1000); x = disassemble_len32(1001); x = check_address(0); @eax = 5; @cf = 1; eb(1000, 1); eq(0, 1);",
    "x = interlocked_increment(&.n); spinlock_lock(&.lock); spinlock_unlock(&.lock); event_enable(1); event_inject(3, 7);",
    "x = 1 / (@rax - 7);",
    "x = poi(0);",
    "while (1) { }",
    "void tt() { tt(); } tt();",
];

#[test]
fn a_run_allocates_nothing() {
    let mut guest = Page([0; 0x1000]);
    for (place, byte) in guest.0.iter_mut().enumerate() {
        // Texts of bytes and, seen as 16-bit characters, of those too.
        *byte = if place % 64 < 62 {
            b'a' + (place % 20) as u8
        } else {
            0
        };
    }
    let mut globals = Globals::new();
    let scripts: Vec<Script> = SCRIPTS
        .iter()
        .map(|source| {
            let script = Script::compile(source, &mut globals, &NoSymbols);
            script.unwrap_or_else(|error| panic!("{source}: {error:?}"))
        })
        .collect();
    let mut scratch = Box::new(Scratch::new());
    let mut out = Length(0);
    let mut errors = 0;
    let before = COUNT.get();
    for script in scripts.iter().chain(&scripts) {
        let result = script.run(&mut Run {
            guest: &mut guest,
            control: &mut Nothing,
            globals: &globals,
            scratch: &mut scratch,
            context: Context {
                context: 0x3f8,
                ..Context::default()
            },
            out: &mut out,
        });
        if let Err(error) = result {
            errors += 1;
            let _ = fmt::Write::write_fmt(&mut out, format_args!("{error}"));
        }
    }
    assert_eq!(COUNT.get(), before);
    // They did run.
    assert_eq!(errors, 8);
    assert!(out.0 > 500, "{}", out.0);
    assert_eq!(globals.get("count"), Some(2));
    assert_eq!(globals.get("r"), Some(55));
    // And the counter does count.
    drop(Box::new(1));
    assert_ne!(COUNT.get(), before);
}

/// Runs scripts as a hypervisor does.
struct Runner<'a> {
    events: &'a Events<'a>,
    scratch: Box<Scratch>,
    guest: Page,
    out: Length,
}

impl Actions for Runner<'_> {
    fn condition(&mut self, _: &Firing<'_>, code: &Code) -> bool {
        code.with_return().count() == 2
    }

    fn code(&mut self, _: &Firing<'_>, _: &Code, verdict: &mut Verdict) {
        verdict.stop = true;
    }

    fn script(&mut self, firing: &Firing<'_>, verdict: &mut Verdict) {
        let Some(script) = firing.event.script() else {
            return;
        };
        let result = script.run(&mut Run {
            guest: &mut self.guest,
            control: &mut EventControl {
                events: self.events,
                verdict,
                machine: &mut Nothing,
            },
            globals: self.events.globals(),
            scratch: &mut self.scratch,
            context: firing.script_context(0),
            out: &mut self.out,
        });
        assert_eq!(result, Ok(()));
    }
}

const COMMANDS: &[&str] = &[
    "!cpuid 1 script { printf(\"%x %x\\n\", $context, $event_id); .seen = .seen + 1; event_disable(1); }",
    "!cpuid script { .seen = .seen + 10; }",
    "!cpuid stage all condition {90} code {90}",
    "!cpuid sc on script { if ($event_stage == 0) { .last = $event_tag; event_sc(0); event_clear(0); } }",
    "!msrread",
    "!msrwrite c0000082",
    "!ioin",
    "!ioout 3f8",
    "!exception e",
    "!crwrite 4 20",
    "!syscall",
];

#[test]
fn an_event_allocates_nothing() {
    let mut events = Events::with_capacity(COMMANDS.len());
    for command in COMMANDS {
        let mut answer = String::new();
        let done = monitor_cmds::run(
            command.as_bytes(),
            &mut FakeMachine::default(),
            &mut events,
            &mut answer,
        );
        assert!(
            done.is_ok() && answer.contains("registered"),
            "{command}: {answer}"
        );
    }
    let mut runner = Runner {
        events: &events,
        scratch: Box::new(Scratch::new()),
        guest: Page([0; 0x1000]),
        out: Length(0),
    };
    let occurrence = Occurrence::Cpuid { leaf: 1, subleaf: 0 };
    let before = COUNT.get();
    let outcome = dispatch(&events, Moment::default(), occurrence, &mut runner);
    if let Some(hit) = outcome.stop {
        let _ = fmt::Write::write_fmt(&mut runner.out, format_args!("{hit}{}", hit.key_values()));
    }
    let armed = events.intercepts(0);
    let sets = (
        armed.io_out.contains(0x3f8),
        armed.msr_write.contains(1),
        armed.exceptions,
    );
    assert_eq!(COUNT.get(), before);
    assert_eq!(sets, (true, false, 0x4040));
    // All of it did run: the second event was disabled by the first, which the last one cleared.
    assert_eq!(outcome.stop.map(|hit| hit.event), Some(2));
    assert!(outcome.post && !outcome.skip && runner.out.0 > 100);
    let globals = events.globals();
    assert_eq!(
        (globals.get("seen"), globals.get("last")),
        (Some(1), Some(0x100_0003))
    );
    assert!(events.get(0).is_none() && events.get(1).is_some_and(|event| !event.is_enabled()));
}
