//! How fast scripts are: run beside the same logic in `rhai`, and compiled.
//!
//! `cargo bench -p monitor-cmds --bench script` prints times of one evaluation; the two rows of a group are to be
//! compared. `rhai` gets its AST compiled and optimised beforehand, and its variables in a scope that is kept, so that
//! nothing is parsed or looked up that need not be.

#![allow(missing_docs, reason = "the macros of criterion make functions without")]
#![expect(clippy::expect_used, reason = "a benchmark of what does not run is none")]

use criterion::Criterion;
use criterion::criterion_group;
use criterion::criterion_main;
use monitor_cmds::Guest;
use monitor_cmds::MemoryError;
use monitor_cmds::Register;
use monitor_cmds::script::Context;
use monitor_cmds::script::Globals;
use monitor_cmds::script::NoControl;
use monitor_cmds::script::NoSymbols;
use monitor_cmds::script::Run;
use monitor_cmds::script::Scratch;
use monitor_cmds::script::Script;
use std::hint::black_box;

/// Registers as a CPU's exit has them: in memory.
struct Registers([u64; Register::ALL.len()]);

impl Guest for Registers {
    fn cpu(&self) -> u32 {
        0
    }
    fn register(&self, register: Register) -> u64 {
        self.0[register as usize]
    }
    fn set_register(&mut self, register: Register, value: u64) -> bool {
        self.0[register as usize] = value;
        true
    }
    fn read_virtual(&mut self, address: u64, _: &mut [u8]) -> Result<(), MemoryError> {
        Err(MemoryError { address })
    }
    fn write_virtual(&mut self, address: u64, _: &[u8]) -> Result<(), MemoryError> {
        Err(MemoryError { address })
    }
    fn read_physical(&mut self, address: u64, _: &mut [u8]) -> Result<(), MemoryError> {
        Err(MemoryError { address })
    }
    fn write_physical(&mut self, address: u64, _: &[u8]) -> Result<(), MemoryError> {
        Err(MemoryError { address })
    }
    fn virtual_to_physical(&mut self, _: u64) -> Option<u64> {
        None
    }
    fn physical_to_virtual(&mut self, _: u64) -> Option<u64> {
        None
    }
    fn tsc(&self) -> (u64, u32) {
        (0, 0)
    }
    fn microsleep(&mut self, _: u64) {}
}

/// Name, script, the same for rhai, `$context`, RAX.
type Row = (&'static str, &'static str, &'static str, u64, u64);

const ROWS: [Row; 3] = [
    (
        "count",
        "if ($context == 3f8 && @rax > 10) { .count = .count + 1; }",
        "if context == 0x3f8 && rax > 0x10 { count = count + 1; }",
        0x3f8,
        0x20,
    ),
    (
        "filtered out",
        "if ($context == 3f8 && @rax > 10) { .count = .count + 1; }",
        "if context == 0x3f8 && rax > 0x10 { count = count + 1; }",
        0x2f8,
        0x20,
    ),
    (
        "loop of 100",
        "s = 0; for (i = 0; i < 64; i++) { s = s + i * 3 ^ @rax; } .count = s;",
        "let s = 0; let i = 0; while i < 0x64 { s = s + i * 3 ^ rax; i += 1; } count = s;",
        0,
        0x20,
    ),
];

fn evaluate(criterion: &mut Criterion) {
    for (name, source, rhai_source, context, rax) in ROWS {
        let mut group = criterion.benchmark_group(name);
        let mut globals = Globals::new();
        let script = Script::compile(source, &mut globals, &NoSymbols).expect("a script");
        let mut guest = Registers([0; Register::ALL.len()]);
        guest.set_register(Register::Rax, rax);
        let mut scratch = Box::new(Scratch::new());
        let mut out = String::new();
        group.bench_function("stub-hv", |bencher| {
            bencher.iter(|| {
                script
                    .run(black_box(&mut Run {
                        guest: &mut guest,
                        control: &mut NoControl,
                        globals: &globals,
                        scratch: &mut scratch,
                        context: Context {
                            context,
                            ..Context::default()
                        },
                        out: &mut out,
                    }))
                    .expect("no error");
            });
        });
        let mut engine = rhai::Engine::new();
        engine.set_optimization_level(rhai::OptimizationLevel::Full);
        let tree = engine.compile(rhai_source).expect("a rhai script");
        let mut scope = rhai::Scope::new();
        scope.push("context", i64::try_from(context).expect("small"));
        scope.push("rax", i64::try_from(rax).expect("small"));
        scope.push("count", 0_i64);
        group.bench_function("rhai", |bencher| {
            bencher.iter(|| {
                // Variables that the script made do not pile up.
                scope.rewind(3);
                engine
                    .run_ast_with_scope(black_box(&mut scope), &tree)
                    .expect("no error");
            });
        });
        group.finish();
    }
}

fn compile(criterion: &mut Criterion) {
    let lines = [
        "x = @rax + 5;",
        "if (x > 10 && $pid == 490) { .count = .count + 1; } elsif (x == 3) { .other = x * 2; }",
        "printf(\"x is %llx of %d\\n\", x, $core);",
        "for (i = 0; i < 10; i++) { x = x + dd(@rsp + i * 8) & ff; }",
        "y = (int)x >> 3 | (@rcx ^ 7f);",
    ];
    let source = lines.repeat(20).join("\n");
    criterion.bench_function("compile 100 lines", |bencher| {
        let mut globals = Globals::new();
        bencher.iter(|| Script::compile(black_box(&source), &mut globals, &NoSymbols).expect("a script"));
    });
}

criterion_group!(benches, evaluate, compile);
criterion_main!(benches);
