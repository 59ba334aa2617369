//! A bounded queue of bytes.

/// First in, first out, at most `N` bytes.
#[derive(Debug)]
pub struct Queue<const N: usize> {
    bytes: [u8; N],
    start: usize,
    len: usize,
}

impl<const N: usize> Default for Queue<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Queue<N> {
    /// An empty queue.
    pub const fn new() -> Self {
        Self {
            bytes: [0; N],
            start: 0,
            len: 0,
        }
    }

    /// How many bytes wait.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether none waits.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether there is no room.
    pub const fn is_full(&self) -> bool {
        self.len == N
    }

    /// Appends a byte; false when there is no room.
    pub fn push(&mut self, byte: u8) -> bool {
        if self.is_full() {
            return false;
        }
        match self.bytes.get_mut((self.start + self.len) % N.max(1)) {
            Some(slot) => *slot = byte,
            None => return false,
        }
        self.len += 1;
        true
    }

    /// Takes the first byte.
    pub fn pop(&mut self) -> Option<u8> {
        if self.is_empty() {
            return None;
        }
        let byte = self.bytes.get(self.start).copied();
        self.start = (self.start + 1) % N.max(1);
        self.len -= 1;
        byte
    }

    /// Forgets all bytes.
    pub const fn clear(&mut self) {
        self.len = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_bounds() {
        let mut queue = Queue::<3>::new();
        for round in 0..10_u8 {
            assert!(queue.push(round) && queue.push(round + 100));
            assert_eq!(queue.pop(), Some(round));
            assert_eq!(queue.pop(), Some(round + 100));
            assert_eq!(queue.pop(), None);
        }
        assert!((0..3).all(|byte| queue.push(byte)));
        assert!(!queue.push(9));
        queue.clear();
        assert!(queue.is_empty());
        assert!(!Queue::<0>::new().push(1));
    }
}
