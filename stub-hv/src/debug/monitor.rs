//! `monitor` commands: the command language over this machine.

use alloc::string::String;
use core::fmt;

use monitor_cmds::CpuState;
use monitor_cmds::Hit;
use monitor_cmds::Machine;
use monitor_cmds::Status;
use net::Transport;

use super::registers::dump;
use super::state;
use super::target::Target;
use super::world::Activity;
use crate::cpu::percpu;
use crate::guest::arming;
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

    fn physical_memory(&self) -> bool {
        self.target.physical
    }

    fn set_physical_memory(&mut self, physical: bool) {
        self.target.physical = physical;
    }

    fn request_reset(&mut self) {
        self.facts.reset = true;
    }

    fn last_hit(&self) -> Option<Hit> {
        *state::last_hit().lock()
    }
}
