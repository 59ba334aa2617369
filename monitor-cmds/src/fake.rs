//! A machine made of plain fields, for tests of everything that runs commands.

use crate::CpuState;
use crate::Hit;
use crate::Machine;
use crate::Status;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

/// A [`Machine`] whose every answer is a field.
#[derive(Clone, Debug)]
pub struct FakeMachine {
    /// One state a CPU; their number is the CPU count.
    pub cpus: Vec<CpuState>,
    /// The selected CPU.
    pub current: u32,
    /// Exit counters.
    pub counters: Vec<(&'static str, u64)>,
    /// Registers of CPU 0; CPU n has every value increased by n.
    pub registers: Vec<(&'static str, u64)>,
    /// Physical-memory mode.
    pub physical: bool,
    /// How often a reset was asked for.
    pub resets: u32,
    /// The last event.
    pub last: Option<Hit>,
}

impl Default for FakeMachine {
    /// Two stopped CPUs, two counters, two registers, nothing hit.
    fn default() -> Self {
        Self {
            cpus: vec![CpuState::Stopped; 2],
            current: 0,
            counters: vec![("io", 12), ("cpuid", 345)],
            registers: vec![("rax", 0x41), ("rip", 0xffff_ffff_8100_0000)],
            physical: false,
            resets: 0,
            last: None,
        }
    }
}

impl Machine for FakeMachine {
    fn status(&self) -> Status<'_> {
        Status {
            version: "stub-hv 0.0.0",
            processor: "fake",
            guest: "demo",
            transport: "loopback",
            reserved: 16 << 20,
        }
    }

    fn cpu_count(&self) -> u32 {
        self.cpus.len().try_into().unwrap_or(u32::MAX)
    }

    fn cpu_state(&self, cpu: u32) -> CpuState {
        usize::try_from(cpu)
            .ok()
            .and_then(|cpu| self.cpus.get(cpu))
            .copied()
            .unwrap_or(CpuState::Offline)
    }

    fn current_cpu(&self) -> u32 {
        self.current
    }

    fn exit_counters(&self, each: &mut dyn FnMut(&str, u64) -> fmt::Result) -> fmt::Result {
        self.counters
            .iter()
            .try_for_each(|&(name, count)| each(name, count))
    }

    fn registers(&self, cpu: u32, each: &mut dyn FnMut(&str, u64) -> fmt::Result) -> fmt::Result {
        self.registers
            .iter()
            .try_for_each(|&(name, value)| each(name, value.wrapping_add(cpu.into())))
    }

    fn physical_memory(&self) -> bool {
        self.physical
    }

    fn set_physical_memory(&mut self, physical: bool) {
        self.physical = physical;
    }

    fn request_reset(&mut self) {
        self.resets = self.resets.wrapping_add(1);
    }

    fn last_hit(&self) -> Option<Hit> {
        self.last
    }
}
