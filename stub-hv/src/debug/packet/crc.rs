//! The checksum of `qCRC`: polynomial 04C11DB7, most significant bit first, begun with all ones, not inverted
//! (GDB manual, "General Query Packets", `qCRC`).

const POLYNOMIAL: u32 = 0x04c1_1db7;

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = (index as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            value = value << 1 ^ if value >> 31 == 1 { POLYNOMIAL } else { 0 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
};

/// A checksum in the making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crc(u32);

impl Default for Crc {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

impl Crc {
    /// Takes more memory in.
    pub fn update(&mut self, data: &[u8]) {
        for &byte in data {
            let index = (self.0 >> 24) as u8 ^ byte;
            self.0 = self.0 << 8 ^ TABLE[usize::from(index)];
        }
    }

    /// The checksum of all that was taken in.
    pub const fn value(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_crc_32_mpeg_2() {
        let mut crc = Crc::default();
        crc.update(b"1234");
        crc.update(b"56789");
        assert_eq!(crc.value(), 0x0376_e6e7);
    }
}
