//! Instructions as text, in the syntax that the settings say.

use crate::Syntax;
use crate::asm::Bitness;
use alloc::boxed::Box;
use alloc::string::String;
use iced_x86::Decoder;
use iced_x86::DecoderOptions;
use iced_x86::Formatter;
use iced_x86::GasFormatter;
use iced_x86::IntelFormatter;
use iced_x86::MemorySizeOptions;

/// Bytes of the longest instruction.
pub(crate) const LONGEST: usize = 15;

/// Writes instructions.
pub(crate) struct Disassembler {
    formatter: Box<dyn Formatter>,
}

impl Disassembler {
    /// For `syntax`. MASM's is Intel's with numbers as `10h` and every size shown; the assembler reads both back.
    pub(crate) fn new(syntax: Syntax) -> Self {
        let mut formatter: Box<dyn Formatter> = match syntax {
            Syntax::Intel | Syntax::Masm => Box::new(IntelFormatter::new()),
            Syntax::Att => Box::new(GasFormatter::new()),
        };
        let options = formatter.options_mut();
        options.set_uppercase_hex(false);
        if syntax == Syntax::Masm {
            options.set_hex_suffix("h");
            options.set_memory_size_options(MemorySizeOptions::Always);
        } else {
            options.set_hex_prefix("0x");
            options.set_hex_suffix("");
        }
        options.set_space_after_operand_separator(true);
        options.set_branch_leading_zeros(false);
        Self { formatter }
    }

    /// The size and the text of the first instruction of `bytes`, at least one byte, at `address`. What is no
    /// instruction is one byte and `(bad)`.
    pub(crate) fn one(&mut self, bitness: Bitness, bytes: &[u8], address: u64) -> (usize, String) {
        let mut decoder = Decoder::with_ip(bitness.bits(), bytes, address, DecoderOptions::NONE);
        let instruction = decoder.decode();
        if instruction.is_invalid() {
            return (1, "(bad)".into());
        }
        let mut text = String::new();
        self.formatter.format(&instruction, &mut text);
        (instruction.len(), text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntaxes() {
        for (syntax, bytes, want) in [
            (
                Syntax::Intel,
                &[0x48, 0x89, 0x5c, 0x24, 0x18][..],
                "mov [rsp+0x18], rbx",
            ),
            (
                Syntax::Att,
                &[0x48, 0x89, 0x5c, 0x24, 0x18],
                "mov %rbx, 0x18(%rsp)",
            ),
            (
                Syntax::Masm,
                &[0x48, 0x89, 0x5c, 0x24, 0x18],
                "mov qword ptr [rsp+18h], rbx",
            ),
            (Syntax::Intel, &[0xeb, 0xfe], "jmp short 0x1000"),
            (Syntax::Intel, &[0xff], "(bad)"),
            (Syntax::Intel, &[6], "(bad)"),
        ] {
            let (_, text) = Disassembler::new(syntax).one(Bitness::Bits64, bytes, 0x1000);
            assert_eq!(text, want);
        }
        let (size, text) = Disassembler::new(Syntax::Intel).one(Bitness::Bits32, &[6, 7], 0);
        assert_eq!((size, text.as_str()), (1, "push es"));
    }
}
