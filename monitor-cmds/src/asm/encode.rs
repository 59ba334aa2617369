//! One instruction to bytes: every form is tried, the shortest encoding is taken.

use crate::asm::error::AsmError;
use crate::asm::expression::Names;
use crate::asm::matching;
use crate::asm::matching::Case;
use crate::asm::refusal;
use crate::asm::refusal::Refusal;
use crate::asm::statement::Instruction;
use crate::asm::table;
use crate::asm::table::Form;
use crate::asm::value;
use crate::asm::value::Rip;
use crate::asm::value::Value;
use alloc::string::ToString;
use alloc::vec::Vec;
use iced_x86::Encoder;
use iced_x86::Register;

/// Where an instruction stands.
#[derive(Clone, Copy)]
pub(crate) struct Site<'n> {
    pub(crate) address: u64,
    pub(crate) bits: u32,
    /// The statement's place in the text.
    pub(crate) offset: usize,
    /// The encoding should be at least as long, if there is such a one.
    pub(crate) least: usize,
    pub(crate) names: &'n dyn Names,
}

struct Candidate {
    /// Only taken if nothing else is there.
    weak: bool,
    bytes: Vec<u8>,
    memory: u16,
}

/// The bytes of `instruction` at `site`.
pub(crate) fn encode(instruction: &Instruction<'_>, site: Site<'_>) -> Result<Vec<u8>, AsmError> {
    let values = operands(instruction, site)?;
    let mut best = Refusal::Mode;
    let mut candidates: Vec<Candidate> = Vec::new();
    for form in table::forms(&instruction.mnemonic.name).into_iter().flatten() {
        match encode_as(&form, instruction, &values, site) {
            Ok(candidate) => candidates.push(candidate),
            Err(refusal) => best = best.max(refusal),
        }
    }
    if candidates.iter().any(|candidate| !candidate.weak) {
        candidates.retain(|candidate| !candidate.weak);
    }
    if leaves_size_open(instruction, &values) {
        let sizes: Vec<u16> = candidates
            .iter()
            .map(|candidate| candidate.memory)
            .filter(|&size| size != 0)
            .collect();
        if sizes.iter().min() != sizes.iter().max() {
            return Err(refusal::ambiguous(instruction, sizes, site.offset));
        }
    }
    // Of equals the first, which is the order of the table.
    let long_enough = candidates
        .iter()
        .filter(|candidate| candidate.bytes.len() >= site.least)
        .min_by_key(|candidate| candidate.bytes.len());
    let chosen = long_enough.or_else(|| {
        candidates
            .iter()
            .rev()
            .max_by_key(|candidate| candidate.bytes.len())
    });
    match chosen {
        Some(candidate) => Ok(candidate.bytes.clone()),
        None => Err(refusal::error(instruction, best, site.bits, site.offset)),
    }
}

/// The operands, computed, and those that the mnemonic stands for.
fn operands(instruction: &Instruction<'_>, site: Site<'_>) -> Result<Vec<Value>, AsmError> {
    let mut values = instruction
        .operands
        .iter()
        .map(|operand| value::compute(operand, site.bits, site.offset, site.names))
        .collect::<Result<Vec<_>, _>>()?;
    let number = |value: u8| Value::Number {
        value: value.into(),
        size: None,
        distance: None,
    };
    values.extend(instruction.mnemonic.immediate.map(number));
    match (instruction.mnemonic.name.as_str(), values.as_slice()) {
        ("aam" | "aad", []) => values.push(number(10)),
        ("imul", &[Value::Register(register), Value::Number { .. }]) => {
            values.insert(1, Value::Register(register));
        }
        _ => {}
    }
    Ok(values)
}

/// Is there a memory operand, or a string instruction without operands, whose size the text does not say?
fn leaves_size_open(instruction: &Instruction<'_>, values: &[Value]) -> bool {
    let open = |value: &Value| matches!(value, Value::Memory(place) if place.size.is_none() && !place.far);
    // The operand of a NOP is not accessed.
    instruction.mnemonic.name != "nop"
        && instruction.decorations.broadcast.is_none()
        && (values.is_empty() || values.iter().any(open))
}

fn encode_as(
    form: &Form,
    instruction: &Instruction<'_>,
    values: &[Value],
    site: Site<'_>,
) -> Result<Candidate, Refusal> {
    let Case {
        mut instruction,
        weak,
        rip,
    } = matching::match_form(form, instruction, values, site.bits)?;
    let mut bytes = run(&instruction, site).or_else(|error| {
        // Too far for an absolute address: relative to RIP it may be reached.
        if rip != Rip::Fallback {
            return Err(error);
        }
        instruction.set_memory_base(Register::RIP);
        run(&instruction, site).map_err(|_| error)
    })?;
    let relative = instruction.memory_base() == Register::RIP;
    if rip == Rip::Distance {
        // The distance is from the end, and no displacement changes the length.
        let distance = instruction.memory_displacement64();
        let end = site.address.wrapping_add(bytes.len() as u64);
        let mut target = end.wrapping_add(distance);
        if instruction.memory_base() == Register::EIP {
            target &= u64::from(u32::MAX);
        }
        instruction.set_memory_displacement64(target);
        bytes = run(&instruction, site)?;
    }
    Ok(Candidate {
        weak: weak || (relative && rip == Rip::Fallback),
        bytes,
        memory: form.memory,
    })
}

fn run(instruction: &iced_x86::Instruction, site: Site<'_>) -> Result<Vec<u8>, Refusal> {
    let mut encoder = Encoder::try_new(site.bits).map_err(|error| Refusal::Encoder(error.to_string()))?;
    encoder
        .encode(instruction, site.address)
        .map_err(|error| Refusal::Encoder(error.to_string()))?;
    Ok(encoder.take_buffer())
}
