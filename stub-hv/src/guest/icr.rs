//! Interprocessor interrupts as the guest asks for them: a write to the interrupt command register,
//! and which CPUs it means (APM volume 2, "Interprocessor Interrupts" and "x2APIC").
//!
//! INIT and startup IPIs never reach the hardware as the guest wrote them. SVM has no wait-for-SIPI state
//! and loses a CPU to a real INIT, so whoever handles the write acts on the CPUs named here instead.

/// How the interrupt is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The vector, to every target.
    Fixed {
        /// 0 to 255; below 16 the APIC reports an error instead.
        vector: u8,
    },
    /// The vector, to one of the targets that the hardware picks.
    LowestPriority {
        /// 0 to 255.
        vector: u8,
    },
    /// A system-management interrupt.
    Smi,
    /// A non-maskable interrupt.
    Nmi,
    /// INIT; `assert` is clear for the level de-assert message, which resets nothing.
    Init {
        /// Whether the target is reset.
        assert: bool,
    },
    /// A startup IPI.
    Startup {
        /// The target starts in real mode with CS base `vector << 12` and IP 0.
        vector: u8,
    },
    /// A reserved message type (3 or 7).
    Reserved(u8),
}

/// Who is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The CPU with this APIC id. Broadcast ids are [`Destination::AllIncludingSelf`] already.
    Physical(u32),
    /// CPUs by a message destination address, compared with each one's logical id.
    Logical(u32),
    /// The sender.
    OnlySelf,
    /// Every CPU.
    AllIncludingSelf,
    /// Every CPU but the sender.
    AllExcludingSelf,
}

/// One interprocessor interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipi {
    /// How it is delivered.
    pub kind: Kind,
    /// Who is meant.
    pub destination: Destination,
}

/// What a CPU answers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApicIdentity {
    /// Its APIC id: 8 bits in xAPIC mode, 32 in x2APIC mode.
    pub id: u32,
    /// The logical destination register (offset D0h). Ignored in x2APIC mode, where it follows from the id.
    pub ldr: u32,
    /// The destination format register (offset E0h): Fxxx_xxxxh is flat, 0xxx_xxxxh cluster. xAPIC only.
    pub dfr: u32,
    /// Whether the APIC is in x2APIC mode.
    pub x2apic: bool,
}

impl ApicIdentity {
    /// As after reset: flat, and no logical id in xAPIC mode.
    pub const fn reset(id: u32, x2apic: bool) -> Self {
        Self {
            id,
            ldr: 0,
            dfr: !0,
            x2apic,
        }
    }

    /// The logical id: 8 bits in xAPIC mode; cluster in the upper and member bit in the lower 16 bits in
    /// x2APIC mode.
    pub const fn logical(&self) -> u32 {
        if self.x2apic {
            self.id >> 4 << 16 | 1 << (self.id & 0xf)
        } else {
            self.ldr >> 24
        }
    }

    const fn answers(&self, mda: u32) -> bool {
        let logical = self.logical();
        if self.x2apic {
            return mda == u32::MAX || (mda >> 16 == logical >> 16 && mda & logical & 0xffff != 0);
        }
        if self.dfr >> 28 == 0xf {
            mda & logical & 0xff != 0
        } else {
            mda & 0xff == 0xff || (mda >> 4 & 0xf == logical >> 4 && mda & logical & 0xf != 0)
        }
    }
}

/// Decodes a write of the low half of the xAPIC's register (offset 300h), the one that sends; `high` is
/// what the high half (310h) holds.
pub const fn xapic(low: u32, high: u32) -> Ipi {
    decode(low, high >> 24, 0xff)
}

/// Decodes a write of the x2APIC's register (MSR 830h).
pub const fn x2apic(value: u64) -> Ipi {
    decode(value as u32, (value >> 32) as u32, u32::MAX)
}

const fn decode(low: u32, target: u32, broadcast: u32) -> Ipi {
    let vector = low as u8;
    let level_triggered = low & 1 << 15 != 0;
    let asserted = low & 1 << 14 != 0;
    let kind = match low >> 8 & 7 {
        0 => Kind::Fixed { vector },
        1 => Kind::LowestPriority { vector },
        2 => Kind::Smi,
        4 => Kind::Nmi,
        5 => Kind::Init {
            assert: asserted || !level_triggered,
        },
        6 => Kind::Startup { vector },
        other => Kind::Reserved(other as u8),
    };
    let destination = match low >> 18 & 3 {
        1 => Destination::OnlySelf,
        2 => Destination::AllIncludingSelf,
        3 => Destination::AllExcludingSelf,
        _ if low & 1 << 11 != 0 => Destination::Logical(target),
        _ if target == broadcast => Destination::AllIncludingSelf,
        _ => Destination::Physical(target),
    };
    Ipi { kind, destination }
}

