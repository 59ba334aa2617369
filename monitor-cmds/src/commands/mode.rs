//! `!mode`: from user to kernel mode and back.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Token;
use crate::Transitions;
use crate::Trigger;
use crate::args::Args;
use crate::commands::event;
use crate::options::Draft;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!mode",
    aliases: &[],
    group: Group::Event,
    parameters: "u|k|uk",
    summary: "act when a process enters user mode (u), kernel mode (k), or either",
    details: "\
It needs the option `pid`, or `cr3`. `$context` is 3 when user mode was entered and 0 for kernel
mode. Left undone (`sc on`), the process makes no progress in that mode. There is no moment after
it.",
    examples: &[("!mode u pid 1a4", "stop when process 1a4 goes on in user mode")],
    keywords: &["u", "k", "uk"],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let missing = "please specify the mode(s) that you want to intercept their execution (u, k, ku)";
    let only_pre = |args: &Args<'_>, draft: &Draft| {
        draft.only_pre(args, "the mode (user-mode/kernel-mode) change traps")
    };
    let (modes, draft) = event::word(args, missing, only_pre, modes)?;
    if draft.options.pid.is_none() && draft.options.cr3.is_none() {
        return Err(args.missing(
            "this event only applies to the selected process(es). please specify the 'pid' or 'cr3' of one",
        ));
    }
    event::command(args, Trigger::Mode(modes), draft)
}

fn modes(args: &Args<'_>, token: &Token) -> Result<Transitions, Error> {
    let (to_user, to_kernel) = match () {
        () if token.is("u") => (true, false),
        () if token.is("k") => (false, true),
        () if token.is("uk") || token.is("ku") => (true, true),
        () => return Err(args.unknown(token)),
    };
    Ok(Transitions { to_user, to_kernel })
}
