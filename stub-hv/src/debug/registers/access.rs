//! Reading and writing one register.

use core::fmt;

use super::Info;
use super::RegId;
use super::image;
use super::image::FpuWord;
use super::image::component;
use super::table::Place;
use crate::virt::register::InvalidValue;
use crate::virt::register::Register;
use crate::virt::register::RegisterFile;

/// Why a register was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterError {
    /// The value has not as many bytes as the register.
    Size,
    /// The virtual CPU cannot hold that value.
    Invalid(InvalidValue),
    /// The register has fewer bits than the value, or reserved ones that the value sets.
    Reserved,
    /// The guest has not enabled that part of the state (XCR0), so it has no such register now.
    Disabled,
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size => f.write_str("value of the wrong size"),
            Self::Invalid(InvalidValue { register, value }) => {
                write!(f, "{register:?} cannot be {value:#x}")
            }
            Self::Reserved => f.write_str("value sets reserved bits"),
            Self::Disabled => f.write_str("register is not enabled in XCR0"),
        }
    }
}

impl core::error::Error for RegisterError {}

impl From<InvalidValue> for RegisterError {
    fn from(invalid: InvalidValue) -> Self {
        Self::Invalid(invalid)
    }
}

/// Reads a register, little-endian, and returns how many of the 16 bytes it takes.
pub fn read(file: &dyn RegisterFile, id: RegId, into: &mut [u8; 16]) -> usize {
    let Some(info) = id.info() else { return 0 };
    *into = value(file, &info).to_le_bytes();
    info.bytes()
}

/// The value of a register, zero-extended.
pub(super) fn value(file: &dyn RegisterFile, info: &Info) -> u128 {
    match info.place {
        Place::Cpu(register) => u128::from(file.get(register)),
        Place::St(n) => number(file, st_offset(n), 10),
        Place::Fpu(FpuWord::Tag) => tag(file).into(),
        Place::Fpu(word) => {
            let (offset, bytes) = word.position();
            number(file, offset, bytes)
        }
        Place::Xmm(n) => number(file, xmm_offset(n), 16),
        Place::Mxcsr => number(file, image::MXCSR, 4),
        Place::YmmHigh(n) => number(file, ymm_offset(n), 16),
    }
}

/// Writes a register from little-endian bytes, exactly as many as it has. After an error it has its old
/// value.
pub fn write(file: &mut dyn RegisterFile, id: RegId, bytes: &[u8]) -> Result<(), RegisterError> {
    let info = id
        .info()
        .filter(|info| info.bytes() == bytes.len())
        .ok_or(RegisterError::Size)?;
    let value = little_endian(bytes);
    match info.place {
        Place::Cpu(register) => {
            let value = value as u64;
            if matches!(register, Register::Selector(_)) && value > 0xffff {
                return Err(InvalidValue { register, value }.into());
            }
            Ok(file.set(register, value)?)
        }
        Place::St(n) => store(file, component::X87, st_offset(n), bytes),
        Place::Fpu(word) => {
            let value = value as u32;
            if value > word.max() {
                return Err(RegisterError::Reserved);
            }
            let value = match word {
                FpuWord::Tag => image::abridged_tag(value as u16).into(),
                _ => value,
            };
            let (offset, bytes) = word.position();
            let value = value.to_le_bytes();
            store(file, component::X87, offset, value.get(..bytes).unwrap_or(&value))
        }
        Place::Xmm(n) => store(file, component::SSE, xmm_offset(n), bytes),
        Place::Mxcsr => {
            // Loading reserved bits would fault in the hypervisor. A mask of 0 stands for the oldest CPUs'.
            let mask = match number(file, image::MXCSR_MASK, 4) {
                0 => 0xffbf,
                mask => mask,
            };
            if value & !mask != 0 {
                return Err(RegisterError::Reserved);
            }
            store(file, component::SSE, image::MXCSR, bytes)
        }
        Place::YmmHigh(n) => {
            // A header bit that XCR0 lacks would fault as well.
            if file.get(Register::Xcr0) & component::AVX == 0 {
                return Err(RegisterError::Disabled);
            }
            store(file, component::AVX, ymm_offset(n), bytes)
        }
    }
}

fn st_offset(n: u8) -> usize {
    image::ST + 16 * usize::from(n)
}

fn xmm_offset(n: u8) -> usize {
    image::XMM + 16 * usize::from(n)
}

fn ymm_offset(n: u8) -> usize {
    image::YMM_HIGH + 16 * usize::from(n)
}

fn little_endian(bytes: &[u8]) -> u128 {
    bytes
        .iter()
        .rev()
        .fold(0, |value, byte| value << 8 | u128::from(*byte))
}

fn number(file: &dyn RegisterFile, offset: usize, bytes: usize) -> u128 {
    little_endian(file.extended().get(offset..offset + bytes).unwrap_or(&[]))
}

fn tag(file: &dyn RegisterFile) -> u16 {
    let word = |word: FpuWord| {
        let (offset, bytes) = word.position();
        number(file, offset, bytes) as u16
    };
    image::full_tag(word(FpuWord::Tag) as u8, word(FpuWord::Status), |n| {
        let mut st = [0; 10];
        let offset = image::ST + 16 * n;
        if let Some(bytes) = file.extended().get(offset..offset + st.len()) {
            st.copy_from_slice(bytes);
        }
        st
    })
}

/// Stores into the image, and marks the component to be loaded when the guest has it enabled.
fn store(
    file: &mut dyn RegisterFile,
    component: u64,
    offset: usize,
    bytes: &[u8],
) -> Result<(), RegisterError> {
    let enabled = component & (file.get(Register::Xcr0) | component::X87);
    let image = file.extended_mut();
    let into = image
        .get_mut(offset..offset + bytes.len())
        .ok_or(RegisterError::Disabled)?;
    into.copy_from_slice(bytes);
    if let Some(header) = image.get_mut(image::XSTATE_BV) {
        *header |= enabled as u8;
    }
    Ok(())
}
