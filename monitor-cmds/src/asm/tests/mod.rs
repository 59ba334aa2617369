//! Text in, bytes out.

mod accepted;
mod hostile;
mod instances;
mod labels;
mod refused;
mod round_trip;

use alloc::format;
use alloc::string::String;

/// `bytes` without spaces.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
