//! Handshakes as recorded from real clients, replayed byte for byte.

use super::*;

/// What the engine would answer in these handshakes.
fn engine(body: &str) -> Option<&'static str> {
    Some(match body {
        _ if body.starts_with("qSupported") => {
            "PacketSize=4040;vContSupported+;multiprocess+;QStartNoAckMode+;swbreak+;hwbreak+;qXfer:features:read+"
        }
        _ if body.starts_with('H') || body.starts_with('Z') || body.starts_with('z') => "OK",
        _ if body.starts_with("qXfer") => "l<target/>",
        _ if body.starts_with('p') => "0000000000000000",
        _ if body.starts_with("mffff") => "E0e",
        _ if body.starts_with('m') => "00",
        "g" => "00",
        "?" => "T05thread:01;",
        "qfThreadInfo" => "m01,02",
        "qsThreadInfo" => "l",
        "vCont?" => "vCont;c;C;s;S;r",
        _ if body.starts_with("vCont;") => "T05thread:01;",
        _ => return None,
    })
}

/// Replays bodies; for each, what the engine saw (or `-`) and what went back.
fn replay(line: &mut Line, bodies: &[&str]) -> Vec<(String, String)> {
    let mut seen = Vec::new();
    for body in bodies {
        let frame: Vec<u8> = framed(body.as_bytes()).collect();
        let mut request = "-".to_owned();
        for byte in frame {
            if let Some(exchange) = line.front.receive(byte, 0) {
                if let Request::Stub(packet) = &exchange.request {
                    request = String::from_utf8(packet.body.to_vec()).unwrap();
                    let answer = engine(&request).unwrap_or_else(|| panic!("{request} reached the engine"));
                    let mut output =
                        super::super::super::StubOutput::new(ManagedSlice::Owned(vec![0; 0x8000]));
                    for byte in framed(answer.as_bytes()) {
                        gdbstub::conn::Connection::write(&mut output, byte).unwrap();
                    }
                    exchange.replies.stub(&mut output);
                } else if let Request::Local(local) = &exchange.request {
                    request = format!("{local:?}");
                    if *local != LocalRequest::Detach {
                        exchange.replies.fault(Fault::MEMORY);
                    }
                }
            }
        }
        let replies = line.bodies();
        assert_eq!(replies.len(), 1, "{body}: {replies:?}");
        seen.push((request, replies.concat()));
    }
    seen
}

#[test]
fn ida() {
    for hello in ["qSupported:xmlRegisters=i386,arm,mips", "qSupported"] {
        let mut line = Line::new(plain());
        line.raw(b"+", None);
        let seen = replay(
            &mut line,
            &[
                hello,
                "QStartNoAckMode",
                "!",
                "Hg0",
                "qXfer:features:read:target.xml:0,3fff",
                "?",
                "Hc-1",
                "qC",
                "qfThreadInfo",
                "qsThreadInfo",
                "qAttached",
                "qOffsets",
                "g",
                "vCont?",
                "mffffffffffff0000,40",
                "Z0,1000,1",
                "vCont;c:0",
                "vCont;s:0",
                "z0,1000,1",
                "D",
            ],
        );
        let engine: Vec<&str> = seen.iter().map(|(request, _)| &**request).collect();
        assert_eq!(
            engine,
            [
                "qSupported:multiprocess-",
                "-",
                "-",
                "Hg1",
                "qXfer:features:read:target.xml:0,1ffd",
                "?",
                "Hc-1",
                "-",
                "qfThreadInfo",
                "qsThreadInfo",
                "-",
                "-",
                "g",
                "vCont?",
                "mffffffffffff0000,40",
                "Z0,1000,1",
                "vCont;c",
                "vCont;s:1",
                "z0,1000,1",
                "Detach"
            ]
        );
        // No process ids for IDA, and no way to switch acknowledgements off on a serial line.
        assert!(!seen[0].1.contains("multiprocess") && !seen[0].1.contains("QStartNoAckMode"));
        assert_eq!((&*seen[1].1, &*seen[2].1), ("", ""));
    }
}

