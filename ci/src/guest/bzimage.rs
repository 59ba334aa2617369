//! Is it a bzImage that can be entered in 64-bit mode? (The Linux/x86 Boot Protocol, "The Real-Mode
//! Kernel Header".)

/// What a right file would be, for every message.
const RIGHT: &str = "give a 64-bit bzImage, such as /boot/vmlinuz-* or arch/x86/boot/bzImage";
/// The first protocol version with `xloadflags`.
const VERSION: u16 = 0x020c;
const LOADED_HIGH: u8 = 1;
const XLF_KERNEL_64: u16 = 1;

/// What is wrong with `image` and what would be right.
pub(super) fn check(image: &[u8]) -> Result<(), String> {
    let half = |at: usize| {
        image
            .get(at..at + 2)
            .and_then(|b| b.try_into().ok())
            .map(u16::from_le_bytes)
    };
    if image.starts_with(b"\x7fELF") {
        return Err(format!(
            "this is an ELF file (a vmlinux?), which no boot loader starts as Linux; {RIGHT}"
        ));
    }
    if image.starts_with(&[0x1f, 0x8b]) {
        return Err(format!("this is gzip data; {RIGHT}"));
    }
    let (Some(0xaa55), Some(b"HdrS")) = (half(0x1fe), image.get(0x202..0x206)) else {
        return Err(format!(
            "this is no Linux bzImage: the boot sector mark or `HdrS` is missing; {RIGHT}"
        ));
    };
    let (Some(version), Some(&loadflags), Some(xloadflags)) = (half(0x206), image.get(0x211), half(0x236))
    else {
        return Err(format!("this bzImage ends within its setup header; {RIGHT}"));
    };
    if version < VERSION {
        return Err(format!(
            "boot protocol {}.{} is older than 2.12 (Linux 3.8) and has no 64-bit entry; {RIGHT}",
            version >> 8,
            version & 0xff
        ));
    }
    if loadflags & LOADED_HIGH == 0 {
        return Err(format!("this is a zImage, loaded low; {RIGHT}"));
    }
    if xloadflags & XLF_KERNEL_64 == 0 {
        return Err(format!(
            "this is a 32-bit kernel, without the 64-bit entry; {RIGHT}"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Vec<u8> {
        let mut image = vec![0; 0x400];
        image[0x1fe..0x200].copy_from_slice(&[0x55, 0xaa]);
        image[0x202..0x206].copy_from_slice(b"HdrS");
        image[0x206..0x208].copy_from_slice(&[0x0f, 2]);
        image[0x211] = 1;
        image[0x236] = 0x3f;
        image
    }

    #[test]
    fn a_bzimage_passes() {
        assert_eq!(check(&good()), Ok(()));
    }

    #[test]
    fn each_fault_is_named() {
        let with = |at: usize, value: u8| {
            let mut image = good();
            image[at] = value;
            check(&image).unwrap_err()
        };
        assert!(with(0x1fe, 0).contains("no Linux bzImage"));
        assert!(with(0x202, 0).contains("no Linux bzImage"));
        assert!(with(0x206, 0x0b).contains("2.11"));
        assert!(with(0x211, 0).contains("zImage"));
        assert!(with(0x236, 0).contains("32-bit kernel"));
        assert!(check(b"\x7fELF").unwrap_err().contains("vmlinux"));
        assert!(check(&[0x1f, 0x8b, 8]).unwrap_err().contains("gzip"));
        assert!(check(&good()[..0x210]).unwrap_err().contains("ends within"));
        assert!(check(b"").unwrap_err().contains("no Linux bzImage"));
    }
}
