//! The client against a stub that follows a script.

use super::*;
use std::net::TcpListener;
use std::thread::JoinHandle;

/// A stub that reads until it has seen each packet and sends what belongs to it; gives what it read.
fn stub(script: Vec<(&'static str, Vec<u8>)>) -> (u16, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let work = move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut seen = Vec::new();
        let mut from = 0;
        for (wanted, answer) in script {
            while !String::from_utf8_lossy(&seen[from..]).contains(wanted) {
                let mut buffer = [0; 4096];
                let length = stream.read(&mut buffer).unwrap();
                assert!(length > 0, "the client left before `{wanted}`");
                seen.extend(&buffer[..length]);
            }
            from = seen.len();
            stream.write_all(&answer).unwrap();
        }
        let _ = stream.read_to_end(&mut seen);
        seen
    };
    (port, std::thread::spawn(work))
}

fn connect(port: u16) -> Client {
    Client::connect(port, Duration::from_secs(5)).unwrap()
}

#[test]
fn the_handshake_learns_the_size_and_switches_acks_off() {
    let (port, stub) = stub(vec![
        (
            "qSupported",
            [b"+".to_vec(), encode(b"PacketSize=800;QStartNoAckMode+")].concat(),
        ),
        ("QStartNoAckMode#", [b"+".to_vec(), encode(b"OK")].concat()),
        ("$?#", encode(b"T05thread:02;")),
    ]);
    let mut client = connect(port);
    client.handshake(Duration::from_secs(5)).unwrap();
    assert_eq!(client.packet_size(), 0x800);
    assert_eq!(client.last_stop().unwrap().thread.as_deref(), Some("02"));
    drop(client);
    let seen = stub.join().unwrap();
    assert!(
        seen.ends_with(b"+$?#3f"),
        "the last ack is for QStartNoAckMode's OK"
    );
}

#[test]
fn a_stub_that_boots_is_asked_again() {
    let (port, stub) = stub(vec![
        ("qSupported", Vec::new()),
        ("qSupported", encode(b"PacketSize=400")),
    ]);
    connect(port).handshake(Duration::from_secs(5)).unwrap();
    stub.join().unwrap();
}

#[test]
fn a_stop_brings_its_console_text() {
    let console = [b"O".to_vec(), to_hex(b"hit\n").into_bytes()].concat();
    let (port, stub) = stub(vec![(
        "vCont;c",
        [encode(&console), encode(b"T05thread:01;")].concat(),
    )]);
    let mut client = connect(port);
    client.resume().unwrap();
    let stop = client.wait_stop(Duration::from_secs(5)).unwrap();
    assert_eq!((stop.signal, stop.console.as_str()), (5, "hit\n"));
    drop(client);
    stub.join().unwrap();
}

#[test]
fn memory_is_read_in_pieces_and_errors_are_told() {
    let (port, stub) = stub(vec![
        ("qSupported", encode(b"PacketSize=8")),
        ("m1000,2", encode(b"0102")),
        ("m1002,1", encode(b"03")),
        ("m0,1", encode(b"E0e")),
    ]);
    let mut client = connect(port);
    client.handshake(Duration::from_secs(5)).unwrap();
    assert_eq!(client.read_memory(0x1000, 3).unwrap(), [1, 2, 3]);
    let message = format!("{:#}", client.read_memory(0, 1).unwrap_err());
    assert!(
        message.contains("reading 0x0") && message.contains("E0e"),
        "{message}"
    );
    drop(client);
    stub.join().unwrap();
}

#[test]
fn a_damaged_packet_is_asked_for_again() {
    let (port, stub) = stub(vec![("$?#", b"$T05#00".to_vec()), ("-", encode(b"T05"))]);
    let mut client = connect(port);
    assert_eq!(client.last_stop().unwrap().signal, 5);
    drop(client);
    stub.join().unwrap();
}

#[test]
fn monitor_output_is_put_together() {
    let part = |text: &[u8]| encode(&[b"O".to_vec(), to_hex(text).into_bytes()].concat());
    let (port, stub) = stub(vec![(
        "qRcmd,68656c70#",
        [part(b"a\n"), part(b"b\n"), encode(b"OK")].concat(),
    )]);
    let mut client = connect(port);
    assert_eq!(client.monitor("help").unwrap(), "a\nb\n");
    drop(client);
    stub.join().unwrap();
}

#[test]
fn what_is_no_stop_is_an_error() {
    for reply in ["", "OK", "T", "Tzz", "E01"] {
        assert!(Stop::parse(reply, String::new()).is_err(), "{reply}");
    }
}
