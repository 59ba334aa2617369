//! INS and OUTS: one element an exit without REP, a bounded number of them with it.

use iced_x86::OpKind;
use iced_x86::Register as Name;

use super::Outcome;
use super::code;
use super::io;
use crate::guest::emulate::Width;
use crate::guest::linear;
use crate::virt::Injection;
use crate::virt::PortAccess;
use crate::virt::Register;
use crate::virt::Segment;
use crate::virt::Vcpu;

/// Elements moved before the guest may take interrupts again.
const BATCH: u64 = 4096;
/// RFLAGS.DF
const DIRECTION: u64 = 1 << 10;

const RCX: Register = Register::General(1);
const RSI: Register = Register::General(6);
const RDI: Register = Register::General(7);

/// What the instruction's encoding says beyond the exit.
struct Shape {
    /// Bits of RCX, RSI and RDI in use.
    mask: u64,
    segment: Segment,
    width: Width,
    length: u64,
}

fn shape<V: Vcpu>(vcpu: &mut V, access: &PortAccess) -> Option<Shape> {
    code::fetch(vcpu, |_, code| {
        let instruction = code.decode().ok()?;
        let kind = if access.input {
            instruction.op0_kind()
        } else {
            instruction.op1_kind()
        };
        let mask = match kind {
            OpKind::MemoryESDI | OpKind::MemorySegSI => 0xffff,
            OpKind::MemoryESEDI | OpKind::MemorySegESI => 0xffff_ffff,
            OpKind::MemoryESRDI | OpKind::MemorySegRSI => u64::MAX,
            _ => return None,
        };
        let segment = match instruction.memory_segment() {
            _ if access.input => Segment::Es,
            Name::ES => Segment::Es,
            Name::CS => Segment::Cs,
            Name::SS => Segment::Ss,
            Name::FS => Segment::Fs,
            Name::GS => Segment::Gs,
            _ => Segment::Ds,
        };
        Some(Shape {
            mask,
            segment,
            width: code.width,
            length: instruction.len() as u64,
        })
    })?
}

/// Takes the low bits of an index register from `value`; a 32-bit index clears the upper half.
fn set_index<V: Vcpu>(vcpu: &mut V, register: Register, mask: u64, value: u64) {
    let kept = if mask == 0xffff {
        vcpu.get(register) & !mask
    } else {
        0
    };
    // A general register takes any value.
    let _ = vcpu.set(register, kept | value & mask);
}

pub(super) fn handle<V: Vcpu>(vcpu: &mut V, access: &PortAccess) -> Outcome {
    let Some(shape) = shape(vcpu, access) else {
        return Outcome::Retry;
    };
    let (index, size) = (if access.input { RDI } else { RSI }, u64::from(access.size));
    let flat = shape.width == Width::Bits64 && !matches!(shape.segment, Segment::Fs | Segment::Gs);
    let base = if flat {
        0
    } else {
        vcpu.get(Register::Base(shape.segment))
    };
    let backwards = vcpu.get(Register::Rflags) & DIRECTION != 0;
    let count = if access.repeated {
        vcpu.get(RCX) & shape.mask
    } else {
        1
    };
    for _ in 0..count.min(BATCH) {
        let offset = vcpu.get(index) & shape.mask;
        if !element(vcpu, access, base.wrapping_add(offset)) {
            return Outcome::Retry;
        }
        let next = if backwards {
            offset.wrapping_sub(size)
        } else {
            offset.wrapping_add(size)
        };
        set_index(vcpu, index, shape.mask, next);
        if access.repeated {
            let left = (vcpu.get(RCX) & shape.mask).wrapping_sub(1);
            set_index(vcpu, RCX, shape.mask, left);
        }
    }
    if access.repeated && vcpu.get(RCX) & shape.mask != 0 {
        return Outcome::Retry;
    }
    vcpu.skip(shape.length);
    Outcome::Emulated
}

/// Moves one element between the port and linear address `at`. `false`: the guest gets a page fault.
fn element<V: Vcpu>(vcpu: &mut V, access: &PortAccess, at: u64) -> bool {
    let mut bytes = [0; 4];
    let Some(bytes) = bytes.get_mut(..usize::from(access.size)) else {
        return true;
    };
    let user = if vcpu.privilege() == 3 { 4 } else { 0 };
    if access.input {
        // The memory must be known to take the value before the device gives it away.
        let writable = linear::translate(vcpu, at).is_ok_and(|page| page.writable);
        if writable {
            let value = io::read(access.port, access.size).to_le_bytes();
            bytes.copy_from_slice(value.get(..bytes.len()).unwrap_or_default());
            if linear::write(vcpu, at, bytes).is_ok() {
                return true;
            }
        }
    } else if linear::read(vcpu, at, bytes) == Ok(bytes.len()) {
        let mut value = [0; 4];
        for (slot, byte) in value.iter_mut().zip(bytes.iter()) {
            *slot = *byte;
        }
        io::write(access.port, access.size, u32::from_le_bytes(value));
        return true;
    }
    let present = u32::from(linear::translate(vcpu, at).is_ok());
    let write = if access.input { 2 } else { 0 };
    // CR2 takes any value.
    let _ = vcpu.set(Register::Cr2, at);
    vcpu.inject(Injection::exception(14, present | write | user));
    false
}
