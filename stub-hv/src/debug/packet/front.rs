//! The front end: bytes of the line in, requests and bytes for the line out.

use managed::ManagedSlice;

use super::deframer::Deframer;
use super::deframer::Event;
use super::fault::Fault;
use super::options::Options;
use super::replies::Replies;
use super::request::LocalRequest;
use super::request::Request;
use super::request::StubPacket;
use super::route;
use super::route::Context;
use super::route::Scratch;
use super::route::Verdict;
use super::sender::Sender;
use super::session::Session;

/// A request, and the way to answer it. The two borrow different parts of the front end, so an answer can be
/// written while the request is still being read.
#[derive(Debug)]
pub struct Exchange<'f, 'b> {
    /// What the client wants.
    pub request: Request<'f>,
    /// This is the first packet of a new client. Its predecessor's breakpoints should go, the machine should
    /// stop, and the engine should be made anew, before the request is handled.
    pub new_session: bool,
    /// Where the answer goes.
    pub replies: &'f mut Replies<'b>,
}

/// The packet front end of one line. See the module's head for how to drive it.
#[derive(Debug)]
pub struct FrontEnd<'b> {
    deframer: Deframer<'b>,
    scratch: Scratch,
    replies: Replies<'b>,
    /// What the packet that set the guest running looked like.
    resumed_by: u64,
}

impl<'b> FrontEnd<'b> {
    /// A front end with its buffers: `receive` holds the longest packet and should be [`super::PACKET_SIZE`]
    /// bytes, `send` holds frames until they are acknowledged and should be four times that.
    pub fn new(options: Options, receive: ManagedSlice<'b, u8>, send: ManagedSlice<'b, u8>) -> Self {
        Self {
            deframer: Deframer::new(receive),
            scratch: Scratch::new(),
            replies: Replies::new(Sender::new(send, options.patience), options),
            resumed_by: 0,
        }
    }

