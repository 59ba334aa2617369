//! One operand into an instruction.

use crate::asm::kind::Kind;
use crate::asm::operand::Distance;
use crate::asm::refusal::Refusal;
use crate::asm::value;
use crate::asm::value::Place;
use crate::asm::value::Rip;
use crate::asm::value::Value;
use alloc::format;
use alloc::string::ToString;
use iced_x86::Instruction;
use iced_x86::OpKind;
use iced_x86::Register;

/// An operand's place in an instruction.
pub(crate) struct Binder<'i> {
    pub(crate) instruction: &'i mut Instruction,
    /// Its number, from 0.
    pub(crate) index: u32,
    pub(crate) kind: Kind,
    pub(crate) bits: u32,
    /// Bits, if a prefix asks for them.
    pub(crate) address_size: Option<u32>,
    /// Immediates so far.
    pub(crate) immediates: &'i mut u32,
}

/// The encoder's own refusal: an operand number or kind that it does not know.
fn encoder(error: iced_x86::IcedError) -> Refusal {
    Refusal::Encoder(error.to_string())
}

impl Binder<'_> {
    /// Puts `value` there.
    pub(crate) fn value(mut self, value: &Value) -> Result<(), Refusal> {
        match *value {
            Value::Register(register) if holds(self.kind, register) => self.register(register),
            Value::Memory(place) => self.memory(&place),
            Value::Number {
                value,
                size,
                distance,
            } => self.number(value, size, distance),
            Value::Far { selector, offset } => self.far(selector, offset),
            Value::Register(_) => Err(Refusal::Operands),
        }
    }

    /// What stands there when nothing is written.
    pub(crate) fn implied(mut self) -> Result<(), Refusal> {
        let width = self.address_size.unwrap_or(self.bits);
        let register = match self.kind {
            Kind::Al => Register::AL,
            Kind::Ax => Register::AX,
            Kind::Eax => Register::EAX,
            Kind::Rax => Register::RAX,
            Kind::Dx => Register::DX,
            Kind::St0 => Register::ST0,
            Kind::St => Register::ST1,
            Kind::One => return self.number(1, None, None),
            Kind::StringSource => return self.string(address(Register::RSI, width)),
            Kind::StringTarget | Kind::MaskedTarget => return self.string(address(Register::RDI, width)),
            Kind::Table => return self.table(address(Register::RBX, width)),
            _ => return Err(Refusal::Operands),
        };
        self.register(register)
    }

    fn register(&mut self, register: Register) -> Result<(), Refusal> {
        self.kind(OpKind::Register)?;
        self.instruction
            .try_set_op_register(self.index, register)
            .map_err(encoder)
    }

    fn kind(&mut self, kind: OpKind) -> Result<(), Refusal> {
        self.instruction
            .try_set_op_kind(self.index, kind)
            .map_err(encoder)
    }

    /// An implicit memory operand with the address in `register`.
    fn string(&mut self, register: Register) -> Result<(), Refusal> {
        let kind = match (self.kind, register) {
            (Kind::StringSource, Register::RSI) => OpKind::MemorySegRSI,
            (Kind::StringSource, Register::ESI) => OpKind::MemorySegESI,
            (Kind::StringSource, Register::SI) => OpKind::MemorySegSI,
            (Kind::StringTarget, Register::RDI) => OpKind::MemoryESRDI,
            (Kind::StringTarget, Register::EDI) => OpKind::MemoryESEDI,
            (Kind::StringTarget, Register::DI) => OpKind::MemoryESDI,
            (Kind::MaskedTarget, Register::RDI) => OpKind::MemorySegRDI,
            (Kind::MaskedTarget, Register::EDI) => OpKind::MemorySegEDI,
            (Kind::MaskedTarget, Register::DI) => OpKind::MemorySegDI,
            _ => return Err(Refusal::Operands),
        };
        self.kind(kind)
    }

    fn table(&mut self, base: Register) -> Result<(), Refusal> {
        if !matches!(base, Register::RBX | Register::EBX | Register::BX) {
            return Err(Refusal::Operands);
        }
        self.kind(OpKind::Memory)?;
        self.instruction.set_memory_base(base);
        self.instruction.set_memory_index(Register::AL);
        Ok(())
    }

    fn memory(&mut self, place: &Place) -> Result<(), Refusal> {
        match self.kind {
            Kind::StringSource | Kind::StringTarget | Kind::MaskedTarget => {
                let other_segment = place.segment.is_some_and(|segment| segment != Register::ES);
                let plain = place.index == Register::None && place.displacement == 0;
                if !plain || (self.kind == Kind::StringTarget && other_segment) {
                    return Err(Refusal::Operands);
                }
                self.string(place.base)?;
                if self.kind != Kind::StringTarget {
                    self.segment(place);
                }
                Ok(())
            }
            Kind::Table => {
                let index = matches!(place.index, Register::None | Register::AL);
                if !index || place.scale != 1 || place.displacement != 0 {
                    return Err(Refusal::Operands);
                }
                self.table(place.base)?;
                self.segment(place);
                Ok(())
            }
            kind if takes_memory(kind) => self.addressed(place),
            _ => Err(Refusal::Operands),
        }
    }

    fn segment(&mut self, place: &Place) {
        if let Some(segment) = place.segment {
            self.instruction.set_segment_prefix(segment);
        }
    }

    /// A memory operand with a ModRM byte, or an absolute one.
    fn addressed(&mut self, place: &Place) -> Result<(), Refusal> {
        let plain = place.base == Register::None && place.index == Register::None;
        if !addresses(place.base, place.index) {
            return Err(Refusal::Address);
        }
        let vector = match self.kind {
            Kind::VsibX => place.index.is_xmm(),
            Kind::VsibY => place.index.is_ymm(),
            Kind::VsibZ => place.index.is_zmm(),
            _ => !place.index.is_vector_register(),
        };
        if !vector || (self.kind == Kind::Offset && (!plain || place.rip == Rip::Target)) {
            return Err(Refusal::Operands);
        }
        let mut width = self.address_size.unwrap_or(self.bits);
        let high = 0x8000_0000..=u64::from(u32::MAX);
        if width == 64 && self.kind != Kind::Offset && high.contains(&place.displacement) {
            // 32 bits that a sign extension would change.
            width = 32;
        }
        let size = match (plain, place.displacement) {
            (true, _) => width / 8,
            (false, 0) => 0,
            // The encoder takes more if it must.
            (false, _) => 1,
        };
        self.kind(OpKind::Memory)?;
        self.instruction.set_memory_base(match place.rip {
            Rip::Target if plain => Register::RIP,
            _ => place.base,
        });
        self.instruction.set_memory_index(place.index);
        self.instruction.set_memory_index_scale(place.scale);
        self.instruction.set_memory_displ_size(size);
        self.instruction.set_memory_displacement64(match width {
            // A negative one is kept as its low bits where the address is 32 or 16 bits wide and nothing else.
            32 if plain => place.displacement & u64::from(u32::MAX),
            16 if plain => place.displacement & u64::from(u16::MAX),
            _ => place.displacement,
        });
        self.segment(place);
        Ok(())
    }

    fn number(&mut self, value: i128, size: Option<u16>, distance: Option<Distance>) -> Result<(), Refusal> {
        if let Some((kind, reach)) = branch(self.kind, self.bits) {
            return self.target(value, kind, reach, distance);
        }
        let Some((kind, bits, bytes)) = immediate(self.kind) else {
            return Err(Refusal::Operands);
        };
        if distance.is_some() || size.is_some_and(|size| size != bytes) {
            return Err(Refusal::Operands);
        }
        let value = self.in_range(value, bits)?;
        *self.immediates = self.immediates.saturating_add(1);
        if *self.immediates == 2 && bits == 8 {
            self.kind(OpKind::Immediate8_2nd)?;
            // In range, as was checked.
            self.instruction.set_immediate8_2nd(value as u8);
            return Ok(());
        }
        self.kind(kind)?;
        self.instruction
            .try_set_immediate_u64(self.index, value)
            .map_err(encoder)
    }

    /// `value` as the immediate field of `bits` bits has it, sign-extended if the kind is.
    fn in_range(&self, value: i128, bits: u32) -> Result<u64, Refusal> {
        let operand = match self.kind {
            Kind::Imm8To16 => 16,
            Kind::Imm8To32 => 32,
            Kind::Imm8To64 | Kind::Imm32To64 => 64,
            _ => bits,
        };
        let one = self.kind == Kind::One && value != 1;
        let nibble = self.kind == Kind::Imm4 && !(0..16).contains(&value);
        let extended = operand != bits;
        let signed = if extended && value >= 1_i128 << operand.saturating_sub(1) {
            // The same bits, as a negative number.
            value.saturating_sub(1_i128 << operand)
        } else {
            value
        };
        let half = 1_i128 << bits.saturating_sub(1);
        let fits = match extended {
            true => value::fits(value, operand) && (half.saturating_neg()..half).contains(&signed),
            false => value::fits(value, bits),
        };
        if one || nibble || !fits {
            let size = match self.kind {
                Kind::Imm4 => 4,
                _ => bits,
            };
            return Err(range("number", value, size));
        }
        // Truncation keeps the low bits, which is what the field has.
        Ok(signed as u64)
    }

    fn target(
        &mut self,
        value: i128,
        kind: OpKind,
        reach: Distance,
        distance: Option<Distance>,
    ) -> Result<(), Refusal> {
        if distance.is_some_and(|asked| asked != reach) {
            return Err(Refusal::Request("this distance"));
        }
        let target = value::modulo64(value).ok_or_else(|| range("target", value, 64))?;
        self.kind(kind)?;
        match kind {
            OpKind::NearBranch64 => self.instruction.set_near_branch64(target),
            OpKind::NearBranch32 => {
                let target = u32::try_from(target).map_err(|_| range("target", value, 32))?;
                self.instruction.set_near_branch32(target);
            }
            _ => {
                let target = u16::try_from(target).map_err(|_| range("target", value, 16))?;
                self.instruction.set_near_branch16(target);
            }
        }
        Ok(())
    }

    fn far(&mut self, selector: i128, offset: i128) -> Result<(), Refusal> {
        let narrow = self.kind == Kind::Far16;
        if !narrow && self.kind != Kind::Far32 {
            return Err(Refusal::Operands);
        }
        let selector = u16::try_from(selector).map_err(|_| range("selector", selector, 16))?;
        if narrow {
            let offset = u16::try_from(offset).map_err(|_| range("offset", offset, 16))?;
            self.kind(OpKind::FarBranch16)?;
            self.instruction.set_far_branch16(offset);
        } else {
            let offset = u32::try_from(offset).map_err(|_| range("offset", offset, 32))?;
            self.kind(OpKind::FarBranch32)?;
            self.instruction.set_far_branch32(offset);
        }
        self.instruction.set_far_branch_selector(selector);
        Ok(())
    }
}

