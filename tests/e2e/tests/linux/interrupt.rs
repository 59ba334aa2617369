//! Ctrl-C again and again, during boot and under load: none is lost and the guest takes no harm.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use e2e::{BOOT, Remote, Setup};

use crate::messages;

const CYCLES: u32 = 200;

/// Stops and resumes so often; prints the mean time from the byte to the reply.
fn cycles(client: &mut Remote, when: &str, mut pause: impl FnMut(u32) -> Duration) -> Result<()> {
    let mut total = Duration::ZERO;
    let mut second = 0;
    for cycle in 0..CYCLES {
        client.resume()?;
        std::thread::sleep(pause(cycle));
        let sent = Instant::now();
        let stop = client.pause().with_context(|| format!("{when}, cycle {cycle}"))?;
        total += sent.elapsed();
        assert_eq!(stop.signal, 2, "{when}, cycle {cycle}: {}", stop.reply);
        second += u32::from(stop.thread.as_deref() == Some("02"));
    }
    println!(
        "{when}: {CYCLES} of {CYCLES} stopped, mean {:.2} ms, on the second CPU {second}",
        total.as_secs_f64() * 1000.0 / f64::from(CYCLES)
    );
    Ok(())
}

#[test]
fn linux_is_interrupted_200_times_during_boot_and_under_load() -> Result<()> {
    let setup = Setup::linux("console=ttyS0 stubhv.do=load")?
        .cpus(2)
        .options("wait");
    let guest = setup.start()?;
    let mut client = guest.client()?;
    client.last_stop()?;
    // Different lengths, so that the stops do not fall in step with the guest's ticks.
    cycles(&mut client, "during boot", |cycle| {
        Duration::from_millis(u64::from(cycle * 7 % 11))
    })?;
    client.resume()?;
    guest.wait_for("stub-hv: load running", BOOT)?;
    cycles(&mut client, "under load", |cycle| {
        Duration::from_millis(u64::from(cycle * 7 % 17))
    })?;
    client.resume()?;
    // A stop by a client that asks while the guest runs.
    client.pause()?;
    client.detach()?;
    let bad = messages::bad_lines(&guest.console().text());
    assert_eq!(bad, [""; 0]);
    let mut client = guest.client()?;
    client.last_stop()?;
    let busy = client.run_for(Duration::from_millis(200))?;
    assert_eq!(busy.signal, 2);
    client.detach()?;
    Ok(())
}
