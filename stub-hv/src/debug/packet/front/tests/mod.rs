//! The front end as a whole: sessions, recorded clients, a bad line, and the real engine behind it.

mod clients;
mod engine;
mod lossy;
mod sessions;

use super::super::framed;
use super::*;

/// A front end and the clock it sees.
pub(super) struct Line {
    pub(super) front: FrontEnd<'static>,
    pub(super) now: u64,
}

impl Line {
    pub(super) fn new(options: Options) -> Self {
        let memory = |size| ManagedSlice::Owned(vec![0; size]);
        Self {
            front: FrontEnd::new(options, memory(0x4000), memory(0x10000)),
            now: 0,
        }
    }

    /// Sends raw bytes; the requests they make, as words. Those for the engine are answered with `answer`.
    pub(super) fn raw(&mut self, bytes: &[u8], answer: Option<&str>) -> Vec<String> {
        let mut requests = Vec::new();
        for &byte in bytes {
            if let Some(exchange) = self.front.receive(byte, self.now) {
                let start = if exchange.new_session { "new " } else { "" };
                requests.push(match &exchange.request {
                    Request::Stub(packet) => {
                        if let Some(answer) = answer {
                            exchange.replies.body(answer.as_bytes());
                        }
                        format!("{start}{}", String::from_utf8_lossy(packet.body))
                    }
                    Request::Local(request) => format!("{start}{request:?}"),
                    Request::Interrupt => format!("{start}Interrupt"),
                });
            }
        }
        requests
    }

    /// Sends one packet; the request it makes, if it makes one.
    pub(super) fn packet(&mut self, body: &str, answer: Option<&str>) -> Option<String> {
        let frame: Vec<u8> = framed(body.as_bytes()).collect();
        self.raw(&frame, answer).pop()
    }

    /// Everything that goes out now.
    pub(super) fn output(&mut self) -> String {
        let mut out = vec![0; 0x20000];
        let len = self.front.take_output(&mut out, self.now);
        out.truncate(len);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Acknowledges and collects until nothing more comes: the bodies of the frames.
    pub(super) fn bodies(&mut self) -> Vec<String> {
        let mut all = String::new();
        loop {
            let out = self.output();
            if out.is_empty() {
                break;
            }
            all += &out;
            self.front.receive(b'+', self.now);
        }
        all.split('$')
            .skip(1)
            .map(|frame| frame.split('#').next().unwrap().to_owned())
            .collect()
    }
}

/// Options without run lengths, so that replies can be read.
pub(super) fn plain() -> Options {
    Options {
        rle: false,
        threads: 2,
        ..Options::default()
    }
}
