//! The I/O APIC as the guest sees it when one of its redirection entries is the debugger's.
//!
//! The entry of the debug UART delivers an NMI to the hypervisor. The guest knows nothing of that: it
//! initialises all entries and reads back what it wrote. So writes to that one entry end in a shadow,
//! everything else reaches the hardware, and the hardware's index register always holds what the guest
//! put there, which is why a page that is mapped for reading needs to trap only while
//! [`Shadow::selected`] is true.
//!
//! The index and data registers form one state for all CPUs, as in hardware: the shadow has one lock
//! around it, held over decision and hardware access.

/// Offset of the index register.
pub const INDEX: u32 = 0x00;
/// Offset of the data window.
pub const WINDOW: u32 = 0x10;
/// Offset of the EOI register (version 20h and later); never ours.
pub const EOI: u32 = 0x40;

/// Index of the low half of entry 0; entry n has its halves at `10h + 2n` and the next.
const FIRST_ENTRY: u8 = 0x10;
/// What software can write to a low half: all but delivery status (12), remote IRR (14), and 17 to 31.
const LOW_WRITABLE: u32 = 0x0001_afff;
/// The destination in its widest form, with the bits interrupt remapping and long ids use.
const HIGH_WRITABLE: u32 = 0xffff_0000;
/// The reset state: masked.
const MASKED: u32 = 1 << 16;

/// The hardware's registers, by offset from the I/O APIC's base; 32-bit accesses.
pub trait Hardware {
    /// Reads a register.
    fn read(&mut self, offset: u32) -> u32;

    /// Writes a register.
    fn write(&mut self, offset: u32, value: u32);
}

/// What becomes of a guest's write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It goes to the hardware.
    PassThrough {
        /// The register's offset.
        offset: u32,
        /// The value.
        value: u32,
    },
    /// It went into the shadow; the hardware must not see it.
    Shadowed,
}

/// The guest's view of one redirection entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    entry: u8,
    index: u8,
    halves: [u32; 2],
}

impl Shadow {
    /// For redirection entry `pin` (0 to 119), masked as after reset, with the index register at 0.
    pub const fn new(pin: u8) -> Self {
        Self {
            entry: FIRST_ENTRY.wrapping_add(pin.wrapping_mul(2)),
            index: 0,
            halves: [MASKED, 0],
        }
    }

    /// Takes the guest's view from the hardware, before the entry becomes ours.
    pub fn adopt(&mut self, hardware: &mut impl Hardware) {
        self.index = hardware.read(INDEX) as u8;
        for (half, value) in self.halves.iter_mut().enumerate() {
            hardware.write(INDEX, u32::from(self.entry) + half as u32);
            *value = hardware.read(WINDOW);
        }
        hardware.write(INDEX, u32::from(self.index));
    }

    /// Programs the hardware's entry with `value` (64 bits, destination in the top byte) and leaves the
    /// index register as the guest has it. The entry is masked while its halves disagree.
    pub fn program(&self, hardware: &mut impl Hardware, value: u64) {
        let low = u32::from(self.entry);
        for (index, value) in [
            (low, MASKED),
            (low + 1, (value >> 32) as u32),
            (low, value as u32),
        ] {
            hardware.write(INDEX, index);
            hardware.write(WINDOW, value);
        }
        hardware.write(INDEX, u32::from(self.index));
    }

    /// What the guest would find in the register with this index. The index register is left as the guest has
    /// it.
    pub fn register(&self, hardware: &mut impl Hardware, index: u8) -> u32 {
        match index.wrapping_sub(self.entry) {
            0 => self.halves[0],
            1 => self.halves[1],
            _ => {
                hardware.write(INDEX, index.into());
                let value = hardware.read(WINDOW);
                hardware.write(INDEX, self.index.into());
                value
            }
        }
    }

    /// Whether the index register points at our entry: only then does the data window show other values
    /// to the guest than the hardware holds.
    pub const fn selected(&self) -> bool {
        self.half().is_some()
    }

