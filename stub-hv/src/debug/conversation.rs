//! One debugger at the other end of the line: bytes to packets, packets to the engine or to the machine,
//! stops to stop replies.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use core::fmt::Write;

use gdbstub::common::Signal;
use gdbstub::stub::GdbStubBuilder;
use gdbstub::stub::MultiThreadStopReason;
use gdbstub::stub::state_machine::GdbStubStateMachine;
use gdbstub::target::ext::breakpoints::WatchKind;
use managed::ManagedSlice;
use monitor_cmds::Event;
use net::Transport;

use super::local;
use super::monitor;
use super::packet::BreakpointChange;
use super::packet::BreakpointType;
use super::packet::ENGINE_BUFFER;
use super::packet::FrontEnd;
use super::packet::LocalRequest;
use super::packet::Options;
use super::packet::PACKET_SIZE;
use super::packet::Replies;
use super::packet::Request;
use super::packet::StubAnswer;
use super::packet::StubOutput;
use super::registers;
use super::registers::RegId;
use super::state;
use super::stop::StopReason;
use super::stop::WatchAccess;
use super::target::Target;
use super::target::thread;
use super::world;
use super::world::Stopped;
use crate::boot::reset;
use crate::cpu::exceptions;
use crate::cpu::percpu;
use crate::cpu::timer;
use crate::event::messages;
use crate::virt::Register;

type Engine = GdbStubStateMachine<'static, Target, StubOutput<'static>>;

/// How long the rest of a packet is waited for while the guest could run, in milliseconds.
const PACKET_PATIENCE: u64 = 20;
/// How long the line is polled without a pause before the CPU halts until the next byte, in milliseconds.
const POLL_FIRST: u64 = 2;
/// Turns of an empty loop between two looks at the line: an emulator needs the device in between.
const LINGER: u32 = 500;
/// How long output may take to go out before the guest is let go on without it, in milliseconds.
const OUTPUT_PATIENCE: u64 = 2_000;
/// Registers that go with a stop reply to a client that knows registers by their description: what a debugger needs
/// to show where it stands, without asking.
const EXPEDITED: [usize; 3] = [6, 7, 16];

/// The session with one debugger after another.
#[expect(missing_debug_implementations, reason = "gdbstub's state machine has none")]
pub struct Conversation {
    line: Box<dyn Transport + Send>,
    front: FrontEnd<'static>,
    engine: Option<Engine>,
    target: Target,
    facts: monitor::Facts,
    /// The last stop, for a client that asks why the machine stands.
    last_stop: Option<(usize, StopReason)>,
}

/// A new engine; `None` when memory is used up.
fn engine(target: &mut Target) -> Option<Engine> {
    let output = StubOutput::new(ManagedSlice::Owned(vec![0; 2 * PACKET_SIZE]));
    let stub = GdbStubBuilder::new(output)
        .packet_buffer_size(ENGINE_BUFFER)
        .build()
        .ok()?;
    stub.run_state_machine(target).ok()
}

/// The output of an engine in whatever state.
fn output(engine: &mut Engine) -> &mut StubOutput<'static> {
    match engine {
        GdbStubStateMachine::Idle(inner) => inner.borrow_conn(),
        GdbStubStateMachine::Running(inner) => inner.borrow_conn(),
        GdbStubStateMachine::CtrlCInterrupt(inner) => inner.borrow_conn(),
        GdbStubStateMachine::Disconnected(inner) => inner.borrow_conn(),
    }
}

/// Gives bytes to the engine; `None` when it has given up.
fn feed(mut engine: Engine, target: &mut Target, bytes: impl Iterator<Item = u8>) -> Option<Engine> {
    for byte in bytes {
        engine = match engine {
            GdbStubStateMachine::Idle(inner) => inner.incoming_data(target, byte).ok()?,
            GdbStubStateMachine::Running(inner) => inner.incoming_data(target, byte).ok()?,
            GdbStubStateMachine::CtrlCInterrupt(inner) => inner
                .interrupt_handled(target, None::<MultiThreadStopReason<u64>>)
                .ok()?,
            GdbStubStateMachine::Disconnected(inner) => inner.return_to_idle(),
        };
    }
    Some(engine)
}

impl Conversation {
    /// A session over `line`, with nobody there yet.
    pub fn new(line: Box<dyn Transport + Send>, options: Options, avx: bool, facts: monitor::Facts) -> Self {
        Self {
            line,
            front: FrontEnd::new(
                options,
                ManagedSlice::Owned(vec![0; PACKET_SIZE]),
                ManagedSlice::Owned(vec![0; 4 * PACKET_SIZE]),
            ),
            engine: None,
            target: Target::new(avx),
            facts,
            last_stop: None,
        }
    }

