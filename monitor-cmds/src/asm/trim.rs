//! Operands that some like to write though the encoding has no place for them.

use crate::asm::kind::Kind;
use crate::asm::kind::flag;
use crate::asm::table::Form;
use crate::asm::value::Value;
use alloc::vec::Vec;
use iced_x86::Register;

/// The operands that a form has, and what the others said.
pub(crate) struct Trimmed {
    pub(crate) values: Vec<Value>,
    /// A mask that stood as an operand.
    pub(crate) mask: Option<Register>,
    /// A segment that stood as an operand.
    pub(crate) segment: Option<Register>,
    /// Address size in bits, if a register operand decides it.
    pub(crate) address_size: Option<u32>,
}

/// `values` for `form` of the mnemonic `name`.
pub(crate) fn trim(form: &Form, name: &str, values: &[Value]) -> Trimmed {
    let kinds: Vec<Kind> = form.kinds().collect();
    let kinds = kinds.as_slice();
    let mut trimmed = Trimmed {
        values: values.to_vec(),
        mask: None,
        segment: None,
        address_size: None,
    };
    let values = &mut trimmed.values;
    // `maskmovq mm0, mm1, fs`.
    if kinds.first() == Some(&Kind::MaskedTarget)
        && let Some(&Value::Register(last)) = values.last()
        && last.is_segment_register()
    {
        trimmed.segment = Some(last);
        values.pop();
    }
    // `vpgatherdd xmm1, k1, [rax+xmm2]`.
    if form.has(flag::MASK_REQUIRED)
        && let Some(at) = values
            .iter()
            .position(|value| matches!(value, Value::Register(register) if register.is_k()))
        && let Value::Register(mask) = values.remove(at)
    {
        trimmed.mask = Some(mask);
    }
    // `fadd st, dword ptr [rax]`, `fst st(1), st`.
    let top = Value::Register(Register::ST0);
    if values.len() == kinds.len().saturating_add(1)
        && let Some(at) = values.iter().position(|value| *value == top)
    {
        values.remove(at);
    }
    if values.iter().copied().eq(implied(form, name)) {
        values.clear();
    }
    match (name, values.as_mut_slice()) {
        // There is one order only.
        ("test" | "xchg", [first @ Value::Register(_), second @ Value::Memory(_)]) => {
            core::mem::swap(first, second);
        }
        // The short encoding has the accumulator second.
        ("xchg", [first @ Value::Register(_), second @ Value::Register(_)])
            if matches!(kinds, [_, Kind::Ax | Kind::Eax | Kind::Rax]) =>
        {
            core::mem::swap(first, second);
        }
        ("enqcmd" | "enqcmds" | "movdir64b", [Value::Register(register), _]) => {
            trimmed.address_size = u32::try_from(register.size().saturating_mul(8)).ok();
        }
        _ => {}
    }
    trimmed
}

/// Operands that only say the address size: `vmrun rax`, `invlpga rax, ecx`.
fn implied(form: &Form, name: &str) -> impl Iterator<Item = Value> {
    let address = match form.address_size() {
        16 => Some(Register::AX),
        32 => Some(Register::EAX),
        64 => Some(Register::RAX),
        _ => None,
    };
    let address = match name {
        // Always the secure loader block's, of 32 bits.
        "skinit" => Some(Register::EAX),
        _ => address,
    };
    let address = address.filter(|_| form.kinds().next().is_none());
    let second = address.filter(|_| name == "invlpga").map(|_| Register::ECX);
    address.into_iter().chain(second).map(Value::Register)
}
