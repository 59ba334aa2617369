//! Packets that are well framed and make no sense: each gets an answer, and the next packet works.

use anyhow::{Context, Result};
use e2e::PATIENCE;

use crate::world;

/// An error or the empty reply is due for each.
const BODIES: &[&str] = &[
    "m",
    "m,",
    "m1",
    "mzz,4",
    "m1,zz",
    "m1,ffffffffffffffffff",
    "mffffffffffffffffff,1",
    "m0123456789abcdef0,1",
    "M1",
    "M1,4",
    "M1,4:zz",
    "M1,4:00",
    "M100000,1:0",
    "X1,4",
    "X1",
    "P",
    "Pzz=00",
    "P10",
    "P10=",
    "P10=0",
    "Pfff=00",
    "p",
    "pzz",
    "pffff",
    "G",
    "Gzz",
    "G00",
    "Z",
    "Z0",
    "Z0,",
    "Z0,zz,1",
    "Z0,1",
    "Z9,1,1",
    "Z2,1,ffffffff",
    "Z0,100000,1;X",
    "Z0,100000,1;Xff,00",
    "z",
    "z0",
    "z9,1,1",
    "Hx",
    "Hg",
    "Hgzz",
    "Hg99",
    "Tzz",
    "T99",
    "T",
    "vCont;",
    "vCont;x",
    "vCont;s:zz",
    "vCont;r",
    "vCont;r5",
    "vCont;r5,",
    "vCont;c:99",
    "vNoSuch",
    "qXfer:features:read",
    "qXfer:features:read:",
    "qXfer:features:read:nothing.xml:0,10",
    "qXfer:features:read:target.xml:zz,10",
    "qXfer:nothing:read::0,10",
    "qRcmd",
    "qRcmd,",
    "qRcmd,zz",
    "qRcmd,6",
    "qThreadExtraInfo,",
    "qThreadExtraInfo,zz",
    "qThreadExtraInfo,99",
    "qCRC:",
    "qCRC:zz,1",
    "qSearch:memory:",
    "qNoSuch",
    "QNoSuch",
    "y",
    "\u{1}",
    "$$",
];

#[test]
fn link_answers_every_malformed_packet() -> Result<()> {
    let guest = world::boot("")?;
    let mut client = guest.client()?;
    client.last_stop()?;
    let registers = client.registers(17)?;
    for body in BODIES {
        let context = || format!("after `{body}`");
        client.send(body.as_bytes())?;
        // Console text and an answer, in whatever order the packet calls for; then the probe's reply.
        let first = client.receive().with_context(context)?;
        let mut reply = first.clone();
        while reply.starts_with(b"O") && reply != b"OK" {
            reply = client.receive().with_context(context)?;
        }
        let allowed =
            reply.is_empty() || reply.starts_with(b"E") || body.starts_with("qRcmd") || body == &"Hg";
        assert!(
            allowed,
            "`{body}` is answered by `{}`",
            String::from_utf8_lossy(&reply)
        );
        assert_eq!(
            client.registers(17).with_context(context)?,
            registers,
            "after `{body}`"
        );
    }
    // Larger than the stub has said it takes: an error, and the session goes on.
    for size in [0x4001, 0x8000, 0x20000] {
        let body = vec![b'm'; size];
        client.send(&body)?;
        let reply = client.receive().with_context(|| format!("{size} bytes"))?;
        assert!(
            reply.starts_with(b"E"),
            "{size} bytes are answered by `{reply:?}`"
        );
        assert_eq!(client.registers(17)?, registers, "after {size} bytes");
    }
    world::check_session(&guest, &mut client)?;
    client.detach()?;
    guest.wait_for("demo: tick", PATIENCE)?;
    world::check(&guest)
}
