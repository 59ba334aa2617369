use proptest::prelude::*;

use super::*;

const HELLO: &str = "qSupported:multiprocess+;swbreak+";

#[test]
fn a_request_and_its_reply() {
    let mut line = Line::new(plain());
    assert_eq!(
        line.packet("qfThreadInfo", Some("m1")).as_deref(),
        Some("new qfThreadInfo")
    );
    assert_eq!(line.output(), "+$m1#9e");
    assert_eq!(line.raw(b"+$g#67", Some("00")), ["g"]);
    assert_eq!(line.output(), "+$00#60");
}

#[test]
fn interrupts_and_noise() {
    let mut line = Line::new(plain());
    assert_eq!(line.raw(b"\r\n\x03\xff", None), ["Interrupt"]);
    assert_eq!(line.output(), "");
    assert_eq!(line.raw(b"$g#00", None), Vec::<String>::new());
    assert_eq!(line.output(), "-");
}

#[test]
fn refusals_are_answered_without_the_engine() {
    let mut line = Line::new(plain());
    line.packet("HgX", None);
    assert_eq!(line.output(), "+$E16#ac");
    line.packet("vMustReplyEmpty", None);
    assert_eq!(line.output(), "+$#00");
    line.packet("qSupported:error-message+", Some("PacketSize=1"));
    line.bodies();
    line.packet("HgX", None);
    assert_eq!(line.bodies(), ["E.malformed packet"]);
}

#[test]
fn a_packet_that_is_too_long_is_refused_and_forgotten() {
    let mut line = Line::new(plain());
    assert_eq!(line.packet(&format!("M0,0:{}", "0".repeat(0x4000)), None), None);
    assert_eq!(line.bodies(), ["E5a"]);
    assert_eq!(line.packet("g", Some("00")).as_deref(), Some("new g"));
}

#[test]
fn a_second_client_is_told_from_the_first() {
    let mut line = Line::new(Options {
        reliable: true,
        ..plain()
    });
    // GDB: hello first, then no acknowledgements.
    assert!(
        line.packet(HELLO, Some("PacketSize=1"))
            .unwrap()
            .starts_with("new ")
    );
    line.bodies();
    line.packet("QStartNoAckMode", None);
    assert_eq!(line.output(), "+$OK#9a");
    line.raw(b"+", None);
    line.packet("g", Some("00"));
    assert_eq!(line.output(), "$00#60");
    // It dies; the next one greets and expects acknowledgements.
    assert!(line.raw(b"+", None).is_empty());
    assert!(
        line.packet(HELLO, Some("PacketSize=1"))
            .unwrap()
            .starts_with("new ")
    );
    assert!(line.output().starts_with("+$"));
    // LLDB: no acknowledgements first, then hello, which belongs to the same session.
    line.raw(b"+", None);
    line.front.disconnected();
    line.raw(b"+", None);
    line.packet("QStartNoAckMode", None);
    assert_eq!(line.output(), "+$OK#9a");
    line.raw(b"+", None);
    assert!(
        line.packet(HELLO, Some("PacketSize=1"))
            .unwrap()
            .starts_with("qSupported")
    );
    assert!(line.output().starts_with("$"));
    // Another LLDB.
    line.raw(b"+", None);
    line.packet("QStartNoAckMode", None);
    assert_eq!(line.output(), "+$OK#9a");
}

#[test]
fn after_a_detach_the_next_packet_is_a_new_client() {
    let mut line = Line::new(plain());
    line.packet(HELLO, Some("PacketSize=1"));
    line.bodies();
    assert_eq!(line.packet("D;1", None).as_deref(), Some("Detach"));
    assert_eq!(line.bodies(), ["OK"]);
    assert!(!line.front.session().is_active());
    assert_eq!(line.packet("?", Some("T05thread:1;")).as_deref(), Some("new ?"));
    line.bodies();
    assert_eq!(line.packet("k", None).as_deref(), Some("Kill"));
    assert_eq!(line.bodies(), Vec::<String>::new());
}

