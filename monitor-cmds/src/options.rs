//! The options that every event command takes, in any place after its word.
//!
//! One row of [`OPTIONS`] each. An option given twice counts as given last, as in HyperDbg.

use crate::Error;
use crate::Token;
use crate::args::Args;
use alloc::format;

/// The options of one event. The default is what an event has when none is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventOptions {
    /// The only CPU on which it fires; `None` is every CPU.
    pub core: Option<u32>,
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
    set: fn(&mut EventOptions, &Args<'_>, &Token) -> Result<(), Error>,
}

/// Every option, in the order of the help.
pub static OPTIONS: &[OptionSpec] = &[OptionSpec {
    name: "core",
    value: "X",
    summary: "only on CPU X, counted from 0 (default: every CPU)",
    set: |options, args, value| {
        options.core = Some(args.u32(value, "core id")?);
        Ok(())
    },
}];

/// Takes the rest of `args`: options go into the result, every other token to `positional`.
pub(crate) fn parse_event_args(
    args: &mut Args<'_>,
    mut positional: impl FnMut(&Args<'_>, &Token) -> Result<(), Error>,
) -> Result<EventOptions, Error> {
    let mut options = EventOptions::default();
    while let Some(token) = args.next() {
        match OPTIONS.iter().find(|option| token.is(option.name)) {
            Some(option) => {
                let value = args.required(&format!("err, please specify a value for '{}'", option.name))?;
                (option.set)(&mut options, args, value)?;
            }
            None => positional(args, token)?,
        }
    }
    Ok(options)
}
