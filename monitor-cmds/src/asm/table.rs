//! The table of instruction forms that the build script makes, and look-up in it.

use crate::asm::kind::Kind;
use crate::asm::kind::flag;
use iced_x86::Code;
use iced_x86::Register;

/// What many forms have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Traits {
    /// Bits of [`flag`].
    flags: u32,
    memory: u16,
    element: u8,
}

/// One way to encode a mnemonic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    code: u16,
    kinds: &'static [Option<Kind>; 5],
    flags: u32,
    /// Bytes of its memory operand; 0 for none, or one without a size.
    pub(crate) memory: u16,
    /// Bytes of the element that it can broadcast; 0 if it cannot.
    pub(crate) element: u8,
}

impl Form {
    fn of(code: u16) -> Option<Self> {
        let &(kinds, traits) = FORMS.get(usize::from(code))?;
        let traits = TRAITS.get(usize::from(traits))?;
        Some(Self {
            code,
            kinds: KINDS.get(usize::from(kinds))?,
            flags: traits.flags,
            memory: traits.memory,
            element: traits.element,
        })
    }

    pub(crate) fn has(&self, bits: u32) -> bool {
        self.flags & bits != 0
    }

    /// `iced-x86`'s name for it.
    pub(crate) fn code(&self) -> Code {
        Code::try_from(usize::from(self.code)).unwrap_or_default()
    }

    /// Its operands.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = Kind> + Clone + use<> {
        self.kinds.iter().map_while(|kind| *kind)
    }

    /// Operand size in bits, 0 if that means nothing to it.
    pub(crate) fn operand_size(&self) -> u32 {
        size(self.flags >> flag::OPERAND_SIZE_SHIFT)
    }

    /// Address size in bits, 0 if a memory operand decides.
    pub(crate) fn address_size(&self) -> u32 {
        size(self.flags >> flag::ADDRESS_SIZE_SHIFT)
    }
}

fn size(field: u32) -> u32 {
    match field & 3 {
        0 => 0,
        field => 8 << field,
    }
}

include!(concat!(env!("OUT_DIR"), "/forms.rs"));

/// The words of `text`, which stand one behind the other, and the number that goes with each.
fn split(text: &'static str, rows: &'static [(u8, u8)]) -> impl Iterator<Item = (&'static str, u8)> {
    let mut at = 0_usize;
    rows.iter().map(move |&(length, number)| {
        let end = at.saturating_add(length.into());
        let word = text.get(at..end).unwrap_or_default();
        at = end;
        (word, number)
    })
}

/// The forms of `mnemonic`, which is in lower case, in the order of preference; `None` if there is no such word.
pub(crate) fn forms(mnemonic: &str) -> Option<impl Iterator<Item = Form> + use<>> {
    let mut first = 0_usize;
    for (name, count) in split(NAMES, &NAME_ROWS) {
        let end = first.saturating_add(count.into());
        if name == mnemonic {
            let list = LIST.get(first..end)?;
            return Some(list.iter().filter_map(|&code| Form::of(code)));
        }
        first = end;
    }
    None
}

/// Every mnemonic, in order.
pub(crate) fn mnemonics() -> impl Iterator<Item = &'static str> {
    split(NAMES, &NAME_ROWS).map(|(name, _)| name)
}

/// The register called `name`, which is in lower case.
pub(crate) fn register(name: &str) -> Option<Register> {
    let (_, number) = split(REGISTERS, &REGISTER_ROWS).find(|(known, _)| *known == name)?;
    Register::try_from(usize::from(number)).ok()
}
