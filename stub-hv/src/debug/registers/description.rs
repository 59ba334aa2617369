//! The target description, made from the table.

use alloc::string::String;
use core::fmt;
use core::fmt::Write;

use super::table;
use super::table::Feature;

/// A word of flags: name and bytes of the type, and its fields with their first and last bits.
struct Flags {
    feature: Feature,
    id: &'static str,
    bytes: u8,
    fields: &'static [(&'static str, u8, u8)],
}

const fn bit(name: &'static str, bit: u8) -> (&'static str, u8, u8) {
    (name, bit, bit)
}

#[rustfmt::skip]
static FLAGS: [Flags; 5] = [
    Flags {
        feature: Feature::Core, id: "i386_eflags", bytes: 4,
        fields: &[
            bit("CF", 0), bit("", 1), bit("PF", 2), bit("AF", 4), bit("ZF", 6), bit("SF", 7), bit("TF", 8),
            bit("IF", 9), bit("DF", 10), bit("OF", 11), ("IOPL", 12, 13), bit("NT", 14), bit("RF", 16),
            bit("VM", 17), bit("AC", 18), bit("VIF", 19), bit("VIP", 20), bit("ID", 21),
        ],
    },
    Flags {
        feature: Feature::Sse, id: "i386_mxcsr", bytes: 4,
        fields: &[
            bit("IE", 0), bit("DE", 1), bit("ZE", 2), bit("OE", 3), bit("UE", 4), bit("PE", 5), bit("DAZ", 6),
            bit("IM", 7), bit("DM", 8), bit("ZM", 9), bit("OM", 10), bit("UM", 11), bit("PM", 12),
            ("RC", 13, 14), bit("FZ", 15),
        ],
    },
    Flags {
        feature: Feature::System, id: "x86_cr0", bytes: 8,
        fields: &[
            bit("PE", 0), bit("MP", 1), bit("EM", 2), bit("TS", 3), bit("ET", 4), bit("NE", 5), bit("WP", 16),
            bit("AM", 18), bit("NW", 29), bit("CD", 30), bit("PG", 31),
        ],
    },
    Flags {
        feature: Feature::System, id: "x86_cr4", bytes: 8,
        fields: &[
            bit("VME", 0), bit("PVI", 1), bit("TSD", 2), bit("DE", 3), bit("PSE", 4), bit("PAE", 5),
            bit("MCE", 6), bit("PGE", 7), bit("PCE", 8), bit("OSFXSR", 9), bit("OSXMMEXCPT", 10),
            bit("UMIP", 11), bit("LA57", 12), bit("VMXE", 13), bit("SMXE", 14), bit("FSGSBASE", 16),
            bit("PCIDE", 17), bit("OSXSAVE", 18), bit("KL", 19), bit("SMEP", 20), bit("SMAP", 21),
            bit("PKE", 22), bit("CET", 23), bit("PKS", 24),
        ],
    },
    Flags {
        feature: Feature::System, id: "x86_efer", bytes: 8,
        fields: &[
            bit("SCE", 0), bit("LME", 8), bit("LMA", 10), bit("NXE", 11), bit("SVME", 12), bit("LMSLE", 13),
            bit("FFXSR", 14), bit("TCE", 15),
        ],
    },
];

/// How gdb may look at a vector register: field, type of an element, how many.
static VECTORS: [(&str, &str, u8); 6] = [
    ("v4_float", "ieee_single", 4),
    ("v2_double", "ieee_double", 2),
    ("v16_int8", "int8", 16),
    ("v8_int16", "int16", 8),
    ("v4_int32", "int32", 4),
    ("v2_int64", "int64", 2),
];

/// The whole target description (`target.xml`), with the AVX registers if `avx` says that the guest's CPU
/// has them.
pub fn description(avx: bool) -> String {
    let mut xml = String::new();
    // Writing to a string does not fail.
    let _ = write_description(&mut xml, avx);
    xml
}

fn write_description(xml: &mut String, avx: bool) -> fmt::Result {
    xml.write_str("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n")?;
    xml.write_str("<target version=\"1.0\">\n<architecture>i386:x86-64</architecture>\n")?;
    for feature in Feature::ALL
        .into_iter()
        .filter(|feature| avx || *feature != Feature::Avx)
    {
        writeln!(xml, "<feature name=\"{}\">", feature.name())?;
        for flags in FLAGS.iter().filter(|flags| flags.feature == feature) {
            write_flags(xml, flags)?;
        }
        if feature == Feature::Sse {
            write_vectors(xml)?;
        }
        for info in table::all().filter(|info| info.feature == feature) {
            let (number, group) = (info.id.number(), info.group.name());
            writeln!(
                xml,
                "<reg name=\"{}\" bitsize=\"{}\" type=\"{}\" regnum=\"{number}\" group=\"{group}\"/>",
                info.name, info.bits, info.kind,
            )?;
        }
        xml.write_str("</feature>\n")?;
    }
    xml.write_str("</target>\n")
}

fn write_flags(xml: &mut String, flags: &Flags) -> fmt::Result {
    writeln!(xml, "<flags id=\"{}\" size=\"{}\">", flags.id, flags.bytes)?;
    for (name, start, end) in flags.fields {
        writeln!(xml, "<field name=\"{name}\" start=\"{start}\" end=\"{end}\"/>")?;
    }
    xml.write_str("</flags>\n")
}

fn write_vectors(xml: &mut String) -> fmt::Result {
    for (id, kind, count) in VECTORS {
        writeln!(xml, "<vector id=\"{id}\" type=\"{kind}\" count=\"{count}\"/>")?;
    }
    xml.write_str("<union id=\"vec128\">\n")?;
    for (id, ..) in VECTORS {
        writeln!(xml, "<field name=\"{id}\" type=\"{id}\"/>")?;
    }
    xml.write_str("<field name=\"uint128\" type=\"uint128\"/>\n</union>\n")
}
