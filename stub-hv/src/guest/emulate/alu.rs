//! Integer arithmetic with the exact RFLAGS of the processor.
//!
//! Where the manual leaves AF undefined (AND, OR, XOR, TEST) it is cleared, as processors of both
//! vendors do (APM volume 3, "Status-Flag Changes" gives it as undefined).

use iced_x86::Mnemonic;

use super::operand::mask;

/// The status flags an operation here may change: CF, PF, AF, ZF, SF, OF.
pub const STATUS: u64 = CARRY | PARITY | ADJUST | ZERO | SIGN | OVERFLOW;

/// CF
pub const CARRY: u64 = 1;
/// PF
pub const PARITY: u64 = 1 << 2;
/// AF
pub const ADJUST: u64 = 1 << 4;
/// ZF
pub const ZERO: u64 = 1 << 6;
/// SF
pub const SIGN: u64 = 1 << 7;
/// TF
pub const TRAP: u64 = 1 << 8;
/// DF
pub const DIRECTION: u64 = 1 << 10;
/// OF
pub const OVERFLOW: u64 = 1 << 11;
/// RF
pub const RESUME: u64 = 1 << 16;
/// AC
pub const ALIGNMENT: u64 = 1 << 18;

/// An operation on one or two integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// ADD
    Add,
    /// ADC
    Adc,
    /// SUB, and CMP where the result is dropped.
    Sub,
    /// SBB
    Sbb,
    /// AND, and TEST where the result is dropped.
    And,
    /// OR
    Or,
    /// XOR
    Xor,
    /// INC: the second operand is ignored and CF stays.
    Inc,
    /// DEC: the second operand is ignored and CF stays.
    Dec,
    /// NOT: the second operand is ignored and all flags stay.
    Not,
    /// NEG: the second operand is ignored.
    Neg,
}

impl Operation {
    /// The operation of an instruction, and whether the instruction stores the result.
    pub const fn of(mnemonic: Mnemonic) -> Option<(Self, bool)> {
        Some(match mnemonic {
            Mnemonic::Add => (Self::Add, true),
            Mnemonic::Adc => (Self::Adc, true),
            Mnemonic::Sub => (Self::Sub, true),
            Mnemonic::Sbb => (Self::Sbb, true),
            Mnemonic::Cmp => (Self::Sub, false),
            Mnemonic::And => (Self::And, true),
            Mnemonic::Test => (Self::And, false),
            Mnemonic::Or => (Self::Or, true),
            Mnemonic::Xor => (Self::Xor, true),
            Mnemonic::Inc => (Self::Inc, true),
            Mnemonic::Dec => (Self::Dec, true),
            Mnemonic::Not => (Self::Not, true),
            Mnemonic::Neg => (Self::Neg, true),
            _ => return None,
        })
    }

    /// The result of `size` bytes (1, 2, 4, 8) and the new RFLAGS. Bits of `a` and `b` above the size are
    /// ignored.
    pub const fn apply(self, a: u64, b: u64, size: u8, flags: u64) -> (u64, u64) {
        let a = mask(a, size);
        let b = mask(b, size);
        let carry = flags & CARRY;
        match self {
            Self::Add => add(a, b, 0, size, flags),
            Self::Adc => add(a, b, carry, size, flags),
            Self::Sub => subtract(a, b, 0, size, flags),
            Self::Sbb => subtract(a, b, carry, size, flags),
            Self::And => (a & b, with_result(a & b, size, flags)),
            Self::Or => (a | b, with_result(a | b, size, flags)),
            Self::Xor => (a ^ b, with_result(a ^ b, size, flags)),
            Self::Inc => keep_carry(add(a, 1, 0, size, flags), carry),
            Self::Dec => keep_carry(subtract(a, 1, 0, size, flags), carry),
            Self::Not => (mask(!a, size), flags),
            Self::Neg => subtract(0, a, 0, size, flags),
        }
    }
}

const fn keep_carry((result, flags): (u64, u64), carry: u64) -> (u64, u64) {
    (result, flags & !CARRY | carry)
}

/// ZF, SF and PF of a result, with CF, OF and AF clear.
const fn with_result(result: u64, size: u8, flags: u64) -> u64 {
    let mut flags = flags & !STATUS;
    if result == 0 {
        flags |= ZERO;
    }
    if result & sign_bit(size) != 0 {
        flags |= SIGN;
    }
    if (result as u8).count_ones().is_multiple_of(2) {
        flags |= PARITY;
    }
    flags
}

const fn sign_bit(size: u8) -> u64 {
    1 << (size as u32 * 8 - 1)
}

