//! The script parser against any text: it never panics, and a parsed script's canonical text is parsed to that script.
#![no_main]

use libfuzzer_sys::fuzz_target;
use monitor_cmds::script::MAX_SOURCE;
use monitor_cmds::script::parse;
use monitor_cmds::script::parse_expression;

fuzz_target!(|source: &str| {
    match parse(source) {
        Ok(program) => {
            let text = program.to_string();
            // Indentation can make the text longer than what is taken.
            if text.len() <= MAX_SOURCE {
                let again = parse(&text).map(|again| again.without_spans());
                assert_eq!(again, Ok(program.without_spans()), "{text}");
            }
        }
        Err(error) => assert!(source.is_char_boundary(error.offset), "{error:?}"),
    }
    if let Ok(expression) = parse_expression(source) {
        let text = expression.to_string();
        let again = parse_expression(&text).map(|again| again.without_spans());
        assert_eq!(again, Ok(expression.without_spans()), "{text}");
    }
});
