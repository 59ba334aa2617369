//! Why a form does not take an instruction, and which of the reasons the user hears.

use crate::asm::error::AsmError;
use crate::asm::kind::Kind;
use crate::asm::kind::flag;
use crate::asm::statement::Instruction;
use crate::asm::table;
use crate::asm::table::Form;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Forms that a message lists.
const LISTED: usize = 8;

/// Why a form was refused. A later one is nearer to what was meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refusal {
    /// The code size is another.
    Mode,
    /// The operands are of other kinds, or their number is another.
    Operands,
    /// The registers cannot stand in one address.
    Address,
    /// The kinds fit, the size word does not.
    Size,
    /// An operand-size, address-size or encoding request that it does not meet.
    Request(&'static str),
    /// Something in braces that it does not take, or lacks.
    Decoration(&'static str),
    /// A prefix that it does not take.
    Prefix(&'static str),
    /// A number is too large for so many bits.
    Range(u32, String),
    /// What the encoder says.
    Encoder(String),
}

/// The error for `instruction` when every form has refused it, `best` for the nearest reason.
pub(crate) fn error(instruction: &Instruction<'_>, best: Refusal, bits: u32, offset: usize) -> AsmError {
    let word = instruction.word;
    let message = match best {
        Refusal::Mode => format!("'{word}' does not exist in {bits}-bit code"),
        Refusal::Operands => format!(
            "'{word}' does not take these operands; it takes {}",
            accepted(&instruction.mnemonic.name, bits)
        ),
        Refusal::Address => {
            "base and index of an address are general registers of one size, or the index a vector".into()
        }
        Refusal::Size => format!(
            "'{word}' does not take a memory operand of this size; it takes {}",
            sizes(&instruction.mnemonic.name, bits)
        ),
        Refusal::Request(what) => format!("'{word}' cannot be encoded with {what}"),
        Refusal::Decoration(what) => format!("'{word}' {what}"),
        Refusal::Prefix(what) => format!("'{word}' does not take {what} here"),
        Refusal::Range(_, what) => what,
        Refusal::Encoder(what) => format!("'{word}' cannot be encoded: {what}"),
    };
    AsmError::new(offset, message)
}

/// The error for a memory operand whose size nothing says.
pub(crate) fn ambiguous(instruction: &Instruction<'_>, mut sizes: Vec<u16>, offset: usize) -> AsmError {
    sizes.sort_unstable();
    sizes.dedup();
    let words: Vec<String> = sizes
        .into_iter()
        .map(|size| format!("'{} ptr'", word(size)))
        .collect();
    AsmError::new(
        offset,
        format!(
            "the size of the memory operand of '{}' is not known; write {}",
            instruction.word,
            words.join(" or ")
        ),
    )
}

fn word(size: u16) -> String {
    let word = match size {
        1 => "byte",
        2 => "word",
        4 => "dword",
        6 => "fword",
        8 => "qword",
        10 => "tbyte",
        14 => "fpuenv14",
        16 => "xmmword",
        28 => "fpuenv28",
        32 => "ymmword",
        64 => "zmmword",
        94 => "fpustate94",
        108 => "fpustate108",
        size => return format!("{size}-byte"),
    };
    word.into()
}

fn available(name: &str, bits: u32) -> impl Iterator<Item = Form> {
    let mode = if bits == 64 { flag::MODE64 } else { flag::MODE32 };
    table::forms(name)
        .into_iter()
        .flatten()
        .filter(move |form| form.has(mode))
}

fn listed(mut all: Vec<String>, separator: &str) -> String {
    let mut seen = Vec::new();
    all.retain(|text| {
        let new = !seen.contains(text);
        if new {
            seen.push(text.clone());
        }
        new
    });
    let more = all.len() > LISTED;
    all.truncate(LISTED);
    let text = all.join(separator);
    if more {
        format!("{text}{separator}...")
    } else {
        text
    }
}

/// The forms of `name`, as manuals write operands.
fn accepted(name: &str, bits: u32) -> String {
    let forms = available(name, bits).map(|form| {
        let kinds: Vec<_> = form.kinds().map(Kind::name).collect();
        if kinds.is_empty() {
            "no operands".into()
        } else {
            kinds.join(", ")
        }
    });
    listed(forms.collect(), " | ")
}

fn sizes(name: &str, bits: u32) -> String {
    let mut all: Vec<u16> = available(name, bits)
        .map(|form| form.memory)
        .filter(|&size| size != 0)
        .collect();
    all.sort_unstable();
    listed(all.into_iter().map(word).collect(), ", ")
}
