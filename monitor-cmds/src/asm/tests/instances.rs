//! Instances of every instruction form, from `iced-x86`'s own description of its operands.

use iced_x86::Code;
use iced_x86::Instruction;
use iced_x86::OpCodeOperandKind as K;
use iced_x86::OpKind;
use iced_x86::Register as R;

/// How the memory operand, if there is one, is addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// Registers wherever a register may stand.
    None,
    Base,
    Full,
    Small,
    Absolute,
    Rip,
    Segment,
}

impl Memory {
    pub(super) const ALL: [Self; 7] = [
        Self::None,
        Self::Base,
        Self::Full,
        Self::Small,
        Self::Absolute,
        Self::Rip,
        Self::Segment,
    ];
}

/// Targets that one, two and four bytes reach from 1000.
const SHORT: u32 = 0x1010;
const NEAR: u32 = 0x4010;
const FAR: u32 = 0x40_1010;

struct Builder {
    instruction: Instruction,
    bits: u32,
    memory: Memory,
    immediates: u32,
    used_memory: bool,
    /// Bits of an address; a register operand may decide them.
    width: u32,
}

/// An instance of `code`, with registers numbered from `first`; `None` if it has no such memory operand.
pub(super) fn instance(code: Code, bits: u32, memory: Memory, first: u32) -> Option<Instruction> {
    let info = code.op_code();
    let mut instruction = Instruction::default();
    instruction.set_code(code);
    let mut builder = Builder {
        instruction,
        bits,
        memory,
        immediates: 0,
        used_memory: false,
        width: match info.op_kinds().first() {
            Some(K::r16_reg_mem) => 16,
            Some(K::r32_reg_mem) => 32,
            _ => bits,
        },
    };
    for (n, &kind) in info.op_kinds().iter().enumerate() {
        builder.operand(n as u32, kind, first + n as u32)?;
    }
    if memory != Memory::None && !builder.used_memory {
        return None;
    }
    if info.require_op_mask_register() {
        builder.instruction.set_op_mask(R::K3);
    }
    Some(builder.instruction)
}

impl Builder {
    fn operand(&mut self, n: u32, kind: K, number: u32) -> Option<()> {
        if let Some((first, count, or_memory)) = class(kind) {
            if or_memory && self.memory != Memory::None {
                return self.address(n);
            }
            let number = match kind {
                K::kp1_reg => 2,
                K::xmmp3_vvvv | K::zmmp3_vvvv => 4,
                K::cr_reg => 0,
                K::dr_reg => 7,
                K::tr_reg => 4,
                K::seg_reg => 4,
                _ => number,
            };
            self.register(n, first, number, count);
            return Some(());
        }
        if let Some((kind, value)) = immediate(kind) {
            self.immediates += 1;
            if self.immediates == 2 {
                self.kind(n, OpKind::Immediate8_2nd);
                self.instruction.set_immediate8_2nd(0x12);
            } else {
                self.kind(n, kind);
                self.instruction.try_set_immediate_i32(n, value).unwrap();
            }
            return Some(());
        }
        if let Some(register) = fixed(kind) {
            self.register(n, register, 0, 1);
            return Some(());
        }
        self.other(n, kind)
    }

    fn kind(&mut self, n: u32, kind: OpKind) {
        self.instruction.try_set_op_kind(n, kind).unwrap();
    }

    fn register(&mut self, n: u32, first: R, number: u32, count: u32) {
        // Without REX there are 8 of each, and the high bytes.
        let count = match first {
            R::AL => 4,
            _ if self.bits == 32 => count.min(8),
            _ => count,
        };
        self.kind(n, OpKind::Register);
        let register = R::try_from(first as usize + (number % count) as usize).unwrap();
        self.instruction.try_set_op_register(n, register).unwrap();
    }

