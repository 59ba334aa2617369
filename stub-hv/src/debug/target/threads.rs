//! `qThreadExtraInfo`: what a CPU is doing, for `info threads`.

use core::fmt::Write;

use gdbstub::common::Tid;
use gdbstub::target::ext::thread_extra_info::ThreadExtraInfo;
use heapless::String;

use super::Target;
use super::cpu_index;
use crate::cpu::percpu;
use crate::debug::world::Activity;

impl ThreadExtraInfo for Target {
    fn thread_extra_info(&self, tid: Tid, into: &mut [u8]) -> Result<usize, Self::Error> {
        let mut text: String<64> = String::new();
        let index = cpu_index(tid);
        let doing = match percpu::get(index).map(|cpu| cpu.state.activity()) {
            Some(Activity::Running) => self.mode(index),
            Some(Activity::WaitForStartUp) => "waits for a start-up IPI",
            Some(Activity::Shutdown) => "shut down",
            None => "no such CPU",
        };
        // It fits: the longest of the texts above is shorter than the buffer.
        let _ = write!(text, "CPU {index}, {doing}");
        let count = text.len().min(into.len());
        if let (Some(into), Some(text)) = (into.get_mut(..count), text.as_bytes().get(..count)) {
            into.copy_from_slice(text);
        }
        Ok(count)
    }
}

impl Target {
    fn mode(&self, index: usize) -> &'static str {
        match self.peek(index).map(|vcpu| vcpu.privilege()) {
            Some(3) => "user",
            Some(_) => "kernel",
            None => "running",
        }
    }
}
