//! What Linux does to its CPUs: offline and online again, NMIs to all of them.

use std::time::Duration;

use anyhow::Result;
use e2e::PATIENCE;

use crate::messages;
use crate::shell::Linux;

#[test]
fn linux_takes_a_cpu_offline_and_online_and_it_can_be_debugged() -> Result<()> {
    let mut linux = Linux::boot(2)?;
    let online = "/sys/devices/system/cpu/cpu1/online";
    for _ in 0..3 {
        linux.run(&format!("echo 0 > {online} && echo 1 > {online}"))?;
        assert_eq!(linux.run("cat /sys/devices/system/cpu/online")?.trim(), "0-1");
    }
    let target = linux.symbol("__x64_sys_getppid")?;
    let mut client = linux.attach()?;
    client.insert(0, target, 1)?;
    client.resume()?;
    linux.type_line("taskset 2 sh -c 'echo $PPID' & taskset 2 date >/dev/null; wait")?;
    let stop = client.wait_stop(PATIENCE);
    // The shell asks for its parent when it starts; whichever CPU that was on, it is this one.
    let stop = stop?;
    assert_eq!(stop.thread.as_deref(), Some("02"), "{}", stop.reply);
    client.remove(0, target, 1)?;
    client.step("02")?;
    client.detach()?;

    // Offline while a debugger is attached, and stopped there.
    linux.run(&format!("echo 0 > {online}"))?;
    let mut client = linux.attach()?;
    client.resume()?;
    client.pause()?;
    client.resume()?;
    linux.run(&format!("echo 1 > {online}"))?;
    client.pause()?;
    client.detach()?;
    linux.run("true")?;
    let bad = messages::bad_lines(&linux.messages()?);
    assert_eq!(bad, [""; 0]);
    Ok(())
}

/// One NMI to every CPU, as `echo l` to sysrq-trigger asks for.
const BACKTRACES: &str = "dmesg -c >/dev/null; echo l > /proc/sysrq-trigger; sleep 1; dmesg";

fn check_backtraces(text: &str) {
    for cpu in 0..2 {
        let line = format!("NMI backtrace for cpu {cpu}");
        assert_eq!(text.matches(&line).count(), 1, "`{line}` in\n{text}");
    }
    for unwanted in ["unknown reason", "Dazed"] {
        assert!(!text.contains(unwanted), "{text}");
    }
}

#[test]
fn linux_gets_its_own_nmis_with_and_without_a_debugger() -> Result<()> {
    let mut linux = Linux::boot(2)?;
    check_backtraces(&linux.run(BACKTRACES)?);

    let mut client = linux.attach()?;
    client.resume()?;
    check_backtraces(&linux.run(BACKTRACES)?);

    for _ in 0..3 {
        linux.start(BACKTRACES)?;
        for _ in 0..20 {
            client.pause()?;
            client.resume()?;
            std::thread::sleep(Duration::from_millis(10));
        }
        check_backtraces(&linux.output(PATIENCE)?);
    }
    client.pause()?;
    client.detach()?;
    linux.run("true")?;
    Ok(())
}
