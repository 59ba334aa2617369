//! `!pcitree`, `!pcicam`: PCI functions and their configuration space, through ports cf8 and cfc.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::args::Args;
use alloc::format;
use core::fmt;
use core::fmt::Write;

mod header;

const ADDRESS_PORT: u16 = 0xcf8;
const DATA_PORT: u16 = 0xcfc;
const ENABLE: u32 = 1 << 31;
/// Bytes of configuration space that the ports reach.
const SPACE: u16 = 0x100;

/// A PCI function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PciFunction {
    /// Bus.
    pub bus: u8,
    /// Device, up to 1f.
    pub device: u8,
    /// Function, up to 7.
    pub function: u8,
}

impl fmt::Display for PciFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}:{:02x}.{:x}", self.bus, self.device, self.function)
    }
}

pub(crate) static TREE: CommandSpec = CommandSpec {
    name: "!pcitree",
    aliases: &["!pcietree"],
    group: Group::System,
    parameters: "",
    summary: "list the PCI functions",
    details: "\
A line is BUS:DEVICE.FUNCTION, vendor:device, class code, class; what is behind a bridge is
indented.",
    examples: &[],
    keywords: &[],
    parse: |args| args.end().map(|()| Command::PciTree),
};

pub(crate) static CAM: CommandSpec = CommandSpec {
    name: "!pcicam",
    aliases: &[],
    group: Group::System,
    parameters: "BUS DEVICE FUNCTION [dump]",
    summary: "show a PCI function's configuration space",
    details: "\
The header's fields, or with 'dump' (or 'x') the 100 bytes that the ports cf8 and cfc reach. The
guest's own use of these ports is not disturbed.",
    examples: &[
        ("!pcicam 0 2 0", "show the header of function 00:02.0"),
        ("!pcicam 0 1f 3 dump", "dump the configuration space of 00:1f.3"),
    ],
    keywords: &["dump"],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let bus = number(args, "bus", 0xff)?;
    let device = number(args, "device", 0x1f)?;
    let function = number(args, "function", 7)?;
    let dump = match args.next() {
        None => false,
        Some(token) if token.is("dump") || token.is("x") => true,
        Some(token) => return Err(args.unknown(token)),
    };
    args.end()?;
    let at = PciFunction {
        bus,
        device,
        function,
    };
    Ok(Command::PciCam { at, dump })
}

fn number(args: &mut Args<'_>, what: &str, most: u8) -> Result<u8, Error> {
    let token = args.required(&format!("incorrect use of the '!pcicam': the {what} is missing"))?;
    let value = args.u64(token, &format!("{what} number"))?;
    u8::try_from(value)
        .ok()
        .filter(|value| *value <= most)
        .ok_or_else(|| {
            let message = format!("err, {what} number is invalid: {value:x} is above {most:x}");
            args.error(token, message)
        })
}

/// The canonical `!pcicam`.
pub(crate) fn write_command(f: &mut fmt::Formatter<'_>, at: PciFunction, dump: bool) -> fmt::Result {
    let PciFunction {
        bus,
        device,
        function,
    } = at;
    write!(f, "!pcicam {bus:x} {device:x} {function:x}")?;
    f.write_str(if dump { " dump" } else { "" })
}

impl PciFunction {
    /// The four bytes at `offset`; the guest may be between its own two accesses, so its address is put back.
    fn read(self, machine: &mut dyn Machine, offset: u16) -> Option<u32> {
        let before = machine.io_read(ADDRESS_PORT, 4)?;
        let address = ENABLE
            | u32::from(self.bus) << 16
            | u32::from(self.device) << 11
            | u32::from(self.function) << 8
            | u32::from(offset & 0xfc);
        let selected = machine.io_write(ADDRESS_PORT, 4, address);
        let value = machine.io_read(DATA_PORT, 4);
        let restored = machine.io_write(ADDRESS_PORT, 4, before);
        value.filter(|_| selected && restored)
    }

    /// Its vendor and device, if it is there.
    fn identity(self, machine: &mut dyn Machine) -> Option<u32> {
        self.read(machine, 0)
            .filter(|identity| identity & 0xffff != 0xffff)
    }
}

pub(crate) fn tree(machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    if machine.io_read(ADDRESS_PORT, 4).is_none() {
        return writeln!(out, "err, the PCI ports cannot be used from here");
    }
    // How many bridges are before each bus. A bridge's secondary bus has a higher number than the bridge.
    let mut depths = [0_usize; 0x100];
    let mut found = false;
    for (bus, device) in (0..=u8::MAX).flat_map(|bus| (0..0x20).map(move |device| (bus, device))) {
        let depth = depths.get(usize::from(bus)).copied().unwrap_or(0);
        for function in 0..8 {
            let at = PciFunction {
                bus,
                device,
                function,
            };
            let identity = at.identity(machine);
            let kind = at.read(machine, 0xc).unwrap_or(0) >> 16 & 0xff;
            if let Some(identity) = identity {
                found = true;
                let class = at.read(machine, 8).unwrap_or(0) >> 8;
                write!(out, "{:width$}{at}", "", width = depth.saturating_mul(2))?;
                write!(out, "  {:04x}:{:04x}", identity & 0xffff, identity >> 16)?;
                write!(out, "  {class:06x}  {}", header::class_name(class))?;
                if kind & 0x7f == 1 {
                    let secondary = at.read(machine, 0x18).unwrap_or(0) >> 8 & 0xff;
                    write!(out, ", to bus {secondary:02x}")?;
                    if let Some(behind) = depths.get_mut(secondary as usize) {
                        *behind = depth.saturating_add(1).min(0x20);
                    }
                }
                writeln!(out)?;
            }
            // Only a device that says so in its first function has others.
            if function == 0 && (identity.is_none() || kind & 0x80 == 0) {
                break;
            }
        }
    }
    if found {
        return Ok(());
    }
    writeln!(out, "there are no PCI functions")
}

pub(crate) fn cam(
    at: PciFunction,
    dump: bool,
    machine: &mut dyn Machine,
    out: &mut dyn Write,
) -> fmt::Result {
    if machine.io_read(ADDRESS_PORT, 4).is_none() {
        return writeln!(out, "err, the PCI ports cannot be used from here");
    }
    if at.identity(machine).is_none() {
        return writeln!(out, "err, there is no PCI function {at}");
    }
    let mut space = [0_u8; SPACE as usize];
    for (word, offset) in space.chunks_mut(4).zip((0..SPACE).step_by(4)) {
        let value = at.read(machine, offset).unwrap_or(u32::MAX);
        word.copy_from_slice(&value.to_le_bytes());
    }
    writeln!(out, "PCI configuration space of {at}")?;
    if !dump {
        return header::show(&space, out);
    }
    for (row, offset) in space.chunks(16).zip((0..SPACE).step_by(16)) {
        write!(out, "{offset:02x} ")?;
        row.iter().try_for_each(|byte| write!(out, " {byte:02X}"))?;
        writeln!(out)?;
    }
    Ok(())
}
