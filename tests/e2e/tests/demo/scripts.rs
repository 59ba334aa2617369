//! Scripts of port events while the guest runs: what they count, change, skip, stop and print.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use e2e::remote::{RIP, unhex};
use e2e::{BOOT, Guest, PATIENCE, Remote, Setup};

use super::common::{CODE, RAX, RDX, Stand, tour};

/// Not mapped by the guest.
const UNMAPPED: &str = "123450000000";
/// OUT DX, AL
const OUT: u8 = 0xee;
/// IN AL, DX
const IN: u8 = 0xec;
/// A port that keeps the last byte written.
const SCRATCH: u64 = 0x3ff;

/// The demo guest held at its first instruction, about to write `count` times to port 3ff.
fn before_loop(count: u32) -> Result<(Guest, Remote)> {
    let guest = Setup::demo(&format!("do=out-loop {count}"))?
        .options("wait")
        .start()?;
    let mut client = guest.client()?;
    client.last_stop()?;
    Ok((guest, client))
}

/// Registers an event, which must be taken.
fn register(client: &mut Remote, command: &str) -> Result<()> {
    let answer = client.monitor(command)?;
    ensure!(answer.contains(" registered ("), "{command}: {answer}");
    Ok(())
}

/// The value of a script's variable.
fn variable(client: &mut Remote, name: &str) -> Result<u64> {
    let text = client.monitor(&format!("? print(.{name});"))?;
    u64::from_str_radix(text.trim(), 16).with_context(|| format!(".{name} is `{text}`"))
}

/// Console text that comes while the guest runs, until `enough`.
fn printed(client: &mut Remote, enough: impl Fn(&str) -> bool) -> Result<String> {
    let deadline = Instant::now() + PATIENCE;
    let mut text = String::new();
    while !enough(&text) {
        match client.receive_until(deadline)?.as_deref() {
            Some([b'O', digits @ ..]) if digits != b"K" => {
                let bytes = unhex(&String::from_utf8_lossy(digits)).context("no text")?;
                text.push_str(&String::from_utf8(bytes)?);
            }
            Some(other) => bail!("`{}` is no console text", String::from_utf8_lossy(other)),
            None => bail!("only this was printed: `{text}`"),
        }
    }
    Ok(text)
}

/// Puts code there with DX at port 3ff, and 90h behind it; the thread stands at its beginning.
fn place(stand: &mut Stand, code: &[u8]) -> Result<()> {
    let mut bytes = code.to_vec();
    bytes.extend([0x90, 0x90]);
    stand.place(&bytes)?;
    stand.set(RDX, SCRATCH)?;
    stand.client.insert(0, CODE + code.len() as u64, 1)
}

#[test]
fn a_script_counts_every_write_and_costs_nothing_when_it_is_gone() -> Result<()> {
    let (guest, mut client) = before_loop(1000)?;
    register(&mut client, "!ioout 3ff script { .count = .count + 1; }")?;
    client.resume()?;
    guest.wait_for("demo: idle", BOOT)?;
    client.pause()?;
    assert_eq!(variable(&mut client, "count")?, 1000);
    Ok(())
}

#[test]
fn a_script_disables_its_event_at_once() -> Result<()> {
    let (guest, mut client) = before_loop(1000)?;
    register(
        &mut client,
        "!ioout 3ff script { .n = .n + 1; if (.n == 3) { event_disable($event_id); } }",
    )?;
    let before = client.exits("io")?;
    client.resume()?;
    guest.wait_for("demo: idle", BOOT)?;
    client.pause()?;
    assert_eq!(variable(&mut client, "n")?, 3);
    assert!(client.monitor("events")?.contains("(disabled)"));
    // What only it asked for exits no more.
    let exits = client.exits("io")? - before;
    assert!(exits < 100, "{exits} exits");
    Ok(())
}

