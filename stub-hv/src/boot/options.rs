//! The hypervisor's own command line.
//!
//! One table names every option, says what it takes and does, and parses it; the README's table is written
//! from it. Words are separated by blanks; the last of several equal options counts.
//!
//! Boot loaders disagree about the first word: QEMU and GRUB Legacy put the kernel's file name there, GRUB 2
//! does not. So a first word that is no option counts as that name if it has a `/` or has no `=`.

use alloc::string::String;
use core::fmt;
use core::fmt::Write;

/// The rate a UART's divisor of 1 gives, and the one used unless the command line says otherwise.
pub const MAX_BAUD: u32 = 115_200;

/// A UART, and how its interrupt arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DebugPort {
    /// The first of its 8 I/O ports.
    pub port: u16,
    /// Its ISA interrupt line, or for a card the I/O APIC input counted over all I/O APICs: 1 to 255.
    pub irq: u8,
}

/// The four ports that have names.
pub const NAMED_PORTS: [(&str, DebugPort); 4] = [
    ("com1", DebugPort { port: 0x3f8, irq: 4 }),
    ("com2", DebugPort { port: 0x2f8, irq: 3 }),
    ("com3", DebugPort { port: 0x3e8, irq: 4 }),
    ("com4", DebugPort { port: 0x2e8, irq: 3 }),
];

/// How far the line to the debugger can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Bytes get lost or changed: packets are acknowledged and sent again.
    #[default]
    Noisy,
    /// Every byte arrives: packets need no acknowledgement.
    Reliable,
}

/// What the guest's image is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GuestKind {
    /// Whatever the image looks like.
    #[default]
    Auto,
    /// A Linux bzImage.
    Linux,
    /// A multiboot 1 kernel.
    Multiboot,
}

/// What the user asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options<'a> {
    /// The first word, where it was taken for the kernel's file name.
    pub program: Option<&'a str>,
    /// Where the debugger is connected.
    pub debug: DebugPort,
    /// Bits per second on that line; divides [`MAX_BAUD`].
    pub baud: u32,
    /// How far that line can be trusted.
    pub link: Link,
    /// Whether the guest starts only when a debugger lets it.
    pub wait: bool,
    /// How to load the guest.
    pub guest: GuestKind,
    /// The guest's command line, in place of the one its module carries.
    pub guest_args: Option<&'a str>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            program: None,
            debug: DebugPort { port: 0x2f8, irq: 3 },
            baud: MAX_BAUD,
            link: Link::default(),
            wait: false,
            guest: GuestKind::default(),
            guest_args: None,
        }
    }
}

/// What may follow an option's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Nothing,
    Word,
    RestOfLine,
}

/// One row of the table. `set` answers `None` to a value it cannot use.
struct Row {
    name: &'static str,
    takes: Takes,
    /// What a value may be: shown in the README and in errors.
    shape: &'static str,
    default: &'static str,
    help: &'static str,
    set: for<'a> fn(&mut Options<'a>, &'a str) -> Option<()>,
}

const TABLE: [Row; 6] = [
    Row {
        name: "debug",
        takes: Takes::Word,
        shape: "com1, com2, com3, com4, or PORT,IRQ with PORT in hexadecimal and IRQ in decimal",
        default: "com2",
        help: "The serial port the debugger is connected to, `debug=2f8,3` for instance. \
               The guest does not see it.",
        set: |options, value| {
            options.debug = debug_port(value)?;
            Some(())
        },
    },
    Row {
        name: "baud",
        takes: Takes::Word,
        shape: "a decimal number that divides 115200, at least 2",
        default: "115200",
        help: "Bits per second on the debugger's serial port.",
        set: |options, value| {
            let baud: u32 = decimal(value)?;
            let divides = (2..=MAX_BAUD).contains(&baud) && MAX_BAUD.is_multiple_of(baud);
            divides.then(|| options.baud = baud)
        },
    },
    Row {
        name: "link",
        takes: Takes::Word,
        shape: "reliable or noisy",
        default: "noisy",
        help: "Whether bytes can get lost on the way: `noisy` keeps the acknowledgement of every packet, \
               `reliable` (a virtual serial port) does without and is faster.",
        set: |options, value| {
            options.link = find(&[("reliable", Link::Reliable), ("noisy", Link::Noisy)], value)?;
            Some(())
        },
    },
    Row {
        name: "wait",
        takes: Takes::Nothing,
        shape: "",
        default: "",
        help: "Hold the guest before its first instruction until a debugger continues it.",
        set: |options, _| {
            options.wait = true;
            Some(())
        },
    },
    Row {
        name: "guest",
        takes: Takes::Word,
        shape: "linux, multiboot or auto",
        default: "auto",
        help: "What the first module is: a Linux bzImage, a multiboot 1 kernel, or to be found out.",
        set: |options, value| {
            let kinds = [
                ("linux", GuestKind::Linux),
                ("multiboot", GuestKind::Multiboot),
                ("auto", GuestKind::Auto),
            ];
            options.guest = find(&kinds, value)?;
            Some(())
        },
    },
    Row {
        name: "guest-args",
        takes: Takes::RestOfLine,
        shape: "the rest of the line",
        default: "",
        help: "The guest's command line, in place of the one given with its module. Must come last.",
        set: |options, value| {
            options.guest_args = Some(value);
            Some(())
        },
    },
];

