//! Ctrl-C reaches a guest whatever it does.

use std::time::{Duration, Instant};

use anyhow::Result;
use e2e::{PATIENCE, QUIET};

use super::common::{INTERRUPT_FLAG, stand, tour};
use e2e::remote::EFLAGS;

fn many(append: &str, line: &str, symbol: &str) -> Result<()> {
    let mut stand = stand(append, 1, line)?;
    let place = stand.symbols.get(symbol)?;
    for _ in 0..50 {
        let stop = stand.client.run_for(Duration::from_millis(3))?;
        assert_eq!(stop.thread.as_deref(), Some("01"), "{stop:?}");
        let rip = stand.client.rip()?;
        assert!((place..place + 16).contains(&rip), "{rip:#x}");
        assert_eq!(stand.client.register(EFLAGS)? & INTERRUPT_FLAG, 0);
    }
    Ok(())
}

#[test]
fn a_guest_that_spins_with_interrupts_off() -> Result<()> {
    many("do=cli-spin", "demo: spinning", "spin_forever")
}

#[test]
fn a_guest_that_sleeps_with_interrupts_off() -> Result<()> {
    many("do=cli-hlt", "demo: sleeping", "halt_forever")
}

#[test]
fn a_guest_that_works_or_idles() -> Result<()> {
    let mut stand = tour("period=1", 2)?;
    let start = Instant::now();
    for _ in 0..100 {
        stand.client.run_for(Duration::from_millis(1))?;
    }
    assert!(start.elapsed() < PATIENCE);
    stand.client.resume()?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    // Ctrl-C twice is one stop, and one for a stopped guest is none.
    stand.client.interrupt()?;
    stand.client.interrupt()?;
    assert_eq!(stand.client.wait_stop(PATIENCE)?.signal, 2);
    stand.client.interrupt()?;
    assert!(stand.client.receive_until(Instant::now() + QUIET)?.is_none());
    assert!(stand.client.rip()? != 0);
    Ok(())
}

#[test]
fn ctrl_c_through_gdb() -> Result<()> {
    let stand = stand("do=cli-spin", 2, "demo: spinning")?;
    stand.client.detach()?;
    let transcript = stand.guest.gdb("interrupt", 2 * PATIENCE)?;
    assert_eq!(transcript.number("interrupts")?, 5, "{}", transcript.text);
    Ok(())
}