    fn address(&mut self, n: u32) -> Option<()> {
        self.used_memory = true;
        self.kind(n, OpKind::Memory);
        let (base, index, size) = match self.width {
            64 => (R::RBX, R::RSI, 8),
            32 => (R::EBX, R::ESI, 4),
            _ => (R::BX, R::SI, 2),
        };
        let (scale, displacement) = if size == 2 { (1, 0x1234) } else { (4, 0x1234_5678) };
        let i = &mut self.instruction;
        match self.memory {
            Memory::None => return None,
            Memory::Base => i.set_memory_base(base),
            Memory::Small => {
                i.set_memory_base(base);
                i.set_memory_displ_size(1);
                i.set_memory_displacement64(-16_i64 as u64);
            }
            Memory::Full | Memory::Segment => {
                i.set_memory_base(base);
                i.set_memory_index(index);
                i.set_memory_index_scale(scale);
                i.set_memory_displ_size(size);
                i.set_memory_displacement64(displacement);
                if self.memory == Memory::Segment {
                    i.set_segment_prefix(R::FS);
                }
            }
            Memory::Absolute => {
                i.set_memory_displ_size(size);
                i.set_memory_displacement64(displacement);
            }
            Memory::Rip => {
                i.set_memory_base(if self.width == 64 { R::RIP } else { R::EIP });
                i.set_memory_displ_size(8);
                i.set_memory_displacement64(0x2345_6789);
            }
        }
        Some(())
    }

    fn string(&mut self, n: u32, wide: OpKind, narrow: OpKind) {
        self.kind(n, if self.bits == 64 { wide } else { narrow });
        self.segment();
    }

    fn segment(&mut self) {
        if self.memory == Memory::Segment {
            self.used_memory = true;
            self.instruction.set_segment_prefix(R::FS);
        }
    }

    fn branch(&mut self, n: u32, kind: OpKind, target: u32) {
        self.kind(n, kind);
        match kind {
            OpKind::NearBranch16 => self.instruction.set_near_branch16(target as u16),
            OpKind::NearBranch32 => self.instruction.set_near_branch32(target),
            _ => self.instruction.set_near_branch64(target.into()),
        }
    }

    fn other(&mut self, n: u32, kind: K) -> Option<()> {
        let begin = if self.bits == 64 {
            OpKind::NearBranch64
        } else {
            OpKind::NearBranch32
        };
        match kind {
            K::mem | K::mem_mpx | K::mem_mib => return self.address(n),
            K::sibmem => return (self.memory != Memory::Rip).then(|| self.address(n))?,
            K::mem_vsib32x | K::mem_vsib64x => return self.vector(n, R::XMM5),
            K::mem_vsib32y | K::mem_vsib64y => return self.vector(n, R::YMM5),
            K::mem_vsib32z | K::mem_vsib64z => return self.vector(n, R::ZMM5),
            K::mem_offs => {
                if self.memory != Memory::Absolute {
                    return None;
                }
                self.address(n)?;
                if self.bits == 64 {
                    self.instruction.set_memory_displacement64(0x1122_3344_5566_7788);
                }
            }
            K::seg_rSI => self.string(n, OpKind::MemorySegRSI, OpKind::MemorySegESI),
            K::seg_rDI => self.string(n, OpKind::MemorySegRDI, OpKind::MemorySegEDI),
            K::es_rDI => self.kind(
                n,
                if self.bits == 64 {
                    OpKind::MemoryESRDI
                } else {
                    OpKind::MemoryESEDI
                },
            ),
            K::seg_rBX_al => {
                self.kind(n, OpKind::Memory);
                self.instruction
                    .set_memory_base(if self.bits == 64 { R::RBX } else { R::EBX });
                self.instruction.set_memory_index(R::AL);
                self.segment();
            }
            K::br16_1 => self.branch(n, OpKind::NearBranch16, SHORT),
            K::br32_1 => self.branch(n, OpKind::NearBranch32, SHORT),
            K::br64_1 => self.branch(n, OpKind::NearBranch64, SHORT),
            K::br16_2 | K::brdisp_2 => self.branch(n, OpKind::NearBranch16, NEAR),
            K::br32_4 | K::brdisp_4 => self.branch(n, OpKind::NearBranch32, FAR),
            K::br64_4 => self.branch(n, OpKind::NearBranch64, FAR),
            K::xbegin_2 => self.branch(n, begin, NEAR),
            K::xbegin_4 => self.branch(n, begin, FAR),
            K::farbr2_2 => {
                self.kind(n, OpKind::FarBranch16);
                self.instruction.set_far_branch16(0x1234);
                self.instruction.set_far_branch_selector(8);
            }
            K::farbr4_2 => {
                self.kind(n, OpKind::FarBranch32);
                self.instruction.set_far_branch32(0x1234_5678);
                self.instruction.set_far_branch_selector(8);
            }
            kind => panic!("{kind:?}"),
        }
        Some(())
    }

