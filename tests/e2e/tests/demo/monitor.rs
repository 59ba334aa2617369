//! `monitor` commands.

use anyhow::Result;
use e2e::{BOOT, PATIENCE};

use super::common::tour;

#[test]
fn every_command_answers() -> Result<()> {
    let mut stand = tour("only=calls period=1", 2)?;
    let client = &mut stand.client;
    let help = client.monitor("help")?;
    for command in [
        "help", "version", "status", "regs", "phys", "reset", "!ioin", "!ioout", "events", "last",
    ] {
        assert!(help.contains(command), "{command} is missing in:\n{help}");
        assert!(client.monitor(&format!("help {command}"))?.contains(command));
    }
    assert!(
        client.monitor("version")?.starts_with("version: ")
            || client.monitor("version")?.starts_with("stub-hv")
    );
    for key in [
        "version",
        "processor",
        "guest",
        "transport",
        "cpus",
        "cpu 0",
        "cpu 1",
        "events",
    ] {
        assert!(!client.status(key)?.is_empty(), "{key}");
    }
    assert!(client.exits("cpuid")? > 0);
    let rip = client.rip()?;
    let regs = client.monitor("regs 0")?;
    assert!(regs.contains(&format!("rip={rip:016x}")), "{regs}");
    assert!(client.monitor("regs 7")?.contains("there is no CPU 7"));
    // Errors show the place.
    let error = client.monitor("!ioout 10000")?;
    assert!(error.contains("above ffff") && error.contains('^'), "{error}");
    let error = client.monitor("!iooout 3f8")?;
    assert!(error.contains("err") && error.contains("ioout"), "{error}");
    assert!(client.monitor("events d 9")?.contains("invalid"));
    Ok(())
}

#[test]
fn reset_starts_the_machine_again() -> Result<()> {
    let mut stand = tour("period=1", 1)?;
    let before = stand.guest.console().count("demo: started");
    assert_eq!(stand.client.monitor("reset")?, "resetting the machine\n");
    stand.guest.wait_for("demo: started", BOOT)?;
    assert_eq!(stand.guest.console().count("demo: started"), before + 1);
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    // The line is free for the next session once the old one has ended.
    let super::common::Stand { guest, client, .. } = stand;
    drop(client);
    let mut client = guest.client()?;
    client.last_stop()?;
    client.status("version")?;
    Ok(())
}
