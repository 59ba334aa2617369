//! Single steps through Debian's kernel and across the border to user space.

use anyhow::{Context, Result, bail, ensure};
use e2e::remote::RIP;
use e2e::{PATIENCE, Remote};

use crate::messages;
use crate::shell::Linux;

const RAX: u8 = 0;
const RCX: u8 = 2;
const RDI: u8 = 5;
const CS: u8 = 0x12;
/// getppid(2).
const GETPPID: u64 = 110;
/// Where the kernel's half begins, with five levels.
const KERNEL: u64 = 0xff00_0000_0000_0000;
/// More instructions than any short system call has.
const MOST: usize = 800;
/// So often a round trip may be interrupted.
const TRIES: usize = 5;

fn select(client: &mut Remote, thread: Option<&str>) -> Result<String> {
    let thread = thread.context("a stop without a thread")?.to_owned();
    client.must(&format!("Hg{thread}"))?;
    Ok(thread)
}

#[test]
fn linux_is_stepped_through_a_system_call_and_a_thousand_instructions() -> Result<()> {
    let mut linux = Linux::boot(2)?;
    let getppid = linux.symbol("__x64_sys_getppid")?;
    let entry = linux.symbol("entry_SYSCALL_64")?;
    let exit = linux.symbol("do_exit")?;

    let mut client = linux.attach()?;
    client.insert(0, getppid, 1)?;
    client.resume()?;
    linux.start("sh -c 'echo parent $PPID'")?;
    let stop = client.wait_stop(PATIENCE)?;
    let thread = select(&mut client, stop.thread.as_deref())?;
    client.remove(0, getppid, 1)?;
    // A breakpoint in user space, where the system call returns to: RIP in the registers it has saved.
    let saved = client.register(RDI)?;
    let user = client.word(saved + 0x80)?;
    assert!(user < KERNEL, "{user:#x} is no user address");
    client.insert(0, user, 1)?;
    let stop = client.go()?;
    assert_eq!(select(&mut client, stop.thread.as_deref())?, thread);
    client.remove(0, user, 1)?;
    assert_eq!((client.rip()?, client.register(CS)? & 3), (user, 3));
    let info = client.ask(&format!("qThreadExtraInfo,{thread}"))?;
    let info = e2e::remote::unhex(&info).context("no text")?;
    let info = String::from_utf8_lossy(&info).into_owned();
    assert!(info.contains("user"), "thread {thread} is `{info}`");
    let parent = client.register(RAX)?;

    // The kernel may hand the CPU to someone else on the way out; then the next try has the time for itself.
    let mut tries = (0..TRIES).map(|_| round_trip(&mut client, &thread, [user, entry, getppid], parent));
    let failures: Vec<_> = tries.by_ref().map_while(Result::err).collect();
    assert!(failures.len() < TRIES, "{failures:?}");
    client.resume()?;
    assert_eq!(linux.output(PATIENCE)?, format!("parent {parent}\n"));

    thousand(&mut linux, &mut client, exit)?;
    client.detach()?;
    linux.run("true")?;
    let bad = messages::bad_lines(&linux.messages()?);
    assert_eq!(bad, [""; 0]);
    Ok(())
}

/// Makes the system call at `user` once more, instruction by instruction, into the kernel and back.
fn round_trip(
    client: &mut Remote,
    thread: &str,
    [user, entry, getppid]: [u64; 3],
    parent: u64,
) -> Result<()> {
    client.must(&format!("Hg{thread}"))?;
    client.set_register_bytes(RAX, &GETPPID.to_le_bytes())?;
    client.set_register_bytes(RIP, &(user - 2).to_le_bytes())?;
    assert_eq!(client.read_memory(user - 2, 2)?, [0x0f, 0x05]);
    client.step(thread)?;
    client.must(&format!("Hg{thread}"))?;
    ensure!(
        (client.rip()?, client.register(RCX)?, client.register(CS)? & 3) == (entry, user, 0),
        "the step led to {:#x}, not to {entry:#x}",
        client.rip()?
    );
    let mut trail = Vec::new();
    while trail.last().is_none_or(|&rip| rip >= KERNEL) && trail.len() < MOST {
        client.step(thread)?;
        client.must(&format!("Hg{thread}"))?;
        trail.push(client.rip()?);
    }
    if trail.last() != Some(&user) {
        // A hardware breakpoint: the page tables in use may be another process's by now.
        client.insert(1, user, 1)?;
        let stop = client.go()?;
        client.remove(1, user, 1)?;
        assert_eq!(stop.thread.as_deref(), Some(thread), "{}", stop.reply);
        bail!(
            "{} steps did not lead back; the last: {:x?}",
            trail.len(),
            trail.iter().rev().take(20)
        );
    }
    assert!(trail.contains(&getppid), "the steps went through the system call");
    assert_eq!((client.register(RAX)?, client.register(CS)? & 3), (parent, 3));
    Ok(())
}

/// Steps one CPU through the end of a process, the other one held and running in turns.
fn thousand(linux: &mut Linux, client: &mut Remote, exit: u64) -> Result<()> {
    client.pause()?;
    client.insert(0, exit, 1)?;
    client.resume()?;
    linux.start("(exit 3); true")?;
    let stop = client.wait_stop(PATIENCE)?;
    let thread = select(client, stop.thread.as_deref())?;
    client.remove(0, exit, 1)?;
    let mut places = std::collections::BTreeSet::new();
    for step in 0..1000 {
        let others = if step % 2 == 0 { "" } else { ";c" };
        client.send(format!("vCont;s:{thread}{others}").as_bytes())?;
        let stop = client
            .wait_stop(PATIENCE)
            .with_context(|| format!("step {step}"))?;
        assert_eq!((stop.signal, stop.thread.as_deref()), (5, Some(thread.as_str())));
        client.must(&format!("Hg{thread}"))?;
        places.insert(client.rip()?);
    }
    assert!(places.len() > 100, "{} places in 1000 steps", places.len());
    client.resume()?;
    linux.output(PATIENCE)?;
    client.pause()?;
    Ok(())
}
