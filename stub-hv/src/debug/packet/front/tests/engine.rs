//! The real protocol engine behind the front end: whatever is let through, it must take.

use gdbstub::arch::Arch;
use gdbstub::common::Signal;
use gdbstub::common::Tid;
use gdbstub::stub::GdbStub;
use gdbstub::stub::MultiThreadStopReason;
use gdbstub::stub::state_machine::GdbStubStateMachine;
use gdbstub::target::Target;
use gdbstub::target::TargetError;
use gdbstub::target::TargetResult;
use gdbstub::target::ext;
use gdbstub::target::ext::base::BaseOps;
use gdbstub::target::ext::base::multithread as multi;
use gdbstub::target::ext::base::single_register_access::SingleRegisterAccess;
use gdbstub::target::ext::breakpoints as bp;
use gdbstub_arch::x86::X86_64_SSE;
use proptest::prelude::*;

use super::super::super::ENGINE_BUFFER;
use super::super::super::StubAnswer;
use super::super::super::StubOutput;
use super::*;

type Id = <X86_64_SSE as Arch>::RegId;
type Registers = <X86_64_SSE as Arch>::Registers;

/// A machine with memory from 1000 on, which says what it was told to do.
#[derive(Default)]
struct Machine {
    log: Vec<String>,
}

impl Target for Machine {
    type Arch = X86_64_SSE;
    type Error = &'static str;

    fn base_ops(&mut self) -> BaseOps<'_, X86_64_SSE, Self::Error> {
        BaseOps::MultiThread(self)
    }
    fn use_rle(&self) -> bool {
        false
    }
    fn support_breakpoints(&mut self) -> Option<bp::BreakpointsOps<'_, Self>> {
        Some(self)
    }
    fn support_monitor_cmd(&mut self) -> Option<ext::monitor_cmd::MonitorCmdOps<'_, Self>> {
        Some(self)
    }
    fn support_target_description_xml_override(
        &mut self,
    ) -> Option<ext::target_description_xml_override::TargetDescriptionXmlOverrideOps<'_, Self>> {
        Some(self)
    }
}

impl multi::MultiThreadBase for Machine {
    fn read_registers(&mut self, _: &mut Registers, _: Tid) -> TargetResult<(), Self> {
        Ok(())
    }
    fn write_registers(&mut self, _: &Registers, _: Tid) -> TargetResult<(), Self> {
        Ok(())
    }
    fn read_addrs(&mut self, at: u64, data: &mut [u8], tid: Tid) -> TargetResult<usize, Self> {
        self.log.push(format!("read {at:x} {} by {tid}", data.len()));
        if at < 0x1000 {
            return Err(TargetError::Errno(14));
        }
        data.fill(0xab);
        Ok(data.len())
    }
    fn write_addrs(&mut self, at: u64, data: &[u8], _: Tid) -> TargetResult<(), Self> {
        self.log.push(format!("write {at:x} {data:02x?}"));
        Ok(())
    }
    fn list_active_threads(&mut self, register: &mut dyn FnMut(Tid)) -> Result<(), Self::Error> {
        (1..=2).filter_map(Tid::new).for_each(register);
        Ok(())
    }
    fn support_single_register_access(
        &mut self,
    ) -> Option<ext::base::single_register_access::SingleRegisterAccessOps<'_, Tid, Self>> {
        Some(self)
    }
    fn support_resume(&mut self) -> Option<multi::MultiThreadResumeOps<'_, Self>> {
        Some(self)
    }
    fn support_thread_extra_info(&mut self) -> Option<ext::thread_extra_info::ThreadExtraInfoOps<'_, Self>> {
        Some(self)
    }
}

impl SingleRegisterAccess<Tid> for Machine {
    fn read_register(&mut self, _: Tid, _: Id, buf: &mut [u8]) -> TargetResult<usize, Self> {
        buf.fill(1);
        Ok(buf.len())
    }
    fn write_register(&mut self, _: Tid, _: Id, _: &[u8]) -> TargetResult<(), Self> {
        Ok(())
    }
}

impl multi::MultiThreadResume for Machine {
    fn resume(&mut self) -> Result<(), Self::Error> {
        self.log.push("resume".into());
        Ok(())
    }
    fn clear_resume_actions(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
    fn set_resume_action_continue(&mut self, tid: Tid, _: Option<Signal>) -> Result<(), Self::Error> {
        self.log.push(format!("continue {tid}"));
        Ok(())
    }
    fn support_single_step(&mut self) -> Option<multi::MultiThreadSingleStepOps<'_, Self>> {
        Some(self)
    }
    fn support_range_step(&mut self) -> Option<multi::MultiThreadRangeSteppingOps<'_, Self>> {
        Some(self)
    }
    fn support_scheduler_locking(&mut self) -> Option<multi::MultiThreadSchedulerLockingOps<'_, Self>> {
        Some(self)
    }
}

impl multi::MultiThreadSingleStep for Machine {
    fn set_resume_action_step(&mut self, tid: Tid, _: Option<Signal>) -> Result<(), Self::Error> {
        self.log.push(format!("step {tid}"));
        Ok(())
    }
}

