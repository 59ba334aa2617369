//! The guest's physical address space: one tree of nested page tables for all CPUs.
//!
//! Everything maps to itself but three things: the hypervisor's memory, which shows as a bus without
//! memory; the local APIC's page, whose writes are looked at for INIT and start-up IPIs; and the I/O APIC
//! that the debug UART's interrupt goes through.

use core::ops::Range;

use spin::Mutex;
use spin::Once;

use super::ioapic;
use super::ioapic::Shadow;
use crate::cpu::apic;
use crate::memory::GuestPhysical;
use crate::memory::host::HeapFrames;
use crate::memory::nested::Nested;
use crate::memory::nested::NestedError;
use crate::memory::nested::Npt;
use crate::memory::nested::Permissions;

/// The tree of the only vendor so far.
pub type Tree = Nested<Npt, HeapFrames>;

static TREE: Once<Mutex<Tree>> = Once::new();
static IOAPIC: Once<IoApic> = Once::new();

/// The I/O APIC that one entry of is the hypervisor's.
struct IoApic {
    base: u64,
    state: Mutex<Shadow>,
}

/// What there is to build the space from.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Maps `0..end` to itself; what lies behind is mapped when the guest touches it.
    pub end: u64,
    /// Whether the CPU has 1 GiB nested pages.
    pub gigabyte_pages: bool,
    /// Whether writes to the local APIC's page are looked at: with one CPU there is nobody to start.
    pub watch_apic: bool,
    /// The hypervisor's memory.
    pub hidden: Range<u64>,
    /// Base address of the I/O APIC with the debug UART's input, that input's number there, and the
    /// redirection entry to give it.
    pub ioapic: Option<(u64, u8, u64)>,
}

fn range(start: u64, end: u64) -> Range<GuestPhysical> {
    GuestPhysical(start)..GuestPhysical(end)
}

/// Builds the space and gives its root's physical address.
pub fn build(plan: &Plan) -> Result<u64, NestedError> {
    let mut tree = Nested::new(Npt, HeapFrames, plan.gigabyte_pages)?;
    tree.map_identity(range(0, plan.end), Permissions::all())?;
    tree.hide(range(plan.hidden.start, plan.hidden.end))?;
    if plan.watch_apic {
        tree.set_permissions(GuestPhysical(apic::BASE), Permissions::READ)?;
    }
    if let Some((base, pin, entry)) = plan.ioapic {
        tree.unmap(range(base & !0xfff, (base & !0xfff) + 4096))?;
        let mut shadow = Shadow::new(pin);
        let mut registers = Registers { base };
        shadow.adopt(&mut registers);
        shadow.program(&mut registers, entry);
        IOAPIC.call_once(|| IoApic {
            base,
            state: Mutex::new(shadow),
        });
    }
    let root = tree.root().0;
    TREE.call_once(|| Mutex::new(tree));
    Ok(root)
}

/// The tree, for changes. Not for NMI context, which takes no locks.
pub fn tree() -> Option<spin::MutexGuard<'static, Tree>> {
    TREE.get().map(Mutex::lock)
}

/// The I/O APIC's registers in hardware.
struct Registers {
    base: u64,
}

impl ioapic::Hardware for Registers {
    fn read(&mut self, offset: u32) -> u32 {
        crate::cpu::mmio::read32(self.base + u64::from(offset))
    }

    fn write(&mut self, offset: u32, value: u32) {
        crate::cpu::mmio::write32(self.base + u64::from(offset), value);
    }
}

/// Whether the address is a register of the I/O APIC that is looked at.
pub fn is_ioapic(address: u64) -> bool {
    IOAPIC
        .get()
        .is_some_and(|ioapic| address & !0xfff == ioapic.base & !0xfff)
}

/// The I/O APIC's register with this index, as the guest would find it. None if no I/O APIC is looked at.
pub fn ioapic_register(index: u8) -> Option<u32> {
    let ioapic = IOAPIC.get()?;
    let mut registers = Registers { base: ioapic.base };
    Some(ioapic.state.lock().register(&mut registers, index))
}

/// A guest's read of an I/O APIC register.
pub fn ioapic_read(address: u64) -> u32 {
    let Some(ioapic) = IOAPIC.get() else {
        return u32::MAX;
    };
    let state = ioapic.state.lock();
    let offset = address.wrapping_sub(ioapic.base) as u32;
    state
        .read(offset)
        .unwrap_or_else(|| crate::cpu::mmio::read32(address))
}

/// A guest's write of an I/O APIC register.
pub fn ioapic_write(address: u64, value: u32) {
    let Some(ioapic) = IOAPIC.get() else { return };
    let mut state = ioapic.state.lock();
    let offset = address.wrapping_sub(ioapic.base) as u32;
    if let ioapic::Action::PassThrough { value, .. } = state.write(offset, value) {
        crate::cpu::mmio::write32(address, value);
    }
}
