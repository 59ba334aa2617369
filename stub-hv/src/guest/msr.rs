//! The model-specific registers that the guest cannot have for itself, and what its accesses come to.
//!
//! All others pass. Of those here some would switch the hypervisor off (EFER.SVME, VM_CR, VM_HSAVE_PA,
//! the SVM key), and some move or send what it has to see (the APIC base, the x2APIC's interrupt
//! command).

use core::arch::x86_64::CpuidResult;

/// IA32_APIC_BASE
pub const APIC_BASE: u32 = 0x1b;
/// The x2APIC interrupt command register.
pub const X2APIC_ICR: u32 = 0x830;
/// EFER
pub const EFER: u32 = 0xc000_0080;
/// VM_CR
pub const VM_CR: u32 = 0xc001_0114;
/// IGNNE
pub const IGNNE: u32 = 0xc001_0115;
/// VM_HSAVE_PA
pub const VM_HSAVE_PA: u32 = 0xc001_0117;
/// SVM_KEY
pub const SVM_KEY: u32 = 0xc001_0118;

const EFER_SCE: u64 = 1;
const EFER_LME: u64 = 1 << 8;
const EFER_LMA: u64 = 1 << 10;
const EFER_NXE: u64 = 1 << 11;
/// EFER.SVME: secure virtual machine enable.
pub const EFER_SVME: u64 = 1 << 12;
const CR0_PG: u64 = 1 << 31;
const APIC_BASE_ADDRESS: u64 = 0x000f_ffff_ffff_f000;
const APIC_ENABLED: u64 = 1 << 11;
const APIC_X2: u64 = 1 << 10;

/// Which accesses are always intercepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intercepted {
    /// The register.
    pub msr: u32,
    /// Reads are.
    pub read: bool,
    /// Writes are.
    pub write: bool,
}

/// Every register that is intercepted whether or not an event asks for it.
pub const INTERCEPTED: &[Intercepted] = &[
    Intercepted {
        msr: APIC_BASE,
        read: false,
        write: true,
    },
    Intercepted {
        msr: X2APIC_ICR,
        read: false,
        write: true,
    },
    Intercepted {
        msr: EFER,
        read: true,
        write: true,
    },
    Intercepted {
        msr: VM_CR,
        read: true,
        write: true,
    },
    Intercepted {
        msr: IGNNE,
        read: true,
        write: true,
    },
    Intercepted {
        msr: VM_HSAVE_PA,
        read: true,
        write: true,
    },
    Intercepted {
        msr: SVM_KEY,
        read: true,
        write: true,
    },
];

/// The guest gets #GP(0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeneralProtection;

/// What a read comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// The guest gets this value.
    Value(u64),
    /// Read the hardware's register, and let a fault there be the guest's.
    PassThrough,
}

/// What a write comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// This becomes the virtual CPU's EFER.
    Efer(u64),
    /// Write it to the hardware, and let a fault there be the guest's. The APIC's mode changes with it.
    ApicBase(ApicMode),
    /// An interprocessor interrupt: decode it with [`super::icr::x2apic`].
    Icr,
    /// Write it to the hardware, and let a fault there be the guest's.
    PassThrough,
}

/// How the local APIC is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApicMode {
    /// Not at all.
    Disabled,
    /// Through its page.
    XApic,
    /// Through MSRs 800h to 8FFh.
    X2Apic,
}

impl ApicMode {
    /// The mode that a value of IA32_APIC_BASE selects.
    pub const fn of(apic_base: u64) -> Self {
        match (apic_base & APIC_ENABLED != 0, apic_base & APIC_X2 != 0) {
            (false, _) => Self::Disabled,
            (true, false) => Self::XApic,
            (true, true) => Self::X2Apic,
        }
    }
}

/// What of the virtual CPU's state the decisions depend on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// EFER, with SVME if the virtual CPU runs with it.
    pub efer: u64,
    /// The EFER bits the guest may set: [`supported_efer`].
    pub supported_efer: u64,
    /// CR0
    pub cr0: u64,
    /// IA32_APIC_BASE
    pub apic_base: u64,
}

/// Decides a read.
pub const fn read(msr: u32, state: &State) -> Result<Read, GeneralProtection> {
    match msr {
        EFER => Ok(Read::Value(state.efer & !EFER_SVME)),
        VM_CR | IGNNE | VM_HSAVE_PA | SVM_KEY => Err(GeneralProtection),
        _ => Ok(Read::PassThrough),
    }
}