    /// The way to the client outside a request: stops and console text.
    pub const fn replies(&mut self) -> &mut Replies<'b> {
        &mut self.replies
    }

    /// What the client has told us.
    pub const fn session(&self) -> &Session {
        &self.replies.session
    }

    /// Bytes to send now, in one piece. Tell [`FrontEnd::sent`] how many the line took.
    pub fn pending_output(&self) -> &[u8] {
        self.replies.sender.pending()
    }

    /// The line took `count` bytes of [`FrontEnd::pending_output`] at `now` (milliseconds); nothing else may happen
    /// to the front end between the two calls.
    pub fn sent(&mut self, count: usize, now: u64) {
        self.replies.sender.sent(count, now);
    }

    /// Moves bytes to send into `into` and tells how many.
    pub fn take_output(&mut self, into: &mut [u8], now: u64) -> usize {
        let mut done = 0;
        while let Some(room) = into.get_mut(done..) {
            let piece = self.replies.sender.pending();
            let count = piece.len().min(room.len());
            if count == 0 {
                break;
            }
            room[..count].copy_from_slice(&piece[..count]);
            self.replies.sender.sent(count, now);
            done += count;
        }
        done
    }

    /// Whether a packet has begun and not ended.
    pub const fn is_receiving(&self) -> bool {
        self.deframer.is_inside()
    }

    /// Whether something is to be sent, or to be sent again should time pass.
    pub fn is_waiting(&self) -> bool {
        self.replies.sender.is_waiting()
    }

    /// Lets time pass; `now` is in milliseconds and never goes back.
    pub fn poll(&mut self, now: u64) {
        self.replies.sender.poll(now);
    }

    /// The line is gone (a closed connection): the next packet is a new client's.
    pub fn disconnected(&mut self) {
        self.end_session();
        self.replies.sender.reset();
    }

    fn end_session(&mut self) {
        self.replies.session.active = false;
        self.replies.running = false;
        self.replies.monitor = false;
        self.replies.features_due = false;
    }

    /// Takes one byte that came at `now` (milliseconds). What needs no target is answered here and yields nothing.
    pub fn receive(&mut self, byte: u8, now: u64) -> Option<Exchange<'_, 'b>> {
        let lossy = self.replies.sender.acks();
        match self.deframer.push(byte, now, lossy)? {
            Event::Packet => self.packet(),
            Event::Interrupt => Some(Exchange {
                request: Request::Interrupt,
                new_session: false,
                replies: &mut self.replies,
            }),
            Event::Damaged => {
                self.damaged();
                None
            }
            Event::TooLong => {
                if lossy {
                    self.replies.sender.acknowledge(b'+');
                }
                self.replies.fault(Fault::TOO_LONG);
                None
            }
            Event::Ack => {
                self.acknowledged();
                None
            }
            Event::Nack => {
                self.replies.sender.on_nack();
                None
            }
        }
    }

    /// Without acknowledgements nobody would send the packet again, and a command that may be another one must not
    /// be carried out.
    fn damaged(&mut self) {
        if self.replies.sender.acks() {
            self.replies.sender.acknowledge(b'-');
        } else {
            self.replies.fault(Fault::DAMAGED);
        }
    }

    fn acknowledged(&mut self) {
        let expected = self.replies.sender.on_ack();
        let session = &mut self.replies.session;
        if !expected && !self.replies.sender.acks() && !core::mem::take(&mut session.last_ack_due) {
            session.greeted = true;
        }
    }

    fn packet(&mut self) -> Option<Exchange<'_, 'b>> {
        let Self {
            deframer,
            scratch,
            replies,
            resumed_by,
        } = self;
        let body = deframer.body();
        let new_session = replies.session.is_left_by(body, replies.sender.acks());
        if new_session {
            replies.sender.reset();
            replies.session = Session {
                active: true,
                ..Session::default()
            };
            replies.running = false;
            replies.features_due = false;
        }
        replies.session.greeted = false;
        replies.monitor = false;
        let acks = replies.sender.acks();
        let print = fingerprint(body);
        if acks {
            replies.sender.acknowledge(b'+');
            // A client that waits for a stop sends the packet it waits for again only when our `+` was lost.
            if replies.running && print == *resumed_by {
                return None;
            }
            replies.sender.on_packet();
        }
        let options = replies.options;
        let mut context = Context {
            options: &options,
            session: &mut replies.session,
            scratch,
        };
        let verdict = route::judge(body, &mut context);
        let scratch: &Scratch = scratch;
        let request = match verdict {
            Verdict::Stub(body) => stub(body, replies),
            Verdict::Rewritten => {
                if scratch.starts_with(b"vCont;") {
                    *resumed_by = print;
                }
                stub(scratch, replies)
            }
            Verdict::Breakpoint(body, change) => Request::Stub(StubPacket {
                body,
                breakpoint: Some(change),
            }),
            Verdict::Local(request) => {
                match request {
                    LocalRequest::Detach => {
                        replies.ok();
                        leave(replies);
                    }
                    LocalRequest::Monitor { .. } => replies.monitor = true,
                    _ => (),
                }
                Request::Local(request)
            }
            Verdict::Kill { answer } => {
                if answer {
                    replies.ok();
                }
                leave(replies);
                Request::Local(LocalRequest::Kill)
            }
            answered => {
                answer(answered, scratch, replies);
                return None;
            }
        };
        Some(Exchange {
            request,
            new_session,
            replies,
        })
    }
}

fn leave(replies: &mut Replies<'_>) {
    replies.session.active = false;
    replies.running = false;
}

/// A packet for the engine, and what has to be remembered about it.
fn stub<'f>(body: &'f [u8], replies: &mut Replies<'_>) -> Request<'f> {
    replies.resuming = body.starts_with(b"vCont;");
    replies.running |= replies.resuming;
    replies.monitor = body.starts_with(b"qRcmd");
    replies.features_due = body.starts_with(b"qSupported");
    Request::Stub(StubPacket {
        body,
        breakpoint: None,
    })
}

/// Answers what needs neither the engine nor the target.
fn answer(verdict: Verdict<'_>, scratch: &Scratch, replies: &mut Replies<'_>) {
    match verdict {
        Verdict::Answer(body) => replies.body(body),
        Verdict::Written => replies.body(scratch),
        Verdict::Reject(fault) => replies.fault(fault),
        Verdict::StopAcks => {
            replies.ok();
            replies.sender.set_acks(false);
            replies.session.last_ack_due = true;
        }
        _ => replies.unknown(),
    }
}

/// Tells packets apart well enough to know one that is sent again (FNV-1a).
fn fingerprint(body: &[u8]) -> u64 {
    body.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests;
