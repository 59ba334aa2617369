//! A machine under measurement: the spinning guest under the hypervisor, or under QEMU's gdbstub.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use xtask::process::Process;
use xtask::qemu::{Boot, Machine, Module, Serial};
use xtask::rsp::Client;

use super::spin;
use crate::workspace::{HYPERVISOR, Workspace};
use crate::{initrd, interrupt, kernel, port};

/// How long a machine may take to answer after its start.
pub(super) const BOOT: Duration = Duration::from_secs(30);

/// What the rows boot.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) hypervisor: PathBuf,
    pub(super) spin: PathBuf,
    pub(super) kernel: PathBuf,
    pub(super) initrd: PathBuf,
    pub(super) scratch: tempfile::TempDir,
}

impl Files {
    /// Builds, fetches and writes them.
    pub(super) fn make(workspace: &Workspace) -> Result<Self> {
        let scratch = tempfile::tempdir().context("making a directory for the bench")?;
        let spin = scratch.path().join("spin");
        fs::write(&spin, spin::image()).context("writing the bench's guest")?;
        Ok(Self {
            hypervisor: workspace.build(HYPERVISOR)?,
            spin,
            kernel: kernel::vmlinuz(workspace)?,
            initrd: initrd::make(workspace)?,
            scratch,
        })
    }
}

/// Which stub answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Ours,
    Qemu,
}

/// Both, in the order they are measured.
pub(super) const SIDES: [Side; 2] = [Side::Ours, Side::Qemu];

/// A running machine; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) side: Side,
    pub(super) port: u16,
    _qemu: Process,
}

impl Subject {
    /// Boots the spinning guest. It may take a while until it spins: see [`Subject::client`].
    pub(super) fn boot(files: &Files, side: Side) -> Result<Self> {
        interrupt::check()?;
        let port = port::any_free()?;
        let machine = match side {
            Side::Ours => {
                let mut machine = Machine::new(Boot::Hypervisor {
                    image: files.hypervisor.clone(),
                    options: "guest=multiboot link=reliable".to_owned(),
                    modules: vec![Module::plain(&files.spin)],
                });
                machine.com2 = Serial::Tcp(port);
                machine
            }
            Side::Qemu => {
                let mut machine = Machine::new(Boot::Native {
                    kernel: files.spin.clone(),
                    initrd: None,
                    append: String::new(),
                });
                machine.extra = vec!["-gdb".into(), format!("tcp:127.0.0.1:{port},nodelay=on").into()];
                machine
            }
        };
        let qemu = start(files, &machine)?;
        Ok(Self {
            side,
            port,
            _qemu: qemu,
        })
    }

    /// A client of the stopped guest, which stands in its loop.
    pub(super) fn client(&self) -> Result<Client> {
        let mut client = Client::connect(self.port, BOOT)?;
        client.handshake(BOOT)?;
        client.last_stop()?;
        let start = std::time::Instant::now();
        while !(spin::LOOP..spin::END).contains(&pc(&mut client)?) {
            if start.elapsed() > BOOT {
                bail!("the bench's guest does not reach its loop at {:#x}", spin::LOOP);
            }
            client.resume()?;
            std::thread::sleep(Duration::from_millis(50));
            client.interrupt()?;
            client.wait_stop(BOOT)?;
        }
        Ok(client)
    }
}

impl Files {
    /// What the last QEMU said.
    pub(super) fn qemu_log(&self) -> PathBuf {
        self.scratch.path().join("qemu.log")
    }
}

/// Starts QEMU apart from the terminal; what it says goes to a log.
pub(super) fn start(files: &Files, machine: &Machine) -> Result<Process> {
    let log = fs::File::create(files.qemu_log()).context("creating QEMU's log")?;
    Process::spawn_apart(
        "QEMU",
        machine
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log),
    )
}

/// RIP, the 17th of the registers in gdb's order.
fn pc(client: &mut Client) -> Result<u64> {
    client
        .registers(17)?
        .get(16)
        .copied()
        .context("no program counter")
}

/// The guest's counter.
pub(super) fn counter(client: &mut Client) -> Result<u32> {
    let rcx = client.registers(3)?.get(2).copied().context("no RCX")?;
    Ok(u32::try_from(rcx & 0xffff_ffff)?)
}
