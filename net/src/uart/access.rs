//! The two places where the driver crate wants a promise about registers.
#![expect(
    unsafe_code,
    reason = "the driver crate's register access is unsafe by signature"
)]

use uart_16550::Uart16550;
use uart_16550::backend::Backend;
use uart_16550::spec::registers::FCR;
use uart_16550::spec::registers::FifoTriggerLevel;
use uart_16550::spec::registers::offsets;

use super::Registers;

/// Lets the driver crate reach [`Registers`].
#[derive(Debug)]
pub struct RegisterBackend<R>(R);

impl<R> RegisterBackend<R> {
    pub(super) const fn registers(&mut self) -> &mut R {
        &mut self.0
    }
}

impl<R: Registers> Backend for RegisterBackend<R> {
    unsafe fn read(&mut self, register_offset: u8) -> u8 {
        self.0.read(register_offset)
    }

    unsafe fn write(&mut self, register_offset: u8, value: u8) {
        self.0.write(register_offset, value);
    }
}

pub(super) fn device<R: Registers>(registers: R) -> Uart16550<RegisterBackend<R>> {
    // SAFETY: `Registers` is a safe trait, whose implementation answers for all eight offsets as long as it lives.
    unsafe { Uart16550::new_with_backend(RegisterBackend(registers)) }
}

/// Reads the data register without another look at the line status, whose error bits would be lost.
pub(super) fn read_data<B: Backend>(device: &mut Uart16550<B>) -> u8 {
    // SAFETY: the offset of the data register is below 8, which is what a backend asks of its caller.
    unsafe { device.backend_mut().read(offsets::DATA as u8) }
}

/// Sets the receive trigger level and leaves what the FIFOs hold alone.
pub(super) fn write_fifo_control<B: Backend>(device: &mut Uart16550<B>, level: FifoTriggerLevel) {
    let control = FCR::FIFO_ENABLE.set_fifo_trigger_level(level).bits();
    // SAFETY: the offset of the FIFO control register is below 8, which is what a backend asks of its caller.
    unsafe { device.backend_mut().write(offsets::FCR as u8, control) };
}
