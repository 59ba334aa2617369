//! Requests that gdbstub does not know, answered from the machine.

use alloc::vec;

use super::packet::Crc;
use super::packet::Fault;
use super::packet::LocalRequest;
use super::packet::Replies;
use super::target::Target;
use crate::guest::linear;
use crate::memory::GuestVirtual;
use crate::memory::host::Physical;
use crate::memory::walk::region_at;
use crate::virt::Register;

/// Bytes of memory looked at in one piece.
const CHUNK: usize = 4096;
/// How many page-table walks a question about a memory region may take.
const WALKS: usize = 4096;
/// All that can be held back while stepping is: step at all, interrupts, timers.
const STEP_FLAGS: u8 = 7;

/// Answers a request.
pub fn handle(target: &mut Target, replies: &mut Replies<'_>, request: &LocalRequest<'_>) {
    let index = target.current();
    match *request {
        LocalRequest::ReadMemory { address, length } => {
            let mut bytes = vec![0; length];
            match target.read_memory(index, address, &mut bytes) {
                0 => replies.fault(Fault::MEMORY),
                count => replies.memory(bytes.get(..count).unwrap_or_default()),
            }
        }
        LocalRequest::MemoryRegion { address } => region(target, replies, address),
        LocalRequest::Search {
            address,
            length,
            pattern,
        } => {
            let mut wanted = vec![0; pattern.len()];
            let wanted = pattern.decode(&mut wanted).unwrap_or_default();
            match search(target, address, length, wanted) {
                Ok(found) => replies.found(found),
                Err(()) => replies.fault(Fault::MEMORY),
            }
        }
        LocalRequest::Crc { address, length } => {
            let mut crc = Crc::default();
            let mut bytes = [0; CHUNK];
            let mut at = address;
            let mut left = length;
            while left > 0 {
                let count = left.min(CHUNK as u64) as usize;
                let Some(chunk) = bytes.get_mut(..count) else {
                    break;
                };
                if target.read_memory(index, at, chunk) != count {
                    return replies.fault(Fault::MEMORY);
                }
                crc.update(chunk);
                at = at.wrapping_add(count as u64);
                left -= count as u64;
            }
            replies.crc(crc.value());
        }
        LocalRequest::SetPhysicalMemory(physical) => {
            target.physical = physical;
            replies.ok();
        }
        LocalRequest::PhysicalMemory => replies.flag(target.physical),
        // Interrupts and timers are held back in every step: that is how stepping works here.
        LocalRequest::SetStepFlags(_) => replies.ok(),
        LocalRequest::StepFlags => replies.step_flags(STEP_FLAGS),
        // The session's own.
        LocalRequest::Monitor { .. } | LocalRequest::Detach | LocalRequest::Kill => {}
    }
}

fn region(target: &mut Target, replies: &mut Replies<'_>, address: u64) {
    if target.physical {
        return replies.memory_region(0, u64::MAX, "rwx", None);
    }
    let index = target.current();
    let Some(vcpu) = target.vcpu(index) else {
        return replies.fault(Fault::MEMORY);
    };
    let paging = linear::paging(vcpu);
    let region = region_at(
        &paging,
        vcpu.get(Register::Cr3),
        &Physical,
        GuestVirtual(address),
        WALKS,
    );
    let permissions = match region.access {
        None => "",
        Some(access) => match (access.writable, access.executable) {
            (false, false) => "r",
            (true, false) => "rw",
            (false, true) => "rx",
            (true, true) => "rwx",
        },
    };
    replies.memory_region(region.start.0, region.size(), permissions, None);
}

/// The first place of `wanted` in the range. An error: none was found before memory that cannot be read.
fn search(target: &mut Target, address: u64, length: u64, wanted: &[u8]) -> Result<Option<u64>, ()> {
    if wanted.is_empty() {
        return Ok(Some(address));
    }
    let index = target.current();
    let mut window = vec![0; CHUNK + wanted.len() - 1];
    let mut done = 0;
    while length - done >= wanted.len() as u64 {
        let count = (length - done).min(window.len() as u64) as usize;
        let at = address.wrapping_add(done);
        let read = target.read_memory(index, at, window.get_mut(..count).unwrap_or_default());
        let bytes = window.get(..read).unwrap_or_default();
        if let Some(place) = bytes.windows(wanted.len()).position(|bytes| bytes == wanted) {
            return Ok(Some(at.wrapping_add(place as u64)));
        }
        if read < count {
            return Err(());
        }
        done += (count - (wanted.len() - 1)) as u64;
    }
    Ok(None)
}