fn range(what: &str, value: i128, bits: u32) -> Refusal {
    let value = value::written(value);
    Refusal::Range(bits, format!("the {what} {value} does not fit {bits} bits"))
}

/// The register of `width` bits that is RSI, RDI or RBX.
fn address(register: Register, width: u32) -> Register {
    match (register, width) {
        (Register::RSI, 32) => Register::ESI,
        (Register::RSI, 16) => Register::SI,
        (Register::RDI, 32) => Register::EDI,
        (Register::RDI, 16) => Register::DI,
        (Register::RBX, 32) => Register::EBX,
        (Register::RBX, 16) => Register::BX,
        _ => register,
    }
}

/// Can these registers stand in one address? The encoder relies on it.
fn addresses(base: Register, index: Register) -> bool {
    let size = |register: Register| match register {
        Register::None => None,
        Register::RIP => Some(8),
        Register::EIP => Some(4),
        register if register.is_gpr16() || register.is_gpr32() || register.is_gpr64() => {
            Some(register.size())
        }
        _ => Some(0),
    };
    match (size(base), size(index)) {
        (Some(0), _) => false,
        (_, Some(0)) => index.is_vector_register(),
        (Some(base), Some(index)) => base == index,
        _ => true,
    }
}

fn takes_memory(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::R8Mem
            | Kind::R16Mem
            | Kind::R32Mem
            | Kind::R64Mem
            | Kind::MmMem
            | Kind::XmmMem
            | Kind::YmmMem
            | Kind::ZmmMem
            | Kind::BndMem
            | Kind::MaskMem
            | Kind::Mem
            | Kind::Offset
            | Kind::Mib
            | Kind::SibMem
            | Kind::VsibX
            | Kind::VsibY
            | Kind::VsibZ
    )
}

