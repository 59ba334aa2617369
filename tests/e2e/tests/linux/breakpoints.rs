//! Breakpoints, watchpoints and events in Debian's kernel, at addresses that the kernel itself tells.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::{PATIENCE, QUIET, Remote};

use crate::messages;
use crate::shell::Linux;

const RDI: u8 = 5;

/// A loop of `count` system calls sync(2) on each of `cpus` CPUs, all at once.
fn syncs(cpus: u8, count: u32) -> String {
    let each = format!("i=0; while [ $i -lt {count} ]; do sync; i=$((i+1)); done");
    let starts = (0..cpus).map(|cpu| format!("taskset {:x} sh -c '{each}' & ", 1 << cpu));
    format!("{}wait", starts.collect::<String>())
}

/// Resumes until `wanted` stops at `address` have come; how many each thread had.
fn stops_at(client: &mut Remote, kind: u8, address: u64, wanted: u32, cpus: u8) -> Result<Vec<u32>> {
    let mut hits = vec![0; usize::from(cpus)];
    for number in 0..wanted {
        let stop = client.wait_stop(PATIENCE)?;
        ensure!(
            stop.reply.starts_with("T05"),
            "stop {number} of {wanted} is `{}`",
            stop.reply
        );
        let thread = stop.thread.as_deref().unwrap_or_default();
        client.must(&format!("Hg{thread}"))?;
        assert_eq!(client.rip()?, address, "stop {number}: {}", stop.reply);
        let index = usize::from_str_radix(thread, 16)?;
        hits[index - 1] += 1;
        // As gdb does: over the breakpoint with the others held, so that none slips through.
        client.remove(kind, address, 1)?;
        client.step(thread)?;
        client.insert(kind, address, 1)?;
        client.resume()?;
    }
    Ok(hits)
}

fn counts_exactly(cpus: u8, count: u32) -> Result<()> {
    let mut linux = Linux::boot(cpus)?;
    let sync = linux.symbol("__x64_sys_sync")?;
    // Software breakpoint, then hardware breakpoint.
    for kind in [0, 1] {
        let mut client = linux.attach()?;
        client.insert(kind, sync, 1)?;
        client.resume()?;
        linux.start(&syncs(cpus, count))?;
        let hits = stops_at(&mut client, kind, sync, count * u32::from(cpus), cpus)?;
        linux.output(PATIENCE)?;
        assert_eq!(hits, vec![count; usize::from(cpus)], "breakpoint of type {kind}");
        client.pause()?;
        client.remove(kind, sync, 1)?;
        client.detach()?;
        linux.run("sync")?;
    }
    let bad = messages::bad_lines(&linux.messages()?);
    assert_eq!(bad, [""; 0]);
    Ok(())
}

#[test]
fn linux_breakpoints_are_hit_exactly_as_often_as_two_cpus_pass_them() -> Result<()> {
    counts_exactly(2, 20)
}

#[test]
fn linux_breakpoints_are_hit_exactly_as_often_as_four_cpus_pass_them() -> Result<()> {
    counts_exactly(4, 10)
}

#[test]
fn linux_breakpoints_with_conditions_watchpoints_and_events() -> Result<()> {
    let mut linux = Linux::boot(2)?;
    let exit = linux.symbol("do_exit")?;
    let umask = linux.symbol("__x64_sys_umask")?;
    let jiffies = linux.symbol("jiffies_64")?;
    let banner = linux.symbol("linux_banner")?;
    linux.run("echo 8 > /proc/sys/kernel/printk")?;

    conditions(&mut linux, exit, umask)?;
    watchpoints(&mut linux, jiffies)?;
    memory(&mut linux, banner)?;
    events(&mut linux)?;

    let bad = messages::bad_lines(&linux.messages()?);
    assert_eq!(bad, [""; 0]);
    Ok(())
}

