//! Expressions and scripts that commands take and run at once.

use crate::Error;
use crate::Events;
use crate::Guest;
use crate::Target;
use crate::args::Args;
use crate::script;
use crate::script::Context;
use crate::script::Control;
use crate::script::Globals;
use crate::script::NoSymbols;
use crate::script::Run;
use crate::script::Scratch;
use crate::script::Script;
use crate::script::ScriptError;
use crate::script::Symbols;
use crate::script::ValueType;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use core::fmt;
use core::fmt::Write;

/// Knows every symbol, for checks without the machine that knows which there are.
pub(crate) struct AnySymbol;

impl Symbols for AnySymbol {
    fn address(&self, _: &str) -> Option<u64> {
        Some(0)
    }
}

/// An expression of the script language that compiles.
///
/// `Display` gives its canonical text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    text: String,
}

/// Working memory. It is made on the stack, 16 KiB, which a function of its own takes only for a moment: the
/// hypervisor's stacks are small.
#[inline(never)]
fn scratch() -> Box<Scratch> {
    Box::new(Scratch::new())
}

/// The error that `error` is in a command with the script's text at byte `start`.
fn in_command(args: &Args<'_>, start: usize, error: ScriptError) -> Error {
    args.error_at(start.saturating_add(error.offset), error.message)
}

impl Expression {
    /// The expression `text`, which stands at byte `start` of the command.
    pub(crate) fn parse(args: &Args<'_>, start: usize, text: &str) -> Result<Self, Error> {
        Self::checked(text).map_err(|error| in_command(args, start, error))
    }

    /// Names of globals are taken only when the command runs, so the check uses none of the real ones.
    fn checked(text: &str) -> Result<Self, ScriptError> {
        script::Expression::compile(text, &mut Globals::new(), &AnySymbol)?;
        let text = script::parse_expression(text)?.to_string();
        Ok(Self { text })
    }

    /// Its value now, a floating-point one as its bits; the error is a line for the user.
    pub(crate) fn bits(
        &self,
        guest: &mut dyn Guest,
        globals: &mut Globals,
    ) -> Result<(u64, ValueType), String> {
        let mut scratch = scratch();
        let mut printed = String::new();
        script::evaluate(&self.text, globals, &NoSymbols, guest, &mut scratch, &mut printed)
            .map_err(|error| error.to_string())
    }

    /// Its value now, which must be an integer or a pointer; the error is a line for the user.
    pub(crate) fn evaluate(&self, guest: &mut dyn Guest, globals: &mut Globals) -> Result<u64, String> {
        match self.bits(guest, globals)? {
            (_, ValueType::Float | ValueType::Double) => Err(format!(
                "err, '{}' is a floating-point number; an integer was expected",
                self.text
            )),
            (value, _) => Ok(value),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A script to be run at once. It compiles.
///
/// `Display` gives its canonical text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImmediateScript {
    text: String,
}

impl ImmediateScript {
    /// The script `text`, which stands at byte `start` of the command.
    pub(crate) fn parse(args: &Args<'_>, start: usize, text: &str) -> Result<Self, Error> {
        Self::checked(text).map_err(|error| in_command(args, start, error))
    }

    fn checked(text: &str) -> Result<Self, ScriptError> {
        let tree = script::parse(text)?;
        Script::of_program(&tree, &mut Globals::new(), &NoSymbols)?;
        let text = tree.to_string().trim_end().into();
        Ok(Self { text })
    }

    /// The script that prints the value of `expression`.
    pub(crate) fn printing(expression: &Expression) -> Self {
        let text = format!("print({expression});");
        Self { text }
    }

    /// Runs it; what goes wrong is written too, as a line of its own.
    pub(crate) fn run(
        &self,
        guest: &mut dyn Guest,
        globals: &mut Globals,
        events: &mut Events<'_>,
        out: &mut dyn Write,
    ) -> fmt::Result {
        let script = match Script::compile(&self.text, globals, &NoSymbols) {
            Ok(script) => script,
            // It did compile; what is new is that the globals have no room for its own.
            Err(error) => return writeln!(out, "{}", Error::new(&self.text, error.offset, error.message)),
        };
        let mut scratch = scratch();
        let run = &mut Run {
            guest,
            control: &mut EventControl { events },
            globals,
            scratch: &mut scratch,
            context: Context::default(),
            out,
        };
        match script.run(run) {
            Ok(()) => Ok(()),
            Err(error) => writeln!(out, "{error}"),
        }
    }
}

impl fmt::Display for ImmediateScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A script without statements, which a comment may have been, is still one.
        f.write_str(if self.text.is_empty() { "{ }" } else { &self.text })
    }
}

/// What a script that no event runs can change: the event table.
struct EventControl<'e, 's> {
    events: &'e mut Events<'s>,
}

/// An event number, as scripts give it.
fn target(id: u64) -> Option<Target> {
    u32::try_from(id).ok().map(Target::Id)
}

impl Control for EventControl<'_, '_> {
    fn event_enable(&mut self, id: u64) -> bool {
        target(id).is_some_and(|target| self.events.enable(target).is_ok())
    }

    fn event_disable(&mut self, id: u64) -> bool {
        target(id).is_some_and(|target| self.events.disable(target).is_ok())
    }

    fn event_clear(&mut self, id: u64) -> bool {
        target(id).is_some_and(|target| self.events.clear(target).is_ok())
    }
}
