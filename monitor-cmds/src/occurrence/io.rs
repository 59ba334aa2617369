//! Port accesses.

/// Which way a port access goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// IN, INS: from the device to the CPU.
    In,
    /// OUT, OUTS: from the CPU to the device.
    Out,
}

/// One port access of the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Io {
    /// First port.
    pub port: u16,
    /// Bytes moved at once: 1, 2 or 4. The access touches `port` to `port + size - 1`.
    pub size: u8,
    /// Which way.
    pub direction: Direction,
    /// The value moved, in the low `size` bytes; `None` when it is not known (IN before it ran, string forms).
    pub value: Option<u32>,
    /// INS or OUTS.
    pub string: bool,
    /// With a REP prefix.
    pub repeat: bool,
}

impl Io {
    /// A plain IN whose value is not known yet.
    pub fn input(port: u16, size: u8) -> Self {
        Self {
            port,
            size,
            direction: Direction::In,
            value: None,
            string: false,
            repeat: false,
        }
    }

    /// A plain OUT of `value`.
    pub fn output(port: u16, size: u8, value: u32) -> Self {
        Self {
            port,
            size,
            direction: Direction::Out,
            value: Some(value),
            string: false,
            repeat: false,
        }
    }

    /// Does the access touch `port`? As the I/O permission maps of both vendors decide it: any of the `size` ports
    /// counts. It does not wrap from ffff to 0.
    ///
    /// AMD APM volume 2, "I/O Intercepts"; Intel SDM volume 3, "Instructions That Cause VM Exits Conditionally".
    pub fn touches(&self, port: u16) -> bool {
        port.checked_sub(self.port)
            .is_some_and(|ahead| ahead < u16::from(self.size.max(1)))
    }

    pub(super) fn mnemonic(&self) -> &'static str {
        match (self.direction, self.string, self.repeat) {
            (Direction::In, false, _) => "IN",
            (Direction::In, true, false) => "INS",
            (Direction::In, true, true) => "REP INS",
            (Direction::Out, false, _) => "OUT",
            (Direction::Out, true, false) => "OUTS",
            (Direction::Out, true, true) => "REP OUTS",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_port_of_a_wide_access_counts() {
        let wide = Io::input(0x3f6, 4);
        for (port, touched) in [(0x3f5, false), (0x3f6, true), (0x3f9, true), (0x3fa, false)] {
            assert_eq!(wide.touches(port), touched, "{port:x}");
        }
        assert!(!Io::input(0xffff, 4).touches(0));
        assert!(Io::input(0xffff, 4).touches(0xffff));
    }
}
