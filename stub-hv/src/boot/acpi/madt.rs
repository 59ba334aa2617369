//! The multiple APIC description table: processors, I/O APICs, and how ISA interrupts are wired.

use super::tables::HEADER_LENGTH;
use super::tables::Table;
use crate::memory::GuestMemory;
use heapless::Vec;
use zerocopy::FromBytes;
use zerocopy::Immutable;
use zerocopy::IntoBytes;
use zerocopy::KnownLayout;
use zerocopy::little_endian::U16;
use zerocopy::little_endian::U32;
use zerocopy::little_endian::U64;

/// How many processors are kept.
pub const MAX_PROCESSORS: usize = 64;
/// How many I/O APICs are kept.
pub const MAX_IO_APICS: usize = 8;
/// How many interrupt source overrides are kept.
pub const MAX_OVERRIDES: usize = 24;

/// A processor that is on or can be brought online.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processor {
    /// Its local APIC ID.
    pub apic_id: u32,
    /// The number ACPI's namespace knows it by.
    pub uid: u32,
    /// Whether it is there and can be started now; otherwise it can be plugged in later.
    pub enabled: bool,
}

/// An I/O APIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IoApic {
    /// Its ID.
    pub id: u8,
    /// The physical address of its registers.
    pub address: u64,
    /// The global system interrupt of its first input.
    pub gsi_base: u32,
}

/// Which level asks for an interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polarity {
    /// High, as on the ISA bus.
    ActiveHigh,
    /// Low.
    ActiveLow,
}

/// What of the signal asks for an interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Its change, as on the ISA bus.
    Edge,
    /// Its level.
    Level,
}

/// How an ISA interrupt is wired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// The ISA interrupt, 0 to 15 on every machine that exists.
    pub irq: u8,
    /// The global system interrupt it arrives at.
    pub gsi: u32,
    /// Its active level.
    pub polarity: Polarity,
    /// Its trigger.
    pub trigger: Trigger,
}

/// What is kept of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Madt {
    /// The physical address of each processor's local APIC, unless the processor has moved it.
    pub local_apic: u64,
    /// The processors, in the table's order: the first is usually the one that booted.
    pub processors: Vec<Processor, MAX_PROCESSORS>,
    /// How many more processors there are than fit into `processors`.
    pub processors_left_out: usize,
    /// The I/O APICs.
    pub io_apics: Vec<IoApic, MAX_IO_APICS>,
    /// The ISA interrupts that are not wired as they were on the PC/AT.
    pub overrides: Vec<Override, MAX_OVERRIDES>,
}

impl Madt {
    /// How an ISA interrupt is wired: without an override to the input of its own number, active high,
    /// edge-triggered.
    pub fn isa_interrupt(&self, irq: u8) -> Override {
        let plain = Override {
            irq,
            gsi: irq.into(),
            polarity: Polarity::ActiveHigh,
            trigger: Trigger::Edge,
        };
        self.overrides
            .iter()
            .find(|entry| entry.irq == irq)
            .copied()
            .unwrap_or(plain)
    }

    /// The I/O APIC that serves a global system interrupt, and its input there. The table does not say
    /// how many inputs an I/O APIC has: that is in its version register.
    pub fn io_apic_for(&self, gsi: u32) -> Option<(IoApic, u32)> {
        let below = self.io_apics.iter().filter(|entry| entry.gsi_base <= gsi);
        below
            .max_by_key(|entry| entry.gsi_base)
            .map(|entry| (*entry, gsi - entry.gsi_base))
    }

    pub(super) fn read(memory: &(impl GuestMemory + ?Sized), table: &Table) -> Option<Self> {
        let local_apic: U32 = table.get(memory, HEADER_LENGTH)?;
        let mut madt = Self {
            local_apic: local_apic.get().into(),
            ..Self::default()
        };
        // The local APIC's address and a word of flags lie before the entries.
        let mut offset = HEADER_LENGTH + 8;
        while let Some([kind, length]) = table.get::<[u8; 2]>(memory, offset) {
            if length < 2 {
                break;
            }
            madt.take(memory, table, Entry { kind, length, offset });
            offset += u32::from(length);
        }
        Some(madt)
    }

