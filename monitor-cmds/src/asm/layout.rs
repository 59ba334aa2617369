//! From statements to bytes at addresses: sizes grow until every label is where it was assumed.

use crate::asm::encode;
use crate::asm::encode::Site;
use crate::asm::error::AsmError;
use crate::asm::expression::Names;
use crate::asm::operand::Operand;
use crate::asm::statement::Body;
use crate::asm::statement::Datum;
use crate::asm::statement::Program;
use crate::asm::statement::Statement;
use crate::asm::value;
use crate::number;
use crate::suggest;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

/// Passes in which sizes may grow one by one; after them, what depends on a label takes its longest encoding.
const PATIENCE: usize = 24;
/// Passes after which the text is refused.
const PASSES: usize = 32;

struct Place<'t, 's> {
    labels: &'s BTreeMap<&'t str, u64>,
    symbols: &'s dyn Fn(&str) -> Option<u64>,
    here: u64,
}

impl Names for Place<'_, '_> {
    fn label(&self, name: &str) -> Option<u64> {
        self.labels.get(name).copied().or_else(|| (self.symbols)(name))
    }

    /// `name`, `name+10`, `name-10` or a number, hexadecimal as everywhere in the command language.
    fn symbol(&self, text: &str) -> Option<u64> {
        let text = text.trim();
        if let Some(address) = self.label(text) {
            return Some(address);
        }
        let Some(at) = text.rfind(['+', '-']) else {
            return number::parse_u64(text).ok();
        };
        let base = self.symbol_base(text.get(..at)?.trim())?;
        let distance = number::parse_u64(text.get(at.saturating_add(1)..)?.trim()).ok()?;
        Some(if text.get(at..)?.starts_with('-') {
            base.wrapping_sub(distance)
        } else {
            base.wrapping_add(distance)
        })
    }

    fn near(&self, name: &str) -> Option<&str> {
        suggest::nearest(name, self.labels.keys().copied())
    }

    fn here(&self) -> u64 {
        self.here
    }
}

impl Place<'_, '_> {
    fn symbol_base(&self, name: &str) -> Option<u64> {
        self.label(name).or_else(|| number::parse_u64(name).ok())
    }
}

/// The bytes of `program` at `origin`.
pub(crate) fn lay_out(
    program: &Program<'_>,
    bits: u32,
    origin: u64,
    symbols: &dyn Fn(&str) -> Option<u64>,
) -> Result<Vec<u8>, AsmError> {
    let mut sizes = vec![0_usize; program.statements.len()];
    for pass in 0..PASSES {
        let addresses = addresses(&sizes, origin);
        let labels = labels(program, &addresses);
        let mut code = Vec::new();
        let mut failed = None;
        let mut settled = true;
        for ((statement, size), &here) in program.statements.iter().zip(&mut sizes).zip(&addresses) {
            let names = Place {
                labels: &labels,
                symbols,
                here,
            };
            let least = match pass < PATIENCE || !is_relative(statement) {
                true => *size,
                false => usize::MAX,
            };
            match bytes(statement, bits, here, least, &names) {
                Ok(mut bytes) => {
                    // What has shrunk again keeps its room.
                    bytes.resize(bytes.len().max(*size), NOP);
                    settled &= bytes.len() == *size;
                    *size = bytes.len();
                    code.append(&mut bytes);
                }
                // An error may come from labels that are not yet in place.
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match failed {
            None if settled => return Ok(code),
            Some(error) if settled => return Err(error),
            _ => {}
        }
    }
    Err(AsmError::new(
        0,
        "the sizes of the statements do not settle; fix them with 'short' and 'near'",
    ))
}

const NOP: u8 = 0x90;

/// Where each statement begins, and the end.
fn addresses(sizes: &[usize], origin: u64) -> Vec<u64> {
    let mut next = origin;
    let mut addresses = vec![next];
    for &size in sizes {
        next = next.wrapping_add(size as u64);
        addresses.push(next);
    }
    addresses
}

fn labels<'t>(program: &Program<'t>, addresses: &[u64]) -> BTreeMap<&'t str, u64> {
    let address = |&(name, statement): &(&'t str, usize)| Some((name, *addresses.get(statement)?));
    program.labels.iter().filter_map(address).collect()
}

/// Does the statement's size depend on where something is?
fn is_relative(statement: &Statement<'_>) -> bool {
    let Body::Instruction(instruction) = &statement.body else {
        return false;
    };
    instruction.operands.iter().any(|operand| match operand {
        Operand::Register(_) => false,
        Operand::Memory(memory) => memory.displacement.is_relative(),
        Operand::Value { value, .. } => value.is_address(),
        Operand::Far { selector, offset } => selector.is_relative() || offset.is_relative(),
    })
}

fn bytes(
    statement: &Statement<'_>,
    bits: u32,
    address: u64,
    least: usize,
    names: &Place<'_, '_>,
) -> Result<Vec<u8>, AsmError> {
    match &statement.body {
        Body::Instruction(instruction) => {
            let site = Site {
                address,
                bits,
                offset: statement.offset,
                least,
                names,
            };
            encode::encode(instruction, site)
        }
        Body::Data { size, values } => {
            let mut bytes = Vec::new();
            for (datum, offset) in values {
                append(datum, *offset, *size, names, &mut bytes)?;
            }
            Ok(bytes)
        }
    }
}

fn append(
    datum: &Datum<'_>,
    offset: usize,
    size: usize,
    names: &Place<'_, '_>,
    bytes: &mut Vec<u8>,
) -> Result<(), AsmError> {
    let expression = match datum {
        Datum::Text(text) => {
            bytes.extend_from_slice(text);
            // A text fills up its last element with zeros.
            bytes.resize(bytes.len().next_multiple_of(size.max(1)), 0);
            return Ok(());
        }
        Datum::Value(expression) => expression,
    };
    let value = expression.value(names)?;
    let bits = size.saturating_mul(8);
    let fits = value::fits(value, bits as u32);
    let all = value.to_le_bytes();
    match all.get(..size).filter(|_| fits) {
        Some(low) => {
            bytes.extend_from_slice(low);
            Ok(())
        }
        None => Err(AsmError::new(
            offset,
            format!("{} does not fit {bits} bits", value::written(value)),
        )),
    }
}
