//! What the commands about memory share: virtual or physical, the words `l N`, `o N` and `pid X`, and the way to
//! the guest of the selected CPU.

use crate::Address;
use crate::Error;
use crate::Guest;
use crate::Machine;
use crate::MemoryError;
use crate::Token;
use crate::args::Args;
use crate::script::Globals;
use alloc::format;
use alloc::vec::Vec;
use core::fmt;
use core::fmt::Write;

/// Which addresses a command takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// Virtual ones of the selected CPU or of a process.
    Virtual,
    /// Guest physical ones: the word begins with `!`.
    Physical,
}

impl Space {
    /// What the command word says.
    pub(crate) fn of(word: &str) -> Self {
        if word.starts_with('!') {
            Self::Physical
        } else {
            Self::Virtual
        }
    }

    /// What stands before the command word.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Virtual => "",
            Self::Physical => "!",
        }
    }

    pub(crate) fn read(
        self,
        guest: &mut dyn Guest,
        address: u64,
        into: &mut [u8],
    ) -> Result<(), MemoryError> {
        match self {
            Self::Virtual => guest.read_virtual(address, into),
            Self::Physical => guest.read_physical(address, into),
        }
    }

    pub(crate) fn write(self, guest: &mut dyn Guest, address: u64, from: &[u8]) -> Result<(), MemoryError> {
        match self {
            Self::Virtual => guest.write_virtual(address, from),
            Self::Physical => guest.write_physical(address, from),
        }
    }

    /// The little-endian number of `size` bytes (at most 8) at `address`.
    pub(crate) fn number(self, guest: &mut dyn Guest, address: u64, size: usize) -> Result<u64, MemoryError> {
        let mut bytes = [0; 8];
        if let Some(into) = bytes.get_mut(..size) {
            self.read(guest, address, into)?;
        }
        Ok(u64::from_le_bytes(bytes))
    }

    /// `count` bytes, each by itself if they cannot be read at once; `None` for those that cannot be read.
    pub(crate) fn cells(self, guest: &mut dyn Guest, address: u64, count: usize) -> Vec<Option<u8>> {
        let mut bytes = alloc::vec![0; count];
        if self.read(guest, address, &mut bytes).is_ok() {
            return bytes.into_iter().map(Some).collect();
        }
        (0..count as u64)
            .map(|offset| {
                let at = address.wrapping_add(offset);
                self.number(guest, at, 1).ok().map(|byte| byte as u8)
            })
            .collect()
    }
}

/// Which words a command takes beside the positional ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// The largest value of `l`.
    pub(crate) most: u64,
    /// Is there `o N`?
    pub(crate) offset: bool,
    /// Is there `pid X`?
    pub(crate) pid: bool,
}

impl Rules {
    /// `l`, and `pid` where addresses are virtual.
    pub(crate) fn new(most: u64, space: Space) -> Self {
        Self {
            most,
            offset: false,
            pid: space == Space::Virtual,
        }
    }
}

/// The words beside the positional ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) length: Option<u64>,
    pub(crate) offset: Option<u64>,
    pub(crate) pid: Option<u32>,
}

