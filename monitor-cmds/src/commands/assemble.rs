//! `a`, and with `!`: text to instructions, into memory or to be shown.

use crate::Address;
use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::Token;
use crate::TokenKind;
use crate::args::Args;
use crate::asm;
use crate::asm::Bitness;
use crate::block::Block;
use crate::commands::memory;
use crate::commands::memory::Space;
use crate::script::Globals;
use alloc::format;
use alloc::string::String;
use core::fmt;
use core::fmt::Write;

/// Where the code goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Into memory.
    Memory {
        /// The first byte.
        address: Address,
        /// The process whose memory it is.
        pid: Option<u32>,
    },
    /// Nowhere; its bytes are shown. The address, if given, is where it would run.
    Show(Option<Address>),
}

/// Text to assemble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assemble {
    /// The size of the code.
    pub bitness: Bitness,
    /// Virtual or physical.
    pub space: Space,
    /// The text.
    pub code: String,
    /// Where it goes.
    pub destination: Destination,
}

/// What the rows of the family share.
const FAMILY: CommandSpec = CommandSpec {
    name: "",
    aliases: &[],
    group: Group::Memory,
    parameters: "ADDRESS {INSTRUCTION; ...} [pid X] | {INSTRUCTION; ...} [START]",
    summary: "",
    details: "\
With ADDRESS first the code is written there; without it the bytes are only shown, as of code that
runs at START. Intel syntax, numbers in the block are decimal unless they are written 0x10 or 10h;
labels are `name:`, comments begin with # or //, `<10+8>` holds numbers of this command language.
`db`, `dw`, `dd` and `dq` put data between the instructions. With '!' ADDRESS is guest physical.",
    examples: &[],
    keywords: &["asm", "pid"],
    parse,
};

pub(crate) static A: CommandSpec = FAMILY.named(
    "a",
    &[
        "asm",
        "assemble",
        "assembly",
        "!a",
        "!asm",
        "!assemble",
        "!assembly",
    ],
    "assemble 64-bit code ('!': physical)",
    &[
        (
            "a @rip {nop; nop}",
            "overwrite the next two bytes of code with NOPs",
        ),
        ("a {mov eax, [rbx+8]; ret}", "show the bytes of two instructions"),
    ],
);
pub(crate) static A2: CommandSpec = FAMILY.named(
    "a2",
    &["a32", "!a2", "!a32"],
    "assemble 32-bit code ('!': physical)",
    &[],
);

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let space = Space::of(args.word());
    let bitness = Bitness::of(args.word());
    let (mut before, mut code, mut after, mut pid) = (None, None, None, None);
    while let Some(token) = args.next() {
        if token.kind == TokenKind::Block && code.is_none() {
            if !Block(&token.text).can_be_written() {
                let message =
                    "what of this is a comment cannot be told from its braces; leave the comments out";
                return Err(args.error(token, message));
            }
            code = Some(token);
        } else if code.is_none() && token.is("asm") {
            // HyperDbg's documentation has the word before the block.
        } else if token.is("pid") && space == Space::Virtual {
            pid = Some(memory::pid(args)?);
        } else if code.is_none() {
            place(&mut before, args, token)?;
        } else if before.is_none() {
            place(&mut after, args, token)?;
        } else {
            return Err(args.unknown(token));
        }
    }
    let code = code.ok_or_else(|| args.missing("no assembly snippet provided"))?;
    let destination = match (before, pid) {
        (Some(address), pid) => Destination::Memory { address, pid },
        (None, None) => Destination::Show(after),
        (None, Some(_)) => {
            return Err(args.missing("'pid' needs an address before the assembly snippet"));
        }
    };
    check(bitness, code, &destination).map_err(|error| {
        let message = format!("err, assemble error: {}", error.message);
        args.error_at(code.place(error.offset), message)
    })?;
    Ok(Command::Assemble(Assemble {
        bitness,
        space,
        code: code.text.clone(),
        destination,
    }))
}

/// Whether the code can be assembled, as far as that is known before the command runs.
fn check(bitness: Bitness, code: &Token, destination: &Destination) -> Result<(), asm::AsmError> {
    let origin = match destination {
        Destination::Memory { address, .. } | Destination::Show(Some(address)) => match address {
            Address::Number(origin) => *origin,
            Address::Expression { .. } => return asm::check(bitness, &code.text),
        },
        Destination::Show(None) => 0,
    };
    asm::assemble_for(bitness, &code.text, origin, &|_| None).map(drop)
}

fn place(into: &mut Option<Address>, args: &Args<'_>, token: &Token) -> Result<(), Error> {
    memory::only_address(into, args, token)
}

impl fmt::Display for Assemble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}a{} ", self.space.mark(), self.bitness.mark())?;
        let code = Block(&self.code);
        match &self.destination {
            Destination::Memory { address, pid } => {
                write!(f, "{address} {code}")?;
                memory::write_words(f, None, *pid)
            }
            Destination::Show(Some(start)) => write!(f, "{code} {start}"),
            Destination::Show(None) => code.fmt(f),
        }
    }
}

pub(crate) fn execute(
    command: &Assemble,
    machine: &mut dyn Machine,
    globals: &mut Globals,
    out: &mut dyn Write,
) -> fmt::Result {
    let space = command.space;
    match &command.destination {
        Destination::Show(None) => {
            writeln!(
                out,
                "warning, no start address provided to calculate relative asm commands"
            )?;
            generate(command, 0, out).map(drop)
        }
        Destination::Show(Some(Address::Number(start))) => generate(command, *start, out).map(drop),
        Destination::Show(Some(start)) => {
            memory::at_address(machine, globals, (start, None), out, &mut |_, start, out| {
                generate(command, start, out).map(drop)
            })
        }
        Destination::Memory { address, pid } => {
            memory::at_address(machine, globals, (address, *pid), out, &mut |guest, at, out| {
                let Some(code) = generate(command, at, out)? else {
                    return Ok(());
                };
                match space.write(guest, at, &code.bytes) {
                    Ok(()) => writeln!(out, "successfully assembled at {at:x} address"),
                    Err(error) => writeln!(out, "err, {error}; the code may be there in part"),
                }
            })
        }
    }
}

/// Assembles, and writes the bytes or the error.
fn generate(command: &Assemble, origin: u64, out: &mut dyn Write) -> Result<Option<asm::Code>, fmt::Error> {
    let code = match asm::assemble_for(command.bitness, &command.code, origin, &|_| None) {
        Ok(code) => code,
        Err(error) => {
            let shown = Error::new(
                &command.code,
                error.offset,
                format!("err, assemble error: {}", error.message),
            );
            writeln!(out, "{shown}")?;
            return Ok(None);
        }
    };
    let (bytes, statements) = (code.bytes.len(), code.statements);
    write!(
        out,
        "generated assembly: {bytes:x} bytes, {statements:x} statements ="
    )?;
    code.bytes
        .iter()
        .try_for_each(|byte| write!(out, " {byte:02x}"))?;
    writeln!(out)?;
    Ok(Some(code))
}
