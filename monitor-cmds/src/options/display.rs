//! The canonical form of options: those that differ from the default, in the order of the table.

use super::Code;
use super::EventOptions;
use super::Stages;
use crate::block::Block;
use core::fmt;

impl fmt::Display for EventOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(pid) = self.pid {
            write!(f, " pid {pid:x}")?;
        }
        if let Some(core) = self.core {
            write!(f, " core {core:x}")?;
        }
        if let Some(cr3) = self.cr3 {
            write!(f, " cr3 {cr3:x}")?;
        }
        if !self.immediate {
            f.write_str(" imm no")?;
        }
        if self.short_circuit {
            f.write_str(" sc on")?;
        }
        if self.stages != Stages::Pre {
            write!(f, " stage {}", self.stages.word())?;
        }
        if self.buffer != 0 {
            write!(f, " buffer {:x}", self.buffer)?;
        }
        if let Some(condition) = &self.condition {
            write!(f, " condition {{{condition}}}")?;
        }
        if let Some(code) = &self.code {
            write!(f, " code {{{code}}}")?;
        }
        if let Some(script) = &self.script {
            write!(f, " script {}", Block(&script.text))?;
        }
        if !self.output.is_empty() {
            write!(f, " output {{{}}}", self.output.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Code {
    /// Two hexadecimal digits a byte, without spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
