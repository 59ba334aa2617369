//! Everything that goes to the client: replies, stops, console text.

use super::MAX_BODY;
use super::PACKET_SIZE;
use super::collector::StubOutput;
use super::fault::Fault;
use super::frame::FrameWriter;
use super::hex;
use super::options::Options;
use super::sender::Sender;
use super::session::Session;
use super::supported::amend_qsupported;
use super::thread_id;

/// Console text goes out in frames of at most this many characters: the client prints each when it is whole.
const CONSOLE_CHUNK: usize = 1024;

/// What the engine answered to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StubAnswer {
    /// Nothing yet: the guest runs.
    Nothing,
    /// `OK`
    Ok,
    /// `E..`
    Error,
    /// The empty reply: it does not know the packet.
    Unknown,
    /// Anything else.
    Other,
}

/// What went wrong on the way out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Bytes of console text that there was no room or no right moment for.
    pub console: u64,
    /// Replies that were replaced by an error because they did not fit.
    pub replies: u64,
}

/// The way to the client. One request is answered by one reply; console text may come before it.
#[derive(Debug)]
pub struct Replies<'b> {
    pub(super) sender: Sender<'b>,
    pub(super) session: Session,
    pub(super) options: Options,
    /// The guest runs because the client said so, and a stop reply is owed.
    pub(super) running: bool,
    /// The engine has a resume packet and has not answered yet; silence means that it took it.
    pub(super) resuming: bool,
    /// The last request is a monitor command, and its reply is owed.
    pub(super) monitor: bool,
    /// The next answer of the engine's is the one to `qSupported`.
    pub(super) features_due: bool,
    losses: Losses,
}

impl<'b> Replies<'b> {
    pub(super) fn new(sender: Sender<'b>, options: Options) -> Self {
        Self {
            sender,
            session: Session::default(),
            options,
            running: false,
            resuming: false,
            monitor: false,
            features_due: false,
            losses: Losses::default(),
        }
    }

    /// What the client has told us.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// What went wrong on the way out.
    pub const fn losses(&self) -> Losses {
        self.losses
    }

    /// Whether the client waits for a stop reply.
    pub const fn is_running(&self) -> bool {
        self.running
    }

    /// Whether any reply fits. While it does not, leave further input where it is.
    pub fn ready(&self) -> bool {
        self.sender.free() >= PACKET_SIZE
    }

    /// Queues a reply that `fill` writes. One that does not fit becomes an error reply.
    pub fn send(&mut self, fill: impl FnOnce(&mut FrameWriter<'_, 'b>)) {
        self.monitor = false;
        if self.sender.frame(self.options.rle, fill).is_err() {
            self.losses.replies += 1;
            let code = Fault::REPLY_LOST.code;
            // With no room even for this the client asks again after its timeout.
            let _ = self.sender.frame(false, |frame| {
                frame.text(b"E");
                frame.hex(&[code]);
            });
        }
    }

    /// A reply with this body, binary data escaped already. A stop reply ends the running.
    pub fn body(&mut self, body: &[u8]) {
        if matches!(body.first(), Some(b'T' | b'S' | b'W' | b'X')) {
            self.running = false;
            if let Some(thread) = thread_id::of_stop_reply(body) {
                self.session.stopped_at(thread);
            }
        }
        self.send(|frame| frame.text(body));
    }

    /// `OK`
    pub fn ok(&mut self) {
        self.send(|frame| frame.text(b"OK"));
    }

    /// The empty reply: the packet is not known.
    pub fn unknown(&mut self) {
        self.send(|_| ());
    }

    /// An error reply, in words where the client reads them.
    pub fn fault(&mut self, fault: Fault) {
        let words = self.session.error_text;
        self.send(|frame| {
            frame.text(b"E");
            if words {
                frame.text(b".");
                frame.text(fault.text.as_bytes());
            } else {
                frame.hex(&[fault.code]);
            }
        });
    }

    /// The engine gave up on a packet: an error reply. The client no longer waits for a stop if that packet was to
    /// resume the guest; the guest must then stay stopped.
    pub fn engine_failed(&mut self) {
        self.running = false;
        self.features_due = false;
        self.fault(Fault::ENGINE);
    }

    /// The answer to [`super::LocalRequest::ReadMemory`].
    pub fn memory(&mut self, data: &[u8]) {
        let bare = self.session.bare_binary;
        self.send(|frame| {
            if !bare {
                frame.text(b"b");
            }
            frame.binary(data);
        });
    }

