//! The options that every event command takes, in any place after its word.
//!
//! One row of [`OPTIONS`] each. An option given twice counts as given last, as in HyperDbg.

mod blocks;
mod display;
mod table;
mod values;

pub use blocks::Code;
pub use blocks::MAX_EVENT_OUTPUTS;
pub use blocks::ScriptSource;
pub use table::OPTIONS;
pub use values::MAX_BUFFER;
pub use values::Stages;

use crate::Error;
use crate::Token;
use crate::args::Args;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The options of one event. The default is what an event has when none is given.
///
/// `Display` gives those that differ from the default as one types them, each with a space before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventOptions {
    /// The only process in which it fires; `None` is every process.
    pub pid: Option<u32>,
    /// The only CPU on which it fires; `None` is every CPU.
    pub core: Option<u32>,
    /// The only address space in which it fires, by its CR3, of which bits 12 to 51 count; `None` is every one.
    pub cr3: Option<u64>,
    /// Is printed text delivered at once, not collected?
    pub immediate: bool,
    /// Is what it waits for left undone, unless its script decides otherwise?
    pub short_circuit: bool,
    /// Before or after the effect.
    pub stages: Stages,
    /// Bytes of the safe buffer that each action gets; 0 for none.
    pub buffer: u32,
    /// Machine code that decides whether it acts.
    pub condition: Option<Code>,
    /// Machine code to run.
    pub code: Option<Code>,
    /// A script to run, after the code.
    pub script: Option<ScriptSource>,
    /// Names of the output sources that its printed text goes to; empty for the console.
    pub output: Vec<String>,
}

impl Default for EventOptions {
    fn default() -> Self {
        Self {
            pid: None,
            core: None,
            cr3: None,
            immediate: true,
            short_circuit: false,
            stages: Stages::Pre,
            buffer: 0,
            condition: None,
            code: None,
            script: None,
            output: Vec::new(),
        }
    }
}

impl EventOptions {
    /// Does it stop the guest? It does if it has neither code nor a script.
    pub fn breaks(&self) -> bool {
        self.code.is_none() && self.script.is_none()
    }
}

/// One option: a keyword and the value after it.
#[derive(Debug)]
pub struct OptionSpec {
    /// The keyword, in lower case.
    pub name: &'static str,
    /// Its value as the help shows it.
    pub value: &'static str,
    /// What it does, one line.
    pub summary: &'static str,
    /// Reads the value, of which the token is the first and mostly the only one.
    set: fn(&mut Draft, &mut Args<'_>, &Token) -> Result<(), Error>,
}

/// Options while they are read, with the places of those that may contradict another.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) options: EventOptions,
    stage_at: usize,
    short_circuit_at: usize,
    immediate_at: usize,
}

impl Draft {
    /// Refuses stages after the effect, for events that have none.
    pub(crate) fn only_pre(&self, args: &Args<'_>, what: &str) -> Result<(), Error> {
        if self.options.stages == Stages::Pre {
            return Ok(());
        }
        Err(args.error_at(
            self.stage_at,
            format!(
                "the utilization of 'post' or 'all' event calling stages is not meaningful for {what}; therefore, this \
                 command does not support them"
            ),
        ))
    }

    /// What no event may have at once.
    fn check(&self, args: &Args<'_>) -> Result<(), Error> {
        let options = &self.options;
        if options.short_circuit && options.stages != Stages::Pre {
            return Err(args.error_at(
                self.short_circuit_at.max(self.stage_at),
                "err, using the short-circuiting mechanism with 'post' or 'all' stage events doesn't make sense; it's \
                 not supported!",
            ));
        }
        if !options.immediate && !options.output.is_empty() {
            return Err(args.error_at(
                self.immediate_at,
                "err, non-immediate message passing is not supported in 'output-forwarding mode'",
            ));
        }
        Ok(())
    }
}

/// Takes the rest of `args`: options go into the result, every other token to `positional`, which may take more.
pub(crate) fn parse_event_args<'t>(
    args: &mut Args<'t>,
    mut positional: impl FnMut(&mut Args<'t>, &'t Token) -> Result<(), Error>,
) -> Result<Draft, Error> {
    let mut draft = Draft::default();
    while let Some(token) = args.next() {
        match OPTIONS.iter().find(|option| token.is(option.name)) {
            Some(option) => {
                let value = args.required(&format!("err, please specify a value for '{}'", option.name))?;
                (option.set)(&mut draft, args, value)?;
            }
            None => positional(args, token)?,
        }
    }
    draft.check(args)?;
    Ok(draft)
}

#[cfg(test)]
mod tests;
