//! `monitor` commands: the command language over this machine.

mod guest;
mod msr;
mod unsupported;

use alloc::string::String;
use core::arch::x86_64::__cpuid_count;
use core::fmt;

use monitor_cmds::ApicMode;
use monitor_cmds::CpuState;
use monitor_cmds::Cpuid;
use monitor_cmds::EventSpec;
use monitor_cmds::Guest;
use monitor_cmds::Hit;
use monitor_cmds::Machine;
use monitor_cmds::MsrError;
use monitor_cmds::Settings;
use monitor_cmds::Stage;
use monitor_cmds::Status;
use net::Transport;

use super::registers::dump;
use super::state;
use super::target::Target;
use super::world;
use super::world::Activity;
use crate::cpu::apic;
use crate::cpu::msr as hardware;
use crate::cpu::percpu;
use crate::cpu::port;
use crate::event::messages;
use crate::guest::arming;
use crate::guest::cpuid;
use crate::guest::msr as guest_msr;
use crate::guest::space;
use crate::virt::Register;
use crate::virt::exit::KINDS;

/// What does not change while the machine runs.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Name and version.
    pub version: String,
    /// Backend and processor.
    pub processor: String,
    /// What was booted.
    pub guest: String,
    /// Bytes the hypervisor keeps.
    pub reserved: u64,
    /// The client has asked for a reset.
    pub reset: bool,
    /// What `settings` has changed.
    pub settings: Settings,
}

impl Facts {
    /// Runs a command and writes what it prints.
    pub fn run(&mut self, command: &[u8], target: &mut Target, line: &dyn Transport, out: &mut String) {
        let mut transport = String::new();
        // A string takes everything.
        let _ = line.describe(&mut transport);
        let mut view = View {
            facts: self,
            target,
            transport,
            cpu: 0,
        };
        let _ = monitor_cmds::run(command, &mut view, &mut state::events().write(), out);
        arming::changed();
    }
}

/// The machine as a command sees it.
struct View<'a> {
    facts: &'a mut Facts,
    target: &'a mut Target,
    transport: String,
    /// The CPU that the view is the guest of.
    cpu: usize,
}

impl Machine for View<'_> {
    fn status(&self) -> Status<'_> {
        Status {
            version: &self.facts.version,
            processor: &self.facts.processor,
            guest: &self.facts.guest,
            reserved: self.facts.reserved,
            transport: &self.transport,
        }
    }

    fn cpu_count(&self) -> u32 {
        percpu::count() as u32
    }

    fn cpu_state(&self, cpu: u32) -> CpuState {
        match percpu::get(cpu as usize).map(|cpu| cpu.state.activity()) {
            Some(Activity::Running) => CpuState::Stopped,
            Some(Activity::WaitForStartUp) => CpuState::Waiting,
            Some(Activity::Shutdown) => CpuState::Stopped,
            None => CpuState::Offline,
        }
    }

    fn current_cpu(&self) -> u32 {
        self.target.current() as u32
    }

    fn exit_counters(&self, each: &mut dyn FnMut(&str, u64) -> fmt::Result) -> fmt::Result {
        for (kind, name) in KINDS.iter().enumerate() {
            each(name, percpu::all().map(|cpu| cpu.counters.get(kind)).sum())?;
        }
        Ok(())
    }

    fn registers(&self, cpu: u32, each: &mut dyn FnMut(&str, u64) -> fmt::Result) -> fmt::Result {
        let Some(vcpu) = self.target.peek(cpu as usize) else {
            return Ok(());
        };
        for (info, value) in dump(vcpu, false).filter(|(_, value)| value.bytes <= 8) {
            each(info.name, value.value as u64)?;
        }
        Ok(())
    }

    fn guest(&mut self, cpu: u32) -> Option<&mut dyn Guest> {
        self.target.peek(cpu as usize)?;
        self.cpu = cpu as usize;
        Some(self)
    }

    fn local_apic_mode(&mut self, cpu: u32) -> Option<ApicMode> {
        // A CPU reaches no other local APIC than its own, and this runs on the one that stopped the world.
        if world::owner() != Some(cpu as usize) {
            return None;
        }
        let base = hardware::read(hardware::APIC_BASE).unwrap_or(0);
        Some(match guest_msr::ApicMode::of(base) {
            guest_msr::ApicMode::Disabled => ApicMode::Disabled,
            guest_msr::ApicMode::XApic => ApicMode::XApic,
            guest_msr::ApicMode::X2Apic => ApicMode::X2Apic,
        })
    }

    fn local_apic_register(&mut self, cpu: u32, offset: u16) -> Option<u32> {
        match self.local_apic_mode(cpu)? {
            ApicMode::Disabled => None,
            ApicMode::XApic => Some(apic::read(offset.into())),
            ApicMode::X2Apic => {
                let value = hardware::read(apic::x2apic_msr(offset.into())).ok()?;
                Some(value as u32)
            }
        }
    }

    fn ioapic_register(&mut self, index: u8) -> Option<u32> {
        space::ioapic_register(index)
    }

    fn io_read(&mut self, port: u16, size: u8) -> Option<u32> {
        Some(port::read(port, size))
    }

    fn io_write(&mut self, port: u16, size: u8, value: u32) -> bool {
        port::write(port, size, value);
        true
    }

    fn cpuid(&mut self, function: u32, subfunction: u32) -> Option<Cpuid> {
        let vcpu = self.target.peek(world::owner()?)?;
        let host = __cpuid_count(function, subfunction);
        let seen = cpuid::filter(function, subfunction, host, vcpu.get(Register::Cr4));
        Some(Cpuid {
            eax: seen.eax,
            ebx: seen.ebx,
            ecx: seen.ecx,
            edx: seen.edx,
        })
    }

    fn read_msr(&mut self, cpu: u32, msr: u32) -> Result<u64, MsrError> {
        msr::read(self, cpu, msr)
    }

    fn write_msr(&mut self, cpu: u32, msr: u32, value: u64) -> Result<(), MsrError> {
        msr::write(self, cpu, msr, value)
    }

    fn settings(&mut self) -> &mut Settings {
        &mut self.facts.settings
    }

    fn physical_memory(&self) -> bool {
        self.target.physical
    }

    fn set_physical_memory(&mut self, physical: bool) {
        self.target.physical = physical;
    }

    fn request_reset(&mut self) {
        self.facts.reset = true;
    }

    fn unsupported(&self, spec: &EventSpec) -> Option<&str> {
        unsupported::why(spec)
    }

    fn set_short_circuit(&mut self, on: bool) -> bool {
        let Some(hit) = self.last_hit() else { return false };
        let index = hit.moment.cpu as usize;
        let (Some(cpu), Some(vcpu)) = (percpu::get(index), self.target.peek(index)) else {
            return false;
        };
        hit.moment.stage == Stage::Pre
            && hit.trigger.can_short_circuit()
            && cpu.state.set_pass_skips(vcpu.get(Register::Rip), on)
    }

    fn flush_messages(&mut self) -> u32 {
        messages::clear_all().try_into().unwrap_or(u32::MAX)
    }

    fn last_hit(&self) -> Option<Hit> {
        *state::last_hit().lock()
    }
}
