//! The real gdb on a Linux with two CPUs.

use std::time::Duration;

use anyhow::Result;

use crate::messages;
use crate::shell::Linux;

#[test]
fn linux_in_gdb_has_threads_scheduler_locking_and_lives_on() -> Result<()> {
    let mut linux = Linux::boot(2)?;
    linux.type_line("while :; do :; done & first=$!")?;
    linux.type_line("while :; do :; done & second=$!")?;
    let seen = linux.guest.gdb("linux_session", Duration::from_secs(60))?;
    assert_eq!(seen.number("threads")?, 2);
    let info = seen.string("info")?;
    for cpu in 0..2 {
        assert!(info.contains(&format!("CPU {cpu}")), "{info}");
    }
    assert!(info.contains("user") || info.contains("kernel"), "{info}");
    assert_eq!(seen.number("interrupts")?, 10);
    assert_eq!(
        seen.value("held")?.as_bool(),
        Some(true),
        "the other CPU stood still"
    );
    assert_eq!(
        seen.value("ran")?.as_bool(),
        Some(true),
        "and ran without the lock"
    );
    assert_eq!(seen.value("stepped")?.as_bool(), Some(true));
    // The shell reports their ends in the command: at its prompt it would take the report for the end of
    // its input.
    linux.run("kill $first $second; wait; true")?;
    let bad = messages::bad_lines(&linux.messages()?);
    assert_eq!(bad, [""; 0]);
    Ok(())
}
