//! `cpu`: what the processor is and can do, as the guest sees it.

use crate::Command;
use crate::CommandSpec;
use crate::Cpuid;
use crate::Group;
use crate::Machine;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::fmt::Write;

/// Columns of a line of features.
const WIDTH: usize = 100;
/// The first extended leaf, whose EAX has the last.
const EXTENDED: u32 = 0x8000_0000;
/// The first of the three leaves with the processor's name.
const BRAND: u32 = 0x8000_0002;
/// Widths of addresses.
const ADDRESSES: u32 = 0x8000_0008;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "cpu",
    aliases: &[],
    group: Group::Registers,
    parameters: "",
    summary: "print what the processor is and can do, as the guest sees it",
    details: "\
One `key: value` a line: vendor, name, family, model and stepping (hexadecimal), physical-address-bits and
virtual-address-bits (decimal), features. It is made from CPUID of the CPU that stopped.",
    examples: &[],
    keywords: &[],
    parse: |args| args.end().map(|()| Command::Cpu),
};

/// A leaf, the register of it, and its bits by name. Names are those of the processors' manuals, in lower case.
type Row = (u32, fn(&Cpuid) -> u32, &'static [(u8, &'static str)]);

#[rustfmt::skip]
const FEATURES: &[Row] = &[
    (0x1, |leaf| leaf.ecx, &[(0, "sse3"), (1, "pclmulqdq"), (3, "monitor"), (5, "vmx"), (6, "smx"), (9, "ssse3"), (12, "fma"), (13, "cx16"), (15, "pdcm"), (17, "pcid"), (19, "sse4.1"), (20, "sse4.2"), (21, "x2apic"), (22, "movbe"), (23, "popcnt"), (24, "tsc-deadline"), (25, "aes"), (26, "xsave"), (27, "osxsave"), (28, "avx"), (29, "f16c"), (30, "rdrand"), (31, "hypervisor")]),
    (0x1, |leaf| leaf.edx, &[(0, "fpu"), (1, "vme"), (2, "de"), (3, "pse"), (4, "tsc"), (5, "msr"), (6, "pae"), (7, "mce"), (8, "cx8"), (9, "apic"), (11, "sep"), (12, "mtrr"), (13, "pge"), (14, "mca"), (15, "cmov"), (16, "pat"), (17, "pse36"), (19, "clflush"), (21, "ds"), (23, "mmx"), (24, "fxsr"), (25, "sse"), (26, "sse2"), (28, "htt")]),
    (0x7, |leaf| leaf.ebx, &[(0, "fsgsbase"), (2, "sgx"), (3, "bmi1"), (4, "hle"), (5, "avx2"), (7, "smep"), (8, "bmi2"), (9, "erms"), (10, "invpcid"), (11, "rtm"), (14, "mpx"), (16, "avx512f"), (17, "avx512dq"), (18, "rdseed"), (19, "adx"), (20, "smap"), (21, "avx512ifma"), (23, "clflushopt"), (24, "clwb"), (25, "intel-pt"), (28, "avx512cd"), (29, "sha"), (30, "avx512bw"), (31, "avx512vl")]),
    (0x7, |leaf| leaf.ecx, &[(1, "avx512vbmi"), (2, "umip"), (3, "pku"), (5, "waitpkg"), (6, "avx512vbmi2"), (7, "shstk"), (8, "gfni"), (9, "vaes"), (10, "vpclmulqdq"), (11, "avx512vnni"), (12, "avx512bitalg"), (14, "avx512vpopcntdq"), (16, "la57"), (22, "rdpid"), (27, "movdiri"), (28, "movdir64b"), (29, "enqcmd")]),
    (0x7, |leaf| leaf.edx, &[(4, "fsrm"), (14, "serialize"), (15, "hybrid"), (19, "arch-lbr"), (20, "ibt"), (22, "amx-bf16"), (23, "avx512fp16"), (24, "amx-tile"), (25, "amx-int8"), (26, "ibrs"), (27, "stibp"), (28, "l1d-flush"), (31, "ssbd")]),
    (0x8000_0001, |leaf| leaf.ecx, &[(0, "lahf"), (2, "svm"), (5, "lzcnt"), (6, "sse4a"), (7, "misalignsse"), (8, "prefetchw"), (9, "osvw"), (10, "ibs"), (11, "xop"), (12, "skinit"), (16, "fma4"), (21, "tbm"), (22, "topoext")]),
    (0x8000_0001, |leaf| leaf.edx, &[(11, "syscall"), (20, "nx"), (22, "mmxext"), (25, "ffxsr"), (26, "1gb-pages"), (27, "rdtscp"), (29, "long-mode"), (30, "3dnowext"), (31, "3dnow")]),
    (0x8000_0007, |leaf| leaf.edx, &[(8, "invariant-tsc")]),
];

pub(crate) fn execute(machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    let (Some(first), Some(extended)) = (machine.cpuid(0, 0), machine.cpuid(EXTENDED, 0)) else {
        return writeln!(out, "err, CPUID cannot be read here");
    };
    let last = |function: u32| {
        if function < EXTENDED {
            first.eax
        } else {
            extended.eax
        }
    };
    // Leaves past the last one repeat another, or are not there at all.
    let mut leaf = |function: u32| {
        let known = function <= last(function);
        known.then(|| machine.cpuid(function, 0)).flatten()
    };
    writeln!(out, "vendor: {}", text(&[first.ebx, first.edx, first.ecx]))?;
    let name: Vec<u32> = (BRAND..BRAND.saturating_add(3))
        .filter_map(&mut leaf)
        .flat_map(|leaf| [leaf.eax, leaf.ebx, leaf.ecx, leaf.edx])
        .collect();
    writeln!(out, "name: {}", text(&name))?;
    if let Some(signature) = leaf(1) {
        version(signature.eax, out)?;
    }
    if let Some(addresses) = leaf(ADDRESSES) {
        writeln!(out, "physical-address-bits: {}", addresses.eax & 0xff)?;
        writeln!(out, "virtual-address-bits: {}", addresses.eax >> 8 & 0xff)?;
    }
    let mut column = 0;
    out.write_str("features:")?;
    for &(function, register, bits) in FEATURES {
        let Some(leaf) = leaf(function) else { continue };
        for &(bit, name) in bits {
            if register(&leaf) >> bit & 1 == 0 {
                continue;
            }
            if column > WIDTH {
                out.write_str("\nfeatures:")?;
                column = 0;
            }
            column = column.saturating_add(name.len()).saturating_add(1);
            write!(out, " {name}")?;
        }
    }
    out.write_char('\n')
}

/// Family, model and stepping of the signature: extended fields count as the manuals say.
fn version(signature: u32, out: &mut dyn Write) -> fmt::Result {
    let base = signature >> 8 & 0xf;
    let family = if base == 0xf {
        base.wrapping_add(signature >> 20 & 0xff)
    } else {
        base
    };
    let extended = if matches!(base, 6 | 0xf) {
        signature >> 16 & 0xf
    } else {
        0
    };
    let model = extended << 4 | signature >> 4 & 0xf;
    writeln!(
        out,
        "family: {family:x}\nmodel: {model:x}\nstepping: {:x}",
        signature & 0xf
    )
}

/// The characters in `registers`, trimmed; what is not printable is a dot.
fn text(registers: &[u32]) -> String {
    let characters = registers
        .iter()
        .flat_map(|register| register.to_le_bytes())
        .take_while(|&byte| byte != 0)
        .map(|byte| {
            if (b' '..=b'~').contains(&byte) {
                char::from(byte)
            } else {
                '.'
            }
        });
    String::from(characters.collect::<String>().trim())
}
