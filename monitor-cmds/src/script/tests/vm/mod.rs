//! What scripts do when they run.

mod builtins;
mod differential;
mod documentation;
mod events;
mod expression;
mod floats;
mod functions;
mod hostile;
mod integers;
mod limits;
mod memory;
mod print;
mod refused;
mod registers;
mod statements;
mod structs;
mod types;
mod walk;

use crate::fake::FakeControl;
use crate::fake::FakeGuest;
use crate::script::Context;
use crate::script::Globals;
use crate::script::NoSymbols;
use crate::script::Run;
use crate::script::Scratch;
use crate::script::Script;
use crate::script::Symbols;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

/// All that scripts run with.
pub(super) struct World {
    pub(super) guest: FakeGuest,
    pub(super) control: FakeControl,
    pub(super) globals: Globals,
    pub(super) scratch: Box<Scratch>,
    pub(super) context: Context,
    pub(super) symbols: Box<dyn Symbols>,
    pub(super) out: String,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            guest: FakeGuest::default(),
            control: FakeControl::default(),
            globals: Globals::new(),
            scratch: Box::default(),
            context: Context::default(),
            symbols: Box::new(NoSymbols),
            out: String::new(),
        }
    }

    /// Runs a script; an error is its text, of compiling after `line:column `-less offset.
    pub(super) fn run(&mut self, source: &str) -> Result<(), String> {
        let script = Script::compile(source, &mut self.globals, &*self.symbols)
            .map_err(|error| format!("{}: {}", error.offset, error.message))?;
        self.run_script(&script)
    }

    pub(super) fn run_script(&mut self, script: &Script) -> Result<(), String> {
        script
            .run(&mut Run {
                guest: &mut self.guest,
                control: &mut self.control,
                globals: &self.globals,
                scratch: &mut self.scratch,
                context: self.context,
                out: &mut self.out,
            })
            .map_err(|error| error.to_string())
    }
}

/// The values that a script gave to `test_statement`.
#[track_caller]
pub(super) fn values(source: &str) -> Vec<u64> {
    let mut world = World::new();
    match world.run(source) {
        Ok(()) => world.control.tested,
        Err(error) => panic!("{source}\n{error}"),
    }
}

/// `test_statement(expression)` after `before` gives `value`.
#[track_caller]
pub(super) fn gives(before: &str, expression: &str, value: u64) {
    let source = format!("{before} test_statement({expression});");
    assert_eq!(values(&source), [value], "{source}");
}

/// The text of the error that ends a script.
#[track_caller]
pub(super) fn fails(source: &str) -> String {
    match World::new().run(source) {
        Ok(()) => panic!("{source}\ndid not fail"),
        Err(error) => error,
    }
}

/// What a script prints.
#[track_caller]
pub(super) fn prints(source: &str) -> String {
    let mut world = World::new();
    match world.run(source) {
        Ok(()) => world.out,
        Err(error) => panic!("{source}\n{error}"),
    }
}