/// Takes the rest of `args`: `l`, `o` and `pid` go into the result, every other token to `positional`. A word given
/// twice counts as given last.
pub(crate) fn words(
    args: &mut Args<'_>,
    rules: Rules,
    mut positional: impl FnMut(&Args<'_>, &Token) -> Result<(), Error>,
) -> Result<Words, Error> {
    let mut words = Words::default();
    while let Some(token) = args.next() {
        if token.is("l") {
            words.length = Some(length(args, rules.most)?);
        } else if rules.offset && token.is("o") {
            let value = args.required("err, please specify a value for 'o'")?;
            words.offset = Some(args.u64(value, "offset")?);
        } else if rules.pid && token.is("pid") {
            words.pid = Some(pid(args)?);
        } else {
            positional(args, token)?;
        }
    }
    Ok(words)
}

/// The value after `pid`.
pub(crate) fn pid(args: &mut Args<'_>) -> Result<u32, Error> {
    let value = args.required("err, please specify a value for 'pid'")?;
    args.u32(value, "pid")
}

fn length(args: &mut Args<'_>, most: u64) -> Result<u64, Error> {
    let token = args.required("err, please specify a value for 'l'")?;
    let length = args.u64(token, "length")?;
    if (1..=most).contains(&length) {
        return Ok(length);
    }
    let message = format!("err, you should enter a valid length: {length:x} is not in 1 to {most:x}");
    Err(args.error(token, message))
}

/// Puts the first positional token into `address` and refuses a second one.
pub(crate) fn only_address(
    address: &mut Option<Address>,
    args: &Args<'_>,
    token: &Token,
) -> Result<(), Error> {
    if address.is_some() {
        return Err(args.unknown(token));
    }
    *address = Some(Address::parse(args, token)?);
    Ok(())
}

/// The address, or the error that there is none.
pub(crate) fn required(address: Option<Address>, args: &Args<'_>) -> Result<Address, Error> {
    address.ok_or_else(|| {
        args.missing(&format!(
            "incorrect use of the '{}': an address is missing",
            args.word()
        ))
    })
}

/// The one address that a command takes, and the words beside it.
pub(crate) fn address_and_words(args: &mut Args<'_>, rules: Rules) -> Result<(Address, Words), Error> {
    let mut address = None;
    let words = words(args, rules, |args, token| only_address(&mut address, args, token))?;
    Ok((required(address, args)?, words))
}

/// ` l N` and ` pid X`, as far as they are given.
pub(crate) fn write_words(f: &mut fmt::Formatter<'_>, length: Option<u64>, pid: Option<u32>) -> fmt::Result {
    if let Some(length) = length {
        write!(f, " l {length:x}")?;
    }
    match pid {
        Some(pid) => write!(f, " pid {pid:x}"),
        None => Ok(()),
    }
}

/// Work on a guest that writes what the user reads.
type Work<'w> = &'w mut dyn FnMut(&mut dyn Guest, &mut dyn Write) -> fmt::Result;

/// Does `work` on the guest of the selected CPU, or says why that cannot be.
pub(crate) fn with_guest(machine: &mut dyn Machine, out: &mut dyn Write, work: Work<'_>) -> fmt::Result {
    let cpu = machine.current_cpu();
    let state = machine.cpu_state(cpu).word();
    match machine.guest(cpu) {
        Some(guest) => work(guest, out),
        None => writeln!(
            out,
            "CPU {cpu:x} is {state}: it has no registers and no memory to show"
        ),
    }
}

/// [`with_guest`] in the address space of process `pid`.
pub(crate) fn in_process(
    machine: &mut dyn Machine,
    pid: Option<u32>,
    out: &mut dyn Write,
    work: Work<'_>,
) -> fmt::Result {
    with_guest(machine, out, &mut |guest, out| {
        let Some(id) = pid else {
            return work(guest, out);
        };
        if !guest.select_process(Some(id)) {
            return writeln!(
                out,
                "err, pid is invalid: there is no process {id:x}, or the guest's operating system is not known"
            );
        }
        let done = work(guest, out);
        guest.select_process(None);
        done
    })
}

/// Work on a guest at an address.
type WorkAt<'w> = &'w mut dyn FnMut(&mut dyn Guest, u64, &mut dyn Write) -> fmt::Result;

/// [`in_process`] at what the address stands for, in the address space of the process.
pub(crate) fn at_address(
    machine: &mut dyn Machine,
    globals: &mut Globals,
    (address, pid): (&Address, Option<u32>),
    out: &mut dyn Write,
    work: WorkAt<'_>,
) -> fmt::Result {
    in_process(
        machine,
        pid,
        out,
        &mut |guest, out| match address.resolve(guest, globals) {
            Ok(value) => work(guest, value, out),
            Err(message) => writeln!(out, "{message}"),
        },
    )
}
