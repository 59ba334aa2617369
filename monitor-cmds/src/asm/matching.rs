//! Does a form take an instruction? If so, the instruction as `iced-x86`'s encoder wants it.
//!
//! The encoder checks registers, address sizes and reach; kinds, numbers, size words, prefixes and braces are
//! checked here.

use crate::asm::bind;
use crate::asm::decoration::Decorations;
use crate::asm::decoration::Encoding;
use crate::asm::kind::Kind;
use crate::asm::kind::flag;
use crate::asm::refusal::Refusal;
use crate::asm::statement;
use crate::asm::table::Form;
use crate::asm::trim;
use crate::asm::trim::Trimmed;
use crate::asm::value::Rip;
use crate::asm::value::Value;
use alloc::vec::Vec;
use iced_x86::Instruction;

/// An instruction ready to be encoded.
pub(crate) struct Case {
    pub(crate) instruction: Instruction,
    /// Only taken if nothing else is there.
    pub(crate) weak: bool,
    /// Of its memory operand.
    pub(crate) rip: Rip,
}

/// Kinds that are not written down; each row is one custom, tried in this order.
const UNWRITTEN: &[fn(&Kind) -> bool] = &[
    |_| false,
    |kind| matches!(kind, Kind::MaskedTarget),
    // `stosq [rdi]`.
    |kind| matches!(kind, Kind::Al | Kind::Ax | Kind::Eax | Kind::Rax),
    // `movsb`, `stosq`, `xlatb`.
    |kind| {
        matches!(kind, Kind::StringSource | Kind::StringTarget | Kind::Table)
            || matches!(kind, Kind::Al | Kind::Ax | Kind::Eax | Kind::Rax | Kind::Dx)
    },
    // `fadd st(1)`.
    |kind| matches!(kind, Kind::St0),
    // `faddp`, for `faddp st(1), st`.
    |kind| matches!(kind, Kind::St0 | Kind::St),
    // `shl eax`.
    |kind| matches!(kind, Kind::One),
];

/// Rows of [`UNWRITTEN`] for such forms only.
const STRING_ROWS: core::ops::Range<usize> = 2..4;

/// Is it a string instruction, or XLATB?
fn is_string(kinds: &[Kind]) -> bool {
    kinds
        .iter()
        .any(|kind| matches!(kind, Kind::StringSource | Kind::StringTarget | Kind::Table))
}

/// Puts `values` into `form`.
pub(crate) fn match_form(
    form: &Form,
    statement: &statement::Instruction<'_>,
    values: &[Value],
    bits: u32,
) -> Result<Case, Refusal> {
    let mode = if bits == 64 { flag::MODE64 } else { flag::MODE32 };
    if !form.has(mode) {
        return Err(Refusal::Mode);
    }
    let mut instruction = fixed(form, statement)?;
    let kinds: Vec<Kind> = form.kinds().collect();
    let kinds = kinds.as_slice();
    let written = trim::trim(form, &statement.mnemonic.name, values);
    let mut best = Refusal::Operands;
    for (row, unwritten) in UNWRITTEN.iter().enumerate() {
        let hidden = kinds.iter().filter(|kind| unwritten(kind)).count();
        let shown = kinds.len().saturating_sub(hidden);
        let pointless = row != 0 && hidden == 0 || STRING_ROWS.contains(&row) && !is_string(kinds);
        if shown != written.values.len() || pointless {
            continue;
        }
        match bind_all(form, *unwritten, &written, statement, bits, &mut instruction) {
            Ok(rip) => {
                statement.prefixes.apply(&mut instruction);
                if let Some(segment) = written.segment {
                    instruction.set_segment_prefix(segment);
                }
                let weak = form.has(flag::WEAK) && statement.mnemonic.size.is_none();
                return Ok(Case {
                    instruction,
                    weak,
                    rip,
                });
            }
            Err(refusal) => best = best.max(refusal),
        }
    }
    Err(best)
}

/// The code, and what concerns the form as a whole.
fn fixed(form: &Form, statement: &statement::Instruction<'_>) -> Result<Instruction, Refusal> {
    let prefixes = &statement.prefixes;
    let size = statement.mnemonic.size.or(prefixes.operand_size);
    let wide = statement.word.eq_ignore_ascii_case("movabs");
    let is_wide = |kind: Kind| matches!(kind, Kind::Imm64 | Kind::Offset);
    if wide && !form.kinds().any(is_wide) {
        return Err(Refusal::Operands);
    }
    if !wide && size.is_some_and(|size| size != form.operand_size()) {
        return Err(Refusal::Request("this operand size"));
    }
    match statement.decorations.encoding {
        Some(Encoding::Vex) if !form.has(flag::VEX) => return Err(Refusal::Request("a VEX prefix")),
        Some(Encoding::Evex) if !form.has(flag::EVEX) => {
            return Err(Refusal::Request("an EVEX prefix"));
        }
        _ => {}
    }
    let fixed = form.address_size();
    if prefixes
        .address_size
        .is_some_and(|asked| fixed != 0 && asked != fixed)
    {
        return Err(Refusal::Request("this address size"));
    }
    if let Some(prefix) = prefixes.refused(form, &statement.mnemonic.name) {
        return Err(Refusal::Prefix(prefix));
    }
    let mut instruction = Instruction::default();
    instruction.set_code(form.code());
    Ok(instruction)
}

