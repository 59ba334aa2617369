//! A guest to start from, and code of the tests' own that it is made to run.

use anyhow::{Result, ensure};
use e2e::remote::RIP;
use e2e::{BOOT, Guest, Remote, Setup, Symbols};
use xtask::rsp::Stop;

/// Memory of the guest that it does not use: code, then data, then the top of a stack.
pub(crate) const CODE: u64 = 0x0a00_0000;
pub(crate) const DATA: u64 = 0x0a01_0000;
pub(crate) const STACK: u64 = 0x0a02_0000;

/// Numbers of registers in the target description.
pub(crate) const RAX: u8 = 0;
pub(crate) const RCX: u8 = 2;
pub(crate) const RDX: u8 = 3;
pub(crate) const RSI: u8 = 4;
pub(crate) const RDI: u8 = 5;
pub(crate) const RSP: u8 = 7;
pub(crate) const CS: u8 = 18;
pub(crate) const SS: u8 = 19;

/// The trap flag in RFLAGS.
pub(crate) const TRAP_FLAG: u64 = 1 << 8;
/// The interrupt flag in RFLAGS.
pub(crate) const INTERRUPT_FLAG: u64 = 1 << 9;

/// A guest with a session that has it stopped.
pub(crate) struct Stand {
    pub(crate) guest: Guest,
    pub(crate) client: Remote,
    pub(crate) symbols: Symbols,
}

/// Steps the boot CPU off the breakpoint it stands at, as gdb does, and runs everything to the next stop.
pub(crate) fn go_on(client: &mut Remote) -> Result<Stop> {
    client.step("1")?;
    client.go()
}

/// Boots the demo guest with `append`, waits for `line` and stops it.
pub(crate) fn stand(append: &str, cpus: u8, line: &str) -> Result<Stand> {
    let guest = Setup::demo(append)?.cpus(cpus).start()?;
    guest.wait_for(line, BOOT)?;
    let mut client = guest.client()?;
    client.last_stop()?;
    Ok(Stand {
        symbols: guest.symbols()?,
        guest,
        client,
    })
}

/// The tour with these further words, stopped after its first round.
pub(crate) fn tour(words: &str, cpus: u8) -> Result<Stand> {
    stand(&format!("do=tour cpus={cpus} {words}"), cpus, "demo: tick")
}

impl Stand {
    /// Runs the guest to the beginning of a function.
    pub(crate) fn run_to(&mut self, symbol: &str) -> Result<Stop> {
        let address = self.symbols.get(symbol)?;
        self.client.insert(0, address, 1)?;
        let stop = self.client.go()?;
        self.client.remove(0, address, 1)?;
        ensure!(self.client.rip()? == address, "{stop:?} is not at `{symbol}`");
        Ok(stop)
    }

    /// Steps off the breakpoint at RIP, as gdb does, and runs to the next stop.
    pub(crate) fn go_on(&mut self) -> Result<Stop> {
        go_on(&mut self.client)
    }

    /// The word of a symbol.
    pub(crate) fn word(&mut self, symbol: &str) -> Result<u64> {
        let address = self.symbols.get(symbol)?;
        self.client.word(address)
    }

    /// Puts code into the guest and the current thread's RIP at it.
    pub(crate) fn place(&mut self, code: &[u8]) -> Result<()> {
        self.client.write_memory(CODE, code)?;
        self.set(RIP, CODE)
    }

    /// Sets a 64-bit register.
    pub(crate) fn set(&mut self, number: u8, value: u64) -> Result<()> {
        self.client.set_register_bytes(number, &value.to_le_bytes())
    }

    /// One instruction of the thread.
    pub(crate) fn step(&mut self, thread: &str) -> Result<u64> {
        let stop = self.client.step(thread)?;
        ensure!(stop.signal == 5, "{stop:?} is no stop of a step");
        self.client.rip()
    }

    /// Places code, runs it to its end and stops there.
    pub(crate) fn run_code(&mut self, code: &[u8]) -> Result<()> {
        self.place(code)?;
        let end = CODE + code.len() as u64;
        // What stands behind it never runs.
        self.client.write_memory(end, &[0x90])?;
        self.client.insert(0, end, 1)?;
        let stop = self.client.go()?;
        self.client.remove(0, end, 1)?;
        let rip = self.client.rip()?;
        ensure!(
            rip == end,
            "{stop:?} at {rip:#x}: the code has not come to its end"
        );
        Ok(())
    }
}
