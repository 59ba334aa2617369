//! Frames: `$body#cs` as it goes out, with run-length encoding, and as it goes to the protocol engine.
//!
//! GDB manual, "Overview" of the remote protocol: the checksum is the sum of all characters between `$`
//! and `#`, modulo 256; `c*n` stands for `c` and `n - 29` more of it.

use super::hex;
use super::ring::Ring;

/// The repeat count that a count character starts at (`' '` is three more).
const RUN_BASE: u8 = 29;
/// The most repeats one count character can express: `'~'`.
const RUN_MAX: usize = (b'~' - RUN_BASE) as usize;

/// How many of `left` repeats to write as one count character; 0 when writing them out is as short.
///
/// The count characters `#`, `$`, `+` and `-` mean something to a receiver, so the next lower is taken.
const fn coded_repeats(left: usize) -> u8 {
    match left {
        0..=2 => 0,
        6 | 7 => 5,
        14 => 13,
        16 => 15,
        RUN_MAX.. => RUN_MAX as u8,
        _ => left as u8,
    }
}

/// Writes the body of one outgoing frame. What does not fit is noticed when the frame is finished, and then
/// the whole frame is taken back.
#[derive(Debug)]
pub struct FrameWriter<'s, 'b> {
    ring: &'s mut Ring<'b>,
    start: usize,
    sum: u8,
    rle: bool,
    run: (u8, usize),
    full: bool,
}

impl<'s, 'b> FrameWriter<'s, 'b> {
    pub(super) fn begin(ring: &'s mut Ring<'b>, rle: bool) -> Self {
        let start = ring.len();
        let full = !ring.push(b'$');
        Self {
            ring,
            start,
            sum: 0,
            rle,
            run: (0, 0),
            full,
        }
    }

    fn emit(&mut self, byte: u8) {
        self.sum = self.sum.wrapping_add(byte);
        self.full |= !self.ring.push(byte);
    }

    fn put(&mut self, byte: u8) {
        if !self.rle {
            return self.emit(byte);
        }
        let (run, count) = self.run;
        if count > 0 && run == byte && count <= RUN_MAX {
            self.run.1 += 1;
        } else {
            self.end_run();
            self.run = (byte, 1);
        }
    }

    fn end_run(&mut self) {
        let (byte, mut left) = core::mem::take(&mut self.run);
        while left > 0 {
            self.emit(byte);
            left -= 1;
            let repeats = coded_repeats(left);
            if repeats > 0 {
                self.emit(b'*');
                self.emit(RUN_BASE + repeats);
                left -= usize::from(repeats);
            }
        }
    }

    /// Characters as they are. They must be free of `#`, `$`, `*` and `}`, or escaped already.
    pub fn text(&mut self, text: &[u8]) {
        for &byte in text {
            self.put(byte);
        }
    }

    /// Two lower-case digits a byte.
    pub fn hex(&mut self, data: &[u8]) {
        for &byte in data {
            self.text(&hex::pair(byte));
        }
    }

    /// A number in hexadecimal without leading zeros.
    pub fn number(&mut self, value: u64) {
        for digit in hex::digits(value) {
            self.put(digit);
        }
    }

    /// Bytes as they are, with `#`, `$`, `*` and `}` escaped (GDB manual, "Overview", binary data).
    pub fn binary(&mut self, data: &[u8]) {
        for &byte in data {
            if matches!(byte, b'#' | b'$' | b'*' | b'}') {
                self.put(b'}');
                self.put(byte ^ 0x20);
            } else {
                self.put(byte);
            }
        }
    }

    /// Ends the frame. Its length on the wire, or `None` when it did not fit and was taken back.
    pub(super) fn finish(mut self) -> Option<usize> {
        self.end_run();
        let sum = self.sum;
        self.full |= !self.ring.push(b'#');
        for digit in hex::pair(sum) {
            self.full |= !self.ring.push(digit);
        }
        if self.full {
            self.ring.truncate(self.start);
            return None;
        }
        Some(self.ring.len() - self.start)
    }
}

/// The bytes of `body` framed, for a receiver that wants the frame and not the body.
pub fn framed(body: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let sum = body.iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte));
    let [high, low] = hex::pair(sum);
    core::iter::once(b'$')
        .chain(body.iter().copied())
        .chain([b'#', high, low])
}

#[cfg(test)]
mod tests {
    use super::*;
    use managed::ManagedSlice;
    use proptest::prelude::*;

    fn encode(rle: bool, fill: impl FnOnce(&mut FrameWriter<'_, '_>)) -> Vec<u8> {
        let mut ring = Ring::new(ManagedSlice::Owned(vec![0; 4096]));
        let mut writer = FrameWriter::begin(&mut ring, rle);
        fill(&mut writer);
        let len = writer.finish().unwrap();
        ring.piece(0, len).to_vec()
    }

    /// Undoes run lengths, then escapes: the order a client does it in.
    fn decode(frame: &[u8]) -> Vec<u8> {
        let body = &frame[1..frame.len() - 3];
        let mut plain: Vec<u8> = Vec::new();
        let mut bytes = body.iter().copied();
        while let Some(byte) = bytes.next() {
            if byte == b'*' {
                let count = bytes.next().unwrap() - RUN_BASE;
                let last = *plain.last().unwrap();
                plain.extend(core::iter::repeat_n(last, usize::from(count)));
            } else {
                plain.push(byte);
            }
        }
        let mut out = Vec::new();
        let mut bytes = plain.into_iter();
        while let Some(byte) = bytes.next() {
            out.push(if byte == b'}' {
                bytes.next().unwrap() ^ 0x20
            } else {
                byte
            });
        }
        out
    }

    #[test]
    fn the_manuals_example_of_a_run() {
        assert_eq!(encode(true, |w| w.text(b"0000")), b"$0* #7a");
        assert_eq!(encode(false, |w| w.text(b"0000")), b"$0000#c0");
    }

    #[test]
    fn every_run_length_decodes_and_avoids_the_special_counts() {
        for count in 1..400 {
            let data = vec![b'0'; count];
            let frame = encode(true, |w| w.text(&data));
            let body = &frame[1..frame.len() - 3];
            assert!(!body.iter().any(|c| b"#$+-".contains(c)), "{count}");
            assert_eq!(decode(&frame), data);
        }
    }

    #[test]
    fn a_frame_that_does_not_fit_leaves_nothing() {
        let mut ring = Ring::new(ManagedSlice::Owned(vec![0; 8]));
        let mut writer = FrameWriter::begin(&mut ring, false);
        writer.text(b"abcde");
        assert_eq!(writer.finish(), None);
        assert_eq!(ring.len(), 0);
    }

    #[test]
    fn framed_carries_the_checksum() {
        assert_eq!(framed(b"OK").collect::<Vec<_>>(), b"$OK#9a");
        assert_eq!(framed(b"").collect::<Vec<_>>(), b"$#00");
    }

    proptest! {
        #[test]
        fn binary_survives(data in proptest::collection::vec(prop_oneof![Just(0_u8), Just(b'*'), any::<u8>()], 0..600), rle: bool) {
            let frame = encode(rle, |w| w.binary(&data));
            prop_assert!(!frame[1..frame.len() - 3].iter().any(|c| b"#$".contains(c)));
            prop_assert_eq!(decode(&frame), data);
        }
    }
}
