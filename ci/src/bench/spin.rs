//! The guest most rows run: a multiboot 1 kernel of a few bytes that counts in ECX with interrupts off.
//!
//! Made here and not compiled, because then the addresses the rows use are constants. It stays in 32-bit
//! protected mode without paging, as the boot loader enters it.

/// Where it is loaded.
pub(super) const BASE: u64 = 0x10_0000;
/// The loop's first instruction, where ECX is counted: one pass, one hit of a breakpoint here.
pub(super) const LOOP: u64 = BASE + HEADER as u64 + 5;
/// The end of the loop.
pub(super) const END: u64 = LOOP + 4;

const HEADER: usize = 32;
const CODE: &[u8] = &[
    0xfa, // cli
    0x31, 0xc9, // xor ecx, ecx
    0x31, 0xd2, // xor edx, edx
    0x41, // loop: inc ecx
    0x90, // nop
    0xeb, 0xfc, // jmp loop
];
/// So much of the image is loaded; the rest is there for reads of memory.
const SIZE: usize = 4096;

/// The image.
pub(super) fn image() -> Vec<u8> {
    const MAGIC: u32 = 0x1bad_b002;
    const ADDRESSES_GIVEN: u32 = 1 << 16;
    let base = u32::try_from(BASE).unwrap_or(0);
    let end = base + 4096;
    let entry = base + 32;
    let header = [
        MAGIC,
        ADDRESSES_GIVEN,
        0u32.wrapping_sub(MAGIC + ADDRESSES_GIVEN),
        base,
        base,
        end,
        end,
        entry,
    ];
    let mut image: Vec<u8> = header.iter().flat_map(|word| word.to_le_bytes()).collect();
    image.extend(CODE);
    image.resize(SIZE, 0x5a);
    image
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_fit_the_code() {
        let image = image();
        let at = usize::try_from(LOOP - BASE).unwrap();
        assert_eq!(image[at], 0x41);
        // The jump's displacement counts from its end.
        let back = i64::from(image[at + 3].cast_signed());
        assert_eq!(END.checked_add_signed(back), Some(LOOP));
        assert_eq!(image.len(), SIZE);
        assert_eq!(HEADER, 8 * 4);
    }
}