    /// Lets bytes raise the line's interrupt: the guest is about to run for the first time.
    pub fn listen(&mut self) {
        self.line.interrupts(true);
    }

    /// Keeps the world stopped for `reason`, or for input alone, until it may go on.
    pub fn hold(&mut self, stopped: Stopped, reason: Option<StopReason>) {
        self.line.interrupts(false);
        let owner = stopped.owner().index;
        self.target.enter(stopped);
        let mut stays = reason.is_some_and(|reason| self.engine.is_some() || reason.needs_no_client());
        if let Some(reason) = reason {
            self.target.selected = owner;
            self.last_stop = stays.then_some((owner, reason));
            self.report(owner, reason);
        }
        self.converse(&mut stays);
        if self.target.plan.wanted {
            self.last_stop = None;
            self.before_resume();
            self.target.apply_plan();
        }
        messages::set_listening(self.client_waits());
        self.line.interrupts(true);
        if let Some(stopped) = self.target.leave() {
            stopped.resume();
        }
    }

    /// Whether the client waits for a stop.
    fn client_waits(&self) -> bool {
        matches!(self.engine, Some(GdbStubStateMachine::Running(_)))
    }

    /// Talks until the guest may go on. `stays`: the world is to stay stopped when the line falls silent.
    fn converse(&mut self, stays: &mut bool) {
        let mut quiet_since = timer::milliseconds();
        loop {
            let now = timer::milliseconds();
            self.front.poll(now);
            let printed = self.print_messages();
            let sent = self.send(now);
            let mut received = false;
            while self.front.replies().ready() {
                let Some(byte) = self.line.receive() else { break };
                received = true;
                self.receive(byte, now, stays);
                if self.target.plan.wanted {
                    break;
                }
            }
            if sent || received {
                quiet_since = now;
                if received {
                    continue;
                }
            }
            let quiet = now.wrapping_sub(quiet_since);
            // There may be more to print than there was room for.
            let unsent = printed || !self.front.pending_output().is_empty();
            if self.facts.reset && self.front.pending_output().is_empty() {
                self.facts.reset = false;
                reset::reset();
            }
            if self.target.plan.wanted || !*stays {
                let waiting = unsent || (!self.target.plan.wanted && self.front.is_receiving());
                let patience = if unsent { OUTPUT_PATIENCE } else { PACKET_PATIENCE };
                if !waiting || quiet > patience {
                    return;
                }
            } else if quiet > POLL_FIRST && !unsent && !self.front.is_waiting() {
                self.sleep();
            }
            timer::linger(LINGER);
        }
    }

    /// Gives the client what scripts have printed, as far as it takes it now: only while it waits for a stop, and as
    /// much as there is room for. Whether it took any.
    fn print_messages(&mut self) -> bool {
        if !self.client_waits() {
            return false;
        }
        let replies = self.front.replies();
        replies.is_running() && messages::deliver_all(&mut |line| replies.try_console(line))
    }

    /// Gives the client what scripts have printed before it is told of a stop: it takes none until the guest runs again.
    fn print_before_stop(&mut self) {
        let mut since = timer::milliseconds();
        loop {
            let now = timer::milliseconds();
            self.front.poll(now);
            let printed = self.print_messages();
            if self.send(now) || printed {
                since = now;
            } else if self.front.pending_output().is_empty() || now.wrapping_sub(since) > OUTPUT_PATIENCE {
                return;
            } else {
                timer::linger(LINGER);
            }
        }
    }

    /// Halts until the line's next byte. Another CPU may be the one that its interrupt goes to.
    fn sleep(&mut self) {
        let Some(owner) = self.target.world().map(|world| world.owner()) else {
            return;
        };
        let seen = owner.nmis.load(core::sync::atomic::Ordering::Relaxed);
        self.line.interrupts(true);
        exceptions::wait_for_nmi(seen);
        world::take_kicks(owner);
        self.line.interrupts(false);
    }

    fn send(&mut self, now: u64) -> bool {
        let mut any = false;
        loop {
            let pending = self.front.pending_output();
            if pending.is_empty() {
                break;
            }
            let count = self.line.send(pending);
            if count == 0 {
                break;
            }
            self.front.sent(count, now);
            any = true;
        }
        self.line.flush();
        any
    }