    fn take(&mut self, memory: &(impl GuestMemory + ?Sized), table: &Table, entry: Entry) {
        match entry.kind {
            0 => {
                if let Some(raw) = entry.get::<LocalApic>(memory, table) {
                    self.add_processor(raw.apic_id.into(), raw.uid.into(), raw.flags.get());
                }
            }
            1 => {
                if let Some(raw) = entry.get::<RawIoApic>(memory, table) {
                    let address = raw.address.get().into();
                    // The hypervisor has no use for a ninth: ISA interrupts arrive at the first.
                    let _ = self.io_apics.push(IoApic {
                        id: raw.id,
                        address,
                        gsi_base: raw.gsi_base.get(),
                    });
                }
            }
            2 => {
                if let Some(raw) = entry.get::<RawOverride>(memory, table) {
                    // A bus has fewer interrupts than there is room for; doubles do not matter.
                    let _ = self.overrides.push(raw.decode());
                }
            }
            5 => {
                if let Some(raw) = entry.get::<AddressOverride>(memory, table) {
                    self.local_apic = raw.address.get();
                }
            }
            9 => {
                if let Some(raw) = entry.get::<LocalX2Apic>(memory, table) {
                    self.add_processor(raw.apic_id.get(), raw.uid.get(), raw.flags.get());
                }
            }
            _ => {}
        }
    }

    /// Keeps a processor that can run. Some firmware lists one as local APIC and as x2APIC.
    fn add_processor(&mut self, apic_id: u32, uid: u32, flags: u32) {
        const ENABLED: u32 = 1 << 0;
        const ONLINE_CAPABLE: u32 = 1 << 1;
        let known = self
            .processors
            .iter()
            .any(|processor| processor.apic_id == apic_id);
        if flags & (ENABLED | ONLINE_CAPABLE) == 0 || known {
            return;
        }
        let processor = Processor {
            apic_id,
            uid,
            enabled: flags & ENABLED != 0,
        };
        if self.processors.push(processor).is_err() {
            self.processors_left_out += 1;
        }
    }
}

/// Where in the table an entry is.
#[derive(Clone, Copy)]
struct Entry {
    kind: u8,
    length: u8,
    offset: u32,
}

impl Entry {
    /// The entry as `T`, unless it is too short for that.
    fn get<T: FromBytes + IntoBytes>(
        &self,
        memory: &(impl GuestMemory + ?Sized),
        table: &Table,
    ) -> Option<T> {
        (size_of::<T>() <= self.length.into()).then(|| table.get(memory, self.offset))?
    }
}

macro_rules! layout {
    ($(#[$doc:meta])* $name:ident, $size:literal, { $($field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
        #[repr(C)]
        struct $name {
            kind: u8,
            length: u8,
            $($field: $type),*
        }
        const _: () = assert!(size_of::<$name>() == $size);
    };
}

layout!(LocalApic, 8, { uid: u8, apic_id: u8, flags: U32 });
layout!(RawIoApic, 12, { id: u8, reserved: u8, address: U32, gsi_base: U32 });
layout!(RawOverride, 10, { bus: u8, irq: u8, gsi: U32, flags: U16 });
layout!(AddressOverride, 12, { reserved: U16, address: U64 });
layout!(LocalX2Apic, 16, { reserved: U16, apic_id: U32, flags: U32, uid: U32 });

impl RawOverride {
    /// The flags are those of "MPS INTI Flags"; "as the bus does" means what ISA does.
    fn decode(&self) -> Override {
        let flags = self.flags.get();
        let polarity = if flags & 0b11 == 0b11 {
            Polarity::ActiveLow
        } else {
            Polarity::ActiveHigh
        };
        let trigger = if flags >> 2 & 0b11 == 0b11 {
            Trigger::Level
        } else {
            Trigger::Edge
        };
        Override {
            irq: self.irq,
            gsi: self.gsi.get(),
            polarity,
            trigger,
        }
    }
}
