//! Thread ids: `TID`, `pPID.TID`, with -1 for all and 0 for any.
//!
//! Thread n is CPU n-1, and the machine is process 1, which is what `gdbstub` calls it too.

use super::fault::Fault;
use super::hex;

/// The one process.
const PROCESS: u64 = 1;

/// One part of a thread id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    All,
    Any,
    One(u64),
}

impl Id {
    fn parse(text: &[u8]) -> Option<Self> {
        if text == b"-1" {
            return Some(Self::All);
        }
        hex::number(text).map(|id| if id == 0 { Self::Any } else { Self::One(id) })
    }
}

/// Which threads `text` selects. `threads` is how many there are.
pub(super) fn parse(text: &[u8], threads: u32) -> Result<Id, Fault> {
    let tid = match text.strip_prefix(b"p") {
        None => Id::parse(text),
        Some(both) => {
            let mut parts = both.splitn(2, |&c| c == b'.');
            let process = parts.next().and_then(Id::parse).ok_or(Fault::MALFORMED)?;
            if !matches!(process, Id::All | Id::Any | Id::One(PROCESS)) {
                return Err(Fault::NO_THREAD);
            }
            parts.next().map_or(Some(Id::All), Id::parse)
        }
    };
    match tid.ok_or(Fault::MALFORMED)? {
        Id::One(tid) if tid > u64::from(threads) => Err(Fault::NO_THREAD),
        tid => Ok(tid),
    }
}

/// The thread that a stop reply names (`T05thread:p1.2;...`).
pub(super) fn of_stop_reply(body: &[u8]) -> Option<u32> {
    let rest = body.strip_prefix(b"T")?;
    let field = rest
        .get(2..)?
        .split(|&c| c == b';')
        .find_map(|field| field.strip_prefix(b"thread:"))?;
    match parse(field, u32::MAX).ok()? {
        Id::One(tid) => u32::try_from(tid).ok(),
        Id::All | Id::Any => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_a_thread() {
        for (text, id) in [
            (&b"1"[..], Ok(Id::One(1))),
            (b"0001", Ok(Id::One(1))),
            (b"0", Ok(Id::Any)),
            (b"-1", Ok(Id::All)),
            (b"p1.2", Ok(Id::One(2))),
            (b"p01.02", Ok(Id::One(2))),
            (b"p1.-1", Ok(Id::All)),
            (b"p-1.-1", Ok(Id::All)),
            (b"p0.0", Ok(Id::Any)),
            (b"p1", Ok(Id::All)),
            (b"p2.1", Err(Fault::NO_THREAD)),
            (b"3", Err(Fault::NO_THREAD)),
            (b"", Err(Fault::MALFORMED)),
            (b"p", Err(Fault::MALFORMED)),
            (b"p1.", Err(Fault::MALFORMED)),
            (b"p1.2.3", Err(Fault::MALFORMED)),
            (b"X", Err(Fault::MALFORMED)),
            (b"-2", Err(Fault::MALFORMED)),
        ] {
            assert_eq!(parse(text, 2), id, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn stop_replies_name_their_thread() {
        assert_eq!(of_stop_reply(b"T05thread:p01.02;swbreak:;"), Some(2));
        assert_eq!(of_stop_reply(b"T05swbreak:;thread:3;"), Some(3));
        assert_eq!(of_stop_reply(b"S05"), None);
        assert_eq!(of_stop_reply(b"T"), None);
    }
}