fn conditions(linux: &mut Linux, exit: u64, umask: u64) -> Result<()> {
    let mut client = linux.attach()?;
    // RDI == 700h: the exit status 7 in do_exit's argument.
    client.must(&format!("Z0,{exit:x},1;X8,2600052307001327"))?;
    // The 64-bit word at RDI + 70h, the system call's first argument, == 123 octal.
    client.must(&format!("Z0,{umask:x},1;Xb,2600052270021a22531327"))?;
    client.resume()?;
    linux.start("for i in 1 2 3 4 5 6 7 8 9; do (umask 0077; exit $((i % 6))); done; true")?;
    linux.output(PATIENCE)?;
    linux.start("(exit 7); (umask 0123); (exit 8); true")?;
    let stop = client.wait_stop(PATIENCE)?;
    client.must(&format!("Hg{}", stop.thread.as_deref().unwrap_or_default()))?;
    assert_eq!((client.rip()?, client.register(RDI)?), (exit, 0x700));
    client.step(stop.thread.as_deref().unwrap_or_default())?;
    let stop = client.go()?;
    client.must(&format!("Hg{}", stop.thread.as_deref().unwrap_or_default()))?;
    let registers = client.register(RDI)?;
    assert_eq!((client.rip()?, client.word(registers + 0x70)?), (umask, 0o123));
    client.step(stop.thread.as_deref().unwrap_or_default())?;
    client.resume()?;
    linux.output(PATIENCE)?;
    assert_eq!(client.pause()?.signal, 2);
    client.remove(0, exit, 1)?;
    client.remove(0, umask, 1)?;
    client.detach()
}

fn watchpoints(linux: &mut Linux, jiffies: u64) -> Result<()> {
    let mut client = linux.attach()?;
    for (kind, name) in [(2, "watch:"), (4, "awatch:")] {
        client.insert(kind, jiffies, 8)?;
        let mut last = client.word(jiffies)?;
        for _ in 0..5 {
            let stop = client.go()?;
            let field = format!(";{name}{jiffies:x};");
            let reply = stop.reply.replace("thread:01", "").replace("thread:02", "");
            assert!(reply.contains(&field), "`{field}` in {}", stop.reply);
            let now = client.word(jiffies)?;
            assert!(
                kind == 4 && now == last || now > last && now < last + 1000,
                "{last} to {now}"
            );
            last = now;
        }
        client.remove(kind, jiffies, 8)?;
    }
    client.detach()?;
    linux.run("true")?;
    Ok(())
}

/// The page walk, with randomised addresses and the five levels that this CPU has.
fn memory(linux: &mut Linux, banner: u64) -> Result<()> {
    let levels = linux.run("grep -c la57 /proc/cpuinfo")?;
    assert_eq!(levels.trim(), "2", "both CPUs have five levels");
    let said = linux.run("cat /proc/version")?;
    let mut client = linux.attach()?;
    let text = client.read_memory(banner, said.len())?;
    assert_eq!(String::from_utf8_lossy(&text), said);
    let control = client.monitor("regs")?;
    assert!(control.contains("cr4"), "{control}");
    for address in ["0", "00ff000000000000", "ffffffffff000000"] {
        let reply = client.ask(&format!("m{address},8"))?;
        assert!(reply.starts_with('E'), "reading {address} gives `{reply}`");
    }
    client.detach()
}

fn events(linux: &mut Linux) -> Result<()> {
    for (command, instruction) in [("!ioout 3f8", "OUT port 3f8"), ("!ioin 3fd", "IN port 3fd")] {
        let mut client = linux.attach()?;
        client.monitor(command)?;
        client.resume()?;
        linux.start("echo hello")?;
        for _ in 0..5 {
            let stop = client.wait_stop(PATIENCE)?;
            assert_eq!(stop.signal, 5, "{}", stop.reply);
            assert!(stop.console.contains(instruction), "{}", stop.console);
            client.resume()?;
        }
        client.wait_stop(PATIENCE)?;
        client.monitor("events c all")?;
        client.resume()?;
        assert_eq!(linux.output(PATIENCE)?, "hello\n");
        std::thread::sleep(QUIET);
        assert_eq!(client.pause()?.signal, 2);
        client.detach()?;
    }
    linux.run("true")?;
    // The guest of a debugger that has gone is not slower for what it left behind.
    std::thread::sleep(Duration::from_millis(50));
    Ok(())
}