/// Decides a write.
///
/// The APIC's page cannot be moved: the interception of interrupt commands is tied to it, no system in
/// use moves it, and a refusal shows up at once where a silent copy would not.
pub const fn write(msr: u32, value: u64, state: &State) -> Result<Write, GeneralProtection> {
    match msr {
        EFER => match write_efer(value, state) {
            Ok(efer) => Ok(Write::Efer(efer)),
            Err(fault) => Err(fault),
        },
        VM_CR | IGNNE | VM_HSAVE_PA | SVM_KEY => Err(GeneralProtection),
        APIC_BASE if (value ^ state.apic_base) & APIC_BASE_ADDRESS != 0 => Err(GeneralProtection),
        APIC_BASE => Ok(Write::ApicBase(ApicMode::of(value))),
        X2APIC_ICR => Ok(Write::Icr),
        _ => Ok(Write::PassThrough),
    }
}

/// APM volume 2, "Extended Feature Enable Register": reserved bits must be zero, LME cannot change while
/// paging is on, and LMA follows the processor's state and not the write. SVME is as reserved as on a
/// processor without SVM, and stays as the virtual CPU has it.
const fn write_efer(value: u64, state: &State) -> Result<u64, GeneralProtection> {
    if value & !(state.supported_efer | EFER_LMA) != 0 {
        return Err(GeneralProtection);
    }
    if state.cr0 & CR0_PG != 0 && (value ^ state.efer) & EFER_LME != 0 {
        return Err(GeneralProtection);
    }
    const KEPT: u64 = EFER_LMA | EFER_SVME;
    Ok(value & !KEPT | state.efer & KEPT)
}

/// The feature bits behind the bits of EFER: CPUID leaf, register (0 EAX to 3 EDX), bit, EFER bits.
const EFER_FEATURES: &[(u32, usize, u32, u64)] = &[
    (0x8000_0001, 3, 11, EFER_SCE),
    (0x8000_0001, 3, 20, EFER_NXE),
    (0x8000_0001, 3, 25, 1 << 14), // FFXSR
    (0x8000_0001, 3, 29, EFER_LME),
    (0x8000_0001, 2, 17, 1 << 15), // TCE
    (0x8000_0008, 1, 8, 1 << 17),  // MCOMMIT
    (0x8000_0008, 1, 13, 1 << 18), // INTWB
    (0x8000_0021, 0, 7, 1 << 20),  // UAIE
    (0x8000_0021, 0, 8, 1 << 21),  // AIBRSE
];

/// The EFER bits the guest may set, from the machine's CPUID (called with leaves from 8000_0000h on, and
/// only with those it has). SVME is not among them, nor is LMSLE, which current processors lack.
pub fn supported_efer(mut cpuid: impl FnMut(u32) -> CpuidResult) -> u64 {
    let last = cpuid(0x8000_0000).eax;
    let mut supported = 0;
    for &(leaf, register, bit, bits) in EFER_FEATURES.iter().filter(|(leaf, ..)| *leaf <= last) {
        let result = cpuid(leaf);
        let words = [result.eax, result.ebx, result.ecx, result.edx];
        if words.get(register).is_some_and(|word| word >> bit & 1 != 0) {
            supported |= bits;
        }
    }
    supported
}

/// The size in bytes of SVM's MSR permission map.
pub const PERMISSION_MAP_BYTES: usize = 0x2000;