#[test]
fn a_script_stops_the_guest_and_runs_once_for_each_write() -> Result<()> {
    let (guest, mut client) = before_loop(10)?;
    register(
        &mut client,
        "!ioout 3ff script { .n = .n + 1; printf(\"write %x\\n\", .n); if (.n == 5) { pause(); } }",
    )?;
    let stop = client.go_within(BOOT)?;
    assert_eq!(stop.signal, 5, "{stop:?}");
    // Everything printed comes before the line about the stop.
    let lines: Vec<&str> = stop.console.lines().collect();
    let (last, first) = lines.split_last().context("nothing was printed")?;
    assert_eq!(first, ["write 1", "write 2", "write 3", "write 4", "write 5"]);
    assert!(last.contains("OUT") && last.contains("3ff"), "{last}");
    let rip = client.rip()?;
    assert_eq!(client.read_memory(rip, 1)?, [OUT]);
    client.resume()?;
    guest.wait_for("demo: idle", BOOT)?;
    let stop = client.pause()?;
    assert!(stop.console.ends_with("write a\n"), "{stop:?}");
    assert_eq!(variable(&mut client, "n")?, 10);
    Ok(())
}

#[test]
fn scripts_and_breaks_of_several_events_keep_their_order() -> Result<()> {
    let (guest, mut client) = before_loop(6)?;
    for command in [
        "!ioout 3ff script { .first = .first + 1; }",
        "!ioout 3ff",
        "!ioout 3ff script { if (.second + 1 != .first) { .wrong = 1; } .second = .second + 1; }",
        "!ioout 3ff stage post script { .post = .post + 1; }",
    ] {
        register(&mut client, command)?;
    }
    for round in 1..=6 {
        assert_eq!(client.go_within(BOOT)?.signal, 5);
        // The effect, and what comes after it, waits for the guest to go on.
        for (name, value) in [("first", round), ("second", round), ("post", round - 1)] {
            assert_eq!(variable(&mut client, name)?, value, ".{name} in round {round}");
        }
    }
    client.resume()?;
    guest.wait_for("demo: idle", BOOT)?;
    client.pause()?;
    for (name, value) in [("first", 6), ("second", 6), ("post", 6), ("wrong", 0)] {
        assert_eq!(variable(&mut client, name)?, value, ".{name}");
    }
    Ok(())
}

#[test]
fn after_an_input_a_script_changes_what_the_guest_sees() -> Result<()> {
    let mut stand = tour("only=ports period=1", 1)?;
    assert_eq!(stand.guest.console().count("scratch register"), 0);
    // Not INSB, which leaves AL to the guest's other business.
    register(
        &mut stand.client,
        "!ioin 3ff stage post script { if (db($ip - 1) == ec) { @al = 41; } }",
    )?;
    stand.client.resume()?;
    stand
        .guest
        .wait_for("scratch register has 41 instead of", PATIENCE)?;
    Ok(())
}

#[test]
fn outputs_are_swallowed_and_inputs_leave_rax() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    register(
        &mut stand.client,
        "!ioout 3ff sc on script { .swallowed = .swallowed + 1; if (@al == 33) { event_sc(0); } }",
    )?;
    // OUT of 33h, which the script lets through, and of 44h; then IN.
    place(&mut stand, &[0xb0, 0x33, OUT, 0xb0, 0x44, OUT, IN])?;
    stand.client.go()?;
    assert_eq!(stand.client.rip()?, CODE + 7);
    assert_eq!(stand.client.register(RAX)? & 0xff, 0x33);
    assert_eq!(variable(&mut stand.client, "swallowed")?, 2);
    stand.client.monitor("events c all")?;
    register(
        &mut stand.client,
        "!ioin 3ff script { .asked = .asked + 1; event_sc(1); }",
    )?;
    stand.set(RIP, CODE)?;
    stand.set(RDX, SCRATCH)?;
    stand.client.go()?;
    assert_eq!(stand.client.rip()?, CODE + 7);
    assert_eq!(stand.client.register(RAX)? & 0xff, 0x44);
    assert_eq!(variable(&mut stand.client, "asked")?, 1);
    Ok(())
}

