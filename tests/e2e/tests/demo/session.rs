//! Sessions come and go; the guest stays.

use std::time::Duration;

use anyhow::Result;
use e2e::{BOOT, PATIENCE, Setup};

use super::common::tour;

#[test]
fn detach_kill_and_reconnect() -> Result<()> {
    let mut stand = tour("only=calls period=1", 2)?;
    let leaf = stand.symbols.get("leaf")?;
    // Detach removes the breakpoints and lets the guest run.
    stand.client.insert(0, leaf, 1)?;
    stand.client.insert(1, leaf + 1, 1)?;
    stand.client.go()?;
    stand.client.detach()?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    // Kill is not the end of the machine.
    let mut client = stand.guest.client()?;
    client.last_stop()?;
    client.insert(0, leaf, 1)?;
    client.send(b"k")?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    drop(client);
    assert!(stand.guest.is_alive()?);
    // Lost while it runs: it runs on. Lost while it is stopped: the next one finds a working session.
    let mut client = stand.guest.client()?;
    client.last_stop()?;
    client.resume()?;
    drop(client);
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    for _ in 0..5 {
        let mut client = stand.guest.client()?;
        client.last_stop()?;
        client.insert(0, leaf, 1)?;
        let stop = client.go()?;
        assert_eq!((stop.signal, client.rip()?), (5, leaf), "{stop:?}");
        drop(client);
    }
    let mut client = stand.guest.client()?;
    client.last_stop()?;
    // The lost sessions have left no breakpoint behind.
    client.resume()?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    client
        .run_for(Duration::from_millis(50))
        .or_else(|_| client.pause())?;
    client.detach()?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    Ok(())
}

#[test]
fn a_guest_is_held_until_gdb_lets_it_go() -> Result<()> {
    let guest = Setup::demo("do=idle")?.options("wait").start()?;
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(guest.console().count("demo:"), 0, "{}", guest.console().tail());
    let transcript = guest.gdb("wait", PATIENCE)?;
    assert!(
        transcript.string("function")?.ends_with("kernel_main"),
        "{}",
        transcript.text
    );
    guest.wait_for("demo: idle", BOOT)?;
    Ok(())
}

#[test]
fn a_triple_fault_explains_itself() -> Result<()> {
    let guest = Setup::demo("do=triple-fault cpus=2")?
        .cpus(2)
        .options("wait")
        .start()?;
    let mut client = guest.client()?;
    client.last_stop()?;
    let stop = client.go_within(BOOT)?;
    assert_eq!(stop.signal, 11, "{stop:?}");
    assert!(stop.console.contains("triple fault"), "{stop:?}");
    assert_eq!(stop.thread.as_deref(), Some("01"));
    // The place is still there to look at.
    let place = guest.symbols()?.get("shut_down")?;
    let rip = client.rip()?;
    assert!((place..place + 64).contains(&rip), "{rip:#x}");
    client.status("version")?;
    Ok(())
}

#[test]
fn a_processor_that_is_reset_starts_again() -> Result<()> {
    let guest = Setup::demo("do=init-ap 10 cpus=2")?.cpus(2).start()?;
    let line = guest.wait_for("demo: init-ap", BOOT)?;
    assert!(line.ends_with("resets 10 starts 10 alive true"), "{line}");
    Ok(())
}
