//! Common instructions carried out wholly in software.
//!
//! A software breakpoint whose condition is false has to run the instruction that it displaced. Doing so
//! with the trap flag costs a second exit; doing it here costs none. That only pays if the outcome is
//! exact, so whatever could fault, trap, or depend on state that is not at hand is left alone:
//! [`execute`] returns `false` with nothing changed, and the caller steps in hardware.
//!
//! 64-bit mode, and of 32-bit code what touches registers alone: memory there is behind segments with bases, limits
//! and rights. Not for a CPU that single-steps itself (RFLAGS.TF) or checks alignment, nor for
//! branches and ENDBR under control-flow enforcement. Data breakpoints in the debug registers do not see
//! the accesses made here: with any armed, step in hardware.

use iced_x86::ConditionCode;
use iced_x86::Instruction;
use iced_x86::Mnemonic;
use iced_x86::OpKind;

use super::Code;
use super::Width;
use super::alu;
use super::alu::Operation;
use super::operand::Gpr;
use super::operand::address;
use super::operand::is_immediate;
use super::operand::mask;
use super::operand::sign_extend;
use crate::virt::Register;
use crate::virt::RegisterFile;

const CR4_CET: u64 = 1 << 23;

/// The access could not be made without the processor's help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// Guest memory by linear address, as the virtual CPU itself would access it.
///
/// An implementation walks the guest's page tables with the rights of the CPU's present privilege level
/// (SMAP and protection keys included) and refuses whenever the access would fault, would have to set an
/// accessed or dirty bit that is clear, or is not ordinary memory. An access happens whole or not at all.
pub trait LinearMemory {
    /// Reads `into.len()` bytes (at most 8).
    fn read(&mut self, at: u64, into: &mut [u8]) -> Result<(), Refused>;

    /// Writes `from` (at most 8 bytes).
    fn write(&mut self, at: u64, from: &[u8]) -> Result<(), Refused>;
}

/// Carries out the instruction at the instruction pointer, given with the bytes that breakpoints displaced.
/// `true`: registers, memory and RIP are as after the instruction, and the caller ends an interrupt shadow
/// that a preceding STI or MOV SS opened. `false`: nothing has changed, run it in hardware.
pub fn execute(code: &Code<'_>, regs: &mut impl RegisterFile, memory: &mut impl LinearMemory) -> bool {
    if code.width == Width::Bits16 || regs.get(Register::Rflags) & (alu::TRAP | alu::ALIGNMENT) != 0 {
        return false;
    }
    let Ok(instruction) = code.decode() else {
        return false;
    };
    if instruction.has_lock_prefix() || code.width == Width::Bits32 && !stays_in_registers(&instruction) {
        return false;
    }
    let mut machine = Machine { regs, memory };
    let Some(effect) = machine.effect(&instruction) else {
        return false;
    };
    machine.commit(&instruction, effect).is_some()
}

/// Whether an instruction of 32-bit code reaches neither memory nor the end of the address space. Branches, PUSH
/// and their like are told from their 64-bit forms where they are carried out.
fn stays_in_registers(instruction: &Instruction) -> bool {
    let memory = instruction.mnemonic() != Mnemonic::Nop
        && (0..instruction.op_count()).any(|number| instruction.op_kind(number) == OpKind::Memory);
    !memory && instruction.next_ip() <= u64::from(u32::MAX)
}

/// What an instruction does, worked out before anything is changed.
#[derive(Clone, Copy, Default)]
struct Effect {
    /// Goes into operand 0.
    result: Option<u64>,
    /// New RFLAGS.
    flags: Option<u64>,
    /// New RSP.
    stack: Option<u64>,
    /// Stored as eight bytes at the new RSP.
    pushed: Option<u64>,
    /// New RIP, if it is not the next instruction.
    target: Option<u64>,
}

struct Machine<'a, R, M> {
    regs: &'a mut R,
    memory: &'a mut M,
}

