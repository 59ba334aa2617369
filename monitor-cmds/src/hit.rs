//! An event that stopped the guest, and the lines that say so.

use crate::Moment;
use crate::Occurrence;
use crate::Stage;
use crate::Trigger;
use core::fmt;

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
    /// `event=0 kind=ioout port=3f8 size=1 value=41 cpu=0 rip=ffffffff81000000 stage=pre`. Between `kind` and `cpu` stands
    /// what the kind knows; what is not known is left out, and words such as `string=1` are there only if it is so:
    ///
    /// | kind | words |
    /// |---|---|
    /// | `ioin` `ioout` | `port` `size` `value` `string` `repeat` |
    /// | `epthook` `epthook2` | `address` `physical` |
    /// | `monitor` | `address` `physical` `size`, one of `read` `write` `execute` |
    /// | `syscall` `syscall2` `vmcall` | `number` |
    /// | `sysret` `sysret2` | `address` |
    /// | `mode` | `mode` (3 user, 0 kernel) |
    /// | `cpuid` | `leaf` `subleaf` |
    /// | `msrread` `msrwrite` | `msr` `value` |
    /// | `tsc` | `rdtscp` |
    /// | `pmc` | `counter` |
    /// | `exception` | `vector` `error` `address` |
    /// | `interrupt` | `vector` |
    /// | `dr` | `register` `value` `write` |
    /// | `crwrite` | `register` `old` `new` |
    /// | `xsetbv` | `xcr` `value` |
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
        for field in occurrence.fields().into_iter().flatten() {
            write!(f, " {}={:x}", field.key, field.value)?;
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
mod tests;