#[test]
fn a_break_after_the_effect_stops_behind_each_instruction() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    register(&mut stand.client, "!ioout 3ff stage post")?;
    place(&mut stand, &[0xb0, 0x51, OUT, OUT, IN])?;
    // The second OUT stands right where the first one stops.
    for behind in [3, 4] {
        let stop = stand.client.go()?;
        assert!(stop.console.contains("3ff"), "{stop:?}");
        assert_eq!(stand.client.rip()?, CODE + behind);
        let last = stand.client.monitor("last")?;
        assert!(last.contains("stage=post") && last.contains("value=51"), "{last}");
    }
    stand.client.go()?;
    assert_eq!(stand.client.rip()?, CODE + 5);
    assert_eq!(stand.client.register(RAX)? & 0xff, 0x51);
    // Stepping ends behind the instruction just the same.
    stand.set(RIP, CODE + 2)?;
    stand.set(RDX, SCRATCH)?;
    let stop = stand.client.step("1")?;
    assert_eq!((stop.signal, stand.client.rip()?), (5, CODE + 3), "{stop:?}");
    Ok(())
}

#[test]
fn the_user_leaves_the_instruction_of_a_stop_out() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    assert!(stand.client.monitor("events sc on")?.starts_with("err"));
    register(&mut stand.client, "!ioout 3ff")?;
    place(&mut stand, &[0xb0, 0x11, OUT, 0xb0, 0x22, OUT, IN])?;
    stand.client.go()?;
    assert_eq!(stand.client.rip()?, CODE + 2);
    stand.client.go()?;
    assert_eq!(stand.client.rip()?, CODE + 5);
    assert_eq!(
        stand.client.monitor("events sc on")?,
        "short-circuiting is on for this stop\n"
    );
    stand.client.go()?;
    assert_eq!(stand.client.rip()?, CODE + 7);
    assert_eq!(stand.client.register(RAX)? & 0xff, 0x11);
    Ok(())
}

#[test]
fn what_scripts_print_arrives_while_the_guest_runs() -> Result<()> {
    let mut stand = tour("only=calls period=5", 2)?;
    register(
        &mut stand.client,
        "!ioout 3f8 script { printf(\"%x \", $core); printf(\"%x\\n\", @al); }",
    )?;
    stand.client.resume()?;
    let text = printed(&mut stand.client, |text| text.lines().count() > 100)?;
    let rest = stand.client.pause()?.console;
    let text = text + &rest;
    assert!(text.ends_with('\n'), "{text:?}");
    let byte = |line: &str| u8::from_str_radix(line.strip_prefix("0 ")?, 16).ok();
    let bytes: Option<Vec<u8>> = text.lines().map(byte).collect();
    let bytes = bytes.with_context(|| format!("a line is damaged in {text}"))?;
    // Each byte once and in its order.
    let written = String::from_utf8_lossy(&bytes).into_owned();
    stand.client.monitor("events c all")?;
    stand.client.resume()?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    assert!(stand.guest.console().text().contains(&written), "{written}");
    Ok(())
}

#[test]
fn a_script_that_fails_says_so_and_the_guest_goes_on() -> Result<()> {
    let (guest, mut client) = before_loop(3)?;
    register(
        &mut client,
        &format!(
            "!ioout 3ff script {{ .n = .n + 1; printf(\"at %x\", .n); .x = dq({UNMAPPED}); .never = 1; }}"
        ),
    )?;
    client.resume()?;
    guest.wait_for("demo: idle", BOOT)?;
    let text = client.pause()?.console;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 6, "{text}");
    for (index, pair) in lines.chunks(2).enumerate() {
        let [first, second] = pair else { bail!("{text}") };
        assert_eq!(*first, format!("at {}", index + 1));
        assert!(
            second.starts_with("event 0: ") && second.contains(UNMAPPED),
            "{second}"
        );
    }
    assert_eq!(variable(&mut client, "n")?, 3);
    assert_eq!(variable(&mut client, "never")?, 0);
    Ok(())
}

