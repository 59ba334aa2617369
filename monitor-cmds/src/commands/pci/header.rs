//! The fields of a PCI configuration header. "Configuration Space" of the PCI Local Bus Specification 3.0, and
//! of the PCI-to-PCI Bridge Architecture Specification 1.2.

use core::fmt;
use core::fmt::Write;

/// A field: name, offset, bytes.
type Field = (&'static str, usize, usize);

const COMMON: [Field; 9] = [
    ("vendor", 0x00, 2),
    ("device", 0x02, 2),
    ("command", 0x04, 2),
    ("status", 0x06, 2),
    ("revision", 0x08, 1),
    ("class code", 0x09, 3),
    ("cache line size", 0x0c, 1),
    ("latency timer", 0x0d, 1),
    ("header type", 0x0e, 1),
];

const ENDPOINT: [Field; 9] = [
    ("cardbus CIS", 0x28, 4),
    ("subsystem vendor", 0x2c, 2),
    ("subsystem", 0x2e, 2),
    ("expansion ROM", 0x30, 4),
    ("capabilities", 0x34, 1),
    ("interrupt line", 0x3c, 1),
    ("interrupt pin", 0x3d, 1),
    ("min grant", 0x3e, 1),
    ("max latency", 0x3f, 1),
];

const BRIDGE: [Field; 16] = [
    ("primary bus", 0x18, 1),
    ("secondary bus", 0x19, 1),
    ("subordinate bus", 0x1a, 1),
    ("I/O base", 0x1c, 1),
    ("I/O limit", 0x1d, 1),
    ("secondary status", 0x1e, 2),
    ("memory base", 0x20, 2),
    ("memory limit", 0x22, 2),
    ("prefetch base", 0x24, 2),
    ("prefetch limit", 0x26, 2),
    ("prefetch base up", 0x28, 4),
    ("prefetch limit up", 0x2c, 4),
    ("capabilities", 0x34, 1),
    ("interrupt line", 0x3c, 1),
    ("interrupt pin", 0x3d, 1),
    ("bridge control", 0x3e, 2),
];

/// Names of classes, by the class code's highest byte, as far as a user meets them.
const CLASSES: [&str; 0x12] = [
    "unclassified",
    "mass storage controller",
    "network controller",
    "display controller",
    "multimedia device",
    "memory controller",
    "bridge",
    "communication controller",
    "system peripheral",
    "input device",
    "docking station",
    "processor",
    "serial bus controller",
    "wireless controller",
    "intelligent I/O controller",
    "satellite controller",
    "encryption controller",
    "signal processing controller",
];

/// The name of a class code of 24 bits.
pub(super) fn class_name(class: u32) -> &'static str {
    let name = CLASSES.get((class >> 16) as usize).copied();
    name.unwrap_or("other device")
}

/// Writes the fields, one a line, then the base addresses.
pub(super) fn show(space: &[u8], out: &mut dyn Write) -> fmt::Result {
    fields(&COMMON, space, out)?;
    let bars = match number(space, 0xe, 1) & 0x7f {
        0 => 6,
        1 => 2,
        _ => return Ok(()),
    };
    let mut index = 0;
    while index < bars {
        index += bar(space, index, out)?;
    }
    if bars == 6 {
        fields(&ENDPOINT, space, out)
    } else {
        fields(&BRIDGE, space, out)
    }
}

fn number(space: &[u8], offset: usize, size: usize) -> u64 {
    let bytes = space.get(offset..offset + size).unwrap_or_default();
    bytes
        .iter()
        .rev()
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}

fn fields(fields: &[Field], space: &[u8], out: &mut dyn Write) -> fmt::Result {
    fields.iter().try_for_each(|&(name, offset, size)| {
        let (value, digits) = (number(space, offset, size), size * 2);
        writeln!(out, "{name:18} {value:0digits$x}")
    })
}

/// Writes a base address register and returns how many it takes.
fn bar(space: &[u8], index: usize, out: &mut dyn Write) -> Result<usize, fmt::Error> {
    let offset = 0x10 + index * 4;
    let low = number(space, offset, 4);
    write!(out, "BAR{index:<15} {low:08x}")?;
    if low == 0 {
        writeln!(out, " unused")?;
        return Ok(1);
    }
    if low & 1 != 0 {
        writeln!(out, " I/O ports from {:x}", low & !3)?;
        return Ok(1);
    }
    let prefetch = if low & 8 != 0 { ", prefetchable" } else { "" };
    let wide = low >> 1 & 3 == 2 && index < 5;
    let high = if wide { number(space, offset + 4, 4) } else { 0 };
    let bits = if wide { 64 } else { 32 };
    writeln!(
        out,
        " memory at {:x}, {bits}-bit{prefetch}",
        high << 32 | low & !0xf
    )?;
    Ok(if wide { 2 } else { 1 })
}
