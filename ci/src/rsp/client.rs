//! The conversation: requests and replies, stops, console text.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::packet::{Decoder, Incoming, encode};

/// How long a reply may take unless the caller says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait before a packet that was not answered is sent again.
const AGAIN: Duration = Duration::from_millis(500);

/// So much is received at a time.
const BUFFER: usize = 64 * 1024;

/// A connection to a stub.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    decoder: Decoder,
    buffer: Vec<u8>,
    ready: VecDeque<Incoming>,
    acks: bool,
    owed: bool,
    packet_size: usize,
}

/// A stop reply with the console text that came before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The whole reply, such as `T05thread:01;`.
    pub reply: String,
    /// The signal's number, 5 for SIGTRAP.
    pub signal: u8,
    /// The thread as the stub writes it, when the reply names one.
    pub thread: Option<String>,
    /// The text of the `O` packets since the guest was resumed.
    pub console: String,
}

impl Client {
    /// Connects to 127.0.0.1, waiting up to `patience` until something listens. Says nothing yet.
    ///
    /// # Errors
    /// Nothing listens on `port` within that time.
    pub fn connect(port: u16, patience: Duration) -> Result<Self> {
        let start = Instant::now();
        let stream = loop {
            match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
                Ok(stream) => break stream,
                Err(error) if start.elapsed() >= patience => {
                    return Err(error).with_context(|| format!("connecting to 127.0.0.1:{port}"));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        stream.set_nodelay(true).context("switching Nagle's delay off")?;
        Ok(Self {
            stream,
            decoder: Decoder::default(),
            buffer: vec![0; BUFFER],
            ready: VecDeque::new(),
            acks: true,
            owed: false,
            packet_size: 1024,
        })
    }

    /// Opens the session: `qSupported` (again and again until `patience` is over, for a stub that still
    /// boots), then no acknowledgements if the stub offers that. Gives the reply to `qSupported`.
    ///
    /// # Errors
    /// No answer within `patience`, or the connection is lost.
    pub fn handshake(&mut self, patience: Duration) -> Result<String> {
        let deadline = Instant::now() + patience;
        let reply = loop {
            // A boot in between may have eaten part of a packet; a stub answers the first whole one.
            self.send(b"qSupported:swbreak+;hwbreak+;vContSupported+")?;
            if let Some(reply) = self.receive_until((Instant::now() + AGAIN).min(deadline))? {
                break text(&reply);
            }
            if Instant::now() >= deadline {
                bail!("no answer to qSupported within {} s", patience.as_secs());
            }
        };
        // Answers to repeated questions are no answers to what is asked next.
        while self
            .receive_until(Instant::now() + Duration::from_millis(20))?
            .is_some()
        {}
        for feature in reply.split(';') {
            if let Some(size) = feature.strip_prefix("PacketSize=") {
                self.packet_size = usize::from_str_radix(size, 16).context("PacketSize is no number")?;
            }
        }
        if reply.contains("QStartNoAckMode+") && self.request(b"QStartNoAckMode")? == b"OK" {
            self.flush()?;
            self.acks = false;
        }
        Ok(reply)
    }

    /// The stub's PacketSize, 1024 before the handshake.
    #[must_use]
    pub fn packet_size(&self) -> usize {
        self.packet_size
    }

    /// Sends `body` as a packet and does not wait for anything.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn send(&mut self, body: &[u8]) -> Result<()> {
        let mut bytes = Vec::with_capacity(body.len() + 5);
        if std::mem::take(&mut self.owed) {
            bytes.push(b'+');
        }
        bytes.extend(encode(body));
        self.send_raw(&bytes)
    }

    /// Sends bytes as they are: damaged packets, noise, half a packet.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn send_raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes).context("sending to the stub")
    }

    /// The next packet's body.
    ///
    /// # Errors
    /// None comes within ten seconds, or the connection is lost.
    pub fn receive(&mut self) -> Result<Vec<u8>> {
        let packet = self.receive_until(Instant::now() + PATIENCE)?;
        packet.with_context(|| format!("no packet from the stub within {} s", PATIENCE.as_secs()))
    }