/// The encoder's kind, the bits of the field, and the bytes of the operand of an immediate.
fn immediate(kind: Kind) -> Option<(OpKind, u32, u16)> {
    Some(match kind {
        Kind::Imm4 | Kind::Imm8 | Kind::One => (OpKind::Immediate8, 8, 1),
        Kind::Imm8To16 => (OpKind::Immediate8to16, 8, 2),
        Kind::Imm8To32 => (OpKind::Immediate8to32, 8, 4),
        Kind::Imm8To64 => (OpKind::Immediate8to64, 8, 8),
        Kind::Imm16 => (OpKind::Immediate16, 16, 2),
        Kind::Imm32 => (OpKind::Immediate32, 32, 4),
        Kind::Imm32To64 => (OpKind::Immediate32to64, 32, 8),
        Kind::Imm64 => (OpKind::Immediate64, 64, 8),
        _ => return None,
    })
}

/// The encoder's kind of a branch target, and how far it reaches.
fn branch(kind: Kind, bits: u32) -> Option<(OpKind, Distance)> {
    let begin = if bits == 64 {
        OpKind::NearBranch64
    } else {
        OpKind::NearBranch32
    };
    Some(match kind {
        Kind::Short16 => (OpKind::NearBranch16, Distance::Short),
        Kind::Short32 => (OpKind::NearBranch32, Distance::Short),
        Kind::Short64 => (OpKind::NearBranch64, Distance::Short),
        Kind::Near16 => (OpKind::NearBranch16, Distance::Near),
        Kind::Near32 => (OpKind::NearBranch32, Distance::Near),
        Kind::Near64 => (OpKind::NearBranch64, Distance::Near),
        Kind::Begin16 | Kind::Begin32 => (begin, Distance::Near),
        Kind::Displacement16 => (OpKind::NearBranch16, Distance::Near),
        Kind::Displacement32 => (OpKind::NearBranch32, Distance::Near),
        _ => return None,
    })
}

