//! What the guest reads from CPUID: the machine's own answer with few changes.
//!
//! The instruction is executed on the CPU the guest runs on, so APIC ids are right, and with the guest's
//! own XCR0 loaded, so the sizes of leaf 0Dh are. The leaves 4000_00xxh stay as they are: the guest sees
//! the real machine, or the real hypervisor around it. What must change is in the two tables here.

use core::arch::x86_64::CpuidResult;

/// One of the four result registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Eax,
    Ebx,
    Ecx,
    Edx,
}

const ALL: [Field; 4] = [Field::Eax, Field::Ebx, Field::Ecx, Field::Edx];

/// Bits the guest reads as 0, whatever the subleaf.
const HIDDEN: &[(u32, &[Field], u32)] = &[
    // VMX, and SMX whose GETSEC would leave the guest.
    (0x0000_0001, &[Field::Ecx], 1 << 5 | 1 << 6),
    // SVM and SKINIT.
    (0x8000_0001, &[Field::Ecx], 1 << 2 | 1 << 12),
    // SVM revision, ASIDs and features.
    (0x8000_000a, &ALL, !0),
];

/// Bits that report a bit of CR4, which the host executes CPUID with its own of: leaf, subleaf, register,
/// bit number, CR4 bit number.
const FROM_CR4: &[(u32, Option<u32>, Field, u32, u32)] = &[
    // OSXSAVE
    (0x0000_0001, None, Field::Ecx, 27, 18),
    // OSPKE
    (0x0000_0007, Some(0), Field::Ecx, 4, 22),
];

fn field(result: &mut CpuidResult, field: Field) -> &mut u32 {
    match field {
        Field::Eax => &mut result.eax,
        Field::Ebx => &mut result.ebx,
        Field::Ecx => &mut result.ecx,
        Field::Edx => &mut result.edx,
    }
}

/// The guest's result for `leaf` (EAX) and `subleaf` (ECX), given the host's and the guest's CR4.
pub fn filter(leaf: u32, subleaf: u32, host: CpuidResult, cr4: u64) -> CpuidResult {
    let mut result = host;
    for &(_, fields, bits) in HIDDEN.iter().filter(|(of, ..)| *of == leaf) {
        for &name in fields {
            *field(&mut result, name) &= !bits;
        }
    }
    for &(of, sub, name, bit, cr4_bit) in FROM_CR4 {
        if of == leaf && sub.is_none_or(|sub| sub == subleaf) {
            let value = field(&mut result, name);
            *value = *value & !(1 << bit) | ((cr4 >> cr4_bit & 1) as u32) << bit;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONES: CpuidResult = CpuidResult {
        eax: !0,
        ebx: !0,
        ecx: !0,
        edx: !0,
    };

    fn missing(leaf: u32, subleaf: u32, cr4: u64) -> [u32; 4] {
        let seen = filter(leaf, subleaf, ONES, cr4);
        [!seen.eax, !seen.ebx, !seen.ecx, !seen.edx]
    }

    #[test]
    fn virtualization_is_hidden() {
        assert_eq!(missing(1, 0, !0), [0, 0, 1 << 5 | 1 << 6, 0]);
        assert_eq!(missing(0x8000_0001, 0, !0), [0, 0, 1 << 2 | 1 << 12, 0]);
        assert_eq!(missing(0x8000_000a, 0, !0), [!0; 4]);
    }

    #[test]
    fn reports_the_guests_cr4() {
        let none = CpuidResult {
            eax: 0,
            ebx: 0,
            ecx: 0,
            edx: 0,
        };
        assert_eq!(filter(1, 9, none, 1 << 18).ecx, 1 << 27);
        assert_eq!(filter(1, 0, ONES, !(1 << 18)).ecx & 1 << 27, 0);
        assert_eq!(filter(7, 0, none, 1 << 22).ecx, 1 << 4);
        assert_eq!(filter(7, 0, ONES, 0).ecx, !(1 << 4));
        assert_eq!(filter(7, 1, none, !0), none, "subleaf 1 has other bits there");
        assert_eq!(missing(7, 1, 0), [0; 4]);
    }

    #[test]
    fn everything_else_passes() {
        for leaf in [
            0,
            2,
            4,
            6,
            0xb,
            0xd,
            0x14,
            0x4000_0000,
            0x4000_0001,
            0x8000_0008,
            0x8000_001f,
        ] {
            assert_eq!(missing(leaf, 0, 0), [0; 4], "{leaf:#x}");
        }
    }
}
