//! Acknowledgements against a bad line.
//!
//! The protocol has no sequence numbers: when a `+` is lost, the other side sends the packet again, and nothing
//! tells a copy from a repetition. So these packets are numbered, and "exactly once" means once copies that follow
//! each other are taken as one.

use net::Transport;
use net::fault::Injector;
use net::fault::Rates;
use net::loopback::Loopback;

use super::super::super::Patience;
use super::super::super::deframer::Deframer;
use super::super::super::deframer::Event;
use super::*;

/// One direction of the line.
type Way = Injector<Loopback<0x8000>>;

struct World {
    line: Line,
    deframer: Deframer<'static>,
    to_front: Way,
    to_client: Way,
}

impl World {
    fn new(rates: Rates, seed: u64) -> Self {
        let patience = Patience {
            timeout: 50,
            retries: 40,
        };
        Self {
            line: Line::new(Options { patience, ..plain() }),
            deframer: Deframer::new(ManagedSlice::Owned(vec![0; 0x4000])),
            // A `+` that the line doubles acknowledges the next frame unseen, which no stub can notice.
            to_front: Injector::new(
                Loopback::new(),
                Rates {
                    duplicate: 0,
                    ..rates
                },
                seed,
            ),
            to_client: Injector::new(Loopback::new(), rates, seed ^ 0xabcd),
        }
    }

    /// Ten milliseconds on both sides. What the front end is asked, what the client hears (its acknowledgements
    /// of frames are sent by this).
    fn tick(&mut self, mut asked: impl FnMut(&[u8], &mut Replies<'_>)) -> Vec<(Event, String)> {
        self.line.now += 10;
        let now = self.line.now;
        self.line.front.poll(now);
        while let Some(byte) = self.to_front.receive() {
            if let Some(Exchange {
                request: Request::Stub(packet),
                replies,
                ..
            }) = self.line.front.receive(byte, now)
            {
                asked(packet.body, replies);
            }
        }
        let out = self.line.output();
        assert_eq!(self.to_client.send(out.as_bytes()), out.len());
        let mut heard = Vec::new();
        while let Some(byte) = self.to_client.receive() {
            if let Some(event) = self.deframer.push(byte, now, true) {
                match event {
                    Event::Packet => drop(self.to_front.send(b"+")),
                    Event::Damaged => drop(self.to_front.send(b"-")),
                    _ => (),
                }
                heard.push((event, String::from_utf8_lossy(self.deframer.body()).into_owned()));
            }
        }
        heard
    }
}

/// Rates at which one frame hardly suffers twice: two faults that cancel each other out, such as a digit lost and
/// an equal one doubled, leave the sum right, and nothing can notice.
fn bad_lines() -> impl Iterator<Item = (Rates, u64)> {
    [
        Rates {
            drop: 20,
            ..Rates::default()
        },
        Rates {
            flip: 2,
            ..Rates::default()
        },
        Rates {
            duplicate: 20,
            ..Rates::default()
        },
        Rates {
            drop: 1,
            flip: 1,
            duplicate: 1,
        },
    ]
    .into_iter()
    .flat_map(|rates| (1..6).map(move |seed| (rates, seed * 7919)))
}

#[test]
fn every_frame_arrives_in_order_exactly_once() {
    for (rates, seed) in bad_lines() {
        let mut world = World::new(rates, seed);
        world.line.packet("vCont;c", None);
        world.line.output();
        let total = 200_u32;
        let mut queued = 0;
        let mut heard = Vec::new();
        for _ in 0..100_000 {
            while queued < total
                && world
                    .line
                    .front
                    .replies()
                    .try_console(format!("{queued:08}").as_bytes())
                    > 0
            {
                queued += 1;
            }
            heard.extend(
                world
                    .tick(|_, _| ())
                    .into_iter()
                    .filter(|e| e.0 == Event::Packet)
                    .map(|e| e.1),
            );
            if queued == total && world.line.front.replies.sender.is_idle() {
                break;
            }
        }
        heard.dedup();
        let expect: Vec<String> = (0..total)
            .map(|n| {
                format!(
                    "O{}",
                    format!("{n:08}")
                        .bytes()
                        .map(|b| format!("{b:02x}"))
                        .collect::<String>()
                )
            })
            .collect();
        let wrong = heard.iter().zip(&expect).find(|(heard, expect)| heard != expect);
        assert_eq!((wrong, heard.len()), (None, expect.len()), "{rates:?} {seed}");
        assert!(world.to_client.faults() > 0);
    }
}

#[test]
fn every_request_arrives_in_order_and_is_answered() {
    for (rates, seed) in bad_lines() {
        let mut world = World::new(rates, seed);
        let mut requests: Vec<String> = Vec::new();
        for number in 0x1000..0x1064 {
            let body = format!("m{number:x},4");
            let reply = format!("{number:08x}");
            let frame: Vec<u8> = framed(body.as_bytes()).collect();
            let mut answered = false;
            'asking: for _ in 0..100 {
                world.to_front.send(&frame);
                for _ in 0..20 {
                    let heard = world.tick(|body, replies| {
                        let body = String::from_utf8(body.to_vec()).unwrap();
                        let number = body[1..].split(',').next().unwrap().to_owned();
                        replies.body(format!("{number:0>8}").as_bytes());
                        requests.push(body);
                    });
                    for (event, body) in heard {
                        answered |= event == Event::Packet && body == reply;
                        if event == Event::Nack {
                            world.to_front.send(&frame);
                        }
                    }
                    if answered {
                        break 'asking;
                    }
                }
            }
            assert!(answered, "{body} {rates:?} {seed}");
        }
        requests.dedup();
        let expect: Vec<String> = (0x1000..0x1064).map(|number| format!("m{number:x},4")).collect();
        assert_eq!(requests, expect, "{rates:?} {seed}");
    }
}
