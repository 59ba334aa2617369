//! Commands about registers, memory, tables and devices: they agree with what the debugger's packets say.

use anyhow::Result;
use e2e::{BOOT, PATIENCE, Setup};

use super::common::{DATA, tour};

/// Not mapped by the guest.
const UNMAPPED: u64 = 0x0000_1234_5000_0000;
/// In the 16 MiB that the hypervisor keeps at the top of 256 MiB.
const HIDDEN: u64 = 0x0f00_0000;
/// The deepest nesting that scripts may have, less the script itself.
const NESTING: usize = 31;

#[test]
fn commands_see_the_guest_that_packets_see() -> Result<()> {
    let mut stand = tour("only=calls period=1", 2)?;
    let client = &mut stand.client;
    client.write_memory(DATA, &[0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88])?;
    let data = format!("{DATA:x}");
    let mut answers = |steps: &[(String, String)]| -> Result<()> {
        for (command, want) in steps {
            assert_eq!(client.monitor(command)?, format!("{want}\n"), "{command}");
        }
        Ok(())
    };
    // The demo guest maps its low memory to itself.
    answers(&[
        (
            format!("dq {data} l 8"),
            format!("00000000`{DATA:08x}  8877665544332211"),
        ),
        (
            format!("!dd {data} l 8"),
            format!("#\t00000000`{DATA:08x}  44332211 88776655"),
        ),
        (format!("!va2pa {data}"), data.clone()),
        (format!("sb {data} l 8 44 55"), format!("{:x}", DATA + 3)),
        (format!("eq {data} 5 6"), format!("values written at {data}: 2")),
        (format!("print dq({data}) + dq_pa({data}+8)"), "b".into()),
        ("r r15 = 0n255".into(), "r15=00000000000000ff".into()),
        ("print @r15l".into(), "ff".into()),
        (
            format!("db {UNMAPPED:x}"),
            format!("err, invalid address: {UNMAPPED:x} is not accessible"),
        ),
        (
            format!("!eb {HIDDEN:x} 0"),
            format!("err, address {HIDDEN:x} is not accessible; values written: 0"),
        ),
    ])?;
    let rip = client.rip()?;
    assert_eq!(client.monitor("r rip")?, format!("rip={rip:016x}\n"));
    assert!(
        client
            .monitor("!pte @rip")?
            .contains(&format!("\nPA {rip:x}, page of "))
    );
    assert!(
        client
            .monitor(&format!("!pte {UNMAPPED:x}"))?
            .contains("not mapped: the PML4E")
    );
    assert!(client.monitor("!idt e")?.contains("interrupt gate"));
    assert!(client.monitor("!apic")?.starts_with("xAPIC mode, id 0, "));
    assert!(client.monitor("!ioapic")?.contains("inputs 0 to 17\n"));
    assert!(client.monitor("!pcitree")?.starts_with("00:00.0  8086:"));
    assert!(
        client
            .monitor("!pcicam 0 0 0")?
            .contains("\nvendor             8086\n")
    );
    assert!(
        client
            .monitor(".process")?
            .contains("operating system is not known")
    );
    Ok(())
}

#[test]
fn scripts_of_the_deepest_nesting_leave_the_hypervisor_alone() -> Result<()> {
    let mut stand = tour("only=calls period=1", 2)?;
    let client = &mut stand.client;
    let nested = |open: &str, inside: &str, close: &str| {
        format!("? {}{inside}{}", open.repeat(NESTING), close.repeat(NESTING))
    };
    // On both CPUs, in whose names the commands run.
    for thread in 1..=2 {
        client.must(&format!("Hg{thread}"))?;
        for (script, want) in [
            (nested("if (1) {", " print(5); ", "}"), "5\n"),
            (nested("for (i=0;i<1;i++) {", " print(6); ", "}"), "6\n"),
            (
                format!("? x = {}7{}; print(x);", "(".repeat(NESTING), ")".repeat(NESTING)),
                "7\n",
            ),
            (
                "? while (1) { }".into(),
                "Err, exceeding the max execution count\n",
            ),
        ] {
            assert_eq!(client.monitor(&script)?, want, "{script}");
        }
    }
    client.status("version")?;
    Ok(())
}

#[test]
fn files_are_put_in_by_the_client() -> Result<()> {
    let guest = Setup::demo("do=idle")?.start()?;
    guest.wait_for("demo: idle", BOOT)?;
    // The first use may build the program that puts them in.
    let said = guest.gdb("files", 10 * PATIENCE)?;
    assert_eq!(
        (said.string("first")?, said.string("second")?),
        ("seen 1\n", "seen 2\n")
    );
    assert!(said.string("missing")?.contains("none.ds"), "{}", said.text);
    assert!(
        said.string("plain")?.contains("there are no files here"),
        "{}",
        said.text
    );
    assert!(
        said.string("unknown")?.contains("/nowhere/to/be/found"),
        "{}",
        said.text
    );
    Ok(())
}