impl Ipi {
    /// The indexes in `cpus` of the CPUs the interrupt goes to; `sender` is the index of the one that
    /// wrote it. For [`Kind::LowestPriority`] these are the candidates.
    pub fn targets<'a>(
        &self,
        sender: usize,
        cpus: &'a [ApicIdentity],
    ) -> impl Iterator<Item = usize> + use<'a> {
        let destination = self.destination;
        cpus.iter().enumerate().filter_map(move |(index, cpu)| {
            let meant = match destination {
                Destination::Physical(id) => cpu.id == id,
                Destination::Logical(mda) => cpu.answers(mda),
                Destination::OnlySelf => index == sender,
                Destination::AllIncludingSelf => true,
                Destination::AllExcludingSelf => index != sender,
            };
            meant.then_some(index)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(ipi: Ipi, cpus: &[ApicIdentity]) -> Vec<usize> {
        ipi.targets(0, cpus).collect()
    }

    fn flat(count: u32) -> Vec<ApicIdentity> {
        let cpu = |id| ApicIdentity {
            id,
            ldr: 1 << (24 + id),
            dfr: !0,
            x2apic: false,
        };
        (0..count).map(cpu).collect()
    }

    #[test]
    fn linux_starts_a_cpu() {
        let init = xapic(0xc500, 1 << 24);
        assert_eq!(init.kind, Kind::Init { assert: true });
        assert_eq!(targets(init, &flat(4)), [1]);
        assert_eq!(xapic(0x8500, 1 << 24).kind, Kind::Init { assert: false });
        assert_eq!(
            xapic(0x0500, 0).kind,
            Kind::Init { assert: true },
            "edge-triggered INIT resets"
        );
        let startup = xapic(0x0699, 1 << 24);
        assert_eq!(startup.kind, Kind::Startup { vector: 0x99 });
        assert_eq!(x2apic(0x1_0000_0699), startup);
    }

    #[test]
    fn kinds_and_shorthands() {
        assert_eq!(xapic(0x4_00fd, 0).destination, Destination::OnlySelf);
        assert_eq!(xapic(0x8_0400, 0).kind, Kind::Nmi);
        let everybody_else = xapic(0xc_0400, 0);
        assert_eq!(everybody_else.destination, Destination::AllExcludingSelf);
        assert_eq!(targets(everybody_else, &flat(3)), [1, 2]);
        assert_eq!(targets(xapic(0x8_00fd, 0), &flat(3)), [0, 1, 2]);
        assert_eq!(targets(xapic(0x4_00fd, 2 << 24), &flat(3)), [0]);
        assert_eq!(xapic(0x31, 0).kind, Kind::Fixed { vector: 0x31 });
        assert_eq!(xapic(0x131, 0).kind, Kind::LowestPriority { vector: 0x31 });
        assert_eq!(xapic(0x200, 0).kind, Kind::Smi);
        assert_eq!(xapic(0x700, 0).kind, Kind::Reserved(7));
    }

    #[test]
    fn broadcast_ids() {
        assert_eq!(
            xapic(0x400, 0xff00_0000).destination,
            Destination::AllIncludingSelf
        );
        assert_eq!(x2apic(0xff_0000_0400).destination, Destination::Physical(0xff));
        assert_eq!(
            x2apic(0xffff_ffff_0000_0400).destination,
            Destination::AllIncludingSelf
        );
    }

    #[test]
    fn logical_flat_and_cluster() {
        assert_eq!(targets(xapic(0x8fd, 0b0110 << 24), &flat(4)), [1, 2]);
        assert_eq!(targets(xapic(0x8fd, 0xff << 24), &flat(4)), [0, 1, 2, 3]);
        assert_eq!(targets(xapic(0x8fd, 0), &flat(4)), [0usize; 0]);
        let cluster = |id, logical: u32| ApicIdentity {
            id,
            ldr: logical << 24,
            dfr: 0x0fff_ffff,
            x2apic: false,
        };
        let cpus = [
            cluster(0, 0x11),
            cluster(1, 0x12),
            cluster(2, 0x21),
            cluster(3, 0x22),
        ];
        assert_eq!(targets(xapic(0x8fd, 0x13 << 24), &cpus), [0, 1]);
        assert_eq!(targets(xapic(0x8fd, 0x22 << 24), &cpus), [3]);
        assert_eq!(targets(xapic(0x8fd, 0xff << 24), &cpus), [0, 1, 2, 3]);
    }

    #[test]
    fn logical_x2apic_follows_from_the_id() {
        let cpu = |id| ApicIdentity::reset(id, true);
        let cpus = [cpu(0), cpu(1), cpu(0x11), cpu(0x12f)];
        assert_eq!(cpus[3].logical(), 0x12_8000);
        assert_eq!(targets(x2apic(0x0000_0003_0000_08fd), &cpus), [0, 1]);
        assert_eq!(targets(x2apic(0x0001_0002_0000_08fd), &cpus), [2]);
        assert_eq!(targets(x2apic(0x0012_8000_0000_08fd), &cpus), [3]);
        assert_eq!(targets(x2apic(0xffff_ffff_0000_08fd), &cpus), [0, 1, 2, 3]);
        assert_eq!(targets(x2apic(0x0000_0011_0000_00fd), &cpus), [2], "physical");
    }
}