#[test]
fn ida_on_a_reliable_line_may_stop_acknowledging() {
    let mut line = Line::new(Options {
        reliable: true,
        ..plain()
    });
    line.raw(b"+", None);
    let seen = replay(
        &mut line,
        &["qSupported:xmlRegisters=i386,arm,mips", "QStartNoAckMode"],
    );
    assert!(seen[0].1.contains(";QStartNoAckMode+"));
    assert_eq!(seen[1].1, "OK");
    line.packet("!", None);
    assert_eq!(line.output(), "$#00");
    line.packet("Hg0", Some("OK"));
    assert_eq!(line.output(), "$OK#9a");
}

#[test]
fn lldb() {
    let mut line = Line::new(plain());
    line.raw(b"+", None);
    let seen = replay(
        &mut line,
        &[
            "QStartNoAckMode",
            "qSupported:xmlRegisters=i386,arm,mips,arc;multiprocess+;fork-events+;vfork-events+",
            "QThreadSuffixSupported",
            "QListThreadsInStopReply",
            "qHostInfo",
            "vCont?",
            "qVAttachOrWaitSupported",
            "QEnableErrorStrings",
            "qProcessInfo",
            "qC",
            "qfThreadInfo",
            "?",
            "qXfer:features:read:target.xml:0,fff",
            "Hg1",
            "p0",
            "qOffsets",
            "qStructuredDataPlugins",
            "qSymbol::",
            "p10",
            "qThreadStopInfo1",
            "qMemoryRegionInfo:0",
            "p6",
            "jThreadsInfo",
            "x0,0",
            "x1000,200",
            "m1000,200",
            "mffffff8000002010,8",
            "vCont;s:0001",
            "c",
        ],
    );
    let find = |at: usize| (&*seen[at].0, &*seen[at].1);
    assert!(seen[1].1.contains("multiprocess+") && !seen[1].1.contains("fork-events"));
    for empty in [0, 2, 3, 6, 7, 15, 16, 17, 19, 22] {
        assert_eq!(find(empty), ("-", ""), "{empty}");
    }
    assert!(seen[4].1.starts_with("triple:7838365f36342d") && seen[8].1.starts_with("pid:1;triple:"));
    assert_eq!(find(9), ("-", "QCp1.1"));
    assert_eq!(find(14), ("p0", "0000000000000000"));
    assert_eq!(find(20), ("MemoryRegion { address: 0 }", "E0e"));
    assert_eq!(find(23), ("-", "OK"));
    assert_eq!(find(24), ("ReadMemory { address: 4096, length: 512 }", "E0e"));
    assert_eq!(find(26), ("mffffff8000002010,8", "E0e"));
    assert_eq!(find(27), ("vCont;s:1", "T05thread:01;"));
    assert_eq!(find(28), ("vCont;c", "T05thread:01;"));
}

#[test]
fn gdb_steps_off_a_breakpoint() {
    let mut line = Line::new(plain());
    line.raw(b"+", None);
    let seen = replay(
        &mut line,
        &[
            "qSupported:multiprocess+;swbreak+;hwbreak+;xmlRegisters=i386;vContSupported+;no-resumed+",
            "vCont?",
            "vMustReplyEmpty",
            "Hgp0.0",
            "Hgp1.2",
            "?",
            "qTStatus",
            "z0,1000,1",
            "vCont;s:p1.1",
            "Z0,1000,1;X2,2227",
            "vCont;c",
            "vCont;r1000,1008:p1.1;c:p1.-1",
        ],
    );
    let engine: Vec<&str> = seen.iter().map(|(request, _)| &**request).collect();
    assert_eq!(
        engine,
        [
            "qSupported:multiprocess+",
            "vCont?",
            "-",
            "Hg1",
            "Hg2",
            "?",
            "-",
            "z0,1000,1",
            "vCont;s:1",
            "Z0,1000,1",
            "vCont;c",
            "vCont;r1000,1008:1;c"
        ]
    );
    assert!(seen[0].1.starts_with("PacketSize=4000;") && seen[0].1.contains(";ConditionalBreakpoints+"));
}
