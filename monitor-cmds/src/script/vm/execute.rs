//! The loop over the operations.

use super::Machine;
use crate::script::address;
use crate::script::arith;
use crate::script::bytecode::Op;
use crate::script::float;
use crate::script::register::RegisterView;
use crate::script::run::STACK_BYTES;
use crate::script::runtime_error::In;
use crate::script::runtime_error::Reason;
use crate::script::runtime_error::RuntimeError;

/// Bytes of the stack that a call takes besides its locals: where to go on, and with which frame.
const LINKAGE: usize = 16;

fn fail<T>(function: &'static str, reason: Reason) -> Result<T, RuntimeError> {
    Err(RuntimeError { function, reason })
}

impl Machine<'_> {
    #[inline]
    fn get(&self, temp: u8) -> u64 {
        self.scratch.temps[usize::from(temp)]
    }

    #[inline]
    fn set(&mut self, temp: u8, value: u64) {
        self.scratch.temps[usize::from(temp)] = value;
    }

    pub(super) fn execute(&mut self) -> Result<(), RuntimeError> {
        let script = self.script;
        let mut next = 0_usize;
        while let Some(&op) = script.ops.get(next) {
            next = next.wrapping_add(1);
            match op {
                Op::End => return Ok(()),
                Op::Const { dst, value } => {
                    self.set(dst, i64::from(value) as u64);
                    continue;
                }
                Op::Pool { dst, index } => {
                    let value = script.pool.get(usize::from(index)).copied();
                    self.set(dst, value.unwrap_or(0));
                    continue;
                }
                Op::Move { dst, src } => {
                    self.set(dst, self.get(src));
                    continue;
                }
                Op::Local { dst, width, offset } => {
                    let value = self.local(offset, width);
                    self.set(dst, value);
                    continue;
                }
                Op::StoreLocal { src, width, offset } => self.store_local(offset, width, self.get(src)),
                Op::LocalAddress { dst, offset } => {
                    let at = self.base.wrapping_add(usize::from(offset));
                    self.set(dst, address::STACK.wrapping_add(at as u64));
                    continue;
                }
                Op::ZeroLocal { offset, length } => self.zero_local(offset, length),
                Op::Global { dst, slot } => {
                    self.set(dst, self.globals.load(slot));
                    continue;
                }
                Op::StoreGlobal { src, slot } => self.globals.store(slot, self.get(src)),
                Op::Load { dst, address, width } => {
                    let value = self.load(self.get(address), width).in_function("poi")?;
                    self.set(dst, value);
                }
                Op::Store { src, address, width } => {
                    self.store(self.get(address), width, self.get(src))
                        .in_function("mov")?;
                }
                Op::Copy { to, from, length } => {
                    self.copy(self.get(to), self.get(from), length.into(), false)
                        .in_function("mov")?;
                }
                Op::Register { dst, register } => {
                    let value = self.guest.register(register);
                    self.set(dst, value);
                    continue;
                }
                Op::RegisterPart { dst, view } => {
                    let whole = self.guest.register(view.register);
                    self.set(dst, view.get(whole));
                    continue;
                }
                Op::StoreRegister { src, view } => {
                    let value = self.get(src);
                    self.set_register(view, value).in_function("mov")?;
                }
                Op::Pseudo { dst, pseudo } => {
                    let value = self.pseudo(pseudo);
                    self.set(dst, value);
                    continue;
                }
                Op::Context { dst } => {
                    self.set(dst, self.context.context);
                    continue;
                }
                Op::Add { dst, a, b } => self.set(dst, self.get(a).wrapping_add(self.get(b))),
                Op::AddConst { dst, a, value } => {
                    self.set(dst, self.get(a).wrapping_add(i64::from(value) as u64));
                }
                Op::Int { op, ty, dst, a, b } => {
                    let value = arith::binary(op, ty, self.get(a), self.get(b)).in_function(op.name())?;
                    self.set(dst, value);
                }
                Op::Float { op, ty, dst, a, b } => {
                    let value = float::binary(op, ty, self.get(a), self.get(b)).in_function(op.name())?;
                    self.set(dst, value);
                }
                Op::FloatNegate { dst, a, ty } => {
                    let value = ty.value(self.get(a)).and_then(|number| ty.bits(-number));
                    self.set(dst, value.in_function("neg")?);
                }
                Op::FloatOrder { dst, a, b, ty } => {
                    let order = float::order(ty, self.get(a), self.get(b)).in_function("compare")?;
                    self.set(dst, order);
                }
                Op::FloatToFloat { dst, a, from, to } => {
                    let value = from.value(self.get(a)).and_then(|number| to.bits(number));
                    self.set(dst, value.in_function("cast")?);
                }
                Op::IntToFloat { dst, a, signed, to } => {
                    let value = float::from_integer(self.get(a), signed, to).in_function("cast")?;
                    self.set(dst, value);
                }
                Op::FloatToInt {
                    dst,
                    a,
                    from,
                    size,
                    signed,
                } => {
                    let value = float::to_integer(self.get(a), from, size, signed).in_function("cast")?;
                    self.set(dst, value);
                }
                Op::Extend { dst, a, width } => {
                    self.set(dst, width.extend(self.get(a)));
                    continue;
                }
                Op::Compare {
                    comparison,
                    dst,
                    a,
                    b,
                } => {
                    let holds = comparison.holds(self.get(a), self.get(b));
                    self.set(dst, u64::from(holds));
                }
                Op::Jump { to } => next = usize::from(to),
                Op::Branch { comparison, a, b, to } => {
                    if comparison.holds(self.get(a), self.get(b)) {
                        next = usize::from(to);
                    }
                }
                Op::BranchConst {
                    comparison,
                    a,
                    value,
                    to,
                } => {
                    if comparison.holds(self.get(a), i64::from(value) as u64) {
                        next = usize::from(to);
                    }
                }
                Op::Call { function, first } => match self.call(function, first, next) {
                    Some(entry) => next = entry,
                    None => return fail("call", Reason::StackOverflow),
                },
                Op::Return { src } => match self.return_to_caller(src) {
                    Some(resume) => next = resume,
                    None => return Ok(()),
                },
                Op::Builtin { function, first } => {
                    let value = self.builtin(function, first).in_function(function.name())?;
                    self.set(first, value);
                }
                Op::Printf { format, first } => self.printf(format, first).in_function("printf")?,
                Op::PrintfMismatch => return fail("printf", Reason::FloatFormat),
            }
            // What only fetches an operand has gone on above: HyperDbg's operations fetch their own.
            self.left = self.left.saturating_sub(1);
            if self.left == 0 {
                return fail("jmp", Reason::ExecutionCount);
            }
        }
        Ok(())
    }

    fn set_register(&mut self, view: RegisterView, value: u64) -> Result<(), Reason> {
        let whole = if view.bits >= 64 {
            value
        } else {
            view.set(self.guest.register(view.register), value)
        };
        if self.guest.set_register(view.register, whole) {
            return Ok(());
        }
        Err(Reason::Register {
            name: view.register.name(),
            value: whole,
        })
    }

    /// Keeps the caller's temporaries, moves the arguments to the first ones and makes a frame of zeros. Gives the
    /// operation to go on with; `None` if the stack is full.
    fn call(&mut self, function: u16, first: u8, resume: usize) -> Option<usize> {
        let routine = self.script.routines.get(usize::from(function))?;
        let live = usize::from(first);
        let base = self
            .base
            .checked_add(usize::from(self.frame))?
            .checked_add(LINKAGE)?;
        let end = base
            .checked_add(usize::from(routine.frame))
            .filter(|&end| end <= STACK_BYTES)?;
        let kept_end = self.kept_count.checked_add(live)?;
        let kept = self.scratch.kept.get_mut(self.kept_count..kept_end)?;
        let caller = self.scratch.callers.get_mut(self.depth)?;
        *caller = crate::script::run::Caller {
            resume: u16::try_from(resume).ok()?,
            base: u16::try_from(self.base).ok()?,
            frame: self.frame,
            kept: first,
        };
        kept.copy_from_slice(self.scratch.temps.get(..live)?);
        self.scratch.stack.get_mut(base..end)?.fill(0);
        let arguments = live.checked_add(usize::from(routine.parameters))?;
        if arguments <= self.scratch.temps.len() {
            self.scratch.temps.copy_within(live..arguments, 0);
        }
        self.kept_count = kept_end;
        self.depth = self.depth.checked_add(1)?;
        self.scratch.touched = self.scratch.touched.max(end);
        self.base = base;
        self.frame = routine.frame;
        Some(usize::from(routine.entry))
    }

    /// Gives back what the caller kept, and the result behind it.
    fn return_to_caller(&mut self, src: u8) -> Option<usize> {
        let value = self.get(src);
        self.depth = self.depth.checked_sub(1)?;
        let caller = *self.scratch.callers.get(self.depth)?;
        let live = usize::from(caller.kept);
        let kept_start = self.kept_count.checked_sub(live)?;
        let kept = self.scratch.kept.get(kept_start..self.kept_count)?;
        self.scratch.temps.get_mut(..live)?.copy_from_slice(kept);
        self.kept_count = kept_start;
        self.base = usize::from(caller.base);
        self.frame = caller.frame;
        self.set(caller.kept, value);
        Some(usize::from(caller.resume))
    }
}
