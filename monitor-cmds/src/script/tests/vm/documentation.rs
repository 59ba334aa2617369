//! The documentation's scripts compile, run, and print what is said of them.

use super::World;
use crate::script::Symbols;
use crate::script::tests::documentation::EXAMPLES;
use alloc::boxed::Box;

/// Knows every symbol.
struct Any;

impl Symbols for Any {
    fn address(&self, _name: &str) -> Option<u64> {
        Some(0xffff_8000_0000_0000)
    }
}

#[test]
fn every_example_runs() {
    for example in EXAMPLES {
        let mut world = World::new();
        world.symbols = Box::new(Any);
        for &(name, value) in example.registers {
            world.guest.registers.insert(name, value);
        }
        for &(address, bytes) in example.memory {
            world.guest.map(address, bytes);
        }
        let result = world.run(example.script);
        match example.output {
            Some(output) => {
                assert_eq!(result, Ok(()), "{}\n{}", example.title, example.script);
                assert_eq!(world.out, output, "{}\n{}", example.title, example.script);
            }
            // It may need what this machine has not, but it compiles.
            None => assert!(
                // Files are put in before, by the client.
                result
                    .as_ref()
                    .err()
                    .is_none_or(|error| error.contains("was not put in")
                        || error.starts_with("Err, ScriptEngineExecute")
                        || error.starts_with("Err, exceeding")),
                "{}\n{}\n{result:?}",
                example.title,
                example.script
            ),
        }
    }
}
