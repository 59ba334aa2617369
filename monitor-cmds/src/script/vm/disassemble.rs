//! Lengths of instructions.

use super::Machine;
use crate::script::runtime_error::Reason;
use iced_x86::Decoder;
use iced_x86::DecoderOptions;

/// Bytes of the longest instruction.
const LONGEST: usize = 15;

/// Makes the decoder build its tables, which it does once, on the heap: before a script runs.
#[inline(never)]
pub(crate) fn prepare() {
    let _ = length(&[0x90], 64);
}

/// Bytes of the first instruction, 0 if there is none.
fn length(bytes: &[u8], bits: u32) -> u64 {
    let instruction = Decoder::new(bits, bytes, DecoderOptions::NONE).decode();
    if instruction.is_invalid() {
        0
    } else {
        instruction.len() as u64
    }
}

impl Machine<'_> {
    pub(super) fn instruction_length(&mut self, address: u64, bits: u32) -> Result<u64, Reason> {
        self.charge(LONGEST as u64)?;
        let mut bytes = [0; LONGEST];
        if Self::tried(self.read(address, &mut bytes, false))?.is_some() {
            return Ok(length(&bytes, bits));
        }
        // The instruction may end before memory does.
        let mut count = 0;
        for (at, byte) in (0..).zip(&mut bytes) {
            let mut one = [0];
            if Self::tried(self.read(address.wrapping_add(at), &mut one, false))?.is_none() {
                break;
            }
            [*byte] = one;
            count = usize::try_from(at).unwrap_or(LONGEST).saturating_add(1);
        }
        Ok(length(bytes.get(..count).unwrap_or_default(), bits))
    }
}