    fn vector(&mut self, n: u32, index: R) -> Option<()> {
        if matches!(self.memory, Memory::Rip | Memory::Absolute) {
            return None;
        }
        self.address(n)?;
        self.instruction.set_memory_index(index);
        self.instruction.set_memory_index_scale(2);
        Some(())
    }
}

/// The first register of a kind, how many there are, and whether memory may stand there.
fn class(kind: K) -> Option<(R, u32, bool)> {
    Some(match kind {
        K::r8_or_mem => (R::AL, 4, true),
        K::r16_or_mem => (R::AX, 16, true),
        K::r32_or_mem | K::r32_or_mem_mpx => (R::EAX, 16, true),
        K::r64_or_mem | K::r64_or_mem_mpx => (R::RAX, 16, true),
        K::mm_or_mem => (R::MM0, 8, true),
        K::xmm_or_mem => (R::XMM0, 16, true),
        K::ymm_or_mem => (R::YMM0, 16, true),
        K::zmm_or_mem => (R::ZMM0, 32, true),
        K::bnd_or_mem_mpx => (R::BND0, 4, true),
        K::k_or_mem => (R::K0, 8, true),
        K::r8_reg | K::r8_opcode => (R::AL, 4, false),
        K::r16_reg | K::r16_reg_mem | K::r16_rm | K::r16_opcode => (R::AX, 16, false),
        K::r32_reg | K::r32_reg_mem | K::r32_rm | K::r32_opcode | K::r32_vvvv => (R::EAX, 16, false),
        K::r64_reg | K::r64_reg_mem | K::r64_rm | K::r64_opcode | K::r64_vvvv => (R::RAX, 16, false),
        K::seg_reg => (R::ES, 6, false),
        K::k_reg | K::kp1_reg | K::k_rm | K::k_vvvv => (R::K0, 8, false),
        K::mm_reg | K::mm_rm => (R::MM0, 8, false),
        K::xmm_reg | K::xmm_rm | K::xmm_vvvv | K::xmmp3_vvvv | K::xmm_is4 | K::xmm_is5 => {
            (R::XMM0, 16, false)
        }
        K::ymm_reg | K::ymm_rm | K::ymm_vvvv | K::ymm_is4 | K::ymm_is5 => (R::YMM0, 16, false),
        K::zmm_reg | K::zmm_rm | K::zmm_vvvv | K::zmmp3_vvvv => (R::ZMM0, 32, false),
        K::tmm_reg | K::tmm_rm | K::tmm_vvvv => (R::TMM0, 8, false),
        K::cr_reg => (R::CR0, 16, false),
        K::dr_reg => (R::DR0, 16, false),
        K::tr_reg => (R::TR0, 8, false),
        K::bnd_reg => (R::BND0, 4, false),
        K::sti_opcode => (R::ST0, 8, false),
        _ => return None,
    })
}

/// The encoder's kind, and a value that no shorter kind holds.
fn immediate(kind: K) -> Option<(OpKind, i32)> {
    Some(match kind {
        K::imm4_m2z => (OpKind::Immediate8, 1),
        K::imm8 => (OpKind::Immediate8, 0x22),
        K::imm8_const_1 => (OpKind::Immediate8, 1),
        K::imm8sex16 => (OpKind::Immediate8to16, -0x22),
        K::imm8sex32 => (OpKind::Immediate8to32, -0x22),
        K::imm8sex64 => (OpKind::Immediate8to64, -0x22),
        K::imm16 => (OpKind::Immediate16, 0x1234),
        K::imm32 => (OpKind::Immediate32, 0x1234_5678),
        K::imm32sex64 => (OpKind::Immediate32to64, -0x1234_5678),
        K::imm64 => (OpKind::Immediate64, 0x1234_5678),
        _ => return None,
    })
}

fn fixed(kind: K) -> Option<R> {
    Some(match kind {
        K::es => R::ES,
        K::cs => R::CS,
        K::ss => R::SS,
        K::ds => R::DS,
        K::fs => R::FS,
        K::gs => R::GS,
        K::al => R::AL,
        K::cl => R::CL,
        K::ax => R::AX,
        K::dx => R::DX,
        K::eax => R::EAX,
        K::rax => R::RAX,
        K::st0 => R::ST0,
        _ => return None,
    })
}
