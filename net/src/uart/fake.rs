//! A 16550 to drive on the host: its registers on one side, its line on the other.

use uart_16550::spec::FIFO_SIZE;
use uart_16550::spec::registers::IER;
use uart_16550::spec::registers::LCR;
use uart_16550::spec::registers::LSR;
use uart_16550::spec::registers::MCR;
use uart_16550::spec::registers::offsets;

use super::Registers;
use crate::queue::Queue;

const DATA: u8 = offsets::DATA as u8;
const ENABLE: u8 = offsets::IER as u8;
const FIFO: u8 = offsets::FCR as u8;
const LINE_CONTROL: u8 = offsets::LCR as u8;
const MODEM_CONTROL: u8 = offsets::MCR as u8;
const LINE_STATUS: u8 = offsets::LSR as u8;
const SCRATCH: u8 = offsets::SPR as u8;

/// The identification bits that tell of a working FIFO.
const FIFO_ENABLED: u8 = 0xc0;

/// A 16550 whose transmitter sends only when told to.
#[derive(Debug, Default)]
pub struct FakeUart {
    received: Queue<FIFO_SIZE>,
    to_send: Queue<FIFO_SIZE>,
    errors: u8,
    enable: u8,
    fifo: u8,
    line_control: u8,
    modem_control: u8,
    scratch: u8,
    divisor: [u8; 2],
    /// Reads of the line status so far: what a driver should be sparing with.
    pub status_reads: u64,
}

impl FakeUart {
    /// A device after reset.
    pub const fn new() -> Self {
        Self {
            received: Queue::new(),
            to_send: Queue::new(),
            errors: 0,
            enable: 0,
            fifo: 0,
            line_control: 0,
            modem_control: 0,
            scratch: 0,
            divisor: [0; 2],
            status_reads: 0,
        }
    }

    /// A byte arrives on the line. With the FIFO full it is lost, and the device says so.
    pub fn arrive(&mut self, byte: u8) {
        if !self.received.push(byte) {
            self.errors |= LSR::OVERRUN_ERROR.bits();
        }
    }

    /// The line itself goes wrong: `bits` are error bits of the line status.
    pub const fn disturb(&mut self, bits: LSR) {
        self.errors |= bits.bits();
    }

    /// The transmitter sends the next byte.
    pub fn transmit(&mut self) -> Option<u8> {
        self.to_send.pop()
    }

    /// The level of the interrupt line: raised by received bytes if both IER and OUT2 allow.
    pub fn interrupt_raised(&self) -> bool {
        let enabled = IER::from_bits_retain(self.enable).contains(IER::DATA_READY);
        let connected = MCR::from_bits_retain(self.modem_control).contains(MCR::OUT_2_INT_ENABLE);
        enabled && connected && !self.received.is_empty()
    }

    /// The divisor latch.
    pub const fn divisor(&self) -> u16 {
        u16::from_le_bytes(self.divisor)
    }

    /// The line control and FIFO control registers as last written.
    pub const fn control(&self) -> (u8, u8) {
        (self.line_control, self.fifo)
    }

    const fn latch(&mut self, offset: u8) -> Option<&mut u8> {
        let open = self.line_control & LCR::DLAB.bits() != 0;
        let [low, high] = &mut self.divisor;
        match offset {
            DATA if open => Some(low),
            ENABLE if open => Some(high),
            _ => None,
        }
    }
}

impl Registers for FakeUart {
    fn read(&mut self, offset: u8) -> u8 {
        if let Some(latch) = self.latch(offset) {
            return *latch;
        }
        match offset {
            DATA => self.received.pop().unwrap_or(0),
            ENABLE => self.enable,
            FIFO if self.fifo & 1 != 0 => FIFO_ENABLED | u8::from(!self.interrupt_raised()),
            FIFO => u8::from(!self.interrupt_raised()),
            LINE_CONTROL => self.line_control,
            MODEM_CONTROL => self.modem_control,
            LINE_STATUS => {
                self.status_reads += 1;
                let mut status = LSR::from_bits_retain(core::mem::take(&mut self.errors));
                status.set(LSR::DATA_READY, !self.received.is_empty());
                status.set(LSR::THR_EMPTY | LSR::TRANSMITTER_EMPTY, self.to_send.is_empty());
                status.bits()
            }
            SCRATCH => self.scratch,
            _ => 0,
        }
    }

    fn write(&mut self, offset: u8, value: u8) {
        if let Some(latch) = self.latch(offset) {
            *latch = value;
            return;
        }
        match offset {
            DATA => {
                self.to_send.push(value);
            }
            ENABLE => self.enable = value,
            FIFO => {
                self.fifo = value;
                if value & 2 != 0 {
                    self.received.clear();
                }
                if value & 4 != 0 {
                    self.to_send.clear();
                }
            }
            LINE_CONTROL => self.line_control = value,
            MODEM_CONTROL => self.modem_control = value,
            SCRATCH => self.scratch = value,
            _ => (),
        }
    }
}
