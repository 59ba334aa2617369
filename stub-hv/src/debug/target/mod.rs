//! The machine as gdbstub sees it: threads are CPUs, thread n is CPU n-1.
//!
//! One file per group of gdbstub's target traits. A [`Target`] is used only between a stop and the resume
//! after it, while it holds the proof that the world is stopped.

mod base;
mod breakpoints;
mod description;
mod resume;
mod threads;

use core::convert::Infallible;
use core::num::NonZeroUsize;

use alloc::string::String;
use gdbstub::common::Tid;
use gdbstub::target::ext::base::BaseOps;
use gdbstub::target::ext::breakpoints::BreakpointsOps;
use gdbstub::target::ext::target_description_xml_override::TargetDescriptionXmlOverrideOps;

use super::registers::Amd64;
use super::registers::description;
use super::world::Resume;
use super::world::Stopped;
use crate::cpu::MAX_CPUS;
use crate::guest::linear;
use crate::guest::linear::Unpatched;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::virt::Vcpu;

/// The error number for what cannot be accessed: EFAULT.
pub const CANNOT_ACCESS: u8 = 14;
/// The error number for what makes no sense: EINVAL.
pub const INVALID: u8 = 22;
/// The error number for what there is no room for: ENOSPC.
pub const NO_ROOM: u8 = 28;

/// What the next resume is to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// What each CPU was told; none means what `others` says.
    actions: [Option<Resume>; MAX_CPUS],
    others: Resume,
    /// The client has asked for the resume.
    pub wanted: bool,
}

impl Plan {
    const fn new() -> Self {
        Self {
            actions: [None; MAX_CPUS],
            others: Resume::Continue,
            wanted: false,
        }
    }
}

/// The machine for gdbstub.
#[derive(Debug)]
pub struct Target {
    world: Option<Stopped>,
    /// Whether memory requests name physical addresses.
    pub physical: bool,
    /// The CPU that stopped, or that the client has chosen since.
    pub selected: usize,
    /// What the client wants resumed.
    pub plan: Plan,
    description: String,
    /// Whether the CPU has AVX registers.
    pub avx: bool,
}

/// The thread id of a CPU.
pub fn thread(index: usize) -> Tid {
    NonZeroUsize::MIN.saturating_add(index)
}

/// The CPU of a thread id.
pub fn cpu_index(tid: Tid) -> usize {
    tid.get() - 1
}

impl Target {
    /// The machine, with or without AVX registers.
    pub fn new(avx: bool) -> Self {
        Self {
            world: None,
            physical: false,
            selected: 0,
            plan: Plan::new(),
            description: description(avx),
            avx,
        }
    }

    /// The CPU that requests without a thread are about.
    pub fn current(&self) -> usize {
        self.selected
    }

    /// Takes the stopped world over.
    pub fn enter(&mut self, world: Stopped) {
        self.world = Some(world);
    }

    /// Gives the stopped world back.
    pub fn leave(&mut self) -> Option<Stopped> {
        self.world.take()
    }

    /// The stopped world.
    pub fn world(&mut self) -> Option<&mut Stopped> {
        self.world.as_mut()
    }

    /// A virtual CPU.
    pub fn vcpu(&mut self, index: usize) -> Option<&mut (dyn Vcpu + 'static)> {
        self.world.as_mut()?.vcpu(index)
    }

    /// A virtual CPU, to be looked at.
    pub fn peek(&self, index: usize) -> Option<&(dyn Vcpu + 'static)> {
        self.world.as_ref()?.peek(index)
    }

    /// Reads memory as CPU `index` sees it, or physical memory; how many bytes from the start could be read.
    pub fn read_memory(&mut self, index: usize, at: u64, into: &mut [u8]) -> usize {
        if self.physical {
            return read_physical(at, into);
        }
        self.vcpu(index)
            .map_or(0, |vcpu| linear::read(vcpu, at, into).unwrap_or(0))
    }

    /// Writes memory as CPU `index` sees it, or physical memory, whatever the guest's page tables allow.
    pub fn write_memory(&mut self, index: usize, at: u64, from: &[u8]) -> bool {
        if self.physical {
            return Unpatched.write(GuestPhysical(at), from).is_ok();
        }
        self.vcpu(index)
            .is_some_and(|vcpu| linear::write(vcpu, at, from).is_ok())
    }

    /// Sets how each CPU goes on and forgets the plan.
    pub fn apply_plan(&mut self) {
        let plan = core::mem::replace(&mut self.plan, Plan::new());
        let Some(world) = self.world.as_mut() else { return };
        for (index, action) in plan.actions.iter().enumerate() {
            world.set_resume(index, action.unwrap_or(plan.others));
        }
    }
}

/// Reads physical memory page by page, up to the first that cannot be read.
fn read_physical(at: u64, into: &mut [u8]) -> usize {
    let mut done = 0;
    while done < into.len() {
        let at = GuestPhysical(at.wrapping_add(done as u64));
        let count = at.left_in_page().min(into.len() - done);
        let Some(chunk) = into.get_mut(done..done + count) else {
            break;
        };
        if Unpatched.read(at, chunk).is_err() {
            break;
        }
        done += count;
    }
    done
}

impl gdbstub::target::Target for Target {
    type Arch = Amd64;
    type Error = Infallible;

    fn base_ops(&mut self) -> BaseOps<'_, Self::Arch, Self::Error> {
        BaseOps::MultiThread(self)
    }

    fn support_breakpoints(&mut self) -> Option<BreakpointsOps<'_, Self>> {
        Some(self)
    }

    fn support_target_description_xml_override(
        &mut self,
    ) -> Option<TargetDescriptionXmlOverrideOps<'_, Self>> {
        Some(self)
    }

    /// The packet front end encodes runs, of its own replies too.
    fn use_rle(&self) -> bool {
        false
    }

    /// The packet front end owns acknowledgement.
    fn use_no_ack_mode(&self) -> bool {
        false
    }
}
