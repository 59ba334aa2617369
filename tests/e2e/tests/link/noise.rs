//! Bytes that are no packets, and packets that arrive damaged, late or at odd times.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use e2e::{PATIENCE, QUIET};
use xtask::rsp::{Client, Incoming, encode};

use crate::random::Random;
use crate::world;

/// The next thing that is no lone byte.
fn next(client: &mut Client) -> Result<Incoming> {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        match client
            .incoming_until(deadline)?
            .context("the stub says nothing")?
        {
            Incoming::Stray(_) => {}
            other => return Ok(other),
        }
    }
}

#[test]
fn link_lives_through_noise() -> Result<()> {
    // On a line that loses nothing gdb leaves out acknowledgements; the noise is on the other kind.
    let guest = world::boot("link=noisy")?;
    let mut random = Random::new(0x5eed_1234_abcd_0002);
    for round in 0..30 {
        let mut client = guest
            .bare_client()
            .with_context(|| format!("round {round}. {}", guest.console().tail()))?;
        let mut bytes = vec![0; 1 + random.below(3000)];
        for byte in &mut bytes {
            *byte = (random.bits() >> 32) as u8;
        }
        client.send_raw(&bytes)?;
        world::drain(&mut client, Duration::from_millis(5))?;
    }
    world::check(&guest)?;

    let mut client = guest.client()?;
    client.last_stop()?;
    for _ in 0..20 {
        client.send_raw(b"$g#00")?;
        while next(&mut client)? != Incoming::Nack {}
    }
    // A lost reply: it is sent again for every nack.
    client.send_raw(&encode(b"qC"))?;
    let first = loop {
        match next(&mut client)? {
            Incoming::Packet(body) => break body,
            Incoming::Ack => {}
            other => bail!("{other:?} for qC"),
        }
    };
    for _ in 0..10 {
        client.send_raw(b"-")?;
        assert_eq!(next(&mut client)?, Incoming::Packet(first.clone()));
    }
    client.send_raw(b"+")?;
    client.send_raw(&b"+".repeat(5000))?;
    world::check_session(&guest, &mut client)?;

    // Ctrl-C between packets, inside one and while the guest is stopped.
    for bytes in [&b"\x03"[..], b"\x03\x03\x03", b"$g\x03#67", b"$\x03", b"$g#\x03"] {
        client.send_raw(bytes)?;
        world::drain(&mut client, Duration::from_millis(50))?;
    }
    client.detach().or_else(|_| world::check(&guest))?;
    world::check(&guest)
}

#[test]
fn link_takes_packets_in_pieces_and_while_the_guest_runs() -> Result<()> {
    let guest = world::boot("")?;
    let mut client = guest.client()?;
    client.last_stop()?;
    let whole = client.request(b"m100000,40")?;
    for pause in [1, 30, 200] {
        for piece in encode(b"m100000,40").chunks(4) {
            client.send_raw(piece)?;
            std::thread::sleep(Duration::from_millis(pause));
        }
        assert_eq!(client.receive()?, whole, "pieces {pause} ms apart");
    }
    client.resume()?;
    // Half a packet while the guest runs does not hold the guest.
    let packet = encode(b"qRcmd,76657273696f6e");
    let (head, tail) = packet.split_at(5);
    client.send_raw(head)?;
    guest.wait_for("demo: tick", PATIENCE)?;
    guest.wait_for("demo: tick", PATIENCE)?;
    client.send_raw(tail)?;
    world::drain(&mut client, QUIET)?;
    for packet in [
        "m100000,40",
        "qRcmd,76657273696f6e",
        "?",
        "g",
        "qfThreadInfo",
        "vCont?",
    ] {
        client.send(packet.as_bytes())?;
        world::drain(&mut client, Duration::from_millis(100))?;
        guest
            .wait_for("demo: tick", PATIENCE)
            .with_context(|| format!("after {packet}"))?;
    }
    drop(client);
    world::check(&guest)
}
