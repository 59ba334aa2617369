//! Prefixes written before the mnemonic.

use crate::asm::error::AsmError;
use crate::asm::kind::flag;
use crate::asm::lexer::Kind;
use crate::asm::reader::Reader;
use crate::asm::register;
use crate::asm::table::Form;
use alloc::format;
use iced_x86::Instruction;
use iced_x86::Register;

/// The prefixes of one instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prefixes {
    lock: bool,
    rep: bool,
    repne: bool,
    xacquire: bool,
    xrelease: bool,
    bnd: bool,
    notrack: bool,
    /// Branch hint: taken or not.
    hint: Option<bool>,
    /// A segment without a memory operand to carry it.
    segment: Option<Register>,
    /// Operand size in bits, of `data16` and its like.
    pub(crate) operand_size: Option<u32>,
    /// Address size in bits, of `addr32` and its like.
    pub(crate) address_size: Option<u32>,
}

/// How the mnemonics begin that have a REP in their opcode, which some write as well.
const PADLOCK: &[&str] = &[
    "ccs_", "montmul", "xcrypt", "xsha", "xstore", "xmodexp", "sm2", "undoc",
];

/// After nothing of `hint-taken` or `hint-not-taken`; leaves its last word.
fn long_hint(reader: &mut Reader<'_>) -> Result<bool, AsmError> {
    let offset = reader.offset();
    reader.next();
    reader.next();
    let not = reader.keyword("not");
    if not {
        reader.mark('-');
    }
    match reader.word() {
        Some(word) if word.eq_ignore_ascii_case("taken") => Ok(!not),
        _ => Err(AsmError::new(
            offset,
            "the hints are 'hint-taken' and 'hint-not-taken'",
        )),
    }
}

impl Prefixes {
    /// Reads every prefix that is next.
    pub(crate) fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), AsmError> {
        while let Some(word) = reader.word() {
            let offset = reader.offset();
            let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
            if is(&["lock"]) {
                self.lock = true;
            } else if is(&["rep", "repe", "repz"]) {
                self.rep = true;
            } else if is(&["repne", "repnz"]) {
                self.repne = true;
            } else if is(&["xacquire"]) {
                self.xacquire = true;
            } else if is(&["xrelease"]) {
                self.xrelease = true;
            } else if is(&["bnd"]) {
                self.bnd = true;
            } else if is(&["notrack"]) {
                self.notrack = true;
            } else if is(&["ht"]) {
                self.hint = Some(true);
            } else if is(&["hnt"]) {
                self.hint = Some(false);
            } else if is(&["hint"]) && *reader.peek_at(1) == Kind::Mark('-') {
                self.hint = Some(long_hint(reader)?);
            } else if is(&["data16", "data32", "data64"]) {
                self.operand_size = word.get(4..).and_then(|bits| bits.parse().ok());
            } else if is(&["addr16", "addr32", "addr64"]) {
                self.address_size = word.get(4..).and_then(|bits| bits.parse().ok());
            } else if let Some(segment) = register::find(word) {
                if !segment.is_segment_register() {
                    let message = format!("'{word}' is a register; an instruction is expected here");
                    return Err(AsmError::new(offset, message));
                }
                self.segment = Some(segment);
            } else {
                return Ok(());
            }
            reader.next();
        }
        Ok(())
    }

    /// The first of them that `form` of `mnemonic` does not take.
    pub(crate) fn refused(&self, form: &Form, mnemonic: &str) -> Option<&'static str> {
        let padlock = PADLOCK.iter().any(|begin| mnemonic.starts_with(begin));
        // Each has the bits of which the form must have one.
        let rows = [
            (self.lock && !(self.xacquire || self.xrelease), flag::LOCK, "lock"),
            (self.rep && !padlock, flag::REP, "rep"),
            (self.repne, flag::REPNE, "repne"),
            (self.xacquire, flag::XACQUIRE, "xacquire"),
            (self.xrelease, flag::XRELEASE, "xrelease"),
            (self.bnd, flag::BND, "bnd"),
            (self.notrack, flag::NOTRACK, "notrack"),
            (self.hint.is_some(), flag::HINT, "a branch hint"),
        ];
        rows.into_iter()
            .find(|&(asked, bits, _)| asked && !form.has(bits))
            .map(|(_, _, name)| name)
    }

    /// Puts them into `instruction`.
    pub(crate) fn apply(&self, instruction: &mut Instruction) {
        instruction.set_has_lock_prefix(self.lock);
        if self.rep || self.xrelease {
            instruction.set_has_rep_prefix(true);
        }
        if self.repne || self.xacquire || self.bnd {
            instruction.set_has_repne_prefix(true);
        }
        let segment = match (self.hint, self.notrack) {
            (Some(true), _) | (_, true) => Some(Register::DS),
            (Some(false), _) => Some(Register::CS),
            (None, false) => self.segment,
        };
        if let Some(segment) = segment {
            instruction.set_segment_prefix(segment);
        }
    }

    /// Does it lock, whatever else is there?
    pub(crate) fn is_locked(&self) -> bool {
        self.lock || self.xacquire || self.xrelease
    }
}