/// May `register` stand where `kind` is? The encoder knows which numbers the encoding reaches.
fn holds(kind: Kind, register: Register) -> bool {
    match kind {
        Kind::R8 | Kind::R8Mem => register.is_gpr8(),
        Kind::R16 | Kind::R16Mem => register.is_gpr16(),
        Kind::R32 | Kind::R32Mem => register.is_gpr32(),
        Kind::R64 | Kind::R64Mem => register.is_gpr64(),
        Kind::Mm | Kind::MmMem => register.is_mm(),
        Kind::Xmm | Kind::XmmMem => register.is_xmm(),
        Kind::Ymm | Kind::YmmMem => register.is_ymm(),
        Kind::Zmm | Kind::ZmmMem => register.is_zmm(),
        Kind::Tmm => register.is_tmm(),
        Kind::Bnd | Kind::BndMem => register.is_bnd(),
        Kind::Mask | Kind::MaskMem => register.is_k(),
        Kind::Segment => register.is_segment_register(),
        Kind::Control => register.is_cr(),
        Kind::Debug => register.is_dr(),
        Kind::Test => register.is_tr(),
        Kind::St => register.is_st(),
        kind => fixed(kind) == Some(register),
    }
}

fn fixed(kind: Kind) -> Option<Register> {
    Some(match kind {
        Kind::Es => Register::ES,
        Kind::Cs => Register::CS,
        Kind::Ss => Register::SS,
        Kind::Ds => Register::DS,
        Kind::Fs => Register::FS,
        Kind::Gs => Register::GS,
        Kind::Al => Register::AL,
        Kind::Cl => Register::CL,
        Kind::Ax => Register::AX,
        Kind::Dx => Register::DX,
        Kind::Eax => Register::EAX,
        Kind::Rax => Register::RAX,
        Kind::St0 => Register::ST0,
        _ => return None,
    })
}
