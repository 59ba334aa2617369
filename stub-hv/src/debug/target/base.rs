//! Registers and memory: `g`, `G`, `p`, `P`, `m`, `M`, `X`.

use gdbstub::common::Tid;
use gdbstub::target::TargetError;
use gdbstub::target::TargetResult;
use gdbstub::target::ext::base::multithread::MultiThreadBase;
use gdbstub::target::ext::base::multithread::MultiThreadResumeOps;
use gdbstub::target::ext::base::single_register_access::SingleRegisterAccess;
use gdbstub::target::ext::base::single_register_access::SingleRegisterAccessOps;
use gdbstub::target::ext::thread_extra_info::ThreadExtraInfoOps;
use gdbstub_arch::x86::reg::X86_64CoreRegs;

use super::CANNOT_ACCESS;
use super::INVALID;
use super::Target;
use super::cpu_index;
use super::thread;
use crate::cpu::percpu;
use crate::debug::registers;
use crate::debug::registers::RegId;

impl MultiThreadBase for Target {
    fn read_registers(&mut self, into: &mut X86_64CoreRegs, tid: Tid) -> TargetResult<(), Self> {
        let vcpu = self.vcpu(cpu_index(tid)).ok_or(TargetError::Errno(INVALID))?;
        *into = registers::to_core_regs(vcpu);
        Ok(())
    }

    fn write_registers(&mut self, from: &X86_64CoreRegs, tid: Tid) -> TargetResult<(), Self> {
        let vcpu = self.vcpu(cpu_index(tid)).ok_or(TargetError::Errno(INVALID))?;
        registers::from_core_regs(vcpu, from).map_err(|_| TargetError::Errno(INVALID))
    }

    fn support_single_register_access(&mut self) -> Option<SingleRegisterAccessOps<'_, Tid, Self>> {
        Some(self)
    }

    fn read_addrs(&mut self, at: u64, into: &mut [u8], tid: Tid) -> TargetResult<usize, Self> {
        match self.read_memory(cpu_index(tid), at, into) {
            0 if !into.is_empty() => Err(TargetError::Errno(CANNOT_ACCESS)),
            count => Ok(count),
        }
    }

    fn write_addrs(&mut self, at: u64, from: &[u8], tid: Tid) -> TargetResult<(), Self> {
        if self.write_memory(cpu_index(tid), at, from) {
            Ok(())
        } else {
            Err(TargetError::Errno(CANNOT_ACCESS))
        }
    }

    fn list_active_threads(&mut self, each: &mut dyn FnMut(Tid)) -> Result<(), Self::Error> {
        (0..percpu::count()).map(thread).for_each(each);
        Ok(())
    }

    fn is_thread_alive(&mut self, tid: Tid) -> Result<bool, Self::Error> {
        Ok(cpu_index(tid) < percpu::count())
    }

    fn support_resume(&mut self) -> Option<MultiThreadResumeOps<'_, Self>> {
        Some(self)
    }

    fn support_thread_extra_info(&mut self) -> Option<ThreadExtraInfoOps<'_, Self>> {
        Some(self)
    }
}

impl SingleRegisterAccess<Tid> for Target {
    fn read_register(&mut self, tid: Tid, id: RegId, into: &mut [u8]) -> TargetResult<usize, Self> {
        let vcpu = self.vcpu(cpu_index(tid)).ok_or(TargetError::Errno(INVALID))?;
        let mut bytes = [0; 16];
        let count = registers::read(vcpu, id, &mut bytes);
        match (into.get_mut(..count), bytes.get(..count)) {
            (Some(into), Some(bytes)) if count > 0 => into.copy_from_slice(bytes),
            _ => return Err(TargetError::Errno(INVALID)),
        }
        Ok(count)
    }

    fn write_register(&mut self, tid: Tid, id: RegId, from: &[u8]) -> TargetResult<(), Self> {
        let vcpu = self.vcpu(cpu_index(tid)).ok_or(TargetError::Errno(INVALID))?;
        registers::write(vcpu, id, from).map_err(|_| TargetError::Errno(INVALID))
    }
}
