//! Register names of scripts, each a field of bits in a [`Register`].
//!
//! A write through a view changes its bits only: `@eax = 1` keeps the upper half of RAX, as a debugger has it and
//! the CPU has not.

use crate::Register;

/// Some bits of a register, under the name that scripts use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisterView {
    /// The register that holds the bits.
    pub register: Register,
    /// How many bits of the register lie below the view.
    pub shift: u8,
    /// Width, 1 to 64. `shift + bits` is at most 64.
    pub bits: u8,
}

impl RegisterView {
    /// The view's bits, moved down to bit 0.
    pub fn mask(self) -> u64 {
        u64::MAX >> (64 - u32::from(self.bits.clamp(1, 64)))
    }

    /// The view's value in a register that holds `whole`.
    pub fn get(self, whole: u64) -> u64 {
        whole.wrapping_shr(self.shift.into()) & self.mask()
    }

    /// What a register that held `whole` holds when the view is set to the low bits of `value`.
    pub fn set(self, whole: u64, value: u64) -> u64 {
        let shift = self.shift.into();
        let mask = self.mask().wrapping_shl(shift);
        (whole & !mask) | (value.wrapping_shl(shift) & mask)
    }
}

/// The view that scripts call `name`, which is without `@` and compares with case.
///
/// Beside HyperDbg's names there are the model-specific values that a [`crate::Guest`] has, such as `efer` and
/// `fs_base`; those need the `@` in a script, so that they take no name from variables.
pub fn lookup(name: &str) -> Option<RegisterView> {
    bare(name).or_else(|| find(EXTRA, name))
}

/// The view of `name` if a script may write it without `@`.
pub fn bare(name: &str) -> Option<RegisterView> {
    // Most words of a script are longer.
    (name.len() <= LONGEST).then(|| find(VIEWS, name)).flatten()
}

/// Length of the longest name without an `@`, `rflags`.
const LONGEST: usize = 6;

/// Every name that [`lookup`] knows, in the order to list them.
pub fn names() -> impl Iterator<Item = &'static str> {
    VIEWS.iter().chain(EXTRA).map(|&(name, ..)| name)
}

