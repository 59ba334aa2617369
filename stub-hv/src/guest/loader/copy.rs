//! Clearing guest memory through the access trait, a page at a time.

use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::Inaccessible;

const CHUNK: u64 = 4096;

/// Fills `length` bytes from `at` with zeros.
pub(super) fn clear<M: GuestMemory>(memory: &mut M, at: u64, length: u64) -> Result<(), Inaccessible> {
    let zeros = [0; CHUNK as usize];
    let mut done = 0;
    while done < length {
        let count = CHUNK.min(length - done);
        let part = zeros.get(..count as usize).unwrap_or_default();
        memory.write(GuestPhysical(at).offset(done), part)?;
        done += count;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boot::fake::FakeMemory;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn overlapping_moves_keep_the_bytes(from in 0u64..20_000, to in 0u64..20_000, length in 0u64..14_000) {
            let mut memory = FakeMemory::up_to(0x10000);
            let bytes: Vec<u8> = (0..length).map(|i| (i * 7 + i / 256) as u8).collect();
            memory.put(from, &bytes);
            memory.copy(GuestPhysical(from), GuestPhysical(to), length).unwrap();
            prop_assert_eq!(memory.get(to, length as usize), bytes);
            memory.put(to + length, b"!");
            clear(&mut memory, to, length).unwrap();
            prop_assert_eq!(memory.get(to, length as usize), vec![0; length as usize]);
            prop_assert_eq!(memory.get(to + length, 1), b"!");
        }
    }
}
