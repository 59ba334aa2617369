use super::fake::FakeUart;
use super::*;

fn uart() -> Uart<RegisterBackend<FakeUart>> {
    Uart::with_registers(FakeUart::new(), "COM1", NonZeroU16::MIN).unwrap()
}

#[test]
fn the_device_is_set_up_as_said() {
    let mut uart = Uart::with_registers(FakeUart::new(), "COM1", NonZeroU16::new(7).unwrap()).unwrap();
    let device = uart.registers();
    assert_eq!(device.divisor(), 7);
    let (line, fifo) = device.control();
    assert_eq!(line, 3, "8 bits, no parity, one stop bit, latch closed");
    assert_eq!(fifo & 0xc1, 1, "FIFO on, trigger level 1");
}

#[test]
fn a_port_without_a_device_is_an_error() {
    struct Nothing;
    impl Registers for Nothing {
        fn read(&mut self, _: u8) -> u8 {
            0xff
        }
        fn write(&mut self, _: u8, _: u8) {}
    }
    let found = Uart::with_registers(Nothing, "COM9", NonZeroU16::MIN);
    assert!(matches!(found, Err(Error::Setup(_))));
}

#[test]
fn a_fifo_full_goes_out_with_one_look_at_the_status() {
    let mut uart = uart();
    let before = uart.registers().status_reads;
    assert_eq!(uart.send(&[b'x'; 40]), 16);
    assert_eq!(uart.registers().status_reads, before + 1);
    assert!(!uart.ready_to_send());
    assert_eq!(uart.send(b"y"), 0);
    assert_eq!(core::iter::from_fn(|| uart.registers().transmit()).count(), 16);
    assert!(uart.ready_to_send());
}

#[test]
fn bytes_arrive_in_order() {
    let mut uart = uart();
    assert_eq!(uart.receive(), None);
    for byte in *b"abc" {
        uart.registers().arrive(byte);
    }
    assert_eq!(core::iter::from_fn(|| uart.receive()).collect::<Vec<_>>(), b"abc");
}

#[test]
fn the_interrupt_line_follows_the_switch() {
    let mut uart = uart();
    uart.registers().arrive(3);
    assert!(!uart.registers().interrupt_raised());
    uart.interrupts(true);
    assert!(uart.registers().interrupt_raised());
    uart.interrupts(false);
    assert!(!uart.registers().interrupt_raised());
    uart.interrupts(true);
    assert_eq!(uart.receive(), Some(3));
    assert!(!uart.registers().interrupt_raised());
}

#[test]
fn line_errors_are_counted_whoever_reads_the_status() {
    let mut uart = uart();
    for byte in 0..17 {
        uart.registers().arrive(byte);
    }
    assert_eq!(uart.send(b"x"), 1);
    uart.receive();
    for bit in [
        LSR::FRAMING_ERROR,
        LSR::PARITY_ERROR,
        LSR::PARITY_ERROR,
        LSR::BREAK_INTERRUPT,
    ] {
        uart.registers().disturb(bit);
        uart.receive();
    }
    assert_eq!(
        uart.errors(),
        LineErrors {
            overrun: 1,
            framing: 1,
            parity: 2,
            breaks: 1
        }
    );
    let mut text = String::new();
    uart.describe(&mut text).unwrap();
    assert_eq!(
        text,
        "COM1, 115200 baud 8N1, errors: overrun 1, framing 1, parity 2, break 1"
    );
}
