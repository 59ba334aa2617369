//! `!trace`: the steps that scripts of other events ask for.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Step;
use crate::Token;
use crate::Trigger;
use crate::args::Args;
use crate::commands::event;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!trace",
    aliases: &[],
    group: Group::Event,
    parameters: "step-in|step-out|instrument-step",
    summary: "act at the steps that scripts of other events ask for",
    details: "\
Alone it does nothing: the steps begin with `event_trace_step()` and its like. The words may also be
`step`, `stepin`, `stepout`, `step-instrument`, `instrumentstep` and `instrument-step-in`.",
    examples: &[(
        "!trace step-in script { printf(\"%llx\\n\", @rip); }",
        "print where each step leads",
    )],
    keywords: &["step-in", "step-out", "instrument-step"],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let (step, draft) = event::word(args, "please specify the trace type", |_, _| Ok(()), step)?;
    event::command(args, Trigger::Trace(step), draft)
}

fn step(args: &Args<'_>, token: &Token) -> Result<Step, Error> {
    let mut rows = Step::WORDS.into_iter();
    let row = rows.find(|(_, words)| words.iter().any(|word| token.is(word)));
    row.map(|(step, _)| step).ok_or_else(|| args.unknown(token))
}
