//! What scripts do to events and to the debugger.

use super::World;
use crate::fake::ControlCall as C;
use crate::script::LbrOperation;
use crate::script::TraceStep;
use alloc::format;

#[test]
fn every_call_arrives() {
    let mut world = World::new();
    world.control.events = alloc::vec![1, 2, 3];
    world.control.lbr = true;
    world
        .run(
            "event_enable(1); event_disable(2); event_clear(3); event_sc(1); event_sc(0); event_inject(3, d); \
             event_inject_error_code(3, e, 10); event_trace_step(); event_trace_step_in(); event_trace_step_out(); \
             event_trace_instrumentation_step(); event_trace_instrumentation_step_in(); pause(); flush(); \
             test_statement(lbr_save()); lbr_print(); lbr_dump(); lbr_restore(); test_statement(lbr_check()); \
             lbr_restore_by_filter(5);",
        )
        .unwrap();
    assert_eq!(
        world.control.calls,
        [
            C::Enable(1),
            C::Disable(2),
            C::Clear(3),
            C::ShortCircuit(true),
            C::ShortCircuit(false),
            C::Inject(3, 0xd, None),
            C::Inject(3, 0xe, Some(0x10)),
            C::Trace(TraceStep::In),
            C::Trace(TraceStep::In),
            C::Trace(TraceStep::Out),
            C::Trace(TraceStep::Instrumentation),
            C::Trace(TraceStep::Instrumentation),
            C::Pause,
            C::Flush,
            C::Lbr(LbrOperation::Save),
            C::Lbr(LbrOperation::Print),
            C::Lbr(LbrOperation::Print),
            C::Lbr(LbrOperation::Restore),
            C::Lbr(LbrOperation::Check),
            C::Lbr(LbrOperation::RestoreByFilter(5)),
        ]
    );
    assert_eq!(world.control.tested, [1, 1]);
    assert_eq!(world.out, "");
}

#[test]
fn an_unknown_event_is_said_and_the_script_goes_on() {
    let mut world = World::new();
    world
        .run("event_enable(1f); event_disable(20); event_clear(21); test_statement(lbr_save());")
        .unwrap();
    assert_eq!(
        world.out,
        "Invalid tag id (1f)\nInvalid tag id (20)\nInvalid tag id (21)\n"
    );
    assert_eq!(world.control.tested, [0]);
}

#[test]
fn bad_injections_end_the_script() {
    for call in [
        "event_inject(8, 1)",
        "event_inject(0, 100)",
        "event_inject(-1, 1)",
    ] {
        let mut world = World::new();
        assert_eq!(
            world.run(&format!("{call};")).unwrap_err(),
            "Err, ScriptEngineExecute, function = FUNC_EVENT_INJECT: Err, invalid event vector or interruption type is specified"
        );
        assert!(world.control.calls.is_empty());
    }
}

#[test]
fn a_short_circuit_after_the_fact_is_warned_of() {
    let mut world = World::new();
    world.context.event_stage = 1;
    world.run("event_sc(1);").unwrap();
    assert!(world.out.starts_with("warning, event_sc"), "{}", world.out);
}
