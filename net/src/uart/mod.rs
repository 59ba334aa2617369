//! A 16550 serial port.
//!
//! With interrupts on, the receive FIFO's trigger level is 1: the first byte raises the interrupt line at once.
//! While the guest runs nearly all that arrives is a single Ctrl-C, which a higher level would hold back until the
//! FIFO's timeout. With interrupts off the line is polled and the level is 14: QEMU takes no more bytes from the
//! other end at once than the level says.
//!
//! The interrupt line of an ISA device is edge triggered: after an interrupt the FIFO must be read empty, or no
//! further byte raises it.

mod access;
pub mod fake;

use core::fmt;
use core::num::NonZeroU16;

use uart_16550::BaudRate;
use uart_16550::Config;
use uart_16550::InitError;
use uart_16550::InvalidAddressError;
use uart_16550::Uart16550;
use uart_16550::backend::Backend;
use uart_16550::backend::PioBackend;
use uart_16550::spec::registers::FifoTriggerLevel;
use uart_16550::spec::registers::IER;
use uart_16550::spec::registers::LSR;

pub use access::RegisterBackend;

use crate::Transport;

/// The baud rate of divisor 1 with the clock that PCs have.
const FASTEST: u32 = 115_200;

/// The eight registers of a 16550, wherever they are.
pub trait Registers {
    /// Reads register `offset` (0 to 7).
    fn read(&mut self, offset: u8) -> u8;

    /// Writes register `offset` (0 to 7).
    fn write(&mut self, offset: u8, value: u8);
}

/// Why a serial port cannot be used.
#[derive(Debug)]
pub enum Error {
    /// The registers would not fit into the port space.
    Address(InvalidAddressError),
    /// No device answers, or it cannot be set up.
    Setup(InitError),
}

/// What went wrong on the line so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineErrors {
    /// Bytes came faster than they were read.
    pub overrun: u64,
    /// A byte without a stop bit: mostly different speeds at the two ends.
    pub framing: u64,
    /// A byte with the wrong parity.
    pub parity: u64,
    /// The line was held low for longer than a byte.
    pub breaks: u64,
}

/// A serial port with 8 data bits, no parity, one stop bit.
#[derive(Debug)]
pub struct Uart<B: Backend> {
    device: Uart16550<B>,
    name: &'static str,
    divisor: NonZeroU16,
    errors: LineErrors,
}

impl Uart<PioBackend> {
    /// Sets up the port whose registers begin at I/O port `base`. `name` is what `describe` calls it; `divisor`
    /// divides 115200 baud.
    ///
    /// # Safety
    ///
    /// `base` to `base + 7` are the registers of a 16550 that nobody else uses as long as this lives.
    #[expect(unsafe_code, reason = "whoever names an I/O port promises what is there")]
    pub unsafe fn at_port(base: u16, name: &'static str, divisor: NonZeroU16) -> Result<Self, Error> {
        // SAFETY: the caller keeps `base` to `base + 7` for this driver alone.
        let device = unsafe { Uart16550::new_port(base) }.map_err(Error::Address)?;
        Self::set_up(device, name, divisor)
    }
}

impl<R: Registers> Uart<RegisterBackend<R>> {
    /// Sets up the port behind `registers`. `name` is what `describe` calls it; `divisor` divides 115200 baud.
    pub fn with_registers(registers: R, name: &'static str, divisor: NonZeroU16) -> Result<Self, Error> {
        Self::set_up(access::device(registers), name, divisor)
    }

    /// The registers.
    pub const fn registers(&mut self) -> &mut R {
        self.device.backend_mut().registers()
    }
}

impl<B: Backend> Uart<B> {
    fn set_up(mut device: Uart16550<B>, name: &'static str, divisor: NonZeroU16) -> Result<Self, Error> {
        let config = Config {
            interrupts: IER::empty(),
            // The device is programmed with frequency / (16 * rate); so any divisor can be had, also one that
            // makes no whole rate.
            frequency: 16 * u32::from(divisor.get()),
            baud_rate: BaudRate::Custom(1),
            fifo_trigger_level: Some(FifoTriggerLevel::One),
            ..Config::DEFAULT
        };
        device.init(config).map_err(Error::Setup)?;
        Ok(Self {
            device,
            name,
            divisor,
            errors: LineErrors::default(),
        })
    }

    /// What went wrong on the line so far.
    pub const fn errors(&self) -> LineErrors {
        self.errors
    }

    /// Reads the line status, which clears its error bits, so they are counted here.
    fn status(&mut self) -> LSR {
        let status = self.device.lsr();
        for (bit, counter) in [
            (LSR::OVERRUN_ERROR, &mut self.errors.overrun),
            (LSR::FRAMING_ERROR, &mut self.errors.framing),
            (LSR::PARITY_ERROR, &mut self.errors.parity),
            (LSR::BREAK_INTERRUPT, &mut self.errors.breaks),
        ] {
            *counter += u64::from(status.contains(bit));
        }
        status
    }
}

impl<B: Backend> Transport for Uart<B> {
    /// A byte with an error is delivered too: it may be right, and checksums are above.
    fn receive(&mut self) -> Option<u8> {
        self.status()
            .contains(LSR::DATA_READY)
            .then(|| access::read_data(&mut self.device))
    }

    fn ready_to_send(&mut self) -> bool {
        self.status().contains(LSR::THR_EMPTY)
    }

    /// Fills the 16 byte FIFO with one look at the status: port reads are what costs.
    fn send(&mut self, bytes: &[u8]) -> usize {
        self.device.send_bytes(bytes)
    }

    fn interrupts(&mut self, on: bool) {
        if on {
            access::write_fifo_control(&mut self.device, FifoTriggerLevel::One);
            self.device.enable_interrupts(IER::DATA_READY);
        } else {
            self.device.disable_interrupts(IER::DATA_READY);
            access::write_fifo_control(&mut self.device, FifoTriggerLevel::Fourteen);
        }
    }

    fn is_reliable(&self) -> bool {
        false
    }

    fn describe(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let LineErrors {
            overrun,
            framing,
            parity,
            breaks,
        } = self.errors;
        write!(
            out,
            "{}, {} baud 8N1, errors: overrun {overrun}, framing {framing}, parity {parity}, break {breaks}",
            self.name,
            FASTEST / u32::from(self.divisor.get()),
        )
    }
}

#[cfg(test)]
mod tests;
