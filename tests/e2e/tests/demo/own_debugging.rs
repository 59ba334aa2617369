//! The guest debugs itself, by INT3, TF and its debug registers, while we debug it.

use std::time::Duration;

use super::common::go_on;
use anyhow::{Context, Result, ensure};
use e2e::{BOOT, Guest, PATIENCE, Remote, Setup, Symbols};

/// The guest held at its first instruction.
fn held(append: &str) -> Result<(Guest, Remote, Symbols)> {
    let guest = Setup::demo(append)?.options("wait").start()?;
    let mut client = guest.client()?;
    client.last_stop()?;
    let symbols = guest.symbols()?;
    Ok((guest, client, symbols))
}

/// The number behind `word` in a line.
fn behind(line: &str, word: &str) -> Result<u64> {
    let mut words = line.split_whitespace().skip_while(|found| *found != word);
    words.next();
    let number = words.next().with_context(|| format!("no `{word}` in `{line}`"))?;
    Ok(number.parse()?)
}

#[test]
fn its_own_int3_is_counted_right() -> Result<()> {
    let (guest, mut client, symbols) = held("do=int3 50")?;
    let raise = symbols.get("raise_int3")?;
    // Breakpoints around its INT3, and one on it.
    client.insert(0, raise, 1)?;
    client.go_within(BOOT)?;
    assert_eq!(client.rip()?, raise);
    let code = client.read_memory(raise, 64)?;
    let offset = code
        .iter()
        .position(|&byte| byte == 0xcc)
        .context("no INT3 there")?;
    let own = raise + offset as u64;
    // Optimised, the function is the INT3 alone.
    let inner = if own == raise { 0 } else { 50 };
    let mut hits = (1, 0, 0);
    client.insert(0, own, 1)?;
    client.insert(0, own + 1, 1)?;
    loop {
        client.step("1")?;
        // The step from the breakpoint on its INT3 goes into the handler.
        client.resume()?;
        if hits == (50, inner, 50) {
            break;
        }
        let stop = client.wait_stop(PATIENCE)?;
        assert_eq!(stop.signal, 5, "{stop:?}");
        match client.rip()? {
            rip if rip == raise => hits.0 += 1,
            rip if rip == own => hits.1 += 1,
            rip if rip == own + 1 => hits.2 += 1,
            rip => anyhow::bail!("a stop at {rip:#x}, after {hits:?}"),
        }
        ensure!(
            hits.0 <= 50 && hits.1 <= 50 && hits.2 <= 50,
            "too many stops: {hits:?}"
        );
    }
    let line = guest.wait_for("demo: int3 executed", PATIENCE)?;
    assert_eq!(line, "demo: int3 executed 50 taken 50");
    Ok(())
}

#[test]
fn its_own_int3_can_be_stepped() -> Result<()> {
    let (guest, mut client, symbols) = held("do=int3 3")?;
    let raise = symbols.get("raise_int3")?;
    client.insert(0, raise, 1)?;
    for round in 0..3 {
        client.go_within(BOOT)?;
        let code = client.read_memory(raise, 64)?;
        let offset = code
            .iter()
            .position(|&byte| byte == 0xcc)
            .context("no INT3 there")?;
        let own = raise + offset as u64;
        while client.rip()? != own {
            client.step("1")?;
        }
        let stack = client.register(7)?;
        client.step("1")?;
        let handler = client.rip()?;
        ensure!(handler != own + 1, "round {round}: the INT3 was skipped");
        eprintln!(
            "own {own:x} handler {handler:x} stack {stack:x} top {:x} {}",
            client.register(7)?,
            {
                let t = client.register(7)?;
                (0..8)
                    .map(|i| format!("{:x} ", client.word(t + 8 * i).unwrap()))
                    .collect::<String>()
            }
        );
        // The frame the CPU has pushed: RIP behind the INT3, RFLAGS without our TF.
        let top = client.register(7)?;
        assert_eq!(client.word(top)?, own + 1, "round {round}");
        assert_eq!(client.word(top + 16)? & 0x100, 0, "round {round}");
        assert_eq!(client.word(top + 24)?, stack, "round {round}");
    }
    client.resume()?;
    let line = guest.wait_for("demo: int3 executed", PATIENCE)?;
    assert_eq!(line, "demo: int3 executed 3 taken 3");
    Ok(())
}

