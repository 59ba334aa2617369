//! A bad line: any transport, with bytes lost, bent and doubled on the way in.
//!
//! The faults come from a generator with a given seed, so a run that fails can be run again.

use core::fmt;

use crate::Transport;

/// How often each fault happens, in faults per thousand bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// The byte never arrives.
    pub drop: u16,
    /// One of its bits is inverted.
    pub flip: u16,
    /// It arrives twice.
    pub duplicate: u16,
}

/// A transport whose received bytes suffer.
#[derive(Debug)]
pub struct Injector<T> {
    line: T,
    rates: Rates,
    random: u64,
    again: Option<u8>,
    faults: u64,
}

impl<T: Transport> Injector<T> {
    /// Makes `line` a bad one. Equal seeds make equal faults.
    pub const fn new(line: T, rates: Rates, seed: u64) -> Self {
        // Zero is the one state that the generator never leaves.
        Self {
            line,
            rates,
            random: if seed == 0 { 1 } else { seed },
            again: None,
            faults: 0,
        }
    }

    /// The line itself.
    pub const fn line(&mut self) -> &mut T {
        &mut self.line
    }

    /// How many faults there were.
    pub const fn faults(&self) -> u64 {
        self.faults
    }

    /// The next number of Marsaglia's xorshift generator with 64 bits of state.
    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    fn strikes(&mut self, rate: u16) -> bool {
        let strikes = (self.random() >> 32) % 1000 < u64::from(rate);
        self.faults += u64::from(strikes);
        strikes
    }
}

impl<T: Transport> Transport for Injector<T> {
    fn receive(&mut self) -> Option<u8> {
        if let Some(byte) = self.again.take() {
            return Some(byte);
        }
        loop {
            let mut byte = self.line.receive()?;
            if self.strikes(self.rates.drop) {
                continue;
            }
            if self.strikes(self.rates.flip) {
                byte ^= 1 << (self.random() >> 61);
            }
            if self.strikes(self.rates.duplicate) {
                self.again = Some(byte);
            }
            return Some(byte);
        }
    }

    fn ready_to_send(&mut self) -> bool {
        self.line.ready_to_send()
    }

    fn send(&mut self, bytes: &[u8]) -> usize {
        self.line.send(bytes)
    }

    fn flush(&mut self) {
        self.line.flush();
    }

    fn interrupts(&mut self, on: bool) {
        self.line.interrupts(on);
    }

    fn is_reliable(&self) -> bool {
        false
    }

    fn describe(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        self.line.describe(out)?;
        write!(out, ", {} faults injected", self.faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loopback::Loopback;

    fn through(rates: Rates, seed: u64) -> (Vec<u8>, u64) {
        let mut line = Injector::new(Loopback::<2000>::new(), rates, seed);
        assert_eq!(line.send(&[0; 2000]), 2000);
        let out = core::iter::from_fn(|| line.receive()).collect();
        (out, line.faults())
    }

    #[test]
    fn each_fault_alone_and_reproducible() {
        let none = Rates::default();
        assert_eq!(through(none, 7), (vec![0; 2000], 0));

        let (lost, faults) = through(Rates { drop: 100, ..none }, 7);
        assert!(faults > 100 && lost.len() as u64 == 2000 - faults);

        let (bent, faults) = through(Rates { flip: 100, ..none }, 7);
        assert!(faults > 100 && bent.iter().filter(|b| b.count_ones() == 1).count() as u64 == faults);

        let (doubled, faults) = through(
            Rates {
                duplicate: 100,
                ..none
            },
            7,
        );
        assert!(faults > 100 && doubled.len() as u64 == 2000 + faults);

        let all = Rates {
            drop: 5,
            flip: 5,
            duplicate: 5,
        };
        assert_eq!(through(all, 9), through(all, 9));
        assert_ne!(through(all, 9), through(all, 10));
    }
}
