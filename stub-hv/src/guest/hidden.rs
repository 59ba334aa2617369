//! Devices the hypervisor keeps for itself.

use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering;

/// How many ports a UART has.
const UART_PORTS: u32 = 8;
const NONE: u32 = u32::MAX;

static UART: AtomicU32 = AtomicU32::new(NONE);

/// Hides the UART whose first port this is.
pub fn hide_uart(base: u16) {
    UART.store(base.into(), Ordering::Release);
}

/// The hidden ports.
pub fn ports() -> impl Iterator<Item = u16> {
    let base = UART.load(Ordering::Acquire);
    let count = if base == NONE { 0 } else { UART_PORTS };
    (0..count).map(move |offset| base.wrapping_add(offset) as u16)
}

/// Whether an access of `size` bytes to `port` touches a hidden port.
pub fn touches(port: u16, size: u8) -> bool {
    let base = UART.load(Ordering::Acquire);
    let (first, last) = (u32::from(port), u32::from(port) + u32::from(size.max(1)) - 1);
    base != NONE && first < base + UART_PORTS && last >= base
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_access_that_reaches_in_is_hidden_too() {
        hide_uart(0x2f8);
        for (port, size, hidden) in [
            (0x2f7, 1, false),
            (0x2f5, 4, true),
            (0x2f8, 1, true),
            (0x2ff, 2, true),
            (0x300, 4, false),
        ] {
            assert_eq!(touches(port, size), hidden, "{port:x} size {size}");
        }
        assert_eq!(ports().count(), 8);
    }
}
