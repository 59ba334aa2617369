//! Accesses to a device register that a nested page fault stopped.
//!
//! The fault says where the access went, so only the data side is decoded here: what is written, where a
//! value that is read has to go, and what happens to it in between. Linux's accesses to the local APIC
//! and the IOAPIC are plain MOVs; other systems use OR, AND, XCHG and BTS on them.
//!
//! ```text
//! decode -> Access -> [read device] -> stored(old) -> [write device] -> complete(old)
//! ```

use iced_x86::Instruction;
use iced_x86::Mnemonic;
use iced_x86::OpKind;

use super::Code;
use super::Fault;
use super::alu;
use super::alu::Operation;
use super::operand::Gpr;
use super::operand::is_immediate;
use super::operand::mask;
use super::operand::sign_extend;
use crate::virt::Register;
use crate::virt::RegisterFile;
use crate::virt::register::InvalidValue;

/// What the access asks of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A store.
    Write {
        /// What is stored, zero-extended.
        value: u64,
        /// Its size in bytes: 1, 2, 4 or 8.
        size: u8,
    },
    /// A load.
    Read {
        /// The size in bytes.
        size: u8,
    },
    /// A load, then a store of [`Access::stored`].
    ReadModifyWrite {
        /// The size in bytes.
        size: u8,
    },
}

/// What becomes of the loaded value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Nothing is loaded.
    None,
    /// STOS: one iteration, then the index and count move.
    Stos { repeated: bool, address_size: u8 },
    /// MOV, MOVZX, MOVSX, MOVSXD into a register.
    Load { to: Gpr, signed: bool },
    /// The arithmetic of memory (first) with a value. The result goes back only for a read-modify-write.
    Memory { operation: Operation, with: u64 },
    /// The arithmetic of a register (first) with memory.
    Register {
        operation: Operation,
        to: Gpr,
        store: bool,
    },
    /// XCHG: memory and register change places.
    Exchange { with: Gpr, value: u64 },
    /// BT, BTS, BTR, BTC.
    Bit { bit: u32, change: BitChange },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BitChange {
    Test,
    Set,
    Reset,
    Complement,
}

/// One decoded access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// What the device sees.
    pub kind: Kind,
    /// The instruction's length in bytes.
    pub length: usize,
    effect: Effect,
    next: u64,
    flags: u64,
}

/// Decodes the access at the instruction pointer. An instruction with two memory operands (MOVS), one
/// whose operand is not integer, or any other not listed in this module's head is
/// [`Fault::Unexpected`].
pub fn decode(code: &Code<'_>, regs: &impl RegisterFile) -> Result<Access, Fault> {
    let instruction = code.decode()?;
    let (kind, effect) =
        parts(&instruction, regs).ok_or_else(|| Fault::Unexpected(instruction.mnemonic()))?;
    Ok(Access {
        kind,
        length: instruction.len(),
        effect,
        next: code.after(instruction.len()),
        flags: regs.get(Register::Rflags),
    })
}

fn parts(instruction: &Instruction, regs: &impl RegisterFile) -> Option<(Kind, Effect)> {
    let mnemonic = instruction.mnemonic();
    let size = instruction.memory_size().size() as u8;
    if !matches!(size, 1 | 2 | 4 | 8) {
        return None;
    }
    if matches!(
        mnemonic,
        Mnemonic::Stosb | Mnemonic::Stosw | Mnemonic::Stosd | Mnemonic::Stosq
    ) {
        let address_size = match instruction.op0_kind() {
            OpKind::MemoryESDI => 2,
            OpKind::MemoryESEDI => 4,
            _ => 8,
        };
        let repeated = instruction.has_rep_prefix() || instruction.has_repne_prefix();
        let value = mask(regs.get(Register::General(0)), size);
        return Some((
            Kind::Write { value, size },
            Effect::Stos {
                repeated,
                address_size,
            },
        ));
    }
    let memory = (0..instruction.op_count()).find(|&at| instruction.op_kind(at) == OpKind::Memory)?;
    // The only other operand: a register's value or an immediate; 0 for one-operand arithmetic.
    let other = 1 - memory.min(1);
    let gpr = Gpr::operand(instruction, other);
    let value = match gpr {
        Some(gpr) => Some(gpr.get(regs)),
        None if other < instruction.op_count() => {
            is_immediate(instruction, other).then(|| instruction.immediate(other))
        }
        None => Some(0),
    };
    let read = Kind::Read { size };
    let modify = Kind::ReadModifyWrite { size };
    Some(match (mnemonic, memory, gpr) {
        (Mnemonic::Mov, 0, _) => (
            Kind::Write {
                value: mask(value?, size),
                size,
            },
            Effect::None,
        ),
        (Mnemonic::Mov | Mnemonic::Movzx, 1, Some(to)) => (read, Effect::Load { to, signed: false }),
        (Mnemonic::Movsx | Mnemonic::Movsxd, 1, Some(to)) => (read, Effect::Load { to, signed: true }),
        (Mnemonic::Xchg, _, Some(with)) => (modify, Effect::Exchange { with, value: value? }),
        (Mnemonic::Bt | Mnemonic::Bts | Mnemonic::Btr | Mnemonic::Btc, 0, _) => {
            let change = match mnemonic {
                Mnemonic::Bts => BitChange::Set,
                Mnemonic::Btr => BitChange::Reset,
                Mnemonic::Btc => BitChange::Complement,
                _ => BitChange::Test,
            };
            // A bit number beyond the operand moved the address; the fault's address has that in it.
            let bit = (value? % (u64::from(size) * 8)) as u32;
            let kind = if change == BitChange::Test { read } else { modify };
            (kind, Effect::Bit { bit, change })
        }
        _ => {
            let (operation, store) = Operation::of(mnemonic)?;
            match (memory, gpr) {
                (0, _) => (
                    if store { modify } else { read },
                    Effect::Memory {
                        operation,
                        with: value?,
                    },
                ),
                (_, Some(to)) => (read, Effect::Register { operation, to, store }),
                _ => return None,
            }
        }
    })
}

