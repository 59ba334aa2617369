//! Clients that go in the middle of anything.

use std::time::Duration;

use anyhow::{Context, Result};
use e2e::{PATIENCE, QUIET};
use xtask::rsp::encode;

use crate::random::Random;
use crate::world;

const DISCONNECTS: usize = 1000;
/// So often the guest's life is looked at.
const LOOK: usize = 100;

/// What a client may be in the middle of.
const PACKETS: &[&str] = &[
    "g",
    "?",
    "m100000,100",
    "m100000,2000",
    "X100000,0:",
    "vCont;c",
    "vCont;s:1",
    "vCont;s:2;c",
    "vCont;c:1",
    "c",
    "s",
    "Hg1",
    "Hc-1",
    "qfThreadInfo",
    "qXfer:features:read:target.xml:0,1000",
    "qRcmd,68656c70",
    "qRcmd,737461747573",
    "Z1,123456,1",
    "Z2,110000,8",
    "D",
    "QStartNoAckMode",
    "qSupported:multiprocess+;swbreak+",
];

#[test]
fn link_survives_a_thousand_disconnects_at_random_points() -> Result<()> {
    let guest = world::boot("")?;
    let mut random = Random::new(0x5eed_1234_abcd_0001);
    for number in 0..DISCONNECTS {
        let context = || format!("disconnect {number}");
        let mut client = guest.bare_client().with_context(context)?;
        // The real thing every time, sometimes without acknowledgements: `handshake` takes what is offered.
        // What the last client had asked for may still be on the line, and comes before the answer.
        let answers = std::iter::repeat_with(|| client.handshake(PATIENCE)).take(4);
        let good = |answer: &Result<String>| {
            answer
                .as_ref()
                .is_ok_and(|features| features.contains("PacketSize="))
        };
        assert!({ answers }.any(|answer| good(&answer)), "{}", context());
        let mut stream = Vec::new();
        for _ in 0..=random.below(3) {
            stream.extend(encode(PACKETS[random.below(PACKETS.len())].as_bytes()));
            if random.below(4) == 0 {
                stream.push(3);
            }
        }
        stream.truncate(1 + random.below(stream.len()));
        client.send_raw(&stream).with_context(context)?;
        if random.below(8) == 0 {
            // Some of the replies are on their way by then.
            world::drain(&mut client, Duration::from_millis(3)).with_context(context)?;
        }
        drop(client);
        if number % LOOK == LOOK - 1 {
            world::check(&guest).with_context(context)?;
        }
    }
    Ok(())
}

#[test]
fn link_forgets_the_breakpoints_of_a_client_that_has_gone() -> Result<()> {
    let guest = world::boot("")?;
    let leaf = guest.symbols()?.get("leaf")?;
    // It goes with the guest stopped at its breakpoint.
    let mut client = guest.client()?;
    client.last_stop()?;
    client.insert(0, leaf, 1)?;
    client.insert(1, leaf, 1)?;
    client.go()?;
    drop(client);
    // And with the guest running into one.
    let mut client = guest.client()?;
    client.last_stop()?;
    client.insert(0, leaf, 1)?;
    client.resume()?;
    drop(client);
    std::thread::sleep(QUIET);
    let mut client = guest.client()?;
    client.last_stop()?;
    client.detach()?;
    guest.wait_for("demo: tick", PATIENCE)?;
    guest.wait_for("demo: tick", PATIENCE)?;
    world::check(&guest)?;
    // Two clients one after the other, each with a whole session.
    for _ in 0..2 {
        world::check(&guest)?;
    }
    Ok(())
}
