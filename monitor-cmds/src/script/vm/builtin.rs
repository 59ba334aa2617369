//! The functions of the language.

use super::Machine;
use super::formats::formats;
use super::strings::Unit;
use crate::script::bytecode::Width;
use crate::script::control::LbrOperation;
use crate::script::control::TraceStep;
use crate::script::functions::Builtin as B;
use crate::script::runtime_error::Reason;

impl Machine<'_> {
    /// Carries out `function` with the arguments from temporary `first` on. What has no result gives 0.
    pub(super) fn builtin(&mut self, function: B, first: u8) -> Result<u64, Reason> {
        let argument = |at: u8| self.scratch.temps[usize::from(first.wrapping_add(at))];
        let (a, b, c) = (argument(0), argument(1), argument(2));
        match function {
            B::Poi | B::Dq => self.load(a, Width::U64),
            B::Dd => self.load(a, Width::U32),
            B::Dw => self.load(a, Width::U16),
            B::Db => self.load(a, Width::U8),
            B::Hi => self.load(a, Width::U64).map(|value| value >> 16 & 0xffff),
            B::Low => self.load(a, Width::U64).map(|value| value & 0xffff),
            B::PoiPa | B::DqPa => self.load_physical(a, Width::U64),
            B::DdPa => self.load_physical(a, Width::U32),
            B::DwPa => self.load_physical(a, Width::U16),
            B::DbPa => self.load_physical(a, Width::U8),
            B::HiPa => self
                .load_physical(a, Width::U64)
                .map(|value| value >> 16 & 0xffff),
            B::LowPa => self.load_physical(a, Width::U64).map(|value| value & 0xffff),
            B::Eb => self.edit(a, Width::U8, b, false),
            B::Ed => self.edit(a, Width::U32, b, false),
            B::Eq => self.edit(a, Width::U64, b, false),
            B::EbPa => self.edit(a, Width::U8, b, true),
            B::EdPa => self.edit(a, Width::U32, b, true),
            B::EqPa => self.edit(a, Width::U64, b, true),
            B::Memcpy if c == 0 => Err(Reason::NothingToCopy),
            B::Memcpy => self.copy(a, b, c, false).map(|()| 0),
            B::MemcpyPa => self.copy(a, b, c, true).map(|()| 0),
            B::Memcmp => self.compare(a, b, Unit::Byte, c, false),
            B::Strlen => self.text_length(a, Unit::Byte),
            B::Wcslen => self.text_length(a, Unit::Wide),
            B::Strcmp => self.compare(a, b, Unit::Byte, u64::MAX, true),
            B::Strncmp => self.compare(a, b, Unit::Byte, c, true),
            B::Wcscmp => self.compare(a, b, Unit::Wide, u64::MAX, true),
            B::Wcsncmp => self.compare(a, b, Unit::Wide, c, true),
            B::CheckAddress => {
                let read = Self::tried(self.read(a, &mut [0], false))?;
                Ok(u64::from(read.is_some()))
            }
            B::VirtualToPhysical => Ok(self.guest.virtual_to_physical(a).unwrap_or(0)),
            B::PhysicalToVirtual => Ok(self.guest.physical_to_virtual(a).unwrap_or(0)),
            B::DisassembleLen | B::DisassembleLen64 => self.instruction_length(a, 64),
            B::DisassembleLen32 => self.instruction_length(a, 32),
            B::InterlockedIncrement => {
                let old = self.exchange(a, |old| old.wrapping_add(1))?;
                Ok(old.wrapping_add(1))
            }
            B::InterlockedDecrement => {
                let old = self.exchange(a, |old| old.wrapping_sub(1))?;
                Ok(old.wrapping_sub(1))
            }
            B::InterlockedExchange => self.exchange(a, |_| b),
            B::InterlockedExchangeAdd => self.exchange(a, |old| old.wrapping_add(b)),
            B::InterlockedCompareExchange => self.exchange(a, |old| if old == c { b } else { old }),
            B::SpinlockLock => self.lock(a, 1).map(|()| 0),
            B::SpinlockLockCustomWait => self.lock(a, b).map(|()| 0),
            B::SpinlockUnlock => self.unlock(a).map(|()| 0),
            B::Microsleep => {
                self.charge(a)?;
                self.guest.microsleep(a);
                Ok(0)
            }
            B::Rdtsc | B::Rdtscp => Ok(self.guest.tsc().0),
            B::Print => {
                let _ = writeln!(self.out, "{a:x}");
                Ok(0)
            }
            B::Formats => {
                let _ = formats(a, self.out);
                Ok(0)
            }
            B::TestStatement => {
                self.control.test_statement(a);
                Ok(0)
            }
            _ => self.control_builtin(function, a, b, c),
        }
    }

    /// The functions that change events or the debugger.
    fn control_builtin(&mut self, function: B, a: u64, b: u64, c: u64) -> Result<u64, Reason> {
        match function {
            B::EventEnable => {
                let known = self.control.event_enable(a);
                self.check_event(a, known);
            }
            B::EventDisable => {
                let known = self.control.event_disable(a);
                self.check_event(a, known);
            }
            B::EventClear => {
                let known = self.control.event_clear(a);
                self.check_event(a, known);
            }
            B::EventSc => {
                if self.context.event_stage == 1 {
                    let _ = writeln!(
                        self.out,
                        "warning, event_sc has no effect in the post stage: it is done already"
                    );
                }
                self.control.short_circuit(a != 0);
            }
            B::EventInject => return self.inject(a, b, None),
            B::EventInjectErrorCode => return self.inject(a, b, Some(c as u32)),
            B::EventTraceStep | B::EventTraceStepIn => self.control.trace(TraceStep::In),
            B::EventTraceStepOut => self.control.trace(TraceStep::Out),
            B::EventTraceInstrumentationStep | B::EventTraceInstrumentationStepIn => {
                self.control.trace(TraceStep::Instrumentation);
            }
            B::Pause => self.control.pause(),
            B::Flush => self.control.flush(),
            B::LbrSave => return self.lbr(LbrOperation::Save),
            B::LbrPrint | B::LbrDump => return self.lbr(LbrOperation::Print),
            B::LbrRestore => return self.lbr(LbrOperation::Restore),
            B::LbrCheck => return self.lbr(LbrOperation::Check),
            B::LbrRestoreByFilter => return self.lbr(LbrOperation::RestoreByFilter(a)),
            // The others were looked at before.
            _ => (),
        }
        Ok(0)
    }

    fn load_physical(&mut self, address: u64, width: Width) -> Result<u64, Reason> {
        let mut bytes = [0; 8];
        self.read(address, bytes.get_mut(..width.bytes()).unwrap_or_default(), true)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn edit(&mut self, address: u64, width: Width, value: u64, physical: bool) -> Result<u64, Reason> {
        let bytes = value.to_le_bytes();
        let from = bytes.get(..width.bytes()).unwrap_or_default();
        Ok(u64::from(
            Self::tried(self.write(address, from, physical))?.is_some(),
        ))
    }

    fn check_event(&mut self, id: u64, known: bool) {
        if !known {
            let _ = writeln!(self.out, "Invalid tag id ({id:x})");
        }
    }

    fn inject(&mut self, kind: u64, vector: u64, error: Option<u32>) -> Result<u64, Reason> {
        match (u8::try_from(kind), u8::try_from(vector)) {
            (Ok(kind @ 0..=7), Ok(vector)) => {
                self.control.inject(kind, vector, error);
                Ok(0)
            }
            _ => Err(Reason::Injection),
        }
    }

    fn lbr(&mut self, operation: LbrOperation) -> Result<u64, Reason> {
        Ok(u64::from(self.control.lbr(operation)))
    }
}
