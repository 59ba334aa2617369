//! `vCont`: what each CPU is to do next. Nothing runs before the reply is on its way; the plan is carried
//! out by the session.

use gdbstub::common::Signal;
use gdbstub::common::Tid;
use gdbstub::target::ext::base::multithread::MultiThreadRangeStepping;
use gdbstub::target::ext::base::multithread::MultiThreadRangeSteppingOps;
use gdbstub::target::ext::base::multithread::MultiThreadResume;
use gdbstub::target::ext::base::multithread::MultiThreadSchedulerLocking;
use gdbstub::target::ext::base::multithread::MultiThreadSchedulerLockingOps;
use gdbstub::target::ext::base::multithread::MultiThreadSingleStep;
use gdbstub::target::ext::base::multithread::MultiThreadSingleStepOps;

use super::Plan;
use super::Target;
use super::cpu_index;
use crate::debug::world::Resume;

impl Target {
    fn act(&mut self, tid: Tid, action: Resume) {
        if let Some(slot) = self.plan.actions.get_mut(cpu_index(tid)) {
            *slot = Some(action);
        }
    }
}

impl MultiThreadResume for Target {
    fn resume(&mut self) -> Result<(), Self::Error> {
        self.plan.wanted = true;
        Ok(())
    }

    fn clear_resume_actions(&mut self) -> Result<(), Self::Error> {
        self.plan = Plan::new();
        Ok(())
    }

    // A machine has no signals to take: continuing with one is continuing.
    fn set_resume_action_continue(&mut self, tid: Tid, _: Option<Signal>) -> Result<(), Self::Error> {
        self.act(tid, Resume::Continue);
        Ok(())
    }

    fn support_single_step(&mut self) -> Option<MultiThreadSingleStepOps<'_, Self>> {
        Some(self)
    }

    fn support_range_step(&mut self) -> Option<MultiThreadRangeSteppingOps<'_, Self>> {
        Some(self)
    }

    fn support_scheduler_locking(&mut self) -> Option<MultiThreadSchedulerLockingOps<'_, Self>> {
        Some(self)
    }
}

impl MultiThreadSingleStep for Target {
    fn set_resume_action_step(&mut self, tid: Tid, _: Option<Signal>) -> Result<(), Self::Error> {
        self.act(tid, Resume::Step);
        Ok(())
    }
}

impl MultiThreadRangeStepping for Target {
    fn set_resume_action_range_step(&mut self, tid: Tid, start: u64, end: u64) -> Result<(), Self::Error> {
        self.act(tid, Resume::StepRange(start, end));
        Ok(())
    }
}

impl MultiThreadSchedulerLocking for Target {
    fn set_resume_action_scheduler_lock(&mut self) -> Result<(), Self::Error> {
        self.plan.others = Resume::Stay;
        Ok(())
    }
}