    fn receive(&mut self, byte: u8, now: u64, stays: &mut bool) {
        let Some(exchange) = self.front.receive(byte, now) else {
            return;
        };
        let replies = exchange.replies;
        if exchange.new_session {
            self.target.remove_breakpoints();
            self.target.physical = false;
            self.engine = engine(&mut self.target);
            *stays = true;
        }
        if let Some(chosen) = (replies.session().memory_thread() as usize).checked_sub(1)
            && chosen < percpu::count()
        {
            self.target.selected = chosen;
        }
        match exchange.request {
            Request::Interrupt => {
                if matches!(self.engine, Some(GdbStubStateMachine::Running(_))) {
                    let index = self.target.selected;
                    *stays = true;
                    report(
                        &mut self.engine,
                        &mut self.target,
                        replies,
                        index,
                        StopReason::Interrupt,
                    );
                    self.last_stop = Some((index, StopReason::Interrupt));
                }
            }
            Request::Stub(packet) if packet.body == b"?" && self.last_stop.is_some() => {
                // The engine names the first thread and SIGTRAP whatever has happened.
                let (index, reason) = self.last_stop.unwrap_or((0, StopReason::Interrupt));
                let mut text: heapless::String<32> = heapless::String::new();
                // It fits: a signal of two digits and a thread number.
                let _ = write!(text, "T{:02x}thread:", signal(&reason).0);
                let _ = match replies.session().multiprocess() {
                    true => write!(text, "p01.{:02x};", index + 1),
                    false => write!(text, "{:02x};", index + 1),
                };
                replies.body(text.as_bytes());
            }
            Request::Stub(packet) => {
                let Some(running) = self.engine.take() else {
                    replies.unknown();
                    return;
                };
                let breakpoint = packet.breakpoint;
                match feed(running, &mut self.target, packet.bytes()) {
                    Some(mut engine) => {
                        let answer = replies.stub(output(&mut engine));
                        self.engine = Some(engine);
                        if let (Some(change), StubAnswer::Ok) = (breakpoint, answer) {
                            take_over(&mut self.target, &change);
                        }
                    }
                    None => {
                        self.engine = rebuilt(&mut self.target, replies);
                        self.target.plan.wanted = false;
                        *stays = true;
                        replies.engine_failed();
                    }
                }
            }
            Request::Local(LocalRequest::Monitor { command }) => {
                let mut buffer = vec![0; command.len()];
                let command = command.decode(&mut buffer).unwrap_or_default();
                let mut text = String::new();
                self.facts.run(command, &mut self.target, &*self.line, &mut text);
                for line in text.split_inclusive('\n') {
                    replies.console(line.as_bytes());
                }
                replies.ok();
            }
            Request::Local(LocalRequest::Detach | LocalRequest::Kill) => {
                self.target.remove_breakpoints();
                self.engine = None;
                self.last_stop = None;
                self.target.physical = false;
                self.target.plan.wanted = true;
                *stays = false;
            }
            Request::Local(request) => local::handle(&mut self.target, replies, &request),
        }
    }

    /// Tells the client of a stop, in words and as a stop reply.
    fn report(&mut self, index: usize, reason: StopReason) {
        if let StopReason::Event(hit) = reason {
            *state::last_hit().lock() = Some(hit);
        }
        if !self.client_waits() {
            return;
        }
        self.print_before_stop();
        if let Some(line) = words(&reason, index) {
            self.front.replies().console(line.as_bytes());
        }
        report(
            &mut self.engine,
            &mut self.target,
            self.front.replies(),
            index,
            reason,
        );
    }

    /// The client lets the guest go on: an event that has stopped at an instruction lets it pass now, unless
    /// the client has moved the CPU elsewhere. Of the stops that other CPUs have kept, a step's was for the
    /// resume before this one, a watchpoint's counts only while the watchpoint is there, and an event's while the
    /// event is.
    fn before_resume(&mut self) {
        if let Some(world) = self.target.world() {
            let watches = state::watches().lock();
            let events = state::events().read();
            world.forget_pending(|reason| match reason {
                StopReason::Step => true,
                StopReason::Watch { address, .. } => !watches.watches_at(*address),
                StopReason::Event(hit) => !events.get(hit.event).is_some_and(Event::is_enabled),
                _ => false,
            });
        }
        for cpu in percpu::all() {
            let rip = self.target.vcpu(cpu.index).map(|vcpu| vcpu.get(Register::Rip));
            cpu.state.keep_event_pass(rip);
        }
    }
}

/// A new engine in the place of one that gave up, told what the client had told the old one.
fn rebuilt(target: &mut Target, replies: &Replies<'_>) -> Option<Engine> {
    let mut made = engine(target)?;
    for packet in replies.session().replay() {
        made = feed(made, target, super::packet::framed(&packet))?;
    }
    output(&mut made).clear();
    Some(made)
}

