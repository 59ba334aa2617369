//! Events on Linux: scripts that run while it does.

use std::time::Duration;

use anyhow::{Context, Result};
use e2e::PATIENCE;

use crate::messages;
use crate::shell::Linux;

/// A command that prints much, on both CPUs one after the other.
const TALK: &str =
    "for i in 1 2 3; do taskset 1 seq 100 200; taskset 2 seq 200 300; done; dmesg -c >/dev/null; true";

#[test]
fn linux_prints_every_byte_through_a_script_that_counts_them() -> Result<()> {
    let mut linux = Linux::boot(2)?;
    let mut client = linux.attach()?;
    let answer = client.monitor("!ioout 3f8 script { .bytes = .bytes + 1; }")?;
    assert!(answer.contains("registered"), "{answer}");
    let before = linux.guest.console().text().len();
    client.resume()?;
    linux.run(TALK)?;
    // Whatever the shell prints behind a command has come when the next one is done.
    linux.run("sleep 1")?;
    client.pause()?;
    let text = client.monitor("? print(.bytes);")?;
    let counted = usize::from_str_radix(text.trim(), 16).with_context(|| text.clone())?;
    let printed = linux.guest.console().text().len() - before;
    assert!(printed > 2000, "{printed}");
    assert_eq!(counted, printed);

    // Messages of both CPUs, and a script that ends its own event on all of them.
    client.monitor("events c all")?;
    let command = "!ioout 3f8 script { .seen = .seen + 1; printf(\"cpu %x byte %x\\n\", $core, @al); \
                   if (.seen >= 100) { event_disable($event_id); } }";
    assert!(client.monitor(command)?.contains("registered"));
    client.resume()?;
    linux.type_line(TALK)?;
    linux.run("true")?;
    let stop = client.pause()?;
    // Another CPU may be in the middle of a write of its own.
    let lines: Vec<&str> = stop.console.lines().collect();
    assert!((0x100..=0x102).contains(&lines.len()), "{}", lines.len());
    for line in &lines {
        assert!(
            line.starts_with("cpu 0 byte ") || line.starts_with("cpu 1 byte "),
            "{line}"
        );
    }
    assert!(client.monitor("events")?.contains("(disabled)"));
    client.monitor("events c all")?;
    client.resume()?;
    linux.guest.type_text("\n")?;
    linux.run("true")?;
    let bad = messages::bad_lines(&linux.messages()?);
    assert_eq!(bad, [""; 0]);
    client.pause()?;
    client.detach()?;
    linux.run("true")?;
    Ok(())
}

#[test]
fn linux_stops_once_for_each_write_whichever_cpu_makes_it() -> Result<()> {
    let mut linux = Linux::boot(2)?;
    let mut client = linux.attach()?;
    for port in ["3f8", "cf8"] {
        let command = format!("!ioout {port} script {{ .n{port} = .n{port} + 1; pause(); }}");
        let answer = client.monitor(&command)?;
        assert!(answer.contains("registered"), "{answer}");
    }
    client.resume()?;
    // One CPU prints while the other reads the configuration of a PCI device. Which of them the bytes leave from is
    // the kernel's choice.
    let device = "/sys/bus/pci/devices/0000:00:00.0/config";
    linux.start(&format!(
        "taskset 2 cat {device} >/dev/null & taskset 1 seq 40; wait"
    ))?;
    let mut stops = [0; 2];
    // It is at rest when nothing stops for a while.
    while let Ok(stop) = client.wait_stop(Duration::from_secs(3)) {
        let port = ["3f8", "cf8"].map(|port| stop.console.contains(&format!("port {port} ")));
        assert!(port[0] != port[1], "{stop:?}");
        stops[usize::from(port[1])] += 1;
        client.resume()?;
    }
    client.pause()?;
    for (port, stops) in ["3f8", "cf8"].into_iter().zip(stops) {
        let text = client.monitor(&format!("? print(.n{port});"))?;
        assert_eq!(text.trim(), format!("{stops:x}"), "{port}");
        assert!(stops > 10, "{port}: {stops}");
    }
    client.monitor("events c all")?;
    client.detach()?;
    linux.output(PATIENCE)?;
    let bad = messages::bad_lines(&linux.messages()?);
    assert_eq!(bad, [""; 0]);
    Ok(())
}