#[test]
fn its_own_stepping_is_counted_right() -> Result<()> {
    let (guest, mut client, symbols) = held("do=tf 4")?;
    let start = symbols.get("stepped_start")?;
    // First time alone; then with breakpoints among the ten; then stepped by us as well.
    client.insert(0, start, 1)?;
    client.go_within(BOOT)?;
    client.insert(0, start + 3, 1)?;
    client.insert(0, start + 4, 1)?;
    client.insert(1, start + 7, 1)?;
    for place in [3, 4, 7] {
        go_on(&mut client)?;
        assert_eq!(client.rip()?, start + place);
    }
    go_on(&mut client)?;
    assert_eq!(
        guest.wait_for("demo: tf stepped", PATIENCE)?,
        "demo: tf stepped 10 of 10"
    );
    for place in [3, 4, 7] {
        client.remove(if place == 7 { 1 } else { 0 }, start + place, 1)?;
    }
    assert_eq!(client.rip()?, start);
    // Our steps go through its handler too, which is what the CPU does.
    let mut inside = 0;
    let end = symbols.get("stepped_end")?;
    let mut steps = 0;
    while inside < 10 {
        client.step("1")?;
        let rip = client.rip()?;
        inside += u64::from(start < rip && rip <= end);
        steps += 1;
        ensure!(
            steps < 2_000,
            "the ten instructions do not end: {rip:#x}, {inside}"
        );
    }
    client.go()?;
    assert_eq!(
        guest.wait_for("demo: tf stepped", PATIENCE)?,
        "demo: tf stepped 10 of 10"
    );
    client.remove(0, start, 1)?;
    client.resume()?;
    for _ in 0..2 {
        assert_eq!(
            guest.wait_for("demo: tf stepped", PATIENCE)?,
            "demo: tf stepped 10 of 10"
        );
    }
    Ok(())
}

#[test]
fn its_debug_registers_are_its_own() -> Result<()> {
    let guest = Setup::demo("do=debug-registers")?.start()?;
    guest.wait_for("demo: dr passes", BOOT)?;
    let symbols = guest.symbols()?;
    let mut client = guest.client()?;
    client.last_stop()?;
    let (word, target) = (symbols.get("DEBUG_WORD")?, symbols.get("debug_target")?);
    // The same word, the same function, and others; all with hits in between.
    client.insert(2, word, 8)?;
    for round in 0..20 {
        let stop = client
            .go()
            .with_context(|| format!("round {round}: {} {}", guest.complaints(), guest.console().tail()))?;
        assert!(stop.reply.contains("watch:"), "{stop:?}");
    }
    client.remove(2, word, 8)?;
    client.insert(1, target, 1)?;
    for _ in 0..20 {
        let stop = go_on(&mut client)?;
        assert_eq!((stop.signal, client.rip()?), (5, target), "{stop:?}");
    }
    client.insert(3, symbols.get("TICKS")?, 8)?;
    client.insert(0, target, 1)?;
    for _ in 0..20 {
        go_on(&mut client)?;
    }
    client.remove(1, target, 1)?;
    client.remove(0, target, 1)?;
    client.remove(3, symbols.get("TICKS")?, 8)?;
    // Steps through its check of the registers, which reads them all.
    for _ in 0..200 {
        client.step("1")?;
    }
    client.resume()?;
    let mut last = String::new();
    let end = std::time::Instant::now() + Duration::from_millis(2500);
    while std::time::Instant::now() < end {
        last = guest.wait_for("demo: dr passes", PATIENCE)?;
    }
    assert_eq!(behind(&last, "hits")?, 2 * behind(&last, "passes")?, "{last}");
    assert_eq!(behind(&last, "mismatches")?, 0, "{last}");
    assert_eq!(guest.console().count("dr mismatch"), 0);
    Ok(())
}

#[test]
fn its_nmis_reach_it() -> Result<()> {
    let (guest, mut client, _) = held("do=nmi 20")?;
    client.resume()?;
    for _ in 0..5 {
        std::thread::sleep(Duration::from_millis(30));
        client.pause()?;
        client.resume()?;
    }
    let line = guest.wait_for("demo: nmi sent", BOOT)?;
    assert_eq!(line, "demo: nmi sent 20 taken 20");
    Ok(())
}
