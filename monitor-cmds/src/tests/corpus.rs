//! The fuzzer's corpus of commands, which holds every input that it ever found something with.

use crate::parse;
use crate::tokenize;
use alloc::string::ToString;
use std::fs;
use std::path::Path;

#[test]
fn every_input_passes() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/corpus/command");
    let mut count = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let Ok(input) = core::str::from_utf8(&bytes) else {
            continue;
        };
        for token in tokenize(input) {
            assert!(input.get(token.span.clone()).is_some(), "{token:?}");
        }
        match parse(input) {
            Ok(command) => assert_eq!(parse(&command.to_string()), Ok(command), "{input:?}"),
            Err(error) => assert!(input.is_char_boundary(error.offset()), "{input:?}"),
        }
        count += 1;
    }
    // Were the directory moved, nothing would be tested.
    assert!(count >= 30, "{count}");
}
