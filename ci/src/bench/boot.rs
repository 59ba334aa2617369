//! One boot of Debian's kernel, timed.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use xtask::qemu::{Boot, Machine, Module, Serial};
use xtask::rsp::Client;

use super::subject::{self, BOOT, Files, Side};
use crate::{initrd, interrupt, port};

const LIMIT: Duration = Duration::from_secs(120);
const TICK: Duration = Duration::from_millis(2);
const APPEND: &str = "console=ttyS0 quiet stubhv.do=poweroff";

/// Seconds from QEMU's start to init's first line. Under the hypervisor a debugger is attached and resumes the
/// guest from its first instruction, which is part of the time.
pub(super) fn seconds_to_init(files: &Files, side: Side, cpus: u8) -> Result<f64> {
    interrupt::check()?;
    let port = port::any_free()?;
    let boot = match side {
        Side::Ours => Boot::Hypervisor {
            image: files.hypervisor.clone(),
            options: "guest=linux link=reliable wait".to_owned(),
            modules: vec![
                Module {
                    file: files.kernel.clone(),
                    args: APPEND.to_owned(),
                },
                Module::plain(&files.initrd),
            ],
        },
        Side::Qemu => Boot::Native {
            kernel: files.kernel.clone(),
            initrd: Some(files.initrd.clone()),
            append: APPEND.to_owned(),
        },
    };
    let console = files.scratch.path().join("console");
    let mut machine = Machine {
        cpus,
        com1: Serial::File(console.clone()),
        ..Machine::new(boot)
    };
    if side == Side::Ours {
        machine.com2 = Serial::Tcp(port);
    }
    fs::write(&console, "")?;
    let start = Instant::now();
    let _qemu = subject::start(files, &machine)?;
    // Kept to the end: the debugger stays attached.
    let _client = match side {
        Side::Ours => Some(attach(port, &console, start)?),
        Side::Qemu => None,
    };
    wait_for(initrd::REACHED, &console, start)?;
    Ok(start.elapsed().as_secs_f64())
}

/// Waits until `text` is in the console's file.
fn wait_for(text: &str, console: &Path, start: Instant) -> Result<()> {
    loop {
        let seen = fs::read(console)?;
        if seen.windows(text.len()).any(|window| window == text.as_bytes()) {
            return Ok(());
        }
        interrupt::check()?;
        if start.elapsed() > LIMIT {
            let seen = String::from_utf8_lossy(&seen).into_owned();
            bail!(
                "`{text}` did not come within {} s; the console has:\n{seen}",
                LIMIT.as_secs()
            );
        }
        std::thread::sleep(TICK);
    }
}

/// Attaches when the hypervisor is up: a question asked before would be lost, and its repetition half a second
/// later would be part of the time.
fn attach(port: u16, console: &Path, start: Instant) -> Result<Client> {
    let mut client = Client::connect(port, BOOT)?;
    wait_for("the guest starts", console, start)?;
    client.handshake(BOOT)?;
    client.last_stop()?;
    client.resume()?;
    Ok(client)
}
