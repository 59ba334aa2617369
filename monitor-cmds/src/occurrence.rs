//! What happened in the guest, and the lines that say so.
//!
//! All types are small and `Copy`: they are made and formatted while a CPU is stopped in an exit, where nothing
//! may allocate. Every number is printed in hexadecimal without a prefix.

use crate::Trigger;
use core::fmt;

/// Which way a port access goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// IN, INS: from the device to the CPU.
    In,
    /// OUT, OUTS: from the CPU to the device.
    Out,
}

/// Before or after the instruction took effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Before it.
    #[default]
    Pre,
    /// After it.
    Post,
}

impl Stage {
    /// `pre` or `post`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pre => "pre",
            Self::Post => "post",
        }
    }
}

/// Where and when something happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// The CPU, counted from 0.
    pub cpu: u32,
    /// Its RIP: the address of the instruction before it ran, of the next one after.
    pub rip: u64,
    /// Before or after the effect.
    pub stage: Stage,
}

/// One port access of the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Io {
    /// First port.
    pub port: u16,
    /// Bytes moved at once: 1, 2 or 4. The access touches `port` to `port + size - 1`.
    pub size: u8,
    /// Which way.
    pub direction: Direction,
    /// The value moved, in the low `size` bytes; `None` when it is not known (IN before it ran, string forms).
    pub value: Option<u32>,
    /// INS or OUTS.
    pub string: bool,
    /// With a REP prefix.
    pub repeat: bool,
}

impl Io {
    /// A plain IN whose value is not known yet.
    pub fn input(port: u16, size: u8) -> Self {
        Self {
            port,
            size,
            direction: Direction::In,
            value: None,
            string: false,
            repeat: false,
        }
    }

    /// A plain OUT of `value`.
    pub fn output(port: u16, size: u8, value: u32) -> Self {
        Self {
            port,
            size,
            direction: Direction::Out,
            value: Some(value),
            string: false,
            repeat: false,
        }
    }

    /// Does the access touch `port`? As the I/O permission maps of both vendors decide it: any of the `size` ports
    /// counts. It does not wrap from ffff to 0.
    ///
    /// AMD APM volume 2, "I/O Intercepts"; Intel SDM volume 3, "Instructions That Cause VM Exits Conditionally".
    pub fn touches(&self, port: u16) -> bool {
        port.checked_sub(self.port)
            .is_some_and(|ahead| ahead < u16::from(self.size.max(1)))
    }

    fn mnemonic(&self) -> &'static str {
        match (self.direction, self.string, self.repeat) {
            (Direction::In, false, _) => "IN",
            (Direction::In, true, false) => "INS",
            (Direction::In, true, true) => "REP INS",
            (Direction::Out, false, _) => "OUT",
            (Direction::Out, true, false) => "OUTS",
            (Direction::Out, true, true) => "REP OUTS",
        }
    }
}

/// Something that events can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// A port access.
    Io(Io),
}

impl fmt::Display for Occurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Io(io) = self;
        write!(f, "{} port {:x} size {:x}", io.mnemonic(), io.port, io.size)?;
        match io.value {
            Some(value) => write!(f, " value {value:x}"),
            None => Ok(()),
        }
    }
}

/// An event that stopped the guest.
///
/// `Display` is the line for people, without a newline:
/// `event 0 (!ioout 3f8): OUT port 3f8 size 1 value 41, CPU 0, RIP ffffffff81000000`; after the effect it says
/// `, after` at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Number of the event, as `events` lists it.
    pub event: u32,
    /// What the event asked for.
    pub trigger: Trigger,
    /// Where and when.
    pub moment: Moment,
    /// What happened.
    pub occurrence: Occurrence,
}

impl Hit {
    /// The form for scripts, of which `Display` is one line without a newline: words `key=value` with one space
    /// between them, numbers in hexadecimal.
    ///
    /// `event=0 kind=ioout port=3f8 size=1 value=41 cpu=0 rip=ffffffff81000000 stage=pre`; `value` is left out when
    /// it is not known, `string=1` and `repeat=1` are there only for INS/OUTS and REP.
    pub fn key_values(&self) -> KeyValues<'_> {
        KeyValues(self)
    }
}

impl fmt::Display for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "event {:x} ({}): {}",
            self.event, self.trigger, self.occurrence
        )?;
        write!(f, ", CPU {:x}, RIP {:x}", self.moment.cpu, self.moment.rip)?;
        f.write_str(match self.moment.stage {
            Stage::Pre => "",
            Stage::Post => ", after",
        })
    }
}

/// The `key=value` form of a [`Hit`], from [`Hit::key_values`].
#[derive(Clone, Copy, Debug)]
pub struct KeyValues<'h>(&'h Hit);

impl fmt::Display for KeyValues<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Hit {
            event,
            trigger,
            moment,
            occurrence,
        } = self.0;
        write!(f, "event={event:x} kind={}", trigger.kind())?;
        let Occurrence::Io(io) = occurrence;
        write!(f, " port={:x} size={:x}", io.port, io.size)?;
        if let Some(value) = io.value {
            write!(f, " value={value:x}")?;
        }
        for (key, set) in [("string", io.string), ("repeat", io.repeat)] {
            if set {
                write!(f, " {key}=1")?;
            }
        }
        write!(
            f,
            " cpu={:x} rip={:x} stage={}",
            moment.cpu,
            moment.rip,
            moment.stage.word()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn hit(occurrence: Io, direction: Direction) -> Hit {
        Hit {
            event: 0x1a,
            trigger: Trigger::Io {
                direction,
                port: Some(0x3f8),
            },
            moment: Moment {
                cpu: 0xa,
                rip: 0xffff_ffff_8100_0000,
                stage: Stage::Pre,
            },
            occurrence: Occurrence::Io(occurrence),
        }
    }

    #[test]
    fn lines_of_an_out() {
        let hit = hit(Io::output(0x3f8, 1, 0x41), Direction::Out);
        assert_eq!(
            hit.to_string(),
            "event 1a (!ioout 3f8): OUT port 3f8 size 1 value 41, CPU a, RIP ffffffff81000000"
        );
        assert_eq!(
            hit.key_values().to_string(),
            "event=1a kind=ioout port=3f8 size=1 value=41 cpu=a rip=ffffffff81000000 stage=pre"
        );
    }

    #[test]
    fn lines_of_a_rep_ins() {
        let mut hit = hit(
            Io {
                string: true,
                repeat: true,
                ..Io::input(0x3f8, 4)
            },
            Direction::In,
        );
        hit.moment.stage = Stage::Post;
        hit.trigger = Trigger::Io {
            direction: Direction::In,
            port: None,
        };
        assert_eq!(
            hit.to_string(),
            "event 1a (!ioin): REP INS port 3f8 size 4, CPU a, RIP ffffffff81000000, after"
        );
        assert_eq!(
            hit.key_values().to_string(),
            "event=1a kind=ioin port=3f8 size=4 string=1 repeat=1 cpu=a rip=ffffffff81000000 stage=post"
        );
    }

    #[test]
    fn any_port_of_a_wide_access_counts() {
        let wide = Io::input(0x3f6, 4);
        for (port, touched) in [(0x3f5, false), (0x3f6, true), (0x3f9, true), (0x3fa, false)] {
            assert_eq!(wide.touches(port), touched, "{port:x}");
        }
        assert!(!Io::input(0xffff, 4).touches(0));
        assert!(Io::input(0xffff, 4).touches(0xffff));
    }
}
