//! What is intercepted on a CPU: the hypervisor's own needs, the debugger's breakpoints and the events.
//!
//! Recomputed by each CPU when the generation has changed. The debugger makes changes while the world is stopped,
//! so no CPU runs the guest with what was armed before; a script makes them while the guest runs, and then the other
//! CPUs are made to exit.

use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering;

use heapless::Vec;
use monitor_cmds::Ports;

use crate::cpu::PerCpu;
use crate::debug::breakpoints::hardware::Effective;
use crate::debug::breakpoints::hardware::GuestView;
use crate::debug::state;
use crate::virt::Intercepts;
use crate::virt::Register;
use crate::virt::RegisterFile;
use crate::virt::Vcpu;

/// How many ports can be watched by name; with more, all are.
const PORTS: usize = 256;

static GENERATION: AtomicU64 = AtomicU64::new(1);

/// Says that what is to be intercepted may have changed.
pub fn changed() {
    GENERATION.fetch_add(1, Ordering::Release);
}

/// What a CPU has armed.
#[derive(Debug, Default)]
pub struct Armed {
    generation: u64,
    /// How guest and debugger share the debug registers; `None` while the guest has them to itself.
    pub debug: Option<Effective>,
}

impl Armed {
    /// Arms anew if anything has changed since.
    pub fn refresh<V: Vcpu>(&mut self, cpu: &'static PerCpu, vcpu: &mut V) {
        let generation = GENERATION.load(Ordering::Acquire);
        if generation == self.generation {
            return;
        }
        self.generation = generation;
        let events = state::events().read();
        let events = events.intercepts(cpu.index as u32);
        let mut ports: Vec<u16, PORTS> = Vec::new();
        let mut all_ports = super::hidden::ports()
            .try_for_each(|port| ports.push(port))
            .is_err();
        for watched in [events.io_in, events.io_out] {
            all_ports |= match watched {
                Ports::None => false,
                Ports::All => true,
                Ports::Some(list) => list.iter().try_for_each(|port| ports.push(port)).is_err(),
            };
        }
        self.share_debug_registers(vcpu);
        vcpu.set_intercepts(&Intercepts {
            software_interrupts: state::breakpoints().lock().iter().next().is_some(),
            debug_registers: self.debug.is_some(),
            all_ports,
            ports: &ports,
            ..Intercepts::default()
        });
        vcpu.flush();
    }

    /// Shares the debug registers out anew: the debugger's watches or the guest's registers have changed.
    pub fn share_debug_registers<V: Vcpu>(&mut self, vcpu: &mut V) {
        let watches = state::watches().lock();
        // The guest's own registers are read from the CPU first.
        vcpu.capture();
        self.debug = (!watches.is_empty()).then(|| Effective::merge(&watches, &guest_view(vcpu)));
        vcpu.set_debug_registers(self.debug.as_ref().map(|shared| (shared.address, shared.dr7)));
        vcpu.release();
    }
}

/// The debug registers as the guest has set them.
pub fn guest_view(registers: &(impl RegisterFile + ?Sized)) -> GuestView {
    let get = |number| registers.get(Register::Debug(number));
    GuestView {
        address: [get(0), get(1), get(2), get(3)],
        dr6: get(6),
        dr7: get(7),
    }
}
