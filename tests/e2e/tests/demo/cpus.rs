//! Several CPUs: threads, who runs and who waits, and breakpoints that all of them hit.

use std::time::Duration;

use anyhow::{Context, Result};
use e2e::PATIENCE;
use e2e::remote::unhex;

use super::common::{Stand, tour};

#[test]
fn threads_are_cpus() -> Result<()> {
    let mut stand = tour("only=calls period=1", 4)?;
    let list = stand.client.ask("qfThreadInfo")?;
    let mut names: Vec<String> = list
        .strip_prefix('m')
        .context("no list")?
        .split(',')
        .map(str::to_owned)
        .collect();
    while let Some(more) = stand.client.ask("qsThreadInfo")?.strip_prefix('m') {
        names.extend(more.split(',').map(str::to_owned));
    }
    assert_eq!(names.len(), 4, "{names:?}");
    for (cpu, name) in names.iter().enumerate() {
        let info = unhex(&stand.client.ask(&format!("qThreadExtraInfo,{name}"))?).context("no text")?;
        let info = String::from_utf8(info)?;
        assert!(info.contains(&format!("CPU {cpu}")), "{info}");
        assert_eq!(stand.client.ask(&format!("T{name}"))?, "OK");
    }
    assert!(stand.client.ask("T77")?.starts_with('E'));
    assert!(stand.client.ask("Hg77")?.starts_with('E'));
    // Each thread has registers of its own.
    let mut stacks = std::collections::BTreeSet::new();
    for name in &names {
        stand.client.must(&format!("Hg{name}"))?;
        stacks.insert(stand.client.register(7)?);
    }
    assert_eq!(stacks.len(), 4);
    assert_eq!(stand.client.status("cpus")?, "4");
    Ok(())
}

fn counts(stand: &mut Stand) -> Result<(u64, Vec<u64>)> {
    let ticks = stand.word("TICKS")?;
    let mut rips = Vec::new();
    for thread in ["1", "2"] {
        stand.client.must(&format!("Hg{thread}"))?;
        rips.push(stand.client.rip()?);
    }
    stand.client.must("Hg1")?;
    Ok((ticks, rips))
}

#[test]
fn one_cpu_steps_while_the_others_wait_or_run() -> Result<()> {
    let mut stand = tour("only=calls period=1", 2)?;
    stand.run_to("leaf")?;
    let (_, before) = counts(&mut stand)?;
    for _ in 0..20 {
        stand.step("1")?;
    }
    let (_, after) = counts(&mut stand)?;
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1], after[1], "CPU 1 has moved");
    // The second CPU alone: the first stands still.
    for _ in 0..20 {
        let stop = stand.client.step("2")?;
        assert_eq!(stop.thread.as_deref(), Some("02"), "{stop:?}");
    }
    let (_, last) = counts(&mut stand)?;
    assert_eq!(after[0], last[0], "CPU 0 has moved");
    // A step of one, everything else running; the stop is the stepped CPU's.
    for _ in 0..20 {
        stand.client.send(b"vCont;s:1;c")?;
        let stop = stand.client.wait_stop(PATIENCE)?;
        assert_eq!((stop.signal, stop.thread.as_deref()), (5, Some("01")), "{stop:?}");
    }
    // One CPU runs, the other does not: Ctrl-C ends it.
    let (ticks, before) = counts(&mut stand)?;
    stand.client.send(b"vCont;c:1")?;
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(stand.client.pause()?.signal, 2);
    let (later, after) = counts(&mut stand)?;
    assert!(later > ticks, "CPU 0 did not run");
    assert_eq!(before[1], after[1], "CPU 1 has run");
    Ok(())
}

#[test]
fn a_breakpoint_that_every_cpu_hits_loses_none() -> Result<()> {
    // Three CPUs come through the same function once each.
    let guest = e2e::Setup::demo("do=idle cpus=4")?
        .cpus(4)
        .options("wait")
        .start()?;
    let entry = guest.symbols()?.get("ap_main")?;
    let mut client = guest.client()?;
    client.last_stop()?;
    client.insert(0, entry, 1)?;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let stop = client.go_within(e2e::BOOT)?;
        assert_eq!((stop.signal, client.rip()?), (5, entry), "{stop:?}");
        let thread = stop.thread.clone().context("no thread")?;
        assert!(seen.insert(thread.clone()), "thread {thread} twice");
        client.step(&thread)?;
    }
    client.resume()?;
    guest.wait_for("demo: idle", PATIENCE)?;
    Ok(())
}

#[test]
fn scheduler_locking_through_gdb() -> Result<()> {
    let stand = tour("only=calls period=1", 2)?;
    stand.client.detach()?;
    let transcript = stand.guest.gdb("cpus", 3 * PATIENCE)?;
    assert_eq!(transcript.number("threads")?, 2);
    assert!(
        transcript.string("listing")?.contains("CPU 1"),
        "{}",
        transcript.text
    );
    assert_eq!(transcript.number("moved_when_locked")?, 0);
    assert_eq!(transcript.number("thread_after_step")?, 1);
    assert!(
        transcript.string("function")?.ends_with("leaf"),
        "{}",
        transcript.text
    );
    Ok(())
}
