//! Linux boots under the hypervisor, says nothing new, powers off and reboots.

use anyhow::Result;
use e2e::{BOOT, PATIENCE, Setup, files};
use xtask::qemu::Boot;

use crate::messages;
use crate::shell::Linux;

const APPEND: &str = "console=ttyS0 quiet stubhv.do=dmesg";

/// The kernel's messages of a boot that ends with a power-off.
fn messages_of(setup: &Setup) -> Result<String> {
    let mut guest = setup.start()?;
    guest.wait_for("stub-hv: init reached", BOOT)?;
    guest.wait_for("stub-hv: dmesg end", PATIENCE)?;
    assert_eq!(guest.wait_end(PATIENCE)?, 0, "the status of a power-off");
    Ok(guest.console().text())
}

/// What a busy host makes a kernel say now and then ("hrtimer: interrupt took ..."), it does not say in every
/// boot; what the hypervisor makes it say, it does.
const BOOTS: usize = 3;

fn boots_like_native(cpus: u8) -> Result<()> {
    let native = Setup::boot(Boot::Native {
        kernel: files::kernel()?,
        initrd: Some(files::initrd()?),
        append: APPEND.to_owned(),
    });
    let native = messages_of(&native.cpus(cpus).memory(512))?;
    let mut unusual: Option<Vec<String>> = None;
    for _ in 0..BOOTS {
        let ours = messages_of(&Setup::linux(APPEND)?.cpus(cpus))?;
        let brought_up = format!("Brought up 1 node, {cpus} CPU");
        assert!(ours.contains(&brought_up), "not `{brought_up}`:\n{ours}");
        assert_eq!(messages::bad_lines(&ours), [""; 0]);
        let mut lines = messages::new_lines(&ours, &native);
        if let Some(before) = &unusual {
            lines.retain(|line| before.contains(line));
        }
        if lines.is_empty() {
            return Ok(());
        }
        unusual = Some(lines);
    }
    anyhow::bail!("in each of {BOOTS} boots: {unusual:#?}")
}

#[test]
fn linux_boots_with_one_cpu_as_it_does_without_the_hypervisor() -> Result<()> {
    boots_like_native(1)
}

#[test]
fn linux_boots_with_two_cpus_as_it_does_without_the_hypervisor() -> Result<()> {
    boots_like_native(2)
}

#[test]
fn linux_boots_with_four_cpus_as_it_does_without_the_hypervisor() -> Result<()> {
    boots_like_native(4)
}

#[test]
fn linux_reboots_and_can_be_debugged_again() -> Result<()> {
    let mut linux = Linux::boot(2)?;
    linux.type_line("reboot -f")?;
    linux.greet()?;
    assert_eq!(linux.run("nproc")?.trim(), "2");
    let mut client = linux.attach()?;
    let start = client.rip()?;
    assert_ne!(start, 0);
    client.detach()?;
    linux.run("true")?;
    // The debugger resets it as well; its line then starts anew.
    let mut client = linux.attach()?;
    client.send(b"qRcmd,7265736574")?;
    drop(client);
    linux.greet()?;
    linux.run("true")?;
    Ok(())
}
