//! The guest of these tests, and what must hold whatever the line has carried.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::{BOOT, Guest, PATIENCE, Remote, Setup};
use xtask::rsp::Client;

/// The guest, on its tour.
pub(crate) fn boot(options: &str) -> Result<Guest> {
    let guest = Setup::demo("do=tour period=5")?
        .cpus(2)
        .options(options)
        .start()?;
    guest.wait_for("demo: tick", BOOT)?;
    Ok(guest)
}

/// A stopped guest answers with its registers, stops where it is asked to and runs on.
pub(crate) fn check_session(guest: &Guest, client: &mut Remote) -> Result<()> {
    client.last_stop()?;
    ensure!(client.registers(17)?.len() == 17);
    let leaf = guest.symbols()?.get("leaf")?;
    client.insert(0, leaf, 1)?;
    ensure!(client.go()?.signal == 5);
    client.remove(0, leaf, 1)?;
    Ok(())
}

/// A new client finds a working session, and the guest is alive behind it.
pub(crate) fn check(guest: &Guest) -> Result<()> {
    let mut client = guest.client()?;
    check_session(guest, &mut client)?;
    client.detach()?;
    guest.wait_for("demo: tick", PATIENCE)?;
    Ok(())
}

/// Drops what is still to come.
pub(crate) fn drain(client: &mut Client, time: Duration) -> Result<()> {
    let deadline = std::time::Instant::now() + time;
    while client
        .incoming_until(deadline)
        .context("the line was closed")?
        .is_some()
    {}
    Ok(())
}
