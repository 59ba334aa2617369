//! The tokenizer and the command parser against any text: neither panics, tokens know where they stand, errors are inside
//! the text, and a parsed command's canonical form is parsed to that command.
#![no_main]

use libfuzzer_sys::fuzz_target;
use monitor_cmds::parse;
use monitor_cmds::tokenize;

fuzz_target!(|input: &str| {
    let mut end = 0;
    for token in tokenize(input) {
        assert!(end <= token.span.start && input.get(token.span.clone()).is_some());
        for (offset, c) in token.text.char_indices() {
            let there = input[token.place(offset)..].chars().next();
            assert!(there == Some(c) || there == Some('\\'), "{token:?}");
        }
        end = token.span.end;
    }
    match parse(input) {
        Ok(command) => {
            let text = command.to_string();
            assert_eq!(parse(&text), Ok(command), "{text}");
        }
        Err(error) => assert!(input.is_char_boundary(error.offset())),
    }
});