impl multi::MultiThreadRangeStepping for Machine {
    fn set_resume_action_range_step(&mut self, tid: Tid, start: u64, end: u64) -> Result<(), Self::Error> {
        self.log.push(format!("range {tid} {start:x} {end:x}"));
        Ok(())
    }
}

impl multi::MultiThreadSchedulerLocking for Machine {
    fn set_resume_action_scheduler_lock(&mut self) -> Result<(), Self::Error> {
        self.log.push("lock".into());
        Ok(())
    }
}

impl ext::thread_extra_info::ThreadExtraInfo for Machine {
    fn thread_extra_info(&self, tid: Tid, buf: &mut [u8]) -> Result<usize, Self::Error> {
        // A thread that does not exist is the end of the session for the engine.
        if tid.get() > 2 {
            return Err("no such thread");
        }
        buf[..3].copy_from_slice(b"CPU");
        Ok(3)
    }
}

impl bp::Breakpoints for Machine {
    fn support_sw_breakpoint(&mut self) -> Option<bp::SwBreakpointOps<'_, Self>> {
        Some(self)
    }
    fn support_hw_watchpoint(&mut self) -> Option<bp::HwWatchpointOps<'_, Self>> {
        Some(self)
    }
}

impl bp::SwBreakpoint for Machine {
    fn add_sw_breakpoint(&mut self, at: u64, _: usize) -> TargetResult<bool, Self> {
        self.log.push(format!("break {at:x}"));
        Ok(true)
    }
    fn remove_sw_breakpoint(&mut self, _: u64, _: usize) -> TargetResult<bool, Self> {
        Ok(true)
    }
}

impl bp::HwWatchpoint for Machine {
    fn add_hw_watchpoint(&mut self, _: u64, _: u64, _: bp::WatchKind) -> TargetResult<bool, Self> {
        Ok(false)
    }
    fn remove_hw_watchpoint(&mut self, _: u64, _: u64, _: bp::WatchKind) -> TargetResult<bool, Self> {
        Ok(false)
    }
}

impl ext::monitor_cmd::MonitorCmd for Machine {
    fn handle_monitor_cmd(
        &mut self,
        command: &[u8],
        mut out: ext::monitor_cmd::ConsoleOutput<'_>,
    ) -> Result<(), Self::Error> {
        out.write_raw(command);
        Ok(())
    }
}

impl ext::target_description_xml_override::TargetDescriptionXmlOverride for Machine {
    fn target_description_xml(
        &self,
        _: &[u8],
        offset: u64,
        length: usize,
        buf: &mut [u8],
    ) -> TargetResult<usize, Self> {
        let xml = b"<target/>";
        let at = usize::try_from(offset).unwrap_or(usize::MAX).min(xml.len());
        let part = &xml[at..][..length.min(xml.len() - at)];
        buf[..part.len()].copy_from_slice(part);
        Ok(part.len())
    }
}

/// Gives one packet to the front end and on to an engine; what the machine did and what went back. An error
/// of the engine's is an error of the test's.
fn drive(bodies: &[&str], local_monitor: bool) -> Result<(Vec<String>, Vec<String>), String> {
    let mut line = Line::new(Options {
        local_monitor,
        ..plain()
    });
    let mut output = StubOutput::new(ManagedSlice::Owned(vec![0; 0x8000]));
    let mut buffer = vec![0; ENGINE_BUFFER];
    let mut machine = Machine::default();
    let stub = GdbStub::builder(&mut output)
        .with_packet_buffer(&mut buffer)
        .build()
        .unwrap();
    let mut engine = Some(stub.run_state_machine(&mut machine).unwrap());
    let mut replies = Vec::new();
    for body in bodies {
        let frame: Vec<u8> = framed(body.as_bytes()).collect();
        for byte in frame {
            let Some(exchange) = line.front.receive(byte, 0) else {
                continue;
            };
            let Request::Stub(packet) = exchange.request else {
                exchange.replies.ok();
                continue;
            };
            for byte in packet.bytes() {
                let next = match engine.take().unwrap() {
                    GdbStubStateMachine::Idle(idle) => idle.incoming_data(&mut machine, byte),
                    GdbStubStateMachine::Running(running) => running.incoming_data(&mut machine, byte),
                    _ => return Err(format!("{body}: engine in an odd state")),
                };
                engine = Some(next.map_err(|error| format!("{body}: {error}"))?);
            }
            let mut stopped = None;
            match engine.as_mut() {
                Some(GdbStubStateMachine::Idle(idle)) => {
                    stopped = Some(exchange.replies.stub(idle.borrow_conn()))
                }
                Some(GdbStubStateMachine::Running(running)) => {
                    assert_eq!(exchange.replies.stub(running.borrow_conn()), StubAnswer::Nothing);
                }
                _ => (),
            }
            if stopped.is_none() {
                let Some(GdbStubStateMachine::Running(running)) = engine.take() else {
                    panic!()
                };
                let reason = MultiThreadStopReason::SignalWithThread {
                    tid: Tid::new(2).unwrap(),
                    signal: Signal::SIGTRAP,
                };
                let mut idle = running
                    .report_stop(&mut machine, reason)
                    .map_err(|error| error.to_string())?;
                if let GdbStubStateMachine::Idle(idle) = &mut idle {
                    exchange.replies.stub(idle.borrow_conn());
                }
                engine = Some(idle);
            }
        }
        replies.extend(line.bodies());
    }
    drop(engine);
    Ok((machine.log, replies))
}