    /// The next packet's body, or `None` when none has come by `deadline`.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn receive_until(&mut self, deadline: Instant) -> Result<Option<Vec<u8>>> {
        loop {
            match self.incoming_until(deadline)? {
                None => return Ok(None),
                Some(Incoming::Packet(body)) => {
                    self.owed = self.acks;
                    return Ok(Some(body));
                }
                Some(Incoming::Damaged(_)) if self.acks => self.send_raw(b"-")?,
                Some(_) => {}
            }
        }
    }

    /// The next thing of any kind from the stub, or `None` when none has come by `deadline`.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn incoming_until(&mut self, deadline: Instant) -> Result<Option<Incoming>> {
        loop {
            if let Some(incoming) = self.ready.pop_front() {
                return Ok(Some(incoming));
            }
            self.flush()?;
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.stream
                .set_read_timeout(Some(left))
                .context("setting a time limit")?;
            match self.stream.read(&mut self.buffer) {
                Ok(0) => bail!("the stub closed the connection"),
                Ok(length) => {
                    self.ready
                        .extend(self.decoder.feed(self.buffer.get(..length).unwrap_or_default()));
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => return Err(error).context("receiving from the stub"),
            }
        }
    }

    /// Sends the acknowledgement that is still owed.
    fn flush(&mut self) -> Result<()> {
        if std::mem::take(&mut self.owed) {
            self.send_raw(b"+")
        } else {
            Ok(())
        }
    }

    /// Sends a packet and gives the next one, which is its reply while the guest is stopped.
    ///
    /// # Errors
    /// As [`Client::receive`].
    pub fn request(&mut self, body: &[u8]) -> Result<Vec<u8>> {
        self.send(body)?;
        self.receive()
            .with_context(|| format!("after `{}`", String::from_utf8_lossy(body)))
    }

    /// `monitor COMMAND`: its output.
    ///
    /// # Errors
    /// The stub answers neither text nor `OK`, or as [`Client::receive`].
    pub fn monitor(&mut self, command: &str) -> Result<String> {
        self.send(format!("qRcmd,{}", to_hex(command.as_bytes())).as_bytes())?;
        let mut output = Vec::new();
        loop {
            let reply = self
                .receive()
                .with_context(|| format!("after `monitor {command}`"))?;
            match reply.as_slice() {
                b"OK" => return Ok(text(&output)),
                [b'O', hex @ ..] => output.extend(from_hex(hex)?),
                other => bail!("`monitor {command}`: the stub answered `{}`", text(other)),
            }
        }
    }

    /// Resumes everything: `vCont;c`.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn resume(&mut self) -> Result<()> {
        self.send(b"vCont;c")
    }

    /// Sends Ctrl-C.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn interrupt(&mut self) -> Result<()> {
        self.flush()?;
        self.send_raw(&[3])
    }

    /// The next stop reply.
    ///
    /// # Errors
    /// None comes within `patience`, the reply is no stop, or the connection is lost.
    pub fn wait_stop(&mut self, patience: Duration) -> Result<Stop> {
        let deadline = Instant::now() + patience;
        let mut console = Vec::new();
        loop {
            let Some(packet) = self.receive_until(deadline)? else {
                bail!("the guest did not stop within {} ms", patience.as_millis());
            };
            match packet.as_slice() {
                [b'O', hex @ ..] if hex != b"K" => console.extend(from_hex(hex)?),
                _ => return Stop::parse(&text(&packet), text(&console)),
            }
        }
    }

    /// One instruction of `thread`, the others held.
    ///
    /// # Errors
    /// As [`Client::wait_stop`].
    pub fn step(&mut self, thread: &str) -> Result<Stop> {
        self.send(format!("vCont;s:{thread}").as_bytes())?;
        self.wait_stop(PATIENCE)
    }

    /// The stop that `?` tells of.
    ///
    /// # Errors
    /// As [`Client::wait_stop`].
    pub fn last_stop(&mut self) -> Result<Stop> {
        self.send(b"?")?;
        self.wait_stop(PATIENCE)
    }

    /// `length` bytes at a guest address, in as many packets as the stub's size asks for.
    ///
    /// # Errors
    /// The stub answers with an error, or as [`Client::receive`].
    pub fn read_memory(&mut self, address: u64, length: usize) -> Result<Vec<u8>> {
        // Two digits a byte, and the four bytes of the frame.
        let most = (self.packet_size.saturating_sub(4) / 2).max(1);
        let mut bytes = Vec::with_capacity(length);
        while bytes.len() < length {
            let at = address.wrapping_add(bytes.len() as u64);
            let reply = self.request(format!("m{at:x},{:x}", most.min(length - bytes.len())).as_bytes())?;
            let part = from_hex(&reply)
                .with_context(|| format!("reading {at:#x}: the stub answered `{}`", text(&reply)))?;
            if part.is_empty() {
                bail!("reading {at:#x}: the stub answered nothing");
            }
            bytes.extend(part);
        }
        Ok(bytes)
    }

    /// The first `count` general registers of the current thread in gdb's order (rax rbx rcx rdx rsi rdi rbp
    /// rsp r8-r15 rip).
    ///
    /// # Errors
    /// The reply is shorter than that, or as [`Client::receive`].
    pub fn registers(&mut self, count: usize) -> Result<Vec<u64>> {
        let bytes = from_hex(&self.request(b"g")?)?;
        let words = bytes
            .chunks_exact(8)
            .take(count)
            .filter_map(|word| word.try_into().ok());
        let words: Vec<u64> = words.map(u64::from_le_bytes).collect();
        if words.len() < count {
            bail!(
                "the stub's `g` has {} bytes; {} registers need {}",
                bytes.len(),
                count,
                count * 8
            );
        }
        Ok(words)
    }

    /// Ends the session: the guest runs on.
    ///
    /// # Errors
    /// The stub does not answer `OK`, or as [`Client::receive`].
    pub fn detach(mut self) -> Result<()> {
        let reply = self.request(b"D")?;
        if reply != b"OK" {
            bail!("the stub answered `{}` to D", text(&reply));
        }
        self.flush()
    }
}

impl Stop {
    fn parse(reply: &str, console: String) -> Result<Self> {
        let signal = match reply.as_bytes() {
            [b'T' | b'S', ..] => reply
                .get(1..3)
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        let signal = signal.with_context(|| format!("`{reply}` is no stop reply"))?;
        let fields = reply.get(3..).unwrap_or_default().split(';');
        let thread = fields
            .filter_map(|field| field.strip_prefix("thread:"))
            .next()
            .map(str::to_owned);
        Ok(Self {
            reply: reply.to_owned(),
            signal,
            thread,
            console,
        })
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Two lower-case digits a byte.
fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(digits: &[u8]) -> Result<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    for pair in digits.chunks(2) {
        let byte = match *pair {
            [high, low] => digit(high).zip(digit(low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        bytes.push(byte.with_context(|| format!("`{}` is no hexadecimal text", text(digits)))?);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
