//! Memory as the virtual CPU itself may access it, for instructions carried out in software: whatever
//! would fault, or change the page tables, or touch a device is refused.

use super::emulate::simple::LinearMemory;
use super::emulate::simple::Refused;
use super::linear;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::GuestVirtual;
use crate::memory::host;
use crate::memory::host::Physical;
use crate::memory::walk;
use crate::memory::walk::Paging;
use crate::virt::Register;
use crate::virt::Vcpu;

const ACCESSED: u64 = 1 << 5;
const DIRTY: u64 = 1 << 6;
const CR0_WP: u64 = 1 << 16;
const CR4_SMAP: u64 = 1 << 21;
const CR4_PKE: u64 = 1 << 22;

/// The rights of a virtual CPU at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Rights {
    paging: Paging,
    cr3: u64,
    user: bool,
    write_protect: bool,
    smap: bool,
    keys: bool,
}

impl Rights {
    /// The rights with which the instruction at RIP accesses memory.
    pub fn of<V: Vcpu>(vcpu: &V) -> Self {
        let cr4 = vcpu.get(Register::Cr4);
        Self {
            paging: linear::paging(vcpu),
            cr3: vcpu.get(Register::Cr3),
            user: vcpu.privilege() == 3,
            write_protect: vcpu.get(Register::Cr0) & CR0_WP != 0,
            smap: cr4 & CR4_SMAP != 0,
            keys: cr4 & CR4_PKE != 0,
        }
    }

    /// Memory with these rights.
    pub const fn memory(self) -> Access {
        Access(self)
    }

    fn translate(&self, at: u64, length: usize, write: bool) -> Result<GuestPhysical, Refused> {
        let at = GuestVirtual(at);
        if at.left_in_page() < length {
            return Err(Refused);
        }
        let (mut accessed, mut last) = (true, 0);
        let page = walk::translate_seen(&self.paging, self.cr3, &Physical, at, |step| {
            accessed &= step.value & ACCESSED != 0;
            last = step.value;
        })
        .map_err(|_| Refused)?;
        let allowed = if self.user {
            page.user
        } else {
            !(page.user && self.smap)
        } && !(page.user && self.keys)
            && (!write || last & DIRTY != 0 && (page.writable || !self.user && !self.write_protect));
        if accessed && allowed && host::is_ram(page.physical.0) {
            Ok(page.physical)
        } else {
            Err(Refused)
        }
    }
}

/// Memory with the rights of a virtual CPU.
#[derive(Clone, Copy, Debug)]
pub struct Access(Rights);

impl LinearMemory for Access {
    fn read(&mut self, at: u64, into: &mut [u8]) -> Result<(), Refused> {
        let physical = self.0.translate(at, into.len(), false)?;
        linear::Unpatched.read(physical, into).map_err(|_| Refused)
    }

    fn write(&mut self, at: u64, from: &[u8]) -> Result<(), Refused> {
        let physical = self.0.translate(at, from.len(), true)?;
        linear::Unpatched.write(physical, from).map_err(|_| Refused)
    }
}
