//! The I/O and MSR permission maps: APM volume 2, "IOIO Intercepts" and "MSR Intercepts".
//!
//! A set bit intercepts. Each CPU has maps of its own, because an event may be armed for one CPU only.

/// One bit a port, and the 3 bits behind port FFFFh that an access wrapping there looks at: 12 KiB.
#[derive(Debug)]
#[repr(C, align(4096))]
pub struct IoMap([u8; 3 * 4096]);

impl IoMap {
    /// A map that intercepts nothing but accesses running past port FFFFh.
    pub fn new() -> Self {
        let mut map = Self([0; 3 * 4096]);
        if let Some(byte) = map.0.get_mut(0x2000) {
            *byte = 7;
        }
        map
    }

    /// Clears all ports.
    pub fn clear(&mut self) {
        if let Some(ports) = self.0.get_mut(..0x2000) {
            ports.fill(0);
        }
    }

    /// Intercepts all ports.
    pub fn set_all(&mut self) {
        if let Some(ports) = self.0.get_mut(..0x2000) {
            ports.fill(0xff);
        }
    }

    /// Intercepts one port.
    pub fn set(&mut self, port: u16) {
        if let Some(byte) = self.0.get_mut(usize::from(port >> 3)) {
            *byte |= 1 << (port & 7);
        }
    }
}

impl Default for IoMap {
    fn default() -> Self {
        Self::new()
    }
}

/// Two bits an MSR (read, write) in three ranges of 2000h registers: 8 KiB.
#[derive(Debug)]
#[repr(C, align(4096))]
pub struct MsrMap([u8; 2 * 4096]);

impl MsrMap {
    /// A map that intercepts nothing.
    pub const fn new() -> Self {
        Self([0; 2 * 4096])
    }

    /// Intercepts reads, writes or both of an MSR; registers outside the three ranges always exit.
    pub fn set(&mut self, msr: u32, read: bool, write: bool) {
        let Some(bit) = crate::guest::msr::permission_bit(msr) else {
            return;
        };
        if let Some(byte) = self.0.get_mut(bit / 8) {
            *byte |= (u8::from(read) | u8::from(write) << 1) << (bit % 8);
        }
    }
}

impl Default for MsrMap {
    fn default() -> Self {
        Self::new()
    }
}