impl Access {
    /// What goes to the device, given what was read from it (`old`, ignored for a plain write); `None`
    /// for a read.
    pub const fn stored(&self, old: u64) -> Option<u64> {
        let size = match self.kind {
            Kind::Write { value, .. } => return Some(value),
            Kind::Read { .. } => return None,
            Kind::ReadModifyWrite { size } => size,
        };
        match self.effect {
            Effect::Bit { bit, change } => Some(match change {
                BitChange::Set => old | 1 << bit,
                BitChange::Reset => old & !(1 << bit),
                BitChange::Complement => old ^ 1 << bit,
                BitChange::Test => old,
            }),
            Effect::Memory { operation, with } => Some(operation.apply(old, with, size, self.flags).0),
            Effect::Exchange { value, .. } => Some(mask(value, size)),
            _ => None,
        }
    }

    /// Updates the registers as the finished instruction would, RIP included: `old` is what was read from
    /// the device, ignored for a plain write. Of a repeated STOS one iteration is done, and RIP stays
    /// while the count has not run out.
    pub fn complete(&self, regs: &mut impl RegisterFile, old: u64) -> Result<(), InvalidValue> {
        let (Kind::Write { size, .. } | Kind::Read { size } | Kind::ReadModifyWrite { size }) = self.kind;
        let mut flags = self.flags;
        let mut next = self.next;
        match self.effect {
            Effect::None => {}
            Effect::Load { to, signed } => {
                to.set(
                    regs,
                    if signed {
                        sign_extend(old, size)
                    } else {
                        mask(old, size)
                    },
                )?;
            }
            Effect::Memory { operation, with } => flags = operation.apply(old, with, size, flags).1,
            Effect::Register { operation, to, store } => {
                let (result, changed) = operation.apply(to.get(regs), old, size, flags);
                flags = changed;
                if store {
                    to.set(regs, result)?;
                }
            }
            Effect::Exchange { with, .. } => with.set(regs, mask(old, size))?,
            Effect::Bit { bit, .. } => {
                flags = flags & !alu::CARRY | old >> bit & alu::CARRY;
            }
            Effect::Stos {
                repeated,
                address_size,
            } => {
                let index = Gpr {
                    index: 7,
                    size: address_size,
                    high: false,
                };
                let count = Gpr {
                    index: 1,
                    size: address_size,
                    high: false,
                };
                let step = u64::from(size);
                let step = if flags & alu::DIRECTION == 0 {
                    step
                } else {
                    step.wrapping_neg()
                };
                index.set(regs, index.get(regs).wrapping_add(step))?;
                if repeated {
                    let left = mask(count.get(regs).wrapping_sub(1), address_size);
                    count.set(regs, left)?;
                    if left != 0 {
                        next = regs.get(Register::Rip);
                    }
                }
            }
        }
        regs.set(Register::Rflags, flags & !alu::RESUME)?;
        regs.set(Register::Rip, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::emulate::Width;
    use crate::guest::emulate::fake::Registers;
    use crate::guest::emulate::fake::code;

    /// Runs one access against a device register; returns what the device holds afterwards.
    fn run(bytes: &[u8], regs: &mut Registers, device: u64) -> (Kind, u64) {
        let access = decode(&code(bytes), regs).unwrap();
        let after = access.stored(device).unwrap_or(device);
        access.complete(regs, device).unwrap();
        (access.kind, after)
    }

    fn with(values: &[(u8, u64)]) -> Registers {
        let mut regs = Registers::long_mode();
        for &(index, value) in values {
            regs.put(Register::General(index), value);
        }
        regs
    }

    #[test]
    fn stores() {
        // mov [rdi+300h], esi
        let mut regs = with(&[(6, 0xffff_ffff_000c_4500)]);
        let (kind, device) = run(&[0x89, 0xb7, 0, 3, 0, 0], &mut regs, 0);
        assert_eq!(
            (kind, device),
            (
                Kind::Write {
                    value: 0xc_4500,
                    size: 4
                },
                0xc_4500
            )
        );
        assert_eq!(regs.get(Register::Rip), 0x1006);
        // mov dword ptr [abs], 10h, as Linux writes EOI through a fixed address
        let mut regs = with(&[]);
        let (kind, _) = run(
            &[0xc7, 0x04, 0x25, 0xb0, 0xd0, 0x5f, 0xff, 0, 0, 0, 0],
            &mut regs,
            9,
        );
        assert_eq!(kind, Kind::Write { value: 0, size: 4 });
        // mov [rax], ch
        let (kind, _) = run(&[0x88, 0x28], &mut with(&[(1, 0xab_12)]), 0);
        assert_eq!(kind, Kind::Write { value: 0xab, size: 1 });
        // mov qword ptr [rax], -1
        let (kind, _) = run(&[0x48, 0xc7, 0x00, 0xff, 0xff, 0xff, 0xff], &mut with(&[]), 0);
        assert_eq!(kind, Kind::Write { value: !0, size: 8 });
    }

    #[test]
    fn loads_extend() {
        let cases: &[(&[u8], u64)] = &[
            (&[0x8b, 0x00], 0x8765_43f1),                         // mov eax, [rax]
            (&[0x66, 0x8b, 0x00], 0xffff_ffff_ffff_43f1),         // mov ax, [rax]
            (&[0x8a, 0x20], 0xffff_ffff_ffff_f1ff),               // mov ah, [rax]
            (&[0x0f, 0xb6, 0x00], 0xf1),                          // movzx eax, byte
            (&[0x0f, 0xb7, 0x00], 0x43f1),                        // movzx eax, word
            (&[0x0f, 0xbe, 0x00], 0xffff_fff1),                   // movsx eax, byte
            (&[0x48, 0x0f, 0xbe, 0x00], 0xffff_ffff_ffff_fff1),   // movsx rax, byte
            (&[0x48, 0x63, 0x00], 0xffff_ffff_8765_43f1),         // movsxd rax, dword
            (&[0xa1, 0, 0, 0xe0, 0xfe, 0, 0, 0, 0], 0x8765_43f1), // mov eax, [moffs]
        ];
        for &(bytes, expected) in cases {
            let mut regs = with(&[(0, !0)]);
            let (kind, _) = run(bytes, &mut regs, 0x8765_43f1);
            assert!(matches!(kind, Kind::Read { .. }), "{bytes:x?}");
            assert_eq!(regs.get(Register::General(0)), expected, "{bytes:x?}");
            assert_eq!(regs.get(Register::Rip), 0x1000 + bytes.len() as u64);
            assert_eq!(regs.get(Register::Rflags), 2);
        }
    }

    #[test]
    fn arithmetic_on_the_device() {
        // or dword ptr [rax], 10000h
        let mut regs = with(&[]);
        let (kind, device) = run(&[0x81, 0x08, 0, 0, 1, 0], &mut regs, 0x31);
        assert_eq!((kind, device), (Kind::ReadModifyWrite { size: 4 }, 0x1_0031));
        assert_eq!(regs.get(Register::Rflags), 2);
        // and [rax], ecx
        let mut regs = with(&[(1, 0xfffe_ffff)]);
        assert_eq!(run(&[0x21, 0x08], &mut regs, 0x1_0000).1, 0);
        assert_eq!(regs.get(Register::Rflags), 2 | alu::ZERO | alu::PARITY);
        // adc dword ptr [rax], 0 with the carry set
        let mut regs = with(&[]);
        regs.put(Register::Rflags, 2 | alu::CARRY);
        assert_eq!(run(&[0x83, 0x10, 0], &mut regs, 0xffff_ffff).1, 0);
        assert_eq!(
            regs.get(Register::Rflags),
            2 | alu::CARRY | alu::ZERO | alu::PARITY | alu::ADJUST
        );
        // lock inc dword ptr [rax]
        assert_eq!(run(&[0xf0, 0xff, 0x00], &mut with(&[]), 6).1, 7);
        // test dword ptr [rax], 1000h: a read
        let mut regs = with(&[]);
        assert_eq!(
            run(&[0xf7, 0x00, 0, 0x10, 0, 0], &mut regs, 0x1000),
            (Kind::Read { size: 4 }, 0x1000)
        );
        assert_eq!(regs.get(Register::Rflags) & alu::ZERO, 0);
        // cmp eax, [rcx]
        let mut regs = with(&[(0, 5)]);
        assert_eq!(run(&[0x3b, 0x01], &mut regs, 5).0, Kind::Read { size: 4 });
        assert_ne!(regs.get(Register::Rflags) & alu::ZERO, 0);
        // add eax, [rcx]
        let mut regs = with(&[(0, 0xf_ffff_ffff)]);
        run(&[0x03, 0x01], &mut regs, 2);
        assert_eq!(regs.get(Register::General(0)), 1);
    }

    #[test]
    fn exchange_and_bits() {
        // xchg [rax], ecx
        let mut regs = with(&[(1, 0xdead_0000_0077)]);
        assert_eq!(
            run(&[0x87, 0x08], &mut regs, 0x99),
            (Kind::ReadModifyWrite { size: 4 }, 0x77)
        );
        assert_eq!(regs.get(Register::General(1)), 0x99);
        // lock bts dword ptr [rax], 16
        let mut regs = with(&[]);
        assert_eq!(run(&[0xf0, 0x0f, 0xba, 0x28, 0x10], &mut regs, 1).1, 0x1_0001);
        assert_eq!(regs.get(Register::Rflags) & alu::CARRY, 0);
        // btr dword ptr [rax], 0
        assert_eq!(run(&[0x0f, 0xba, 0x30, 0x00], &mut regs, 1).1, 0);
        assert_eq!(regs.get(Register::Rflags) & alu::CARRY, 1);
        // bt [rax], ecx with a bit number that moved the address by four bytes
        let mut regs = with(&[(1, 35)]);
        assert_eq!(run(&[0x0f, 0xa3, 0x08], &mut regs, 8).0, Kind::Read { size: 4 });
        assert_eq!(regs.get(Register::Rflags) & alu::CARRY, 1);
    }

    #[test]
    fn repeated_stores_go_one_by_one() {
        let mut regs = with(&[(0, 0x1122_3344), (1, 2), (7, 0x2000)]);
        let rep_stosd = [0xf3, 0xab];
        run(&rep_stosd, &mut regs, 0);
        assert_eq!(
            (regs.get(Register::Rip), regs.get(Register::General(7))),
            (0x1000, 0x2004)
        );
        run(&rep_stosd, &mut regs, 0);
        assert_eq!(
            (regs.get(Register::Rip), regs.get(Register::General(1))),
            (0x1002, 0)
        );
        regs.put(Register::Rflags, 2 | alu::DIRECTION);
        run(&[0x66, 0xab], &mut regs, 0);
        assert_eq!(regs.get(Register::General(7)), 0x2006);
        assert_eq!(regs.get(Register::General(1)), 0, "no count without the prefix");
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        let cases: &[(&[u8], Mnemonic)] = &[
            (&[0xa5], Mnemonic::Movsd),
            (&[0x0f, 0x11, 0x00], Mnemonic::Movups),
            (&[0x8e, 0x18], Mnemonic::Mov), // mov ds, [rax]
            (&[0x8c, 0x18], Mnemonic::Mov), // mov [rax], ds
            (&[0xff, 0x30], Mnemonic::Push),
            (&[0x90], Mnemonic::Nop),
        ];
        for &(bytes, mnemonic) in cases {
            let found = decode(&code(bytes), &Registers::long_mode());
            assert_eq!(found, Err(Fault::Unexpected(mnemonic)), "{bytes:x?}");
        }
    }

    #[test]
    fn sixteen_bit_code() {
        let mut real = code(&[0x66, 0xc7, 0x06, 0, 3, 0, 0x45, 0x0c, 0]);
        real.width = Width::Bits16;
        real.rip = 0xfff7;
        let access = decode(&real, &Registers::default()).unwrap();
        assert_eq!(
            access.kind,
            Kind::Write {
                value: 0xc_4500,
                size: 4
            }
        );
        let mut regs = Registers::default();
        access.complete(&mut regs, 0).unwrap();
        assert_eq!(regs.get(Register::Rip), 0);
    }
}
