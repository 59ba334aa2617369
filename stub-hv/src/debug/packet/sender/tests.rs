use super::*;

const PATIENCE: Patience = Patience {
    timeout: 100,
    retries: 2,
};

fn sender() -> Sender<'static> {
    Sender::new(ManagedSlice::Owned(vec![0; 64]), PATIENCE)
}

fn put(s: &mut Sender<'_>, body: &[u8]) {
    s.frame(false, |w| w.text(body)).unwrap();
}

/// Everything that goes out at `now`, in pieces of at most `step` bytes.
fn take(s: &mut Sender<'_>, now: u64, step: usize) -> String {
    let mut out = Vec::new();
    loop {
        let piece = s.pending();
        let count = piece.len().min(step);
        if count == 0 {
            return String::from_utf8(out).unwrap();
        }
        out.extend_from_slice(&piece[..count]);
        s.sent(count, now);
    }
}

#[test]
fn one_frame_at_a_time_while_acknowledged() {
    let mut s = sender();
    s.acknowledge(b'+');
    put(&mut s, b"a");
    put(&mut s, b"b");
    assert_eq!(take(&mut s, 0, 1), "+$a#61");
    assert_eq!(take(&mut s, 0, 9), "");
    assert!(s.on_ack());
    assert_eq!(take(&mut s, 0, 3), "$b#62");
    assert!(s.on_ack());
    assert!(!s.on_ack());
    assert!(s.is_idle());
}

#[test]
fn everything_at_once_without_acknowledgements() {
    let mut s = sender();
    s.set_acks(false);
    put(&mut s, b"a");
    put(&mut s, b"b");
    assert_eq!(s.pending(), b"$a#61$b#62");
    s.sent(6, 0);
    assert_eq!(s.pending(), b"b#62");
    s.sent(4, 0);
    assert!(s.is_idle());
}

#[test]
fn own_acknowledgement_waits_for_the_frame_to_end() {
    let mut s = sender();
    s.set_acks(false);
    put(&mut s, b"ab");
    put(&mut s, b"c");
    s.sent(2, 0);
    s.acknowledge(b'+');
    assert_eq!(take(&mut s, 0, 99), "b#c3+$c#63");
}

#[test]
fn nack_and_silence_send_again() {
    let mut s = sender();
    put(&mut s, b"a");
    assert_eq!(take(&mut s, 0, 9), "$a#61");
    s.on_nack();
    assert_eq!(take(&mut s, 10, 9), "$a#61");
    assert_eq!(s.deadline(), Some(110));
    s.poll(109);
    assert_eq!(take(&mut s, 109, 9), "");
    s.poll(110);
    assert_eq!(take(&mut s, 110, 9), "$a#61");
    assert_eq!(
        s.counters(),
        Counters {
            retransmitted: 2,
            unacknowledged: 0
        }
    );
}

#[test]
fn silence_ends_the_waiting_until_the_client_shows_itself() {
    let mut s = sender();
    put(&mut s, b"a");
    put(&mut s, b"b");
    put(&mut s, b"c");
    let mut out = String::new();
    for now in (0..1000).step_by(100) {
        s.poll(now);
        out += &take(&mut s, now, 9);
    }
    assert_eq!(out, "$a#61$a#61$a#61$b#62$c#63");
    assert_eq!(s.counters().unacknowledged, 1);
    s.on_ack();
    put(&mut s, b"d");
    put(&mut s, b"e");
    assert_eq!(take(&mut s, 2000, 9), "$d#64");
}

#[test]
fn an_endless_nack_is_bounded() {
    let mut s = sender();
    put(&mut s, b"a");
    put(&mut s, b"b");
    for _ in 0..=NACK_LIMIT {
        assert_eq!(take(&mut s, 0, 9), "$a#61");
        s.on_nack();
    }
    assert_eq!(take(&mut s, 0, 9), "$b#62");
}

#[test]
fn a_packet_acknowledges_what_was_sent() {
    let mut s = sender();
    put(&mut s, b"a");
    put(&mut s, b"b");
    take(&mut s, 0, 9);
    s.on_packet();
    // The second is half out when the next packet comes: it ends, and the third follows at once.
    s.sent(2, 0);
    s.on_packet();
    s.acknowledge(b'+');
    put(&mut s, b"c");
    assert_eq!(take(&mut s, 0, 9), "#62+$c#63");
}

#[test]
fn reset_ends_a_half_sent_frame() {
    let mut s = sender();
    s.set_acks(false);
    put(&mut s, b"abc");
    s.sent(2, 0);
    s.reset();
    assert!(s.acks());
    s.acknowledge(b'+');
    put(&mut s, b"d");
    assert_eq!(take(&mut s, 0, 9), "#zz+$d#64");
}

#[test]
fn a_full_ring_refuses_the_whole_frame() {
    let mut s = Sender::new(ManagedSlice::Owned(vec![0; 10]), PATIENCE);
    put(&mut s, b"a");
    assert_eq!(s.frame(false, |w| w.text(b"too long")), Err(Full));
    assert_eq!(take(&mut s, 0, 99), "$a#61");
    s.on_ack();
    assert!(s.is_idle());
}