    const fn half(&self) -> Option<bool> {
        match self.index.wrapping_sub(self.entry) {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// A guest's write to the register at `offset`.
    pub const fn write(&mut self, offset: u32, value: u32) -> Action {
        if offset == INDEX {
            self.index = value as u8;
        } else if offset == WINDOW {
            let (half, writable) = match self.half() {
                Some(false) => (&mut self.halves[0], LOW_WRITABLE),
                Some(true) => (&mut self.halves[1], HIGH_WRITABLE),
                None => return Action::PassThrough { offset, value },
            };
            *half = value & writable;
            return Action::Shadowed;
        }
        Action::PassThrough { offset, value }
    }

    /// What a guest's read of the register at `offset` gives; `None`: ask the hardware.
    pub const fn read(&self, offset: u32) -> Option<u32> {
        if offset != WINDOW {
            return None;
        }
        match self.half() {
            Some(false) => Some(self.halves[0]),
            Some(true) => Some(self.halves[1]),
            None => None,
        }
    }

    /// The whole entry as the guest sees it: what to program when the debugger gives the pin back.
    pub const fn entry(&self) -> u64 {
        (self.halves[1] as u64) << 32 | self.halves[0] as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fake {
        index: u32,
        registers: [u32; 256],
    }

    impl Hardware for Fake {
        fn read(&mut self, offset: u32) -> u32 {
            if offset == INDEX {
                self.index
            } else {
                self.registers[self.index as usize]
            }
        }

        fn write(&mut self, offset: u32, value: u32) {
            match offset {
                INDEX => self.index = value & 0xff,
                _ => self.registers[self.index as usize] = value,
            }
        }
    }

    const OURS: u64 = 0x0100_0000_0000_0400;

    /// The guest's write and read, carried out as a caller would.
    fn write(shadow: &mut Shadow, hardware: &mut Fake, offset: u32, value: u32) {
        if let Action::PassThrough { offset, value } = shadow.write(offset, value) {
            hardware.write(offset, value);
        }
    }

    fn read(shadow: &Shadow, hardware: &mut Fake, offset: u32) -> u32 {
        shadow.read(offset).unwrap_or_else(|| hardware.read(offset))
    }

    #[test]
    fn any_register_can_be_looked_at_and_the_index_stays() {
        let (mut shadow, mut hardware) = setup();
        write(&mut shadow, &mut hardware, INDEX, 5);
        hardware.registers[0x20] = 0x1234;
        for (index, value) in [(0x20, 0x1234), (0x16, 0x1_0031), (0x17, 0x0200_0000)] {
            assert_eq!(shadow.register(&mut hardware, index), value, "{index:x}");
        }
        assert_eq!(hardware.index, 5);
    }

    fn setup() -> (Shadow, Fake) {
        let mut hardware = Fake {
            index: 7,
            registers: [MASKED; 256],
        };
        hardware.registers[0x16] = 0x1_0031;
        hardware.registers[0x17] = 0x0200_0000;
        let mut shadow = Shadow::new(3);
        shadow.adopt(&mut hardware);
        shadow.program(&mut hardware, OURS);
        (shadow, hardware)
    }

    #[test]
    fn takes_over_and_keeps_the_index() {
        let (shadow, hardware) = setup();
        assert_eq!(shadow.entry(), 0x0200_0000_0001_0031);
        assert_eq!(
            (hardware.registers[0x16], hardware.registers[0x17]),
            (0x400, 0x0100_0000)
        );
        assert_eq!(hardware.index, 7);
    }

    #[test]
    fn guest_sees_its_own_entries_everywhere() {
        let (mut shadow, mut hardware) = setup();
        for index in 0x10..0x40u32 {
            write(&mut shadow, &mut hardware, INDEX, index);
            assert_eq!(read(&shadow, &mut hardware, INDEX), index);
            assert_eq!(shadow.selected(), index == 0x16 || index == 0x17);
            let value = if index % 2 == 0 {
                0x8000 | index
            } else {
                index << 24
            };
            write(&mut shadow, &mut hardware, WINDOW, value);
        }
        for index in 0x10..0x40u32 {
            write(&mut shadow, &mut hardware, INDEX, index);
            let expected = if index % 2 == 0 {
                0x8000 | index
            } else {
                index << 24
            };
            assert_eq!(read(&shadow, &mut hardware, WINDOW), expected, "{index:#x}");
        }
        assert_eq!(
            (hardware.registers[0x16], hardware.registers[0x17]),
            (0x400, 0x0100_0000)
        );
        assert_eq!(hardware.registers[0x18], 0x8018);
    }

    #[test]
    fn read_only_bits_stay_clear_and_eoi_passes() {
        let (mut shadow, _) = setup();
        shadow.write(INDEX, 0x16);
        assert_eq!(shadow.write(WINDOW, !0), Action::Shadowed);
        assert_eq!(shadow.read(WINDOW), Some(LOW_WRITABLE));
        assert_eq!(
            shadow.write(EOI, 0x31),
            Action::PassThrough {
                offset: EOI,
                value: 0x31
            }
        );
        assert_eq!(shadow.read(EOI), None);
    }

    #[test]
    fn giving_the_pin_back() {
        let (mut shadow, mut hardware) = setup();
        write(&mut shadow, &mut hardware, INDEX, 0x16);
        write(&mut shadow, &mut hardware, WINDOW, 0x55);
        shadow.program(&mut hardware, shadow.entry());
        assert_eq!(
            (hardware.registers[0x16], hardware.registers[0x17]),
            (0x55, 0x0200_0000)
        );
        assert_eq!(hardware.index, 0x16);
    }
}
