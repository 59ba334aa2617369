//! The packet front end against any bytes: it never panics, and what it sends is well-formed frames.
//!
//! The first byte of the input chooses the options; of the rest, 1e lets time pass and all else comes from the line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use managed::ManagedSlice;
use stub_hv::debug::packet::FrontEnd;
use stub_hv::debug::packet::LocalRequest;
use stub_hv::debug::packet::Options;
use stub_hv::debug::packet::Request;
use stub_hv::debug::packet::deframer::Deframer;
use stub_hv::debug::packet::deframer::Event;

fuzz_target!(|data: &[u8]| {
    let Some((&choice, bytes)) = data.split_first() else {
        return;
    };
    let options = Options {
        reliable: choice & 1 != 0,
        rle: choice & 2 != 0,
        range_step: choice & 4 != 0,
        local_monitor: choice & 8 != 0,
        threads: 4,
        ..Options::default()
    };
    let memory = |size| ManagedSlice::Owned(vec![0; size]);
    let mut front = FrontEnd::new(options, memory(0x4000), memory(0x10000));
    let mut client = Deframer::new(memory(0x10000));
    let mut now = 0;
    for &byte in bytes {
        if byte == 0x1e {
            now += 700;
            front.poll(now);
        } else if let Some(exchange) = front.receive(byte, now) {
            match exchange.request {
                Request::Interrupt => (),
                Request::Stub(packet) if packet.body.starts_with(b"vCont;") => {
                    exchange.replies.console(b"running\n");
                    exchange.replies.body(b"T05thread:1;");
                }
                Request::Stub(packet) => {
                    let conditions = packet
                        .breakpoint
                        .map_or(0, |change| change.conditions.iter().count());
                    assert!(conditions <= packet.bytes().count() + bytes.len());
                    exchange.replies.ok();
                }
                Request::Local(LocalRequest::ReadMemory { length, .. }) => {
                    exchange.replies.memory(&vec![0x23; length])
                }
                Request::Local(LocalRequest::Detach | LocalRequest::Kill) => (),
                Request::Local(LocalRequest::Monitor { command }) => {
                    let text: Vec<u8> = command.bytes().collect();
                    exchange.replies.console(&text);
                    exchange.replies.ok();
                }
                Request::Local(LocalRequest::Search { pattern, .. }) => {
                    assert_eq!(pattern.bytes().count(), pattern.len());
                    exchange.replies.found(None);
                }
                Request::Local(_) => exchange.replies.unknown(),
            }
        }
        let mut out = [0; 64];
        let count = front.take_output(&mut out, now);
        for &sent in &out[..count] {
            // A frame cut short by a new client is the one that is damaged, and it says so.
            if client.push(sent, now, false) == Some(Event::Damaged) {
                assert_eq!(sent, b'z');
            }
        }
    }
});
