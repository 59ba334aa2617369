//! MOV to and from debug registers while the debugger uses them: the guest reads and writes its own.

use super::Outcome;
use super::code;
use crate::guest::arming::guest_view;
use crate::guest::emulate::control;
use crate::guest::emulate::control::DebugFault;
use crate::guest::emulate::control::Direction;
use crate::guest::emulate::control::Operand;
use crate::guest::run::Local;
use crate::virt::Injection;
use crate::virt::Register;
use crate::virt::Vcpu;

/// DR6.BD: a debug register was accessed although DR7.GD is set.
const ACCESS_DETECTED: u64 = 1 << 13;
/// DR7.GD
const DETECT: u64 = 1 << 13;

pub(super) fn handle<V: Vcpu>(vcpu: &mut V, local: &mut Local) -> Outcome {
    let Some(Ok(access)) = code::fetch(vcpu, |vcpu, code| control::decode(code, vcpu)) else {
        return Outcome::Retry;
    };
    let (Register::Debug(encoded), Operand::Gpr(gpr)) = (access.register, access.operand) else {
        return Outcome::Retry;
    };
    let dr7 = vcpu.get(Register::Debug(7));
    match control::debug_register(encoded, vcpu.privilege(), vcpu.get(Register::Cr4), dr7) {
        Err(DebugFault::Undefined) => vcpu.inject(Injection::INVALID_OPCODE),
        Err(DebugFault::Protection) => vcpu.inject(Injection::GENERAL_PROTECTION),
        Err(DebugFault::Detect) => {
            set(vcpu, 6, vcpu.get(Register::Debug(6)) | ACCESS_DETECTED);
            set(vcpu, 7, dr7 & !DETECT);
            vcpu.inject(Injection::DEBUG);
        }
        Ok(number) => {
            // With the state captured, `get` and `set` mean the guest's own registers in every case.
            vcpu.capture();
            if access.direction == Direction::Read {
                let value = vcpu.get(Register::Debug(number));
                // A general register takes any value.
                let _ = gpr.set(vcpu, value);
            } else {
                let mut view = guest_view(vcpu);
                if view.write(number, gpr.get(vcpu)).is_err() {
                    vcpu.release();
                    vcpu.inject(Injection::GENERAL_PROTECTION);
                    return Outcome::Retry;
                }
                set(vcpu, number, view.read(number));
            }
            vcpu.release();
            vcpu.skip(access.length as u64);
            if access.direction == Direction::Write && local.armed.debug.is_some() {
                local.armed.share_debug_registers(vcpu);
            }
            return Outcome::Emulated;
        }
    }
    Outcome::Retry
}

fn set<V: Vcpu>(vcpu: &mut V, number: u8, value: u64) {
    // Every value that reaches this is one that a debug register holds.
    let _ = vcpu.set(Register::Debug(number), value);
}