#[test]
fn a_resume_sent_again_while_the_guest_runs_is_only_acknowledged() {
    let mut line = Line::new(plain());
    assert_eq!(line.packet("vCont;c", None).as_deref(), Some("new vCont;c"));
    assert!(line.front.replies().is_running());
    assert_eq!(line.packet("vCont;c", None), None);
    assert_eq!(line.output(), "++");
    line.front.replies().body(b"T05thread:2;");
    assert!(!line.front.replies().is_running());
    assert_eq!(line.front.session().current_thread(), 2);
    line.bodies();
    assert_eq!(line.packet("vCont;c", None).as_deref(), Some("vCont;c"));
}

#[test]
fn a_resume_that_the_engine_refuses_leaves_nothing_running() {
    let mut line = Line::new(plain());
    line.packet("vCont;c", None);
    let mut output = super::super::super::StubOutput::new(ManagedSlice::Owned(vec![0; 64]));
    for byte in framed(b"E01") {
        gdbstub::conn::Connection::write(&mut output, byte).unwrap();
    }
    line.front.replies().stub(&mut output);
    assert!(!line.front.replies().is_running());
    assert_eq!(line.bodies(), ["E01"]);
}

#[test]
fn console_text_only_when_the_client_listens() {
    let mut line = Line::new(plain());
    line.packet("g", Some("00"));
    line.front.replies().console(b"early");
    assert_eq!(line.front.replies().losses().console, 5);
    line.bodies();
    line.packet("vCont;c", None);
    line.front.replies().console(b"hi");
    assert_eq!(line.bodies(), ["O6869"]);
    line.front.replies().body(b"T05thread:1;");
    line.bodies();
    assert_eq!(line.front.replies().try_console(b"late"), 0);
    line.packet("qRcmd,68", None);
    assert_eq!(line.front.replies().try_console(b"out"), 3);
    line.front.replies().ok();
    assert_eq!(line.bodies(), ["O6f7574", "OK"]);
    assert!(!line.front.replies().console_open());
}

#[test]
fn console_text_leaves_room_for_a_reply() {
    let mut line = Line::new(plain());
    line.packet("vCont;c", None);
    let text = vec![b'x'; 0x20000];
    let done = line.front.replies().try_console(&text);
    assert!(done > 0x4000 && done < text.len());
    line.front.replies().console(&text[done..]);
    assert_eq!(line.front.replies().losses().console, (text.len() - done) as u64);
    assert!(line.front.replies().ready());
    line.front.replies().body(&[b'T'; super::super::super::MAX_BODY]);
    assert_eq!(line.front.replies().losses().replies, 0);
    let bodies = line.bodies();
    let printed: usize = bodies
        .iter()
        .filter(|b| b.starts_with('O'))
        .map(|b| b.len() / 2)
        .sum();
    assert_eq!(printed, done);
    assert!(bodies.last().unwrap().starts_with("TT"));
}

#[test]
fn a_small_console_text_is_not_split_by_the_reserve() {
    let mut line = Line::new(plain());
    line.packet("vCont;c", None);
    assert_eq!(line.front.replies().try_console(&[b'x'; 1025]), 1025);
}

#[test]
fn conditions_travel_beside_the_packet() {
    let mut line = Line::new(plain());
    let frame: Vec<u8> = framed(b"Z0,1008,1;X9,260002164022051327").collect();
    let mut seen = false;
    for byte in frame {
        if let Some(exchange) = line.front.receive(byte, 0) {
            let Request::Stub(packet) = exchange.request else {
                panic!()
            };
            assert_eq!(packet.body, b"Z0,1008,1");
            let change = packet.breakpoint.unwrap();
            assert_eq!((change.insert, change.address, change.size), (true, 0x1008, 1));
            let mut code = [0; 16];
            let code = change
                .conditions
                .iter()
                .next()
                .unwrap()
                .decode(&mut code)
                .unwrap()
                .to_vec();
            assert_eq!(code, [0x26, 0, 2, 0x16, 0x40, 0x22, 5, 0x13, 0x27]);
            exchange.replies.ok();
            seen = true;
        }
    }
    assert!(seen);
}