/// Name, register, shift, bits.
type Row = (&'static str, Register, u8, u8);

fn find(rows: &[Row], name: &str) -> Option<RegisterView> {
    rows.iter()
        .find(|row| row.0 == name)
        .map(|&(_, register, shift, bits)| RegisterView {
            register,
            shift,
            bits,
        })
}

use Register as R;

#[rustfmt::skip]
const VIEWS: &[Row] = &[
    ("rax", R::Rax, 0, 64), ("eax", R::Rax, 0, 32), ("ax", R::Rax, 0, 16), ("ah", R::Rax, 8, 8), ("al", R::Rax, 0, 8),
    ("rcx", R::Rcx, 0, 64), ("ecx", R::Rcx, 0, 32), ("cx", R::Rcx, 0, 16), ("ch", R::Rcx, 8, 8), ("cl", R::Rcx, 0, 8),
    ("rdx", R::Rdx, 0, 64), ("edx", R::Rdx, 0, 32), ("dx", R::Rdx, 0, 16), ("dh", R::Rdx, 8, 8), ("dl", R::Rdx, 0, 8),
    ("rbx", R::Rbx, 0, 64), ("ebx", R::Rbx, 0, 32), ("bx", R::Rbx, 0, 16), ("bh", R::Rbx, 8, 8), ("bl", R::Rbx, 0, 8),
    ("rsp", R::Rsp, 0, 64), ("esp", R::Rsp, 0, 32), ("sp", R::Rsp, 0, 16), ("spl", R::Rsp, 0, 8),
    ("rbp", R::Rbp, 0, 64), ("ebp", R::Rbp, 0, 32), ("bp", R::Rbp, 0, 16), ("bpl", R::Rbp, 0, 8),
    ("rsi", R::Rsi, 0, 64), ("esi", R::Rsi, 0, 32), ("si", R::Rsi, 0, 16), ("sil", R::Rsi, 0, 8),
    ("rdi", R::Rdi, 0, 64), ("edi", R::Rdi, 0, 32), ("di", R::Rdi, 0, 16), ("dil", R::Rdi, 0, 8),
    ("r8", R::R8, 0, 64), ("r8d", R::R8, 0, 32), ("r8w", R::R8, 0, 16), ("r8h", R::R8, 8, 8), ("r8l", R::R8, 0, 8),
    ("r9", R::R9, 0, 64), ("r9d", R::R9, 0, 32), ("r9w", R::R9, 0, 16), ("r9h", R::R9, 8, 8), ("r9l", R::R9, 0, 8),
    ("r10", R::R10, 0, 64), ("r10d", R::R10, 0, 32), ("r10w", R::R10, 0, 16), ("r10h", R::R10, 8, 8), ("r10l", R::R10, 0, 8),
    ("r11", R::R11, 0, 64), ("r11d", R::R11, 0, 32), ("r11w", R::R11, 0, 16), ("r11h", R::R11, 8, 8), ("r11l", R::R11, 0, 8),
    ("r12", R::R12, 0, 64), ("r12d", R::R12, 0, 32), ("r12w", R::R12, 0, 16), ("r12h", R::R12, 8, 8), ("r12l", R::R12, 0, 8),
    ("r13", R::R13, 0, 64), ("r13d", R::R13, 0, 32), ("r13w", R::R13, 0, 16), ("r13h", R::R13, 8, 8), ("r13l", R::R13, 0, 8),
    ("r14", R::R14, 0, 64), ("r14d", R::R14, 0, 32), ("r14w", R::R14, 0, 16), ("r14h", R::R14, 8, 8), ("r14l", R::R14, 0, 8),
    ("r15", R::R15, 0, 64), ("r15d", R::R15, 0, 32), ("r15w", R::R15, 0, 16), ("r15h", R::R15, 8, 8), ("r15l", R::R15, 0, 8),
    ("ds", R::Ds, 0, 16), ("es", R::Es, 0, 16), ("fs", R::Fs, 0, 16), ("gs", R::Gs, 0, 16), ("cs", R::Cs, 0, 16),
    ("ss", R::Ss, 0, 16),
    ("rflags", R::Rflags, 0, 64), ("eflags", R::Rflags, 0, 32), ("flags", R::Rflags, 0, 16),
    ("cf", R::Rflags, 0, 1), ("pf", R::Rflags, 2, 1), ("af", R::Rflags, 4, 1), ("zf", R::Rflags, 6, 1),
    ("sf", R::Rflags, 7, 1), ("tf", R::Rflags, 8, 1), ("if", R::Rflags, 9, 1), ("df", R::Rflags, 10, 1),
    ("of", R::Rflags, 11, 1), ("iopl", R::Rflags, 12, 2), ("nt", R::Rflags, 14, 1), ("rf", R::Rflags, 16, 1),
    ("vm", R::Rflags, 17, 1), ("ac", R::Rflags, 18, 1), ("vif", R::Rflags, 19, 1), ("vip", R::Rflags, 20, 1),
    ("id", R::Rflags, 21, 1),
    ("rip", R::Rip, 0, 64), ("eip", R::Rip, 0, 32), ("ip", R::Rip, 0, 16),
    ("idtr", R::Idtr, 0, 64), ("ldtr", R::Ldtr, 0, 64), ("gdtr", R::Gdtr, 0, 64), ("tr", R::Tr, 0, 64),
    ("cr0", R::Cr0, 0, 64), ("cr2", R::Cr2, 0, 64), ("cr3", R::Cr3, 0, 64), ("cr4", R::Cr4, 0, 64),
    ("cr8", R::Cr8, 0, 64),
    ("dr0", R::Dr0, 0, 64), ("dr1", R::Dr1, 0, 64), ("dr2", R::Dr2, 0, 64), ("dr3", R::Dr3, 0, 64),
    ("dr6", R::Dr6, 0, 64), ("dr7", R::Dr7, 0, 64),
];

#[rustfmt::skip]
const EXTRA: &[Row] = &[
    ("fs_base", R::FsBase, 0, 64), ("gs_base", R::GsBase, 0, 64), ("k_gs_base", R::KernelGsBase, 0, 64),
    ("efer", R::Efer, 0, 64), ("gdtr_limit", R::GdtrLimit, 0, 16), ("idtr_limit", R::IdtrLimit, 0, 16),
];

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn every_register_has_its_own_name_and_every_name_is_there_once() {
        for register in Register::ALL {
            let view = lookup(register.name());
            let view = view.unwrap_or_else(|| panic!("{}", register.name()));
            assert_eq!((view.register, view.shift), (*register, 0));
        }
        let mut all: Vec<_> = names().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(
            names()
                .filter_map(lookup)
                .all(|v| v.bits >= 1 && v.shift + v.bits <= 64)
        );
    }

    #[test]
    fn bits_of_a_register() {
        let whole = 0x1122_3344_5566_7788;
        for (name, value) in [
            ("rdx", whole),
            ("edx", 0x5566_7788),
            ("dx", 0x7788),
            ("dh", 0x77),
            ("dl", 0x88),
            ("r9h", 0x77),
            ("r15l", 0x88),
        ] {
            assert_eq!(lookup(name).unwrap().get(whole), value, "{name}");
        }
        for (name, after) in [
            ("rdx", 0xfff),
            ("edx", 0x1122_3344_0000_0fff),
            ("dx", 0x1122_3344_5566_0fff),
            ("dh", 0x1122_3344_5566_ff88),
            ("dl", 0x1122_3344_5566_77ff),
        ] {
            assert_eq!(lookup(name).unwrap().set(whole, 0xfff), after, "{name}");
        }
    }

    #[test]
    fn flag_bits() {
        for (name, rflags) in [
            ("cf", 1),
            ("pf", 4),
            ("af", 0x10),
            ("zf", 0x40),
            ("sf", 0x80),
            ("tf", 0x100),
            ("if", 0x200),
            ("df", 0x400),
            ("of", 0x800),
            ("iopl", 0x3000),
            ("nt", 0x4000),
            ("rf", 0x1_0000),
            ("vm", 0x2_0000),
            ("ac", 0x4_0000),
            ("vif", 0x8_0000),
            ("vip", 0x10_0000),
            ("id", 0x20_0000),
        ] {
            let view = lookup(name).unwrap();
            assert_eq!(view.set(0, u64::MAX), rflags, "{name}");
            assert_eq!(view.get(!rflags), 0, "{name}");
        }
    }

    #[test]
    fn what_is_no_name() {
        for name in ["", "RAX", "@rax", "r16", "r8b", "xmm0", "cr1", "dr4", "rax "] {
            assert_eq!(lookup(name), None, "{name}");
        }
        assert!(lookup("efer").is_some() && bare("efer").is_none());
        assert!(VIEWS.iter().all(|row| row.0.len() <= LONGEST));
    }
}