    /// The answer to [`super::LocalRequest::MemoryRegion`]: where the region begins, how long it is, and what may
    /// be done there (`rwx`, `r`, ...; nothing for a hole). A `name` is shown to the user.
    pub fn memory_region(&mut self, start: u64, size: u64, permissions: &str, name: Option<&str>) {
        self.send(|frame| {
            frame.text(b"start:");
            frame.number(start);
            frame.text(b";size:");
            frame.number(size);
            frame.text(b";");
            if !permissions.is_empty() {
                frame.text(b"permissions:");
                frame.text(permissions.as_bytes());
                frame.text(b";");
            }
            if let Some(name) = name {
                frame.text(b"name:");
                frame.hex(name.as_bytes());
                frame.text(b";");
            }
        });
    }

    /// The answer to [`super::LocalRequest::Search`]: where the pattern begins, if anywhere.
    pub fn found(&mut self, address: Option<u64>) {
        self.send(|frame| match address {
            None => frame.text(b"0"),
            Some(address) => {
                frame.text(b"1,");
                frame.number(address);
            }
        });
    }

    /// The answer to [`super::LocalRequest::Crc`].
    pub fn crc(&mut self, crc: u32) {
        self.send(|frame| {
            frame.text(b"C");
            frame.number(u64::from(crc));
        });
    }

    /// `1` or `0`.
    pub fn flag(&mut self, on: bool) {
        self.send(|frame| frame.text(if on { b"1" } else { b"0" }));
    }

    /// The answer to [`super::LocalRequest::StepFlags`].
    pub fn step_flags(&mut self, flags: u8) {
        self.send(|frame| {
            frame.text(b"0x");
            frame.number(u64::from(flags));
        });
    }

    /// Whether the client prints console text now: while it waits for a stop or for a monitor command. At any
    /// other time it would take the text for a reply.
    pub const fn console_open(&self) -> bool {
        self.running || self.monitor
    }

    /// Prints as much of `text` as there is room for, and tells how many bytes that was. Room for a reply is
    /// always left.
    pub fn try_console(&mut self, text: &[u8]) -> usize {
        if !self.console_open() {
            return 0;
        }
        let mut done = 0;
        for chunk in text.chunks(CONSOLE_CHUNK) {
            let room = self.sender.free_for_console().saturating_sub(PACKET_SIZE + 8) / 2;
            let fits = chunk.get(..room.min(chunk.len())).unwrap_or(&[]);
            let printed = !fits.is_empty()
                && self
                    .sender
                    .frame(self.options.rle, |frame| {
                        frame.text(b"O");
                        frame.hex(fits);
                    })
                    .is_ok();
            if printed {
                done += fits.len();
            }
            if !printed || fits.len() < chunk.len() {
                break;
            }
        }
        done
    }

    /// Prints `text`; what there is no room or no right moment for is dropped and counted.
    pub fn console(&mut self, text: &[u8]) {
        let done = self.try_console(text);
        self.losses.console += (text.len() - done) as u64;
    }

    /// Passes on what the engine wrote and empties the collector.
    pub fn stub(&mut self, output: &mut StubOutput<'_>) -> StubAnswer {
        let mut answer = StubAnswer::Nothing;
        for (body, cut) in output.frames() {
            if let Some(text) = console_text(body) {
                self.pass_console(text);
                continue;
            }
            answer = match body {
                b"OK" => StubAnswer::Ok,
                b"" => StubAnswer::Unknown,
                [b'E', _, _] => StubAnswer::Error,
                _ => StubAnswer::Other,
            };
            if cut || body.len() > MAX_BODY {
                self.losses.replies += 1;
                self.fault(Fault::REPLY_LOST);
            } else if core::mem::take(&mut self.features_due) {
                let (options, session) = (self.options, self.session.clone());
                self.send(|frame| {
                    amend_qsupported(body, &options, &session, &mut |piece| frame.text(piece));
                });
            } else {
                self.body(body);
            }
        }
        output.clear();
        if core::mem::take(&mut self.resuming) && matches!(answer, StubAnswer::Error | StubAnswer::Unknown) {
            self.running = false;
        }
        answer
    }

    fn pass_console(&mut self, text: &[u8]) {
        let mut plain = [0; 64];
        for part in text.chunks(2 * plain.len()) {
            let mut len = 0;
            for (slot, byte) in plain.iter_mut().zip(hex::bytes(part)) {
                *slot = byte;
                len += 1;
            }
            self.console(plain.get(..len).unwrap_or(&[]));
        }
    }
}

/// The hexadecimal text of a console frame. `OK` is no console frame.
fn console_text(body: &[u8]) -> Option<&[u8]> {
    body.strip_prefix(b"O").filter(|text| *text != b"K")
}
