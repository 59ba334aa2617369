//! One file per exit reason, and the table that leads to them.

mod code;
mod cpuid;
mod debug_register;
mod exception;
mod flags;
mod halt;
mod io;
mod iret;
mod msr;
mod nested;
mod software_interrupt;
mod string_io;

pub use code::fetch;

use super::run::Local;
use crate::cpu::PerCpu;
use crate::debug::stop::StopReason;
use crate::debug::world::Activity;
use crate::virt::Exit;
use crate::virt::Injection;
use crate::virt::Vcpu;

/// What an exit came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing of the guest was executed: it tries again, or takes an event first.
    Retry,
    /// The instruction at RIP was carried out and RIP is behind it.
    Emulated,
    /// The guest is to be stopped.
    Stop(StopReason),
    /// As [`Outcome::Emulated`], and the guest is to be stopped behind the instruction.
    EmulatedStop(StopReason),
}

/// Handles an exit. NMIs are the run loop's.
pub fn handle<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut V, local: &mut Local, exit: &Exit) -> Outcome {
    match *exit {
        Exit::Cpuid => cpuid::handle(vcpu),
        Exit::Io(access) => io::handle(cpu, vcpu, &access),
        Exit::MsrRead => msr::read(vcpu),
        Exit::MsrWrite => msr::write(cpu, vcpu),
        Exit::Xsetbv => msr::set_xcr(vcpu),
        Exit::Nested(fault) => nested::handle(cpu, vcpu, local, &fault),
        Exit::Exception {
            vector,
            error,
            address,
        } => exception::handle(
            vcpu,
            local,
            exception::Raised {
                vector,
                error,
                address,
            },
        ),
        Exit::SoftwareInterrupt => software_interrupt::handle(vcpu, local),
        Exit::DebugRegister => debug_register::handle(vcpu, local),
        Exit::Halt => halt::handle(vcpu),
        Exit::Iret => iret::handle(cpu, vcpu, local),
        Exit::PushFlags => flags::push(vcpu),
        Exit::Init => {
            cpu.state.request_init();
            Outcome::Retry
        }
        // What the guest's CPU does not have, or what nobody has asked for.
        Exit::VirtualizationInstruction | Exit::Hypercall => {
            vcpu.inject(Injection::INVALID_OPCODE);
            Outcome::Retry
        }
        Exit::Shutdown => end(cpu, StopReason::Shutdown),
        Exit::EntryFailed => end(cpu, StopReason::EntryFailed),
        Exit::Unknown { code, info } => Outcome::Stop(StopReason::Unexpected { code, info }),
        // Not asked for, or taken before this is called.
        Exit::Nmi | Exit::PopFlags => Outcome::Stop(StopReason::Unexpected {
            code: exit.kind() as u64,
            info: [0; 2],
        }),
    }
}

/// The virtual CPU cannot run on; an INIT may start it again.
fn end(cpu: &PerCpu, reason: StopReason) -> Outcome {
    cpu.state.set_activity(Activity::Shutdown);
    Outcome::Stop(reason)
}
