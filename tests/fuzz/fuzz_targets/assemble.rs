//! The assembler against any text: it never panics, an error has a place in the text, and what it makes is made again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use monitor_cmds::asm::Bitness;
use monitor_cmds::asm::assemble_for;

fuzz_target!(|text: &str| {
    let symbols = |name: &str| {
        name.len()
            .is_multiple_of(2)
            .then_some(0xffff_8000_0000_0000 | name.len() as u64)
    };
    for bitness in [Bitness::Bits32, Bitness::Bits64] {
        for origin in [0, 0x1000, 0xffff_ffff_8100_0000, u64::MAX] {
            let code = assemble_for(bitness, text, origin, &symbols);
            match &code {
                Ok(code) => assert!(code.statements > 0 || code.bytes.is_empty()),
                Err(error) => assert!(text.is_char_boundary(error.offset) && !error.message.is_empty()),
            }
            assert_eq!(code, assemble_for(bitness, text, origin, &symbols));
        }
    }
});
