//! The harness itself: a boot, the console, a raw session and a gdb session.

use anyhow::Result;
use e2e::{BOOT, PATIENCE, Setup};

#[test]
fn a_guest_boots_and_both_debuggers_reach_it() -> Result<()> {
    let guest = Setup::demo("do=tour period=5")?.start()?;
    guest.wait_for("demo: tick", BOOT)?;
    let mut client = guest.client()?;
    client.last_stop()?;
    let leaf = guest.symbols()?.get("leaf")?;
    client.insert(0, leaf, 1)?;
    assert_eq!(client.go()?.signal, 5);
    assert_eq!(client.rip()?, leaf);
    client.remove(0, leaf, 1)?;
    client.detach()?;
    guest.wait_for("demo: tick", PATIENCE)?;
    let transcript = guest.gdb("smoke", PATIENCE)?;
    assert_eq!(transcript.string("function")?, "demo_guest::tour::calls::leaf");
    guest.wait_for("demo: tick", PATIENCE)?;
    Ok(())
}
