//! A guest made of maps: registers, virtual and physical bytes, one process.

use crate::DateTime;
use crate::Guest;
use crate::MemoryError;
use crate::Register;
use crate::Running;
use alloc::collections::BTreeMap;

/// A [`Guest`] whose every answer is a field. Virtual and physical memory are two maps of bytes; what is not in
/// them is not mapped.
#[derive(Clone, Debug, Default)]
pub struct FakeGuest {
    /// Its number.
    pub cpu: u32,
    /// Register values; what is not there is 0.
    pub registers: BTreeMap<&'static str, u64>,
    /// Virtual memory.
    pub memory: BTreeMap<u64, u8>,
    /// Physical memory.
    pub physical: BTreeMap<u64, u8>,
    /// Physical memory is the virtual one, mapped to itself; `physical` and `pages` mean nothing then.
    pub identity: bool,
    /// Virtual page to physical page, both as addresses of their first byte.
    pub pages: BTreeMap<u64, u64>,
    /// Who runs.
    pub running: Running,
    /// The process chosen with [`Guest::select_process`].
    pub selected: Option<u32>,
    /// The root of that process's page tables.
    pub selected_root: u64,
    /// The time-stamp counter.
    pub tsc: u64,
    /// Wall-clock time.
    pub now: DateTime,
    /// Microseconds waited.
    pub slept: u64,
}

impl FakeGuest {
    /// Puts `bytes` at virtual `address`.
    pub fn map(&mut self, address: u64, bytes: &[u8]) {
        put(&mut self.memory, address, bytes);
    }

    /// Puts `bytes` at physical `address`.
    pub fn map_physical(&mut self, address: u64, bytes: &[u8]) {
        put(&mut self.physical, address, bytes);
    }
}

fn put(memory: &mut BTreeMap<u64, u8>, address: u64, bytes: &[u8]) {
    for (offset, &byte) in (0..).zip(bytes) {
        memory.insert(address.wrapping_add(offset), byte);
    }
}

fn read(memory: &BTreeMap<u64, u8>, mut address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
    for byte in into {
        *byte = *memory.get(&address).ok_or(MemoryError { address })?;
        address = address.wrapping_add(1);
    }
    Ok(())
}

fn write(memory: &mut BTreeMap<u64, u8>, mut address: u64, from: &[u8]) -> Result<(), MemoryError> {
    for &byte in from {
        *memory.get_mut(&address).ok_or(MemoryError { address })? = byte;
        address = address.wrapping_add(1);
    }
    Ok(())
}

impl Guest for FakeGuest {
    fn cpu(&self) -> u32 {
        self.cpu
    }

    fn register(&self, register: Register) -> u64 {
        self.registers.get(register.name()).copied().unwrap_or(0)
    }

    fn set_register(&mut self, register: Register, value: u64) -> bool {
        self.registers.insert(register.name(), value);
        true
    }

    fn read_virtual(&mut self, address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
        read(&self.memory, address, into)
    }

    fn write_virtual(&mut self, address: u64, from: &[u8]) -> Result<(), MemoryError> {
        write(&mut self.memory, address, from)
    }

    fn read_physical(&mut self, address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
        let memory = match self.identity {
            true => &self.memory,
            false => &self.physical,
        };
        read(memory, address, into)
    }

    fn write_physical(&mut self, address: u64, from: &[u8]) -> Result<(), MemoryError> {
        let memory = match self.identity {
            true => &mut self.memory,
            false => &mut self.physical,
        };
        write(memory, address, from)
    }

    fn virtual_to_physical(&mut self, address: u64) -> Option<u64> {
        if self.identity {
            return self.memory.contains_key(&address).then_some(address);
        }
        let offset = address & 0xfff;
        self.pages.get(&(address & !0xfff)).map(|page| page | offset)
    }

    fn physical_to_virtual(&mut self, address: u64) -> Option<u64> {
        if self.identity {
            return self.virtual_to_physical(address);
        }
        let page = address & !0xfff;
        let found = self.pages.iter().find(|(_, physical)| **physical == page);
        found.map(|(virtual_page, _)| virtual_page | (address & 0xfff))
    }

    fn select_process(&mut self, pid: Option<u32>) -> bool {
        let known = pid.is_none_or(|pid| pid == self.running.pid);
        if known {
            self.selected = pid;
        }
        known
    }

    fn page_table_root(&self) -> u64 {
        match self.selected {
            Some(_) => self.selected_root,
            None => self.register(Register::Cr3),
        }
    }

    fn running(&self) -> Running {
        self.running
    }

    fn tsc(&self) -> (u64, u32) {
        (self.tsc, self.cpu)
    }

    fn now(&self) -> DateTime {
        self.now
    }

    fn microsleep(&mut self, microseconds: u64) {
        self.slept = self.slept.wrapping_add(microseconds);
    }
}
