//! What stands in braces: masks, zeroing, broadcast and rounding of EVEX instructions.

use crate::asm::error::AsmError;
use crate::asm::lexer::Kind;
use crate::asm::reader::Reader;
use crate::asm::register;
use iced_x86::Register;
use iced_x86::RoundingControl;

/// The encoding that a word in braces before the mnemonic asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Vex,
    Evex,
}

/// Everything in braces of one instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decorations {
    /// `{k1}` to `{k7}`.
    pub(crate) mask: Option<Register>,
    /// `{z}`.
    pub(crate) zeroing: bool,
    /// `{1to8}`; 0 for `bcst`, which leaves the number to the form.
    pub(crate) broadcast: Option<u64>,
    /// `{rn-sae}` and the like.
    pub(crate) rounding: Option<RoundingControl>,
    /// `{sae}`.
    pub(crate) sae: bool,
    /// `{vex}`, `{evex}`.
    pub(crate) encoding: Option<Encoding>,
}

const ROUNDINGS: [(&str, RoundingControl); 5] = [
    ("rn", RoundingControl::RoundToNearest),
    ("rne", RoundingControl::RoundToNearest),
    ("rd", RoundingControl::RoundDown),
    ("ru", RoundingControl::RoundUp),
    ("rz", RoundingControl::RoundTowardZero),
];

impl Decorations {
    /// `dword bcst [...]`.
    pub(crate) fn broadcast_word(&mut self) {
        self.broadcast = self.broadcast.or(Some(0));
    }

    /// Reads every brace that is next.
    pub(crate) fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), AsmError> {
        while reader.at('{') {
            self.one(reader)?;
        }
        Ok(())
    }

    fn one(&mut self, reader: &mut Reader<'_>) -> Result<(), AsmError> {
        let offset = reader.offset();
        let unknown = || {
            AsmError::new(
                offset,
                "in braces there may be k1 to k7, z, 1toN, rn-sae, rd-sae, ru-sae, rz-sae, sae, vex or evex",
            )
        };
        reader.next();
        match reader.peek() {
            Kind::Word(word) => {
                reader.next();
                let mask = register::find(word).filter(|register| register.is_k());
                let rounding = ROUNDINGS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
                if mask == Some(Register::K0) {
                    return Err(AsmError::new(offset, "k0 masks nothing: leave it out"));
                } else if mask.is_some() {
                    self.mask = mask;
                } else if word.eq_ignore_ascii_case("z") {
                    self.zeroing = true;
                } else if word.eq_ignore_ascii_case("sae") {
                    self.sae = true;
                } else if word.eq_ignore_ascii_case("vex") {
                    self.encoding = Some(Encoding::Vex);
                } else if word.eq_ignore_ascii_case("evex") {
                    self.encoding = Some(Encoding::Evex);
                } else if let Some((_, rounding)) = rounding {
                    if !(reader.mark('-') && reader.keyword("sae")) {
                        return Err(unknown());
                    }
                    self.rounding = Some(*rounding);
                } else {
                    return Err(unknown());
                }
            }
            Kind::Broadcast(count) => {
                reader.next();
                self.broadcast = Some(*count);
            }
            _ => return Err(unknown()),
        }
        if !reader.mark('}') {
            return Err(AsmError::new(reader.offset(), "a '}' is missing"));
        }
        Ok(())
    }
}