impl<R: RegisterFile, M: LinearMemory> Machine<'_, R, M> {
    fn effect(&mut self, instruction: &Instruction) -> Option<Effect> {
        let flags = self.regs.get(Register::Rflags);
        let stack = self.regs.get(Register::General(4));
        let mnemonic = instruction.mnemonic();
        if let Some((operation, store)) = Operation::of(mnemonic) {
            let size = self.size(instruction)?;
            let a = self.read(instruction, 0, size)?;
            let b = if instruction.op_count() > 1 {
                self.read(instruction, 1, size)?
            } else {
                0
            };
            let (result, flags) = operation.apply(a, b, size, flags);
            return Some(Effect {
                result: store.then_some(result),
                flags: Some(flags),
                ..Effect::default()
            });
        }
        let result = |value| {
            Some(Effect {
                result: Some(value),
                ..Effect::default()
            })
        };
        match mnemonic {
            Mnemonic::Nop => Some(Effect::default()),
            Mnemonic::Endbr64 | Mnemonic::Endbr32 if !self.enforced() => Some(Effect::default()),
            Mnemonic::Mov | Mnemonic::Movzx | Mnemonic::Movsx | Mnemonic::Movsxd => {
                let from = self.source_size(instruction)?;
                let value = self.read(instruction, 1, from)?;
                let signed = matches!(mnemonic, Mnemonic::Movsx | Mnemonic::Movsxd);
                result(if signed { sign_extend(value, from) } else { value })
            }
            Mnemonic::Lea => result(address(instruction, 1, self.regs)?),
            Mnemonic::Push if stack_slot_is_wide(instruction) => {
                let stack = stack.wrapping_sub(8);
                let pushed = self.read(instruction, 0, 8)?;
                Some(Effect {
                    stack: Some(stack),
                    pushed: Some(pushed),
                    ..Effect::default()
                })
            }
            Mnemonic::Pop if Gpr::operand(instruction, 0).is_some_and(|gpr| gpr.size == 8) => {
                let value = self.load(stack, 8)?;
                // POP RSP: the loaded value wins over the increment, so it is committed after.
                Some(Effect {
                    result: Some(value),
                    stack: Some(stack.wrapping_add(8)),
                    ..Effect::default()
                })
            }
            Mnemonic::Leave if instruction.code() == iced_x86::Code::Leaveq => {
                let frame = self.regs.get(Register::General(5));
                let value = self.load(frame, 8)?;
                Some(Effect {
                    result: Some(value),
                    stack: Some(frame.wrapping_add(8)),
                    ..Effect::default()
                })
            }
            Mnemonic::Jmp => Some(Effect {
                target: Some(near_target(instruction)?),
                ..Effect::default()
            }),
            Mnemonic::Call if !self.enforced() => Some(Effect {
                target: Some(near_target(instruction)?),
                stack: Some(stack.wrapping_sub(8)),
                pushed: Some(instruction.next_ip()),
                ..Effect::default()
            }),
            Mnemonic::Ret if instruction.code() == iced_x86::Code::Retnq && !self.enforced() => {
                let target = Some(canonical(self.load(stack, 8)?)?);
                Some(Effect {
                    target,
                    stack: Some(stack.wrapping_add(8)),
                    ..Effect::default()
                })
            }
            _ if instruction.is_jcc_short_or_near() => {
                let target = near_target(instruction)?;
                let taken = holds(instruction.condition_code(), flags)?;
                Some(Effect {
                    target: taken.then_some(target),
                    ..Effect::default()
                })
            }
            _ => None,
        }
    }

    /// Writes memory first: that is the only step that can be refused.
    fn commit(&mut self, instruction: &Instruction, effect: Effect) -> Option<()> {
        let rip = match effect.target {
            Some(target) => target,
            None => canonical(instruction.next_ip())?,
        };
        if let (Some(value), Some(stack)) = (effect.pushed, effect.stack) {
            self.memory.write(stack, &value.to_le_bytes()).ok()?;
        }
        let destination = match effect.result {
            None => None,
            Some(_) if instruction.mnemonic() == Mnemonic::Leave => Some(Gpr {
                index: 5,
                size: 8,
                high: false,
            }),
            Some(value) if instruction.op0_kind() == OpKind::Memory => {
                let bytes = value.to_le_bytes();
                let bytes = bytes.get(..instruction.memory_size().size())?;
                self.memory
                    .write(address(instruction, 0, self.regs)?, bytes)
                    .ok()?;
                None
            }
            Some(_) => Some(Gpr::operand(instruction, 0)?),
        };
        let flags = effect.flags.unwrap_or_else(|| self.regs.get(Register::Rflags)) & !alu::RESUME;
        let changes = [
            Some((Register::Rip, rip)),
            effect.stack.map(|value| (Register::General(4), value)),
            Some((Register::Rflags, flags)),
        ];
        for (register, value) in changes.into_iter().flatten() {
            self.regs.set(register, value).ok()?;
        }
        if let (Some(gpr), Some(value)) = (destination, effect.result) {
            gpr.set(self.regs, value).ok()?;
        }
        Some(())
    }

    /// Control-flow enforcement: branches and ENDBR then have effects beyond the registers.
    fn enforced(&self) -> bool {
        self.regs.get(Register::Cr4) & CR4_CET != 0
    }

    /// The size of operand 0, a general-purpose register or memory.
    fn size(&self, instruction: &Instruction) -> Option<u8> {
        match instruction.op0_kind() {
            OpKind::Memory => integer(instruction),
            _ => Gpr::operand(instruction, 0).map(|gpr| gpr.size),
        }
    }

    /// The size of the source of a move, whose two operands must be registers, memory or immediate.
    fn source_size(&self, instruction: &Instruction) -> Option<u8> {
        if instruction.op0_kind() != OpKind::Memory {
            Gpr::operand(instruction, 0)?;
        }
        match instruction.op1_kind() {
            OpKind::Memory => integer(instruction),
            OpKind::Register => Gpr::operand(instruction, 1).map(|gpr| gpr.size),
            _ => Some(8),
        }
    }

    /// An operand's value of `size` bytes. An operand of another size is no case of ours.
    fn read(&mut self, instruction: &Instruction, number: u32, size: u8) -> Option<u64> {
        match instruction.op_kind(number) {
            OpKind::Register => {
                let gpr = Gpr::operand(instruction, number).filter(|gpr| gpr.size == size)?;
                Some(gpr.get(self.regs))
            }
            OpKind::Memory if integer(instruction) == Some(size) => {
                let at = address(instruction, number, self.regs)?;
                self.load(at, size)
            }
            _ => is_immediate(instruction, number).then(|| mask(instruction.immediate(number), size)),
        }
    }

    fn load(&mut self, at: u64, size: u8) -> Option<u64> {
        let mut bytes = [0; 8];
        self.memory.read(at, bytes.get_mut(..usize::from(size))?).ok()?;
        Some(u64::from_le_bytes(bytes))
    }
}