#[test]
fn memory_goes_out_in_the_clients_dialect() {
    let mut line = Line::new(plain());
    line.packet("x1000,4", None);
    line.front.replies().memory(b"a#}\0");
    assert_eq!(line.bodies(), ["ba}\u{3}}]\0"]);
    line.packet("x0,0", None);
    assert_eq!(line.bodies(), ["OK"]);
    line.front.replies().memory(b"a");
    assert_eq!(line.bodies(), ["a"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    /// A client vanishes after any number of bytes; the next one works.
    #[test]
    fn a_new_session_works_after_any_disconnect(
        cut in 0_usize..1000,
        taken in 0_usize..400,
        reliable: bool,
        rle: bool,
    ) {
        let mut line = Line::new(Options { reliable, rle, ..plain() });
        let mut log = b"+".to_vec();
        for body in [HELLO, "QStartNoAckMode", "?", "qfThreadInfo", "Hg1", "g", "Z0,1008,1;X2,2227", "vCont;c",
            "m1000,40", "M1000,4:00112233", "qRcmd,68656c70", "X1000,4:ab}\u{3}d", "vCont;s:1"] {
            log.extend(framed(body.as_bytes()));
            log.push(b'+');
        }
        log.truncate(cut % log.len());
        line.raw(&log, Some("0000000000000000"));
        let mut half = vec![0; taken];
        line.front.take_output(&mut half, 0);

        // The new client greets as GDB does: it reads what comes until the answer to its hello, and asks again
        // after its patience.
        let mut answered = false;
        for _ in 0..3 {
            line.now += 5000;
            line.front.poll(line.now);
            line.raw(b"+", None);
            let requests: Vec<String> = line.packet(HELLO, Some("PacketSize=1;vContSupported+")).into_iter().collect();
            let out = line.output();
            prop_assert!(requests.is_empty() || requests[0].contains("qSupported"));
            if out.contains("+$PacketSize=1") {
                answered = true;
                break;
            }
        }
        prop_assert!(answered);
        line.raw(b"+", None);
        prop_assert_eq!(line.packet("g", Some("123")), Some("g".to_owned()));
        prop_assert_eq!(line.output(), "+$123#96");
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(prop_oneof![
        any::<u8>(), Just(b'$'), Just(b'#'), Just(b'+'), Just(b'-'), prop::sample::select(b"qQvmMXxzZgGpPHTcCsS0:;,*}".to_vec()),
    ], 0..400), reliable: bool) {
        let mut line = Line::new(Options { reliable, ..plain() });
        for chunk in bytes.chunks(7) {
            line.now += 300;
            line.front.poll(line.now);
            line.raw(chunk, Some("E01"));
            line.output();
        }
    }

    /// Any body of a known packet, with the right checksum.
    #[test]
    fn arbitrary_bodies_never_panic(name in prop::sample::select(vec![
        "m", "M", "X", "x", "Z", "z", "Z0,", "vCont", "vCont;", "vCont;s:", "qXfer:features:read:", "qSupported:", "H", "Hg", "P",
        "p", "G", "T", "qRcmd,", "qSearch:memory:", "qCRC:", "Qqemu.sstep=", "D;", "vKill;", "C", "qThreadExtraInfo,",
    ]), rest in "[-0-9a-fpX,:;=}. ]{0,60}") {
        let mut line = Line::new(plain());
        let request = line.packet(&format!("{name}{rest}"), Some("OK"));
        // Whatever was not handed out has been answered.
        prop_assert!(request.is_some() || line.bodies().len() == 1);
    }
}