#[test]
fn messages_wait_for_a_debugger_and_losses_are_counted() -> Result<()> {
    const COUNT: usize = 4000;
    let (guest, mut client) = before_loop(COUNT as u32)?;
    register(
        &mut client,
        "!ioout 3ff script { .n = .n + 1; printf(\"write %04x\\n\", .n); }",
    )?;
    client.detach()?;
    guest.wait_for("demo: idle", BOOT)?;
    let mut client = guest.client()?;
    client.last_stop()?;
    assert_eq!(variable(&mut client, "n")?, COUNT as u64);
    client.resume()?;
    let text = printed(&mut client, |text| text.ends_with(" messages lost\n"))?;
    let lines: Vec<&str> = text.lines().collect();
    let (last, kept) = lines.split_last().context("nothing was printed")?;
    for (index, line) in kept.iter().enumerate() {
        assert_eq!(*line, format!("write {:04x}", index + 1));
    }
    let lost: usize = last.split(' ').next().unwrap_or_default().parse()?;
    assert_eq!(kept.len() + lost, COUNT);
    assert!(kept.len() > 1000, "{}", kept.len());
    // They come once, and nothing is left to drop.
    let stop = client.run_for(Duration::from_millis(100))?;
    assert_eq!(stop.console, "");
    assert!(client.monitor("flush")?.contains("total 0 messages"));
    Ok(())
}

#[test]
fn cores_and_address_spaces_bind_scripts() -> Result<()> {
    let mut stand = tour("only=ports period=1", 2)?;
    let client = &mut stand.client;
    let root = client.monitor("print @cr3")?;
    let root = root.trim();
    for command in [
        "!ioout 80 core 0 script { .zero = .zero + 1; }".to_owned(),
        "!ioout 80 core 1 script { .one = .one + 1; }".to_owned(),
        format!("!ioout 80 cr3 {root} script {{ .here = .here + 1; }}"),
        "!ioout 80 cr3 7fff000 script { .there = .there + 1; }".to_owned(),
        "!ioout 80 script { .all = .all + 1; }".to_owned(),
        "!ioout 80 stage all script { .both = .both + 1; }".to_owned(),
    ] {
        register(client, &command)?;
    }
    for (command, named) in [
        ("!ioout 80 pid 1a4", "cr3"),
        ("!ioout 80 code {90}", "script"),
        ("!ioout 80 script { event_inject(3, 6); }", "event_inject"),
    ] {
        let answer = client.monitor(command)?;
        assert!(answer.starts_with("err, ") && answer.contains(named), "{answer}");
    }
    stand.client.resume()?;
    for _ in 0..3 {
        stand.guest.wait_for("demo: tick", PATIENCE)?;
    }
    stand.client.pause()?;
    let all = variable(&mut stand.client, "all")?;
    assert!(all >= 6, "{all}");
    for (name, value) in [("zero", all), ("one", 0), ("here", all), ("there", 0)] {
        assert_eq!(variable(&mut stand.client, name)?, value, ".{name}");
    }
    let both = variable(&mut stand.client, "both")?;
    assert!((2 * all - 1..=2 * all).contains(&both), "{both} of {all}");
    Ok(())
}

#[test]
fn string_instructions_meet_events_once_before_and_once_after() -> Result<()> {
    let mut stand = tour("only=ports period=1", 1)?;
    register(
        &mut stand.client,
        "!ioout e9 stage all script { if ($event_stage == 0) { .before = .before + 1; .left = @rcx; } \
         else { .after = .after + 1; .end = @rcx; } if (.after == 3) { pause(); } }",
    )?;
    assert_eq!(stand.client.go()?.signal, 5);
    // REP OUTSB of five characters.
    for (name, value) in [("before", 3), ("after", 3), ("left", 5), ("end", 0)] {
        assert_eq!(variable(&mut stand.client, name)?, value, ".{name}");
    }
    Ok(())
}
