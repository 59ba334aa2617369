//! A machine made of plain fields, for tests of everything that runs commands.

mod control;
mod guest;

pub use control::ControlCall;
pub use control::FakeControl;
pub use guest::FakeGuest;

use crate::ApicMode;
use crate::CpuState;
use crate::Cpuid;
use crate::EventSpec;
use crate::Guest;
use crate::Hit;
use crate::Machine;
use crate::MsrError;
use crate::Settings;
use crate::Status;
use crate::Task;
use crate::TaskKind;
use crate::Wanted;
use alloc::collections::BTreeMap;
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
    /// The guest of each CPU, in order; a CPU without one has no guest state.
    pub guests: Vec<FakeGuest>,
    /// The local APICs' mode.
    pub apic_mode: Option<ApicMode>,
    /// The local APICs' registers by offset; what is not there is 0.
    pub apic: BTreeMap<u16, u32>,
    /// The I/O APIC's registers by index; without any there is none.
    pub ioapic: BTreeMap<u8, u32>,
    /// PCI configuration space in words of 4 bytes, by the address that port cf8 takes (without bit 31).
    pub pci: BTreeMap<u32, u32>,
    /// What port cf8 holds; none if the ports cannot be used.
    pub pci_address: Option<u32>,
    /// Processes and threads; a thread's `owner` is its process.
    pub tasks: Vec<(TaskKind, Task)>,
    /// CPUID by function and subfunction; without any it cannot be asked, what is not there is 0.
    pub cpuid: BTreeMap<(u32, u32), Cpuid>,
    /// Model-specific registers by CPU and number; what is not there raises #GP. CPU 2 and above cannot be reached.
    pub msrs: BTreeMap<(u32, u32), u64>,
    /// The settings.
    pub settings: Settings,
    /// The last stop at a process or thread that was asked for.
    pub stop_at: Option<(TaskKind, Wanted)>,
    /// Why it can do no event.
    pub unsupported: Option<&'static str>,
    /// Whether the event that has stopped the guest leaves undone what it is about; none if no event has.
    pub short_circuit: Option<bool>,
    /// Messages that were not delivered.
    pub messages: u32,
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
            guests: vec![FakeGuest::default(); 2],
            apic_mode: None,
            apic: BTreeMap::new(),
            ioapic: BTreeMap::new(),
            pci: BTreeMap::new(),
            pci_address: None,
            tasks: Vec::new(),
            cpuid: BTreeMap::new(),
            msrs: BTreeMap::new(),
            settings: Settings::default(),
            stop_at: None,
            unsupported: None,
            short_circuit: None,
            messages: 0,
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

    fn guest(&mut self, cpu: u32) -> Option<&mut dyn Guest> {
        let index = usize::try_from(cpu).ok()?;
        self.guests.get_mut(index).map(|guest| guest as &mut dyn Guest)
    }

    fn local_apic_mode(&mut self, _: u32) -> Option<ApicMode> {
        self.apic_mode
    }

    fn local_apic_register(&mut self, _: u32, offset: u16) -> Option<u32> {
        self.apic_mode?;
        Some(self.apic.get(&offset).copied().unwrap_or(0))
    }

    fn ioapic_register(&mut self, index: u8) -> Option<u32> {
        self.ioapic.get(&index).copied()
    }

    fn io_read(&mut self, port: u16, _: u8) -> Option<u32> {
        let address = self.pci_address?;
        Some(match port {
            0xcf8 => address,
            0xcfc => *self.pci.get(&(address & 0x7fff_ffff)).unwrap_or(&u32::MAX),
            _ => u32::MAX,
        })
    }

    fn io_write(&mut self, port: u16, _: u8, value: u32) -> bool {
        if port == 0xcf8 && self.pci_address.is_some() {
            self.pci_address = Some(value);
        }
        self.pci_address.is_some()
    }

    fn tasks(
        &mut self,
        kind: TaskKind,
        process: Option<u64>,
        each: &mut dyn FnMut(&Task) -> fmt::Result,
    ) -> fmt::Result {
        let is_process =
            |task: &(TaskKind, Task)| task.0 == TaskKind::Process && Some(task.1.object) == process;
        let owner = self.tasks.iter().find(|task| is_process(task));
        let owner = owner.map(|(_, process)| process.id);
        self.tasks
            .iter()
            .filter(|(is, task)| *is == kind && (process.is_none() || Some(task.owner) == owner))
            .try_for_each(|(_, task)| each(task))
    }

    fn stop_at_task(&mut self, kind: TaskKind, wanted: Wanted) -> bool {
        let known = self.tasks.iter().any(|(is, task)| {
            *is == kind
                && match wanted {
                    Wanted::Id(id) => task.id == id,
                    Wanted::Object(object) => task.object == object,
                }
        });
        if known {
            self.stop_at = Some((kind, wanted));
        }
        known
    }

    fn cpuid(&mut self, function: u32, subfunction: u32) -> Option<Cpuid> {
        let known = !self.cpuid.is_empty();
        known.then(|| {
            self.cpuid
                .get(&(function, subfunction))
                .copied()
                .unwrap_or_default()
        })
    }

    fn read_msr(&mut self, cpu: u32, msr: u32) -> Result<u64, MsrError> {
        if cpu > 1 {
            return Err(MsrError::Unreachable);
        }
        let value = self.msrs.get(&(cpu, msr)).copied();
        value.ok_or(MsrError::GeneralProtection)
    }

    fn write_msr(&mut self, cpu: u32, msr: u32, value: u64) -> Result<(), MsrError> {
        self.read_msr(cpu, msr)?;
        self.msrs.insert((cpu, msr), value);
        Ok(())
    }

    fn settings(&mut self) -> &mut Settings {
        &mut self.settings
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

    fn unsupported(&self, _: &EventSpec) -> Option<&str> {
        self.unsupported
    }

    fn set_short_circuit(&mut self, on: bool) -> bool {
        self.short_circuit = self.short_circuit.map(|_| on);
        self.short_circuit.is_some()
    }

    fn flush_messages(&mut self) -> u32 {
        core::mem::take(&mut self.messages)
    }

    fn last_hit(&self) -> Option<Hit> {
        self.last
    }
}
