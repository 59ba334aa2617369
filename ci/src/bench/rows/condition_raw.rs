//! A breakpoint whose condition is false, without gdb: passes of the guest's loop per second.
//!
//! The hypervisor gets the condition as bytecode and decides it alone. QEMU's stub ignores conditions, so
//! there the client decides: stop reply, registers, and around the breakpoint by remove, step, insert.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use xtask::rsp::Client;

use super::{Files, Line, Side, Subject, Target, by_turns};
use crate::bench::spin;
use crate::bench::subject::counter;

pub(super) const NAME: &str = "false condition, raw";

const TIME: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(10);
/// `rdx == 1` as gdb compiles it: register 3, extend 64 bits, constant 1, equal, end (gdb manual, "The Agent
/// Expression Mechanism").
const CONDITION: &str = "X9,260003164022011327";

pub(super) fn measure(files: &Files, runs: usize) -> Result<Vec<Line>> {
    by_turns(files, runs, (NAME, "hits/s", Target::Information), &sample)
}

fn sample(subject: &Subject) -> Result<f64> {
    let mut client = subject.client()?;
    let before = counter(&mut client)?;
    let start = Instant::now();
    match subject.side {
        Side::Ours => in_the_stub(&mut client)?,
        Side::Qemu => in_the_client(&mut client)?,
    }
    let seconds = start.elapsed().as_secs_f64();
    Ok(f64::from(counter(&mut client)?.wrapping_sub(before)) / seconds)
}

fn in_the_stub(client: &mut Client) -> Result<()> {
    must(client, &format!("Z0,{:x},1;{CONDITION}", spin::LOOP))?;
    client.resume()?;
    std::thread::sleep(TIME);
    client.interrupt()?;
    client.wait_stop(PATIENCE)?;
    must(client, &format!("z0,{:x},1", spin::LOOP))
}

fn in_the_client(client: &mut Client) -> Result<()> {
    let thread = client.last_stop()?.thread.unwrap_or_else(|| "1".to_owned());
    let (insert, remove) = (format!("Z0,{:x},1", spin::LOOP), format!("z0,{:x},1", spin::LOOP));
    must(client, &insert)?;
    let start = Instant::now();
    while start.elapsed() < TIME {
        client.resume()?;
        client.wait_stop(PATIENCE)?;
        if client.registers(4)?.get(3) == Some(&1) {
            bail!("the condition was true; it never is");
        }
        must(client, &remove)?;
        client.step(&thread)?;
        must(client, &insert)?;
    }
    must(client, &remove)
}

fn must(client: &mut Client, packet: &str) -> Result<()> {
    let reply = client.request(packet.as_bytes())?;
    if reply != b"OK" {
        bail!(
            "the stub answered `{}` to `{packet}`",
            String::from_utf8_lossy(&reply)
        );
    }
    Ok(())
}
