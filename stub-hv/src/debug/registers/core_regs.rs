//! The block of registers that `g` and `G` carry.

use gdbstub::arch::Registers;
use gdbstub_arch::x86::reg::X86_64CoreRegs;

use super::Info;
use super::RegisterError;
use super::access::value;
use super::table;
use super::table::IN_G;
use super::write;
use crate::virt::register::RegisterFile;

/// Bytes in a `g` packet, decoded.
const BYTES: usize = 536;

type Block = [u8; BYTES];

/// The registers of `g`, each with where it lies in the block.
fn layout() -> impl Iterator<Item = (Info, core::ops::Range<usize>)> {
    table::all().take(IN_G).scan(0, |offset, info| {
        let start = *offset;
        *offset += info.bytes();
        Some((info, start..*offset))
    })
}

/// Reads the registers of `g`.
pub fn to_core_regs(file: &dyn RegisterFile) -> X86_64CoreRegs {
    let mut block = [0; BYTES];
    for (info, range) in layout() {
        let value = value(file, &info).to_le_bytes();
        if let (Some(into), Some(value)) = (block.get_mut(range), value.get(..info.bytes())) {
            into.copy_from_slice(value);
        }
    }
    let mut registers = X86_64CoreRegs::default();
    // It fails only for a block that is too short.
    let _ = registers.gdb_deserialize(&block);
    registers
}

/// Writes those of `registers` that differ from what the CPU has: gdb sends the whole block to change one,
/// and writing a selector it did not mean would reload a segment.
///
/// When one is refused, the CPU has all its old values again.
pub fn from_core_regs(file: &mut dyn RegisterFile, registers: &X86_64CoreRegs) -> Result<(), RegisterError> {
    let old = serialize(&to_core_regs(file));
    let new = serialize(registers);
    let mut result = Ok(());
    let mut tried = 0;
    for (info, range) in layout() {
        let (Some(old), Some(new)) = (old.get(range.clone()), new.get(range)) else {
            continue;
        };
        if old != new {
            result = write(file, info.id, new);
        }
        if result.is_err() {
            break;
        }
        tried += 1;
    }
    if result.is_err() {
        for (info, range) in layout().take(tried) {
            if let (Some(old), Some(new)) = (old.get(range.clone()), new.get(range))
                && old != new
            {
                // The CPU has held this value before.
                let _ = write(file, info.id, old);
            }
        }
    }
    result
}

fn serialize(registers: &X86_64CoreRegs) -> Block {
    let mut block = [0; BYTES];
    let mut slots = block.iter_mut();
    registers.gdb_serialize(|byte| {
        if let Some(slot) = slots.next() {
            *slot = byte.unwrap_or(0);
        }
    });
    block
}