const fn add(a: u64, b: u64, carry: u64, size: u8, flags: u64) -> (u64, u64) {
    let wide = a as u128 + b as u128 + carry as u128;
    let result = mask(wide as u64, size);
    let carried = wide >> (size as u32 * 8) != 0;
    let overflowed = (a ^ result) & (b ^ result) & sign_bit(size) != 0;
    (
        result,
        arithmetic(
            with_result(result, size, flags),
            a ^ b ^ result,
            carried,
            overflowed,
        ),
    )
}

const fn subtract(a: u64, b: u64, borrow: u64, size: u8, flags: u64) -> (u64, u64) {
    let result = mask(a.wrapping_sub(b).wrapping_sub(borrow), size);
    let borrowed = (a as u128) < b as u128 + borrow as u128;
    let overflowed = (a ^ b) & (a ^ result) & sign_bit(size) != 0;
    (
        result,
        arithmetic(
            with_result(result, size, flags),
            a ^ b ^ result,
            borrowed,
            overflowed,
        ),
    )
}

/// Adds CF, AF and OF; bit 4 of `carries` is the carry out of the low nibble.
const fn arithmetic(flags: u64, carries: u64, carry: bool, overflow: bool) -> u64 {
    let mut flags = flags | carries & ADJUST;
    if carry {
        flags |= CARRY;
    }
    if overflow {
        flags |= OVERFLOW;
    }
    flags
}

#[cfg(test)]
#[expect(unsafe_code, reason = "compares with the processor's own arithmetic")]
mod tests {
    use core::arch::asm;

    use proptest::prelude::*;

    use super::*;

    /// Runs one instruction on the processor with the given flags.
    macro_rules! native {
        ($text:expr, $a:expr, $b:expr, $flags:expr) => {{
            let (mut a, mut flags): (u64, u64) = ($a, $flags);
            // SAFETY: one arithmetic instruction on registers; only status flags are loaded.
            unsafe {
                asm!(
                    "push {flags}", "popfq", $text, "pushfq", "pop {flags}",
                    flags = inout(reg) flags, inout("rax") a, in("rcx") $b as u64,
                );
            }
            (a, flags)
        }};
    }

    fn natively(operation: Operation, size: u8, a: u64, b: u64, flags: u64) -> (u64, u64) {
        macro_rules! sizes {
            ($name:literal) => {
                match size {
                    1 => native!(concat!($name, " al, cl"), a, b, flags),
                    2 => native!(concat!($name, " ax, cx"), a, b, flags),
                    4 => native!(concat!($name, " eax, ecx"), a, b, flags),
                    _ => native!(concat!($name, " rax, rcx"), a, b, flags),
                }
            };
            (one $name:literal) => {
                match size {
                    1 => native!(concat!($name, " al"), a, b, flags),
                    2 => native!(concat!($name, " ax"), a, b, flags),
                    4 => native!(concat!($name, " eax"), a, b, flags),
                    _ => native!(concat!($name, " rax"), a, b, flags),
                }
            };
        }
        match operation {
            Operation::Add => sizes!("add"),
            Operation::Adc => sizes!("adc"),
            Operation::Sub => sizes!("sub"),
            Operation::Sbb => sizes!("sbb"),
            Operation::And => sizes!("and"),
            Operation::Or => sizes!("or"),
            Operation::Xor => sizes!("xor"),
            Operation::Inc => sizes!(one "inc"),
            Operation::Dec => sizes!(one "dec"),
            Operation::Not => sizes!(one "not"),
            Operation::Neg => sizes!(one "neg"),
        }
    }

    const ALL: [Operation; 11] = [
        Operation::Add,
        Operation::Adc,
        Operation::Sub,
        Operation::Sbb,
        Operation::And,
        Operation::Or,
        Operation::Xor,
        Operation::Inc,
        Operation::Dec,
        Operation::Not,
        Operation::Neg,
    ];

    fn compare(operation: Operation, size: u8, a: u64, b: u64, status: u64) {
        let (expected, native_flags) = natively(operation, size, a, b, status & STATUS | 2);
        let (result, flags) = operation.apply(a, b, size, status & STATUS | 2);
        let context = format!("{operation:?} {size} {a:#x} {b:#x} {status:#x}");
        assert_eq!(result, mask(expected, size), "{context}");
        assert_eq!(flags & STATUS, native_flags & STATUS, "{context}");
    }

    #[test]
    fn edges_match_the_processor() {
        let edges = [
            0,
            1,
            0xf,
            0x10,
            0x7f,
            0x80,
            0xff,
            0x7fff,
            0x8000,
            0xffff,
            1 << 31,
            !0 >> 1,
            1 << 63,
            !0,
        ];
        for operation in ALL {
            for size in [1, 2, 4, 8] {
                for a in edges {
                    for b in edges {
                        compare(operation, size, a, b, 0);
                        compare(operation, size, a, b, CARRY);
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn random_operands_match_the_processor(a: u64, b: u64, status: u64, size in 0..4u32, which in 0..11usize) {
            compare(ALL[which], 1 << size, a, b, status);
        }
    }
}
