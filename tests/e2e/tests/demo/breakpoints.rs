//! Software and hardware breakpoints: every hit counts once, and nobody but the CPU sees the INT3.

use anyhow::Result;
use e2e::{BOOT, PATIENCE, Setup};

use super::common::{RDI, go_on, tour};

#[test]
fn every_call_is_one_hit() -> Result<()> {
    const CALLS: u64 = 300;
    for kind in [0, 1] {
        // Held at its first instruction, before it has switched paging on.
        let mut guest = Setup::demo(&format!("do=call-loop {CALLS} then=exit"))?
            .options("wait")
            .start()?;
        let leaf = guest.symbols()?.get("leaf")?;
        let mut client = guest.client()?;
        client.last_stop()?;
        client.insert(kind, leaf, 1)?;
        for call in 0..CALLS {
            let stop = match call {
                0 => client.go_within(BOOT)?,
                _ => go_on(&mut client)?,
            };
            assert_eq!(stop.signal, 5, "{stop:?}");
            assert_eq!(client.rip()?, leaf, "kind {kind}, call {call}");
            assert_eq!(client.register(RDI)?, call, "kind {kind}");
        }
        client.step("1")?;
        client.resume()?;
        assert_eq!(guest.wait_end(PATIENCE)?, 33, "kind {kind}");
        assert_eq!(guest.console().count("took"), 1);
    }
    Ok(())
}

#[test]
fn breakpoints_are_not_seen_in_memory() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    let leaf = stand.symbols.get("leaf")?;
    let code = stand.client.read_memory(leaf, 16)?;
    let physical = |stand: &mut super::common::Stand| -> Result<Vec<u8>> {
        stand.client.must("Qqemu.PhyMemMode:1")?;
        let bytes = stand.client.read_memory(leaf, 16)?;
        stand.client.must("Qqemu.PhyMemMode:0")?;
        Ok(bytes)
    };
    stand.client.insert(0, leaf, 1)?;
    stand.client.insert(0, leaf + 4, 1)?;
    assert_eq!(stand.client.read_memory(leaf, 16)?, code);
    assert_eq!(stand.client.read_memory(leaf + 2, 4)?, code[2..6]);
    assert_eq!(physical(&mut stand)?, code);
    stand.go_on()?;
    assert_eq!(stand.client.rip()?, leaf);
    assert_eq!(stand.client.read_memory(leaf, 16)?, code);
    // The same twice is one breakpoint, and removing what is not there harms nothing.
    stand.client.insert(0, leaf, 1)?;
    stand.client.remove(0, leaf, 1)?;
    let _ = stand.client.ask(&format!("z0,{leaf:x},1"))?;
    stand.client.remove(0, leaf + 4, 1)?;
    assert_eq!(stand.client.read_memory(leaf, 16)?, code);
    stand.run_to("leaf")?;
    // Writing over a breakpoint changes what is under it.
    stand.client.insert(0, leaf, 1)?;
    stand.client.write_memory(leaf, &[0x90])?;
    assert_eq!(stand.client.read_memory(leaf, 1)?, [0x90]);
    stand.client.remove(0, leaf, 1)?;
    assert_eq!(stand.client.read_memory(leaf, 1)?, [0x90]);
    stand.client.write_memory(leaf, &code)?;
    stand.run_to("leaf")?;
    Ok(())
}

#[test]
fn breakpoints_through_another_address() -> Result<()> {
    // The third mapping of the guest's code; it runs through the first one.
    let mut stand = tour("only=calls period=1", 1)?;
    let leaf = stand.symbols.get("leaf")?;
    stand.client.insert(0, leaf | 0xffff_ffff_8000_0000, 1)?;
    let stop = stand.go_on()?;
    assert_eq!((stop.signal, stand.client.rip()?), (5, leaf), "{stop:?}");
    // The stub does not pass a breakpoint at RIP by itself: that is the debugger's to decide.
    let stop = stand.client.go()?;
    assert_eq!((stop.signal, stand.client.rip()?), (5, leaf), "{stop:?}");
    Ok(())
}

#[test]
fn hardware_breakpoints_run_out_at_four() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    let names = ["outer", "inner", "leaf", "write_sync_word"];
    for name in names {
        let address = stand.symbols.get(name)?;
        stand.client.insert(1, address, 1)?;
    }
    let fifth = stand.symbols.get("read_sync_word")?;
    assert!(stand.client.ask(&format!("Z1,{fifth:x},1"))?.starts_with('E'));
    stand.go_on()?;
    // One round from wherever it was: all four in the order of the calls.
    while stand.client.rip()? != stand.symbols.get("write_sync_word")? {
        stand.go_on()?;
    }
    for name in [
        "outer",
        "inner",
        "leaf",
        "inner",
        "leaf",
        "inner",
        "leaf",
        "write_sync_word",
    ] {
        let stop = stand.go_on()?;
        assert!(stop.reply.contains("hwbreak"), "{stop:?}");
        assert_eq!(stand.client.rip()?, stand.symbols.get(name)?, "{name}");
    }
    let outer = stand.symbols.get("outer")?;
    stand.client.remove(1, outer, 1)?;
    stand.client.insert(1, fifth, 1)?;
    stand.go_on()?;
    assert_eq!(stand.client.rip()?, stand.symbols.get("inner")?);
    Ok(())
}
