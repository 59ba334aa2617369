//! Order, limits and losses of what scripts print.

use super::*;
use std::format;
use std::string::String;
use std::vec::Vec;

fn take_all(buffers: &[Messages]) -> String {
    let mut text = Vec::new();
    deliver_from(|| buffers.iter(), &mut |line| {
        text.extend_from_slice(line);
        line.len()
    });
    String::from_utf8(text).unwrap()
}

fn buffers<const N: usize>() -> [Messages; N] {
    core::array::from_fn(|_| Messages::new().unwrap())
}

#[test]
fn lines_of_all_cpus_come_in_the_order_they_were_printed() {
    let both = buffers::<2>();
    both[1].add(b"first\n");
    both[0].add(b"second\n");
    both[1].add(b"third\n");
    assert!(both[0].is_waiting() && both[1].is_waiting());
    assert_eq!(take_all(&both), "first\nsecond\nthird\n");
    assert!(!both[0].is_waiting() && !both[1].is_waiting());
    assert_eq!(take_all(&both), "");
}

#[test]
fn what_is_not_taken_comes_again_from_there() {
    let one = buffers::<1>();
    one[0].add(b"abcdef\n");
    one[0].add(b"next\n");
    let mut room = 4;
    let mut text = Vec::new();
    let any = deliver_from(|| one.iter(), &mut |line| {
        let count = line.len().min(room);
        text.extend_from_slice(&line[..count]);
        room -= count;
        count
    });
    assert!(!any && one[0].is_waiting());
    assert_eq!(text, b"abcd");
    assert_eq!(take_all(&one), "ef\nnext\n");
}

#[test]
fn a_full_buffer_counts_what_does_not_fit_and_says_so_where_it_is_missing() {
    let one = buffers::<1>();
    let line = |number: usize| format!("line {number:05}\n");
    let fits = CAPACITY / (HEAD + line(0).len());
    for number in 0..fits + 3 {
        one[0].add(line(number).as_bytes());
    }
    // A short line would fit: it does not overtake the lost ones.
    one[0].add(b"\n");
    let text = take_all(&one);
    let mut want: String = (0..fits).map(line).collect();
    want.push_str("4 messages lost\n");
    assert_eq!(text, want);
    // Afterwards there is room again, around the end of the buffer too.
    for round in 0..3 * fits {
        one[0].add(line(round).as_bytes());
        assert_eq!(take_all(&one), line(round));
    }
}

#[test]
fn a_loss_alone_waits_to_be_told() {
    let one = buffers::<1>();
    one[0].add(b"a\n");
    one[0].lines.lock().lost = 1;
    assert_eq!(take_all(&one), "a\n1 message lost\n");
    assert!(!one[0].is_waiting());
}

#[test]
fn clearing_counts_lines_and_losses() {
    let one = buffers::<1>();
    one[0].add(b"a\n");
    one[0].add(b"b\n");
    one[0].lines.lock().lost = 5;
    assert_eq!(one[0].clear(), 7);
    assert!(!one[0].is_waiting());
    assert_eq!(take_all(&one), "");
    assert_eq!(one[0].clear(), 0);
}