fn integer(instruction: &Instruction) -> Option<u8> {
    let size = instruction.memory_size().size() as u8;
    matches!(size, 1 | 2 | 4 | 8).then_some(size)
}

fn stack_slot_is_wide(instruction: &Instruction) -> bool {
    use iced_x86::Code::*;
    matches!(
        instruction.code(),
        Push_r64 | Push_rm64 | Pushq_imm8 | Pushq_imm32
    )
}

/// A branch outside the 48-bit canonical range faults, or not, depending on the paging mode: the hardware
/// knows.
fn canonical(address: u64) -> Option<u64> {
    ((address << 16) as i64 >> 16 == address as i64).then_some(address)
}

fn near_target(instruction: &Instruction) -> Option<u64> {
    (instruction.op0_kind() == OpKind::NearBranch64).then(|| canonical(instruction.near_branch64()))?
}

fn holds(condition: ConditionCode, flags: u64) -> Option<bool> {
    let set = |flag| flags & flag != 0;
    let less = set(alu::SIGN) != set(alu::OVERFLOW);
    Some(match condition {
        ConditionCode::None => return None,
        ConditionCode::o => set(alu::OVERFLOW),
        ConditionCode::no => !set(alu::OVERFLOW),
        ConditionCode::b => set(alu::CARRY),
        ConditionCode::ae => !set(alu::CARRY),
        ConditionCode::e => set(alu::ZERO),
        ConditionCode::ne => !set(alu::ZERO),
        ConditionCode::be => set(alu::CARRY | alu::ZERO),
        ConditionCode::a => !set(alu::CARRY | alu::ZERO),
        ConditionCode::s => set(alu::SIGN),
        ConditionCode::ns => !set(alu::SIGN),
        ConditionCode::p => set(alu::PARITY),
        ConditionCode::np => !set(alu::PARITY),
        ConditionCode::l => less,
        ConditionCode::ge => !less,
        ConditionCode::le => less || set(alu::ZERO),
        ConditionCode::g => !less && !set(alu::ZERO),
    })
}

#[cfg(test)]
#[path = "simple_tests.rs"]
mod tests;
