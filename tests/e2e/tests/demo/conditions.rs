//! Conditions of breakpoints are decided in the hypervisor.

use anyhow::Result;
use e2e::{PATIENCE, Setup};

#[test]
fn a_condition_is_decided_in_the_target() -> Result<()> {
    let guest = Setup::demo("do=call-loop 2000")?.options("wait").start()?;
    let transcript = guest.gdb("condition", 2 * PATIENCE)?;
    // One stop for 2,000 calls, and no packet for the others.
    assert_eq!(transcript.number("argument")?, 1234);
    assert_eq!(transcript.number("stops")?, 1);
    assert!(transcript.number("resumes")? <= 3, "{}", transcript.text);
    Ok(())
}