/// The bit number in SVM's MSR permission map that intercepts reads of `msr`; the next one intercepts
/// writes (APM volume 2, "MSR Intercepts"). `None`: the map does not cover the register, and every access
/// to it exits.
pub const fn permission_bit(msr: u32) -> Option<usize> {
    let range = match msr >> 13 {
        0 => 0,
        0x6_0000 => 1,
        0x6_0008 => 2,
        _ => return None,
    };
    Some((range * 0x2000 + (msr & 0x1fff) as usize) * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: State = State {
        efer: 0x1d01,
        supported_efer: EFER_SCE | EFER_LME | EFER_NXE,
        cr0: 0x8000_0011,
        apic_base: 0xfee0_0900,
    };

    #[test]
    fn efer_hides_and_keeps_svme() {
        assert_eq!(read(EFER, &LONG), Ok(Read::Value(0xd01)));
        assert_eq!(write(EFER, 0xd00, &LONG), Ok(Write::Efer(0x1d00)));
        assert_eq!(
            write(EFER, 0x900, &LONG),
            Ok(Write::Efer(0x1d00)),
            "LMA is not writable"
        );
        assert_eq!(
            write(EFER, 0x1d01, &LONG),
            Err(GeneralProtection),
            "SVME is reserved"
        );
        assert_eq!(
            write(EFER, 0x4d01, &LONG),
            Err(GeneralProtection),
            "FFXSR is not supported here"
        );
        assert_eq!(write(EFER, 1 << 63, &LONG), Err(GeneralProtection));
        assert_eq!(
            write(EFER, 0xc01, &LONG),
            Err(GeneralProtection),
            "LME while paging"
        );
        let unpaged = State {
            efer: 0x1000,
            cr0: 0x11,
            ..LONG
        };
        assert_eq!(write(EFER, 0x100, &unpaged), Ok(Write::Efer(0x1100)));
        assert_eq!(write(EFER, 0x500, &unpaged), Ok(Write::Efer(0x1100)));
    }

    #[test]
    fn svm_registers_do_not_exist() {
        for msr in [VM_CR, IGNNE, VM_HSAVE_PA, SVM_KEY] {
            assert_eq!(read(msr, &LONG), Err(GeneralProtection));
            assert_eq!(write(msr, 0, &LONG), Err(GeneralProtection));
        }
        assert_eq!(read(0x10, &LONG), Ok(Read::PassThrough));
        assert_eq!(write(0xc000_0082, 1, &LONG), Ok(Write::PassThrough));
    }

    #[test]
    fn apic_stays_where_it_is() {
        assert_eq!(
            write(APIC_BASE, 0xfee0_0d00, &LONG),
            Ok(Write::ApicBase(ApicMode::X2Apic))
        );
        assert_eq!(
            write(APIC_BASE, 0xfee0_0100, &LONG),
            Ok(Write::ApicBase(ApicMode::Disabled))
        );
        assert_eq!(write(APIC_BASE, 0xfed0_0900, &LONG), Err(GeneralProtection));
        assert_eq!(write(X2APIC_ICR, 0x4500, &LONG), Ok(Write::Icr));
        assert_eq!(ApicMode::of(0xfee0_0900), ApicMode::XApic);
    }

    #[test]
    fn efer_bits_follow_cpuid() {
        let none = CpuidResult {
            eax: 0,
            ebx: 0,
            ecx: 0,
            edx: 0,
        };
        let old = |leaf| match leaf {
            0x8000_0000 => CpuidResult {
                eax: 0x8000_0008,
                ..none
            },
            0x8000_0001 => CpuidResult {
                edx: 1 << 11 | 1 << 20 | 1 << 29,
                ..none
            },
            0x8000_0008 => CpuidResult { ebx: !0, ..none },
            _ => panic!("leaf {leaf:#x} does not exist"),
        };
        assert_eq!(
            supported_efer(old),
            EFER_SCE | EFER_NXE | EFER_LME | 1 << 17 | 1 << 18
        );
        let full = |_| CpuidResult {
            eax: !0,
            ebx: !0,
            ecx: !0,
            edx: !0,
        };
        assert_eq!(supported_efer(full) & EFER_SVME, 0);
        assert_ne!(supported_efer(full) & 1 << 21, 0);
    }

    #[test]
    fn permission_map_layout() {
        let cases = [
            (0, Some(0)),
            (0x10, Some(0x20)),
            (0x1fff, Some(0x3ffe)),
            (0x2000, None),
            (0xc000_0000, Some(0x800 * 8)),
            (EFER, Some(0x800 * 8 + 0x100)),
            (0xc000_1fff, Some(0x1000 * 8 - 2)),
            (0xc000_2000, None),
            (0xc001_0000, Some(0x1000 * 8)),
            (VM_CR, Some(0x1000 * 8 + 0x228)),
            (0xc001_1fff, Some(0x1800 * 8 - 2)),
            (0xc001_2000, None),
            (0x4000_0000, None),
            (!0, None),
        ];
        for (msr, expected) in cases {
            assert_eq!(permission_bit(msr), expected, "{msr:#x}");
        }
        for intercepted in INTERCEPTED {
            assert!(permission_bit(intercepted.msr).is_some_and(|bit| bit / 8 < PERMISSION_MAP_BYTES));
        }
    }
}
