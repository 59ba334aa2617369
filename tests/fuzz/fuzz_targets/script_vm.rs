//! The script compiler and the VM against any text: neither panics, a run ends with its budget, and a second run of
//! the same script compiles to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use monitor_cmds::fake::FakeControl;
use monitor_cmds::fake::FakeGuest;
use monitor_cmds::script::Context;
use monitor_cmds::script::Expression;
use monitor_cmds::script::Globals;
use monitor_cmds::script::Run;
use monitor_cmds::script::Scratch;
use monitor_cmds::script::Script;
use monitor_cmds::script::Symbols;

/// Knows every symbol.
struct Any;

impl Symbols for Any {
    fn address(&self, name: &str) -> Option<u64> {
        Some(name.len() as u64)
    }
}

fuzz_target!(|source: &str| {
    let mut globals = Globals::new();
    let mut scratch = Box::new(Scratch::new());
    scratch.budget = 20_000;
    let mut guest = FakeGuest::default();
    guest.map(0, b"text\0and more, as bytes\xff\xc3\0");
    guest.map(0x1000, &[0x41; 0x80]);
    guest.map_physical(0x10, &[1; 0x20]);
    let mut control = FakeControl::default();
    let mut out = String::new();
    match Script::compile(source, &mut globals, &Any) {
        Ok(script) => {
            assert_eq!(Script::compile(source, &mut globals, &Any).as_ref(), Ok(&script));
            for _ in 0..2 {
                let result = script.run(&mut Run {
                    guest: &mut guest,
                    control: &mut control,
                    globals: &globals,
                    scratch: &mut scratch,
                    context: Context::default(),
                    out: &mut out,
                });
                if let Err(error) = result {
                    assert!(error.to_string().starts_with("Err, "));
                }
            }
        }
        Err(error) => {
            assert!(source.is_char_boundary(error.offset), "{error:?}");
            assert_eq!(globals.iter().count(), 0);
        }
    }
    if let Ok(expression) = Expression::compile(source, &mut globals, &Any) {
        let _ = expression.value(&mut Run {
            guest: &mut guest,
            control: &mut control,
            globals: &globals,
            scratch: &mut scratch,
            context: Context::default(),
            out: &mut out,
        });
    }
});