/// A word that cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionError<'a> {
    /// No option has this name.
    Unknown {
        /// The whole word.
        word: &'a str,
    },
    /// The option cannot take this value, or takes none, or needs one.
    Value {
        /// The whole word.
        word: &'a str,
        /// The option's name.
        name: &'static str,
        /// What it takes; empty for an option that takes nothing.
        expected: &'static str,
    },
}

impl fmt::Display for OptionError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { word } => {
                write!(f, "unknown option \"{word}\"; there are ")?;
                for (index, row) in TABLE.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    f.write_str(row.name)?;
                }
                Ok(())
            }
            Self::Value {
                word,
                name,
                expected: "",
            } => write!(f, "\"{word}\": {name} takes no value"),
            Self::Value { word, name, expected } => write!(f, "\"{word}\": {name}= takes {expected}"),
        }
    }
}

impl<'a> Options<'a> {
    /// Parses a command line. The first word that cannot be followed ends it.
    pub fn parse(line: &'a str) -> Result<Self, OptionError<'a>> {
        let mut options = Self::default();
        let mut rest = line.trim_start();
        let mut first = true;
        while !rest.is_empty() {
            let (word, after) = split_word(rest);
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word, None),
            };
            match TABLE.iter().find(|row| row.name == name) {
                Some(row) => {
                    let value = match row.takes {
                        Takes::RestOfLine => rest.split_once('=').map(|(_, line)| line.trim_end()),
                        _ => value,
                    };
                    row.apply(&mut options, word, value)?;
                    if row.takes == Takes::RestOfLine {
                        break;
                    }
                }
                None if first && (word.contains('/') || value.is_none()) => options.program = Some(word),
                None => return Err(OptionError::Unknown { word }),
            }
            first = false;
            rest = after;
        }
        Ok(options)
    }

    /// The UART's divisor for the chosen rate.
    pub const fn divisor(&self) -> u16 {
        match MAX_BAUD.checked_div(self.baud) {
            Some(divisor) if divisor <= u16::MAX as u32 => divisor as u16,
            _ => 1,
        }
    }
}

impl Row {
    fn apply<'a>(
        &self,
        options: &mut Options<'a>,
        word: &'a str,
        value: Option<&'a str>,
    ) -> Result<(), OptionError<'a>> {
        let wrong = OptionError::Value {
            word,
            name: self.name,
            expected: self.shape,
        };
        let value = match (self.takes, value) {
            (Takes::Nothing, None) => "",
            (Takes::Word | Takes::RestOfLine, Some(value)) => value,
            _ => return Err(wrong),
        };
        (self.set)(options, value).ok_or(wrong)
    }
}

/// The options as a markdown table, for the README.
pub fn options_markdown() -> String {
    let mut out = String::from("| option | value | default | what it does |\n|---|---|---|---|\n");
    for row in &TABLE {
        let sign = if row.takes == Takes::Nothing { "" } else { "=" };
        let default = if row.default.is_empty() {
            String::new()
        } else {
            alloc::format!("`{}`", row.default)
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "| `{}{sign}` | {} | {default} | {} |",
            row.name, row.shape, row.help
        );
    }
    out
}

fn split_word(line: &str) -> (&str, &str) {
    match line.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (line, ""),
    }
}

fn find<T: Copy>(choices: &[(&str, T)], value: &str) -> Option<T> {
    choices
        .iter()
        .find(|(name, _)| *name == value)
        .map(|&(_, choice)| choice)
}

/// Digits only: the standard parser would also take a sign.
fn decimal<T: core::str::FromStr>(text: &str) -> Option<T> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

fn debug_port(value: &str) -> Option<DebugPort> {
    if let Some(named) = find(&NAMED_PORTS, value) {
        return Some(named);
    }
    let (port, irq) = value.split_once(',')?;
    let port = port.strip_prefix("0x").unwrap_or(port);
    let digits = port.bytes().all(|byte| byte.is_ascii_hexdigit());
    let port = digits.then(|| u16::from_str_radix(port, 16).ok())??;
    let irq: u8 = decimal(irq)?;
    // Below 100h are the board's own devices, and 8 ports have to fit.
    ((0x100..=0xfff8).contains(&port) && irq > 0).then_some(DebugPort { port, irq })
}

#[cfg(test)]
mod tests;
