//! The raw client with what tests ask of it again and again.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use xtask::rsp::{Client, Stop};

use crate::PATIENCE;

/// The number of RIP in the target description.
pub const RIP: u8 = 0x10;
/// The number of EFLAGS in the target description.
pub const EFLAGS: u8 = 0x11;

/// An open session. Everything of [`Client`] works on it as well.
#[derive(Debug)]
pub struct Remote {
    client: Client,
    features: String,
}

impl Deref for Remote {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Remote {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

impl Remote {
    pub(crate) fn new(client: Client, features: String) -> Self {
        Self { client, features }
    }

    /// The reply to `qSupported`.
    #[must_use]
    pub fn features(&self) -> &str {
        &self.features
    }

    /// Ends the session: the guest runs on.
    ///
    /// # Errors
    /// As [`Client::detach`].
    pub fn detach(self) -> Result<()> {
        self.client.detach()
    }

    /// Sends a packet and gives its reply as text.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub fn ask(&mut self, packet: &str) -> Result<String> {
        let reply = self.client.request(packet.as_bytes())?;
        Ok(String::from_utf8_lossy(&reply).into_owned())
    }

    /// Sends a packet whose reply must be `OK`.
    ///
    /// # Errors
    /// The reply is another one, or as [`Client::request`].
    pub fn must(&mut self, packet: &str) -> Result<()> {
        match self.ask(packet)?.as_str() {
            "OK" => Ok(()),
            other => bail!("the stub answered `{other}` to `{packet}`"),
        }
    }

    /// Resumes everything and waits for the next stop.
    ///
    /// # Errors
    /// As [`Client::wait_stop`].
    pub fn go(&mut self) -> Result<Stop> {
        self.go_within(PATIENCE)
    }

    /// Resumes everything and waits for the next stop.
    ///
    /// # Errors
    /// As [`Client::wait_stop`].
    pub fn go_within(&mut self, patience: Duration) -> Result<Stop> {
        self.client.resume()?;
        self.client.wait_stop(patience)
    }

    /// Sends Ctrl-C and waits for the stop.
    ///
    /// # Errors
    /// As [`Client::wait_stop`].
    pub fn pause(&mut self) -> Result<Stop> {
        self.client.interrupt()?;
        self.client.wait_stop(PATIENCE)
    }

    /// Runs the guest for this long, then stops it by Ctrl-C.
    ///
    /// # Errors
    /// It stops by itself, or as [`Client::wait_stop`].
    pub fn run_for(&mut self, time: Duration) -> Result<Stop> {
        self.client.resume()?;
        std::thread::sleep(time);
        let stop = self.pause()?;
        if stop.signal != 2 {
            bail!("`{}` is no stop by Ctrl-C", stop.reply);
        }
        Ok(stop)
    }

    /// The register with this number (hexadecimal on the wire), as bytes in memory order.
    ///
    /// # Errors
    /// The stub answers with an error.
    pub fn register_bytes(&mut self, number: u8) -> Result<Vec<u8>> {
        let reply = self.ask(&format!("p{number:x}"))?;
        unhex(&reply).with_context(|| format!("register {number:#x}: the stub answered `{reply}`"))
    }

    /// The register with this number; the first eight bytes of a longer one.
    ///
    /// # Errors
    /// The stub answers with an error.
    pub fn register(&mut self, number: u8) -> Result<u64> {
        Ok(little_endian(&self.register_bytes(number)?))
    }

    /// Sets a register.
    ///
    /// # Errors
    /// The stub does not answer `OK`.
    pub fn set_register_bytes(&mut self, number: u8, bytes: &[u8]) -> Result<()> {
        self.must(&format!("P{number:x}={}", hex(bytes)))
    }

    /// RIP.
    ///
    /// # Errors
    /// The stub answers with an error.
    pub fn rip(&mut self) -> Result<u64> {
        self.register(RIP)
    }

    /// The 64-bit word at this address.
    ///
    /// # Errors
    /// As [`Client::read_memory`].
    pub fn word(&mut self, address: u64) -> Result<u64> {
        Ok(little_endian(&self.client.read_memory(address, 8)?))
    }

    /// Writes memory by `M`.
    ///
    /// # Errors
    /// The stub does not answer `OK`.
    pub fn write_memory(&mut self, address: u64, bytes: &[u8]) -> Result<()> {
        self.must(&format!("M{address:x},{:x}:{}", bytes.len(), hex(bytes)))
    }

    /// Inserts a breakpoint or watchpoint of gdb's type 0 to 4.
    ///
    /// # Errors
    /// The stub does not answer `OK`.
    pub fn insert(&mut self, kind: u8, address: u64, length: usize) -> Result<()> {
        self.must(&format!("Z{kind},{address:x},{length:x}"))
    }

    /// Removes it.
    ///
    /// # Errors
    /// The stub does not answer `OK`.
    pub fn remove(&mut self, kind: u8, address: u64, length: usize) -> Result<()> {
        self.must(&format!("z{kind},{address:x},{length:x}"))
    }

    /// What `monitor status` says behind `KEY:`.
    ///
    /// # Errors
    /// There is no such line.
    pub fn status(&mut self, key: &str) -> Result<String> {
        let text = self.client.monitor("status")?;
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        value
            .map(str::to_owned)
            .with_context(|| format!("`monitor status` has no line `{key}`:\n{text}"))
    }

    /// The counter `exits.KIND` of `monitor status`, 0 when it has no such line.
    ///
    /// # Errors
    /// The line is no number.
    pub fn exits(&mut self, kind: &str) -> Result<u64> {
        let text = self.client.monitor("status")?;
        let prefix = format!("exits.{kind}: ");
        let value = text.lines().find_map(|line| line.strip_prefix(&prefix));
        value.map_or(Ok(0), |value| {
            value.trim().parse().context("a counter is no number")
        })
    }
}

/// The bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits, `None` when they are none.
#[must_use]
pub fn unhex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits
        .len()
        .is_multiple_of(2)
        .then(|| pairs.map(byte).collect())?
}

/// The first eight bytes as a number.
#[must_use]
pub fn little_endian(bytes: &[u8]) -> u64 {
    let first = bytes.iter().take(8).rev();
    first.fold(0, |value, &byte| value << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_bytes() {
        assert_eq!(unhex("00ff"), Some(vec![0, 255]));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("E.x"), None);
        assert_eq!(little_endian(&[1, 2]), 0x201);
        assert_eq!(hex(&[0xab, 1]), "ab01");
    }
}