fn bind_all(
    form: &Form,
    unwritten: fn(&Kind) -> bool,
    written: &Trimmed,
    statement: &statement::Instruction<'_>,
    bits: u32,
    instruction: &mut Instruction,
) -> Result<Rip, Refusal> {
    let mut next = written.values.iter();
    let address_size = statement.prefixes.address_size.or(written.address_size);
    let mut rip = Rip::No;
    let mut immediates = 0;
    let mut first_is_memory = false;
    let mut has_memory = false;
    // The kinds first, so that a wrong kind behind a number that is too large is what is said.
    let mut late = Ok(());
    for (index, kind) in form.kinds().enumerate() {
        let binder = bind::Binder {
            instruction,
            index: index as u32,
            kind,
            bits,
            address_size,
            immediates: &mut immediates,
        };
        if unwritten(&kind) {
            binder.implied()?;
            continue;
        }
        let Some(value) = next.next() else {
            return Err(Refusal::Operands);
        };
        if let Value::Memory(place) = value {
            rip = place.rip;
            has_memory = true;
            first_is_memory |= index == 0;
            if place.far != form.has(flag::FAR) && !(form.has(flag::FAR) && place.size.is_some_and(is_far)) {
                return Err(Refusal::Operands);
            }
            late = late.and(size(form, place.size, &statement.decorations));
        }
        match binder.value(value) {
            Err(Refusal::Operands) => return Err(Refusal::Operands),
            result => late = late.and(result),
        }
    }
    late?;
    let mut decorations = statement.decorations;
    decorations.mask = decorations.mask.or(written.mask);
    decorate(form, &decorations, has_memory, first_is_memory, instruction)?;
    if statement.prefixes.is_locked() && !first_is_memory {
        return Err(Refusal::Prefix("lock without a memory destination"));
    }
    Ok(rip)
}

/// Sizes that only far pointers have.
fn is_far(size: u16) -> bool {
    matches!(size, 6 | 10)
}

/// Is `size` the one that the form reads or writes?
fn size(form: &Form, size: Option<u16>, decorations: &Decorations) -> Result<(), Refusal> {
    let expected = match decorations.broadcast {
        Some(_) => form.element.into(),
        None => form.memory,
    };
    match size {
        Some(size) if expected != 0 && size != expected => Err(Refusal::Size),
        _ => Ok(()),
    }
}

fn decorate(
    form: &Form,
    decorations: &Decorations,
    has_memory: bool,
    first_is_memory: bool,
    instruction: &mut Instruction,
) -> Result<(), Refusal> {
    let refuse = |what| Err(Refusal::Decoration(what));
    match decorations.mask {
        Some(_) if !form.has(flag::MASK) => return refuse("takes no mask"),
        None if form.has(flag::MASK_REQUIRED) => return refuse("needs a mask, such as {k1}"),
        Some(mask) => instruction.set_op_mask(mask),
        None => {}
    }
    if decorations.zeroing {
        if decorations.mask.is_none() {
            return refuse("zeroes only under a mask, such as {k1}{z}");
        }
        if !form.has(flag::ZEROING) || first_is_memory {
            return refuse("cannot zero here");
        }
        instruction.set_zeroing_masking(true);
    }
    if let Some(count) = decorations.broadcast {
        let element = u64::from(form.element);
        if element == 0 || !has_memory {
            return refuse("cannot broadcast here");
        }
        let elements = u64::from(form.memory) / element;
        if count != 0 && count != elements {
            return refuse("broadcasts to another number of elements");
        }
        instruction.set_is_broadcast(true);
    }
    if let Some(rounding) = decorations.rounding {
        if !form.has(flag::ROUNDING) || has_memory {
            return refuse("takes no rounding here");
        }
        instruction.set_rounding_control(rounding);
    }
    if decorations.sae {
        if !form.has(flag::SAE) || has_memory {
            return refuse("takes no {sae} here");
        }
        instruction.set_suppress_all_exceptions(true);
    }
    Ok(())
}
