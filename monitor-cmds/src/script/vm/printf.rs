//! `printf`: the text is made whole before it is sent, so that a bad address prints nothing.

use super::Machine;
use super::strings::Cursor;
use super::strings::Unit;
use crate::script::printf::Conversion;
use crate::script::printf::Piece;
use crate::script::printf::Spec;
use crate::script::run::MAX_TEXT;
use crate::script::runtime_error::Reason;
use core::fmt;
use core::fmt::Write;

/// The text so far.
struct Text<'a> {
    bytes: &'a mut [u8; MAX_TEXT],
    written: &'a mut usize,
}

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            *self.bytes.get_mut(*self.written).ok_or(fmt::Error)? = byte;
            *self.written = self.written.saturating_add(1);
        }
        Ok(())
    }
}

impl Machine<'_> {
    pub(super) fn printf(&mut self, format: u16, first: u8) -> Result<(), Reason> {
        let script = self.script;
        self.written = 0;
        let mut at = first;
        let pieces = script.formats.get(usize::from(format));
        for piece in pieces.map(|format| &*format.pieces).unwrap_or_default() {
            match piece {
                Piece::Text(bytes) => self.push_all(bytes)?,
                Piece::Value(spec) => {
                    let value = self.scratch.temps[usize::from(at)];
                    at = at.wrapping_add(1);
                    self.format(spec, value)?;
                }
            }
        }
        self.charge((self.written >> 3) as u64)?;
        for chunk in self
            .scratch
            .text
            .get(..self.written)
            .unwrap_or_default()
            .utf8_chunks()
        {
            let _ = self.out.write_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                let _ = self.out.write_char(char::REPLACEMENT_CHARACTER);
            }
        }
        Ok(())
    }

    fn push(&mut self, byte: u8) -> Result<(), Reason> {
        *self.scratch.text.get_mut(self.written).ok_or(Reason::TextLimit)? = byte;
        self.written = self.written.saturating_add(1);
        Ok(())
    }

    fn push_all(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        bytes.iter().try_for_each(|&byte| self.push(byte))
    }

    fn push_char(&mut self, character: char) -> Result<(), Reason> {
        self.push_all(printable(character).encode_utf8(&mut [0; 4]).as_bytes())
    }

    fn push_fmt(&mut self, arguments: fmt::Arguments<'_>) -> Result<(), Reason> {
        let mut text = Text {
            bytes: &mut self.scratch.text,
            written: &mut self.written,
        };
        text.write_fmt(arguments).map_err(|_| Reason::TextLimit)
    }

    fn format(&mut self, spec: &Spec, value: u64) -> Result<(), Reason> {
        let start = self.written;
        // How many characters of the text stand before zeros that fill it up; `None` if zeros do not fill it.
        let before_zeros = match spec.conversion {
            Conversion::Signed => {
                let shift = 64_u32.saturating_sub(u32::from(spec.bytes).saturating_mul(8));
                let value = (value.wrapping_shl(shift) as i64).wrapping_shr(shift);
                self.sign(spec, value < 0)?;
                let before = self.written.wrapping_sub(start);
                self.digits(spec, value.unsigned_abs(), 10)?;
                spec.precision.is_none().then_some(before)
            }
            Conversion::Unsigned | Conversion::Octal | Conversion::Hex | Conversion::UpperHex => {
                let shift = 64_u32.saturating_sub(u32::from(spec.bytes).saturating_mul(8));
                let value = value.wrapping_shl(shift).wrapping_shr(shift);
                self.prefix(spec, value)?;
                let before = self.written.wrapping_sub(start);
                let base = match spec.conversion {
                    Conversion::Unsigned => 10,
                    Conversion::Octal => 8,
                    _ => 16,
                };
                self.digits(spec, value, base)?;
                spec.precision.is_none().then_some(before)
            }
            Conversion::Pointer => {
                self.push_fmt(format_args!("{value:016x}"))?;
                Some(0)
            }
            Conversion::Character => {
                self.push(printable_byte(value as u8))?;
                None
            }
            Conversion::Text => {
                self.guest_text(spec, value)?;
                None
            }
            Conversion::WideText => {
                self.guest_wide_text(spec, value)?;
                None
            }
            Conversion::Float => {
                let number = f64::from_bits(value);
                if !number.is_finite() {
                    return Err(Reason::NotFinite);
                }
                self.sign(spec, number.is_sign_negative())?;
                let before = self.written.wrapping_sub(start);
                let precision = usize::from(spec.precision.unwrap_or(6));
                if precision >= MAX_TEXT {
                    return Err(Reason::TextLimit);
                }
                // `abs` is not in core for all toolchains; the sign is the highest bit.
                let magnitude = f64::from_bits(value & !(1 << 63));
                self.push_fmt(format_args!("{magnitude:.precision$}"))?;
                if spec.prefix && precision == 0 {
                    self.push(b'.')?;
                }
                Some(before)
            }
        };
        self.fill(spec, start, before_zeros)
    }

    fn sign(&mut self, spec: &Spec, negative: bool) -> Result<(), Reason> {
        match (negative, spec.plus, spec.space) {
            (true, ..) => self.push(b'-'),
            (false, true, _) => self.push(b'+'),
            (false, false, true) => self.push(b' '),
            (false, false, false) => Ok(()),
        }
    }

    fn prefix(&mut self, spec: &Spec, value: u64) -> Result<(), Reason> {
        match spec.conversion {
            _ if !spec.prefix || value == 0 => Ok(()),
            Conversion::Octal => self.push(b'0'),
            Conversion::Hex => self.push_all(b"0x"),
            Conversion::UpperHex => self.push_all(b"0X"),
            _ => Ok(()),
        }
    }

    /// Digits, at least as many as the precision says; a precision of 0 makes no digit of 0.
    fn digits(&mut self, spec: &Spec, value: u64, base: u64) -> Result<(), Reason> {
        let alphabet: &[u8; 16] = if spec.conversion == Conversion::UpperHex {
            b"0123456789ABCDEF"
        } else {
            b"0123456789abcdef"
        };
        let wanted = usize::from(spec.precision.unwrap_or(1));
        let start = self.written;
        let mut rest = value;
        while rest != 0 || self.written.wrapping_sub(start) < wanted {
            let digit = rest.checked_rem(base).unwrap_or(0);
            rest = rest.checked_div(base).unwrap_or(0);
            self.push(alphabet.get(digit as usize).copied().unwrap_or(b'0'))?;
        }
        if let Some(digits) = self.scratch.text.get_mut(start..self.written) {
            digits.reverse();
        }
        Ok(())
    }

    fn guest_text(&mut self, spec: &Spec, address: u64) -> Result<(), Reason> {
        let limit = spec.precision.unwrap_or(u16::MAX);
        let mut cursor = Cursor::new(address, Unit::Byte);
        for _ in 0..limit {
            match cursor.next(self)? {
                0 => break,
                byte => self.push(printable_byte(byte as u8))?,
            }
        }
        Ok(())
    }

    fn guest_wide_text(&mut self, spec: &Spec, address: u64) -> Result<(), Reason> {
        let limit = spec.precision.unwrap_or(u16::MAX);
        let mut cursor = Cursor::new(address, Unit::Wide);
        let mut high = None;
        for _ in 0..limit {
            let unit = cursor.next(self)?;
            let pair = high.take().map(|high| [high, unit]);
            match pair.as_ref().map(|pair| char::decode_utf16(*pair).next()) {
                Some(Some(Ok(character))) => {
                    self.push_char(character)?;
                    continue;
                }
                Some(_) => self.push_char(char::REPLACEMENT_CHARACTER)?,
                None => (),
            }
            match unit {
                0 => return Ok(()),
                0xd800..=0xdbff => high = Some(unit),
                _ => {
                    let character = char::from_u32(unit.into());
                    self.push_char(character.unwrap_or(char::REPLACEMENT_CHARACTER))?;
                }
            }
        }
        if high.is_some() {
            self.push_char(char::REPLACEMENT_CHARACTER)?;
        }
        Ok(())
    }

    /// Fills the text from `start` on up to the width.
    fn fill(&mut self, spec: &Spec, start: usize, before_zeros: Option<usize>) -> Result<(), Reason> {
        let length = self.written.wrapping_sub(start);
        let missing = usize::from(spec.width).saturating_sub(length);
        let zeros = before_zeros.filter(|_| spec.zeros && !spec.left);
        for _ in 0..missing {
            self.push(if zeros.is_some() { b'0' } else { b' ' })?;
        }
        if !spec.left {
            let from = start.saturating_add(zeros.unwrap_or(0));
            if let Some(text) = self.scratch.text.get_mut(from..self.written)
                && missing <= text.len()
            {
                text.rotate_right(missing);
            }
        }
        Ok(())
    }
}

/// A byte of the guest that does no harm to a terminal.
fn printable_byte(byte: u8) -> u8 {
    match byte {
        b'\n' | b'\t' | b'\r' => byte,
        0..0x20 | 0x7f => b'.',
        _ => byte,
    }
}

fn printable(character: char) -> char {
    match character {
        '\n' | '\t' | '\r' => character,
        other if other.is_control() => '.',
        other => other,
    }
}
