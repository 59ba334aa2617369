//! The fuzzer's corpus, which holds every input that it ever found something with.

use super::round_trip;
use proptest::prelude::TestCaseError;
use std::fs;
use std::path::Path;

#[test]
fn every_input_passes() -> Result<(), TestCaseError> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/corpus/script_parse");
    let mut count = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        if let Ok(source) = core::str::from_utf8(&bytes) {
            round_trip::check(source)?;
            count += 1;
        }
    }
    // Were the directory moved, nothing would be tested.
    assert!(count >= 20, "{count}");
    Ok(())
}
