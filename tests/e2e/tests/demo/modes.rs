//! Page walks in every paging mode, and stops and steps in them.

use std::time::Duration;

use anyhow::{Context, Result};
use e2e::{BOOT, Setup};

use super::common::RAX;

const PATTERN: [u8; 4] = 0x5afe_c0deu32.to_le_bytes();

/// Finds the pattern where the guest says it is, virtually and physically.
fn pattern_is_found(action: &str) -> Result<()> {
    let guest = Setup::demo(&format!("do={action}"))?.start()?;
    let line = guest.wait_for("demo: mode ", BOOT)?;
    guest.wait_for("demo: mode entered", BOOT)?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |name: &str| -> Result<u64> {
        let place = words.iter().position(|word| *word == name);
        let digits = place.and_then(|at| words.get(at + 1)).context("no such word")?;
        Ok(u64::from_str_radix(digits, 16)?)
    };
    let (logical, physical) = (number("virtual")?, number("physical")?);
    let mut client = guest.client()?;
    client.last_stop()?;
    assert_eq!(client.read_memory(logical, 4)?, PATTERN, "{line}");
    client.monitor("phys on")?;
    assert_eq!(client.read_memory(physical, 4)?, PATTERN, "{line}");
    client.monitor("phys off")?;
    // Writes go the same way.
    client.write_memory(logical, b"new!")?;
    client.monitor("phys on")?;
    assert_eq!(client.read_memory(physical, 4)?, b"new!");
    client.monitor("phys off")?;
    if action == "la57" {
        assert!(client.ask("m30000000000000,4")?.starts_with('E'));
    }
    if action != "la57" {
        // The guest spins over a few instructions: steps and breakpoints work there too.
        client.run_for(Duration::from_millis(20))?;
        let first = client.rip()?;
        let mut seen = std::collections::BTreeSet::from([first]);
        for _ in 0..4 {
            client.step("1")?;
            seen.insert(client.rip()?);
        }
        assert_eq!(seen.len(), 2, "{seen:x?}");
        let at = if action == "real" {
            0x9000 + (first & 0xfff)
        } else {
            first
        };
        let before = client.register(RAX)?;
        client.step("1")?;
        client.insert(0, at, 1)?;
        let stop = client.go()?;
        assert_eq!((stop.signal, client.rip()?), (5, first), "{stop:?}");
        for _ in 0..3 {
            client.go()?;
        }
        assert_eq!(client.rip()?, first);
        assert!(client.register(RAX)? != before);
        client.remove(0, at, 1)?;
        client.run_for(Duration::from_millis(20))?;
    }
    Ok(())
}

#[test]
fn memory_under_pae_paging() -> Result<()> {
    pattern_is_found("pae")
}

#[test]
fn memory_under_32bit_paging() -> Result<()> {
    pattern_is_found("32bit")
}

#[test]
fn memory_in_real_mode() -> Result<()> {
    pattern_is_found("real")
}

#[test]
fn memory_under_5_level_paging() -> Result<()> {
    pattern_is_found("la57")
}
