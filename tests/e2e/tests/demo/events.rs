//! Port events: `monitor !ioin`, `monitor !ioout`.

use anyhow::Result;
use e2e::{PATIENCE, Setup};

use super::common::{RAX, RCX, RDX, tour};

#[test]
fn the_next_serial_byte() -> Result<()> {
    let mut stand = tour("period=20", 2)?;
    assert_eq!(
        stand.client.monitor("!ioout 0x3f8")?,
        "event 0 registered (!ioout 3f8)\n"
    );
    let mut text = Vec::new();
    let mut last = 0;
    for _ in 0..20 {
        let stop = stand.client.go()?;
        assert_eq!((stop.signal, stop.thread.as_deref()), (5, Some("01")), "{stop:?}");
        assert_eq!(stop.console.lines().count(), 1, "{stop:?}");
        let rip = stand.client.rip()?;
        // OUT DX, AL.
        assert_eq!(stand.client.read_memory(rip, 1)?, [0xee]);
        assert_eq!(stand.client.register(RDX)? & 0xffff, 0x3f8);
        let value = stand.client.register(RAX)? & 0xff;
        for word in ["3f8".to_owned(), format!("{value:x}"), format!("{rip:x}")] {
            assert!(stop.console.contains(&word), "{word}: {stop:?}");
        }
        let line = stand.client.monitor("last")?;
        assert_eq!(
            line,
            format!("event=0 kind=ioout port=3f8 size=1 value={value:x} cpu=0 rip={rip:x} stage=pre\n")
        );
        text.push(value as u8);
        last = rip;
    }
    // Each byte once and in its order: a whole line of the guest's is in what was seen.
    assert!(String::from_utf8_lossy(&text).contains("demo: tick"), "{text:?}");
    // A step carries the OUT out.
    stand.step("1")?;
    assert_eq!(stand.client.rip()?, last + 1);
    assert_eq!(stand.client.monitor("events d 0")?, "event 0 disabled\n");
    stand.client.resume()?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    stand.client.pause()?;
    stand.client.monitor("events e all")?;
    assert!(stand.client.go()?.console.contains("3f8"));
    assert_eq!(stand.client.monitor("events c all")?, "all events cleared\n");
    stand.client.resume()?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    Ok(())
}

#[test]
fn ports_sizes_strings_and_cores() -> Result<()> {
    let mut stand = tour("only=ports period=1", 2)?;
    // 8, 16 and 32 bits at port 80h.
    stand.client.monitor("!ioout 80 core 0")?;
    let mut sizes = std::collections::BTreeSet::new();
    for _ in 0..6 {
        stand.client.go()?;
        let line = stand.client.monitor("last")?;
        let size = line
            .split_whitespace()
            .find_map(|word| word.strip_prefix("size="));
        sizes.extend(size.map(str::to_owned));
    }
    assert_eq!(sizes.len(), 3, "{sizes:?}");
    stand.client.monitor("events c all")?;
    // Input, before it is read.
    stand.client.monitor("!ioin 80")?;
    let stop = stand.client.go()?;
    assert!(stop.console.contains("80"), "{stop:?}");
    assert!(stand.client.monitor("last")?.contains("kind=ioin port=80"));
    stand.client.monitor("events c all")?;
    // REP OUTSB is told of as such.
    stand.client.monitor("!ioout e9")?;
    stand.client.go()?;
    let line = stand.client.monitor("last")?;
    assert!(line.contains("string=1") && line.contains("repeat=1"), "{line}");
    assert!(stand.client.register(RCX)? > 0);
    stand.client.monitor("events c all")?;
    // The other CPU does no I/O: nothing stops.
    stand.client.monitor("!ioout core 1")?;
    stand.client.resume()?;
    for _ in 0..5 {
        stand.guest.wait_for("demo: tick", PATIENCE)?;
    }
    assert_eq!(stand.client.pause()?.signal, 2);
    // And the guest found nothing wrong with its ports.
    assert_eq!(stand.guest.console().count("scratch register"), 0);
    assert_eq!(stand.guest.console().count("string input"), 0);
    Ok(())
}

#[test]
fn events_and_breakpoints_together() -> Result<()> {
    let guest = Setup::demo("do=out-loop 200 then=exit")?
        .options("wait")
        .start()?;
    let mut client = guest.client()?;
    client.last_stop()?;
    client.monitor("!ioout 3ff")?;
    let mut stops = 0;
    let mut guest = guest;
    loop {
        client.resume()?;
        match client.wait_stop(PATIENCE) {
            Ok(_) => stops += 1,
            Err(_) => break,
        }
        assert!(stops <= 400, "the same OUT stops again and again");
    }
    // Once for each OUT of the loop.
    assert_eq!(guest.wait_end(PATIENCE)?, 33);
    assert!((200..=201).contains(&stops), "{stops} stops");
    Ok(())
}

#[test]
fn events_stay_and_stop_nothing_without_a_debugger() -> Result<()> {
    let mut stand = tour("period=20", 2)?;
    stand.client.monitor("!ioout 3f8")?;
    assert!(stand.client.go()?.console.contains("3f8"));
    stand.client.detach()?;
    for _ in 0..3 {
        stand.guest.wait_for("demo: tick", PATIENCE)?;
    }
    // The next session finds the event, and is stopped by it.
    let mut client = stand.guest.client()?;
    client.last_stop()?;
    let listed = client.monitor("events")?;
    assert!(
        listed.contains("!ioout 3f8") && listed.contains("(enabled)"),
        "{listed}"
    );
    let stop = client.go()?;
    assert!(stop.signal == 5 && stop.console.contains("3f8"), "{stop:?}");
    // A link that is lost is no detach: the guest runs on all the same.
    client.monitor("events d all")?;
    client.resume()?;
    drop(client);
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    Ok(())
}
