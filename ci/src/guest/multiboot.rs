//! Is it a multiboot 1 kernel? (The Multiboot Specification version 0.6.96, "The layout of Multiboot
//! header".)

const MAGIC: u32 = 0x1bad_b002;
const MAGIC_2: u32 = 0xe852_50d6;
/// The header lies, aligned to 4 bytes, wholly within this many bytes of the file.
const SEARCH: usize = 8192;
/// Magic, flags, checksum.
const LENGTH: usize = 12;

/// What is wrong with `image` and what would be right.
pub(super) fn check(image: &[u8]) -> Result<(), String> {
    let head = &image[..image.len().min(SEARCH)];
    let words: Vec<u32> = head
        .chunks_exact(4)
        .filter_map(|word| Some(u32::from_le_bytes(word.try_into().ok()?)))
        .collect();
    let mut magic_seen = false;
    for header in words.windows(LENGTH / 4) {
        if let [MAGIC, flags, checksum] = *header {
            if MAGIC.wrapping_add(flags).wrapping_add(checksum) == 0 {
                return Ok(());
            }
            magic_seen = true;
        }
    }
    Err(if magic_seen {
        "its multiboot header has a wrong checksum; magic, flags and checksum must add up to 0".to_owned()
    } else if words.contains(&MAGIC_2) {
        "this is a multiboot 2 kernel; multiboot 1 is what is loaded (magic 1badb002)".to_owned()
    } else {
        "no multiboot 1 header (magic 1badb002, aligned to 4 bytes) in its first 8192 bytes".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(at: usize, words: &[u32]) -> Vec<u8> {
        let mut image = vec![0; 16384];
        for (index, word) in words.iter().enumerate() {
            image[at + 4 * index..at + 4 * index + 4].copy_from_slice(&word.to_le_bytes());
        }
        image
    }

    const GOOD: &[u32] = &[MAGIC, 3, 0u32.wrapping_sub(MAGIC + 3)];

    #[test]
    fn a_header_is_found_up_to_its_last_place() {
        assert_eq!(check(&image(0, GOOD)), Ok(()));
        assert_eq!(check(&image(SEARCH - LENGTH, GOOD)), Ok(()));
        assert!(check(&image(SEARCH - LENGTH + 4, GOOD)).is_err());
        assert!(check(&image(2, GOOD)).unwrap_err().contains("aligned to 4"));
    }

    #[test]
    fn each_fault_is_named() {
        assert!(check(&image(0, &[MAGIC, 3, 3])).unwrap_err().contains("checksum"));
        assert!(check(&image(0, &[MAGIC_2])).unwrap_err().contains("multiboot 2"));
        assert!(check(b"").unwrap_err().contains("no multiboot 1 header"));
    }

    #[test]
    fn a_false_magic_before_the_header_does_not_hide_it() {
        let mut both = image(64, GOOD);
        both[..4].copy_from_slice(&MAGIC.to_le_bytes());
        assert_eq!(check(&both), Ok(()));
    }
}
