//! `!crwrite`: writes to control registers.

use crate::Command;
use crate::CommandSpec;
use crate::Control;
use crate::Error;
use crate::Group;
use crate::Trigger;
use crate::args::Args;
use crate::commands::event;
use crate::options::parse_event_args;
use crate::parse_u64;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!crwrite",
    aliases: &[],
    group: Group::Event,
    parameters: "0|4 [[mask] MASK]",
    summary: "act when the guest changes bits of CR0 or CR4",
    details: "\
MASK says which bits count; without it all of them. The word `mask` may be left out. `$context` is 0
or 4.",
    examples: &[
        ("!crwrite 4", "stop at each change of CR4"),
        (
            "!crwrite 0 mask 10000",
            "stop when write protection (CR0.WP) is switched",
        ),
    ],
    keywords: &["mask"],
    parse,
};

const CHOOSE: &str = "please choose either 0 for cr0 or 4 for cr4";

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let mut register = None;
    let mut mask = None;
    let draft = parse_event_args(args, |args, token| {
        if token.is("mask") && register.is_some() && mask.is_none() {
            let value = args.required("err, please specify a value for 'mask'")?;
            mask = Some(args.u64(value, "mask")?);
        } else if register.is_none() {
            register = Some(match args.positional(token, "the control register", parse_u64)? {
                0 => 0,
                4 => 4,
                _ => return Err(args.error(token, CHOOSE)),
            });
        } else if mask.is_none() {
            mask = Some(args.positional(token, "the mask", parse_u64)?);
        } else {
            return Err(args.unknown(token));
        }
        Ok(())
    })?;
    let Some(register) = register else {
        return Err(match args.has_parameters() {
            true => args.missing(CHOOSE),
            false => args.missing(&args.incorrect_use(CHOOSE)),
        });
    };
    let mask = mask.unwrap_or(u64::MAX);
    event::command(args, Trigger::Control(Control { register, mask }), draft)
}