#[test]
fn a_session_with_the_real_engine() {
    let (log, replies) = drive(
        &[
            "qSupported:multiprocess+",
            "vCont?",
            "?",
            "Hg0",
            "m1000,4",
            "m0,4",
            "m1000,ffffff",
            "X1000,3:a}\u{3}b",
            "Z0,1008,1;X1,27",
            "Z2,1008,8",
            "qfThreadInfo",
            "c",
            "s",
            "Hgp1.1",
            "m1000,1",
            "vCont;r1000,1010:p1.1;c",
            "qXfer:features:read:target.xml:0,ffff",
            "qRcmd,6869",
            "qThreadExtraInfo,p1.2",
        ],
        false,
    )
    .unwrap();
    assert_eq!(
        log,
        [
            "read 1000 4 by 1",
            "read 0 4 by 1",
            "read 1000 8189 by 1",
            "write 1000 [61, 23, 62]",
            "break 1008",
            "resume",
            "step 2",
            "lock",
            "resume",
            "read 1000 1 by 1",
            "range 1 1000 1010",
            "resume"
        ]
    );
    let expect = [
        "",
        "vCont;c;C;s;S;r",
        "T05thread:p01.01;",
        "OK",
        "abababab",
        "E0E",
        "",
        "OK",
        "OK",
        "E16",
        "mp01.01,p01.02",
        "T05thread:p01.02;",
        "T05thread:p01.02;",
        "OK",
        "ab",
        "T05thread:p01.02;",
        "m<target/>",
        "O6869",
        "OK",
        "435055",
    ];
    assert_eq!(replies.len(), expect.len());
    for (reply, expect) in replies.iter().zip(expect) {
        assert!(
            expect.is_empty() || reply.eq_ignore_ascii_case(expect),
            "{reply} is not {expect}"
        );
    }
    assert!(replies[0].starts_with("PacketSize=4000;") && replies[0].contains(";swbreak+"));
    assert_eq!(replies[6].len(), 2 * super::super::super::MAX_READ);
}

/// Packets as clients send them, to be bent.
const SEEDS: &[&str] = &[
    "qSupported:multiprocess+;swbreak+",
    "qSupported",
    "?",
    "g",
    "Hg0",
    "Hgp1.-1",
    "Hc-1",
    "T1",
    "Tp1.2",
    "m1000,40",
    "m0,4",
    "M1000,2:aabb",
    "X1000,2:a}",
    "X1000,0:",
    "p10",
    "p39",
    "P0=0011223344556677",
    "P10=00",
    "vCont?",
    "vCont;c",
    "vCont;s:p1.1;c:p1.-1",
    "vCont;r1000,1008:1;c",
    "vCont;C05:1",
    "vCont;S05:0",
    "vCont;s",
    "c",
    "s",
    "C05",
    "S05",
    "Z0,1008,1",
    "z0,1008,1",
    "Z2,1008,8;X2,2227",
    "Z0,1008,1;cmds:1,X1,27",
    "qfThreadInfo",
    "qsThreadInfo",
    "qThreadExtraInfo,1",
    "qAttached:1",
    "qXfer:features:read:target.xml:0,ffb",
    "qRcmd,68656c70",
    "vKill;1",
    "D;1",
    "k",
    "qC",
    "qMemoryRegionInfo:0",
    "x0,0",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// Whatever a client sends, the engine never gives up.
    #[test]
    fn the_engine_survives_bent_packets(packets in proptest::collection::vec(
        (prop::sample::select(SEEDS.to_vec()), proptest::collection::vec((any::<prop::sample::Index>(), 0_u8..3, "[-0-9a-fpxX,:;=}.+]"), 0..4)),
        1..6,
    ), local_monitor: bool) {
        let bent: Vec<String> = packets.into_iter().map(|(seed, changes)| {
            let mut body: Vec<char> = seed.chars().collect();
            for (at, how, with) in changes {
                let with = with.chars().next().unwrap();
                let at = at.index(body.len() + 1);
                match how {
                    0 => body.insert(at, with),
                    1 if at < body.len() => body[at] = with,
                    _ if at < body.len() => drop(body.remove(at)),
                    _ => (),
                }
            }
            body.into_iter().collect()
        }).collect();
        let bodies: Vec<&str> = bent.iter().map(String::as_str).collect();
        if let Err(error) = drive(&bodies, local_monitor) {
            return Err(TestCaseError::fail(error));
        }
    }
}
