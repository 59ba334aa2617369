//! `output`: sources that the printed text of events goes to.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Events;
use crate::Group;
use crate::OutputKind;
use crate::Token;
use crate::TokenKind;
use crate::args::Args;
use crate::outputs::check_name;
use alloc::format;
use alloc::string::String;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "output",
    aliases: &[],
    group: Group::Management,
    parameters: "[create NAME TYPE ADDRESS | open|close NAME]",
    summary: "list, create, open or close what the text of events goes to",
    details: "\
TYPE is file, namedpipe, tcp or module; ADDRESS is a path, or address and port, in quotes if it has
spaces. An event names its sources with the option `output {NAME, ...}`, and its text then goes to
those that are opened instead of the console. There are no files here, so each line is printed as
`#output NAME TEXT`, which the client takes out and delivers. A closed source cannot be opened
again.",
    examples: &[
        (
            "output create log file \"/tmp/syscalls.log\"",
            "make the source `log`",
        ),
        ("output open log", "let text go there"),
        ("output", "list the sources"),
    ],
    keywords: &["create", "open", "close", "file", "namedpipe", "tcp", "module"],
    parse,
};

/// What `output` is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputAction {
    /// List every source.
    List,
    /// Make one.
    Create {
        /// Its name.
        name: String,
        /// What it is.
        kind: OutputKind,
        /// Where it is.
        address: String,
    },
    /// Let text be forwarded to it.
    Open(String),
    /// Forward no more text to it.
    Close(String),
}

impl fmt::Display for OutputAction {
    /// What stands after `output`, with the space before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List => Ok(()),
            Self::Create { name, kind, address } => {
                write!(f, " create {name} {} \"{address}\"", kind.word())
            }
            Self::Open(name) => write!(f, " open {name}"),
            Self::Close(name) => write!(f, " close {name}"),
        }
    }
}

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let action = match args.next() {
        None => OutputAction::List,
        Some(verb) if verb.is("create") => {
            let name = name(args)?;
            let kind = kind(args)?;
            let address = address(args, kind)?;
            OutputAction::Create { name, kind, address }
        }
        Some(verb) if verb.is("open") => OutputAction::Open(name(args)?),
        Some(verb) if verb.is("close") => OutputAction::Close(name(args)?),
        Some(verb) => return Err(args.error(verb, format!("incorrect option at '{}'", verb.text))),
    };
    args.end()?;
    Ok(Command::Output(action))
}

fn name(args: &mut Args<'_>) -> Result<String, Error> {
    let token = args.required(&args.incorrect_use("the name of a source is missing"))?;
    check_name(&token.text).map_err(|message| args.error(token, message))?;
    Ok(token.text.clone())
}

fn kind(args: &mut Args<'_>) -> Result<OutputKind, Error> {
    let token = args.required(&args.incorrect_use("the type of the source is missing"))?;
    let kind = OutputKind::ALL.into_iter().find(|kind| token.is(kind.word()));
    kind.ok_or_else(|| args.error(token, format!("incorrect type near '{}'", token.text)))
}

fn address(args: &mut Args<'_>, kind: OutputKind) -> Result<String, Error> {
    let token = args.required(&args.incorrect_use("the address of the source is missing"))?;
    match refusal(token, kind) {
        None => Ok(token.text.clone()),
        Some(reason) => Err(args.error(
            token,
            format!("err, invalid address or cannot open or find the address: {reason}"),
        )),
    }
}

/// Why `token` is no address. What could not be typed again as a literal is none.
fn refusal(token: &Token, kind: OutputKind) -> Option<&'static str> {
    let text = &token.text;
    if token.kind == TokenKind::Block {
        return Some("a block is no address");
    }
    if text.contains(|c: char| c.is_control() || c == '"') || text.ends_with('\\') {
        return Some("it has a quote or a control character, or ends in a backslash");
    }
    if kind == OutputKind::Tcp {
        let port = text.rsplit_once(':').and_then(|(host, port)| {
            let port = port.parse::<u16>().ok()?;
            (!host.is_empty() && port != 0).then_some(port)
        });
        if port.is_none() {
            return Some("ADDRESS:PORT is expected, with a decimal port");
        }
    }
    None
}

pub(crate) fn execute(action: &OutputAction, events: &mut Events<'_>, out: &mut dyn Write) -> fmt::Result {
    let outputs = events.outputs_mut();
    let (done, name, word) = match action {
        OutputAction::List => return list(events, out),
        OutputAction::Create { name, kind, address } => {
            (outputs.create(name, *kind, address), name, "created")
        }
        OutputAction::Open(name) => (outputs.open(name), name, "opened"),
        OutputAction::Close(name) => (outputs.close(name), name, "closed"),
    };
    match done {
        Ok(()) => writeln!(out, "output source {name} {word}"),
        Err(error) => writeln!(out, "{error}"),
    }
}

fn list(events: &Events<'_>, out: &mut dyn Write) -> fmt::Result {
    if events.outputs().iter().next().is_none() {
        return writeln!(out, "output forwarding list is empty");
    }
    for (number, output) in events.outputs().iter().enumerate() {
        let (kind, state) = (output.kind.word(), output.state.word());
        writeln!(out, "{number:x}  {kind:<9}   {state:<10}\t{}", output.name)?;
    }
    Ok(())
}