/// Conditions are not the engine's: they go where the breakpoint went.
fn take_over(target: &mut Target, change: &BreakpointChange<'_>) {
    if !change.insert {
        return;
    }
    let mut conditions = super::breakpoints::software::Conditions::new();
    for expression in change.conditions.iter() {
        let mut buffer = [0; super::packet::breakpoint::EXPRESSION_MAX];
        let Some(code) = expression.decode(&mut buffer) else {
            return;
        };
        // A condition that cannot be taken leaves the breakpoint unconditional: gdb checks it once more.
        if super::agent::validate(code).is_err() || conditions.add(code).is_err() {
            return;
        }
    }
    match change.kind {
        BreakpointType::Software => {
            // It was inserted a moment ago: this adds its conditions.
            let _ = target.insert_software(target.selected, change.address, conditions);
        }
        BreakpointType::Hardware => state::set_hardware_conditions(change.address, conditions),
        BreakpointType::Write | BreakpointType::Read | BreakpointType::Access => {}
    }
}

fn signal(reason: &StopReason) -> Signal {
    match reason {
        StopReason::Interrupt | StopReason::Wait => Signal::SIGINT,
        StopReason::Shutdown => Signal::SIGSEGV,
        StopReason::EntryFailed | StopReason::Unexpected { .. } | StopReason::Emulation { .. } => {
            Signal::SIGABRT
        }
        _ => Signal::SIGTRAP,
    }
}

/// Reports a stop through the engine, to a debugger with the registers it asks for first. A program that speaks the
/// protocol without their description does not wait for their digits: each costs a byte's time on the line.
fn report(
    engine: &mut Option<Engine>,
    target: &mut Target,
    replies: &mut Replies<'_>,
    index: usize,
    reason: StopReason,
) {
    let expedited: &[usize] = match replies.session().describes_registers() {
        true => &EXPEDITED,
        false => &[],
    };
    let tid = thread(index);
    let stop = match reason {
        StopReason::SoftwareBreakpoint => MultiThreadStopReason::SwBreak(tid),
        StopReason::HardwareBreakpoint => MultiThreadStopReason::HwBreak(tid),
        StopReason::Watch { address, access } => MultiThreadStopReason::Watch {
            tid,
            kind: match access {
                WatchAccess::Write => WatchKind::Write,
                WatchAccess::Read => WatchKind::Read,
                WatchAccess::Access => WatchKind::ReadWrite,
            },
            addr: address,
        },
        other => MultiThreadStopReason::SignalWithThread {
            tid,
            signal: signal(&other),
        },
    };
    let mut values = [[0; 16]; EXPEDITED.len()];
    if let Some(vcpu) = target.vcpu(index) {
        for (value, number) in values.iter_mut().zip(expedited) {
            if let Some(id) = RegId::new(*number) {
                registers::read(vcpu, id, value);
            }
        }
    }
    let mut expedited = expedited
        .iter()
        .zip(&values)
        .filter_map(|(number, value)| Some((RegId::new(*number)?, value.get(..8)?)));
    *engine = match engine.take() {
        Some(GdbStubStateMachine::Running(inner)) => {
            inner.report_stop_with_regs(target, stop, &mut expedited).ok()
        }
        other => other,
    };
    match engine {
        Some(engine) => drop(replies.stub(output(engine))),
        None => *engine = rebuilt(target, replies),
    }
}

/// The line for people that goes before a stop reply, where the stop reply alone does not say it.
fn words(reason: &StopReason, index: usize) -> Option<String> {
    let mut text = String::new();
    // A string takes everything.
    let _ = match reason {
        StopReason::Event(hit) => writeln!(text, "{hit}"),
        StopReason::Shutdown => writeln!(
            text,
            "CPU {index:x} has shut down: a triple fault (an exception could not be delivered). It cannot run on; \
             'monitor reset' resets the machine."
        ),
        StopReason::EntryFailed => {
            writeln!(
                text,
                "CPU {index:x} refused to run the guest: its registers hold a state the CPU cannot have."
            )
        }
        StopReason::Unexpected {
            code,
            info: [first, second],
        } => writeln!(
            text,
            "CPU {index:x} stopped for a reason the hypervisor did not ask for: exit code {code:x}, information \
             {first:x} {second:x}."
        ),
        StopReason::Emulation { address } => writeln!(
            text,
            "CPU {index:x} accesses {address:x}, which the hypervisor looks after, with an instruction it cannot \
             carry out."
        ),
        _ => return None,
    };
    Some(text)
}

/// Wakes the owner of the stop: the line's interrupt came to this CPU while the world is stopped.
pub fn pass_interrupt_on() {
    if let Some(owner) = world::owner().and_then(percpu::get) {
        world::kick(owner);
    }
}
