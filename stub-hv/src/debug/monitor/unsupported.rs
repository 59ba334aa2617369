//! What of the events this version of the hypervisor cannot do, in words.

use monitor_cmds::EventSpec;
use monitor_cmds::Trigger;

/// Functions of scripts that there is nothing behind yet.
const FUNCTIONS: [&str; 3] = ["event_inject", "event_trace_", "lbr_"];

/// Why an event cannot be armed; `None`: it can.
pub(super) fn why(spec: &EventSpec) -> Option<&'static str> {
    let options = &spec.options;
    if !matches!(spec.trigger, Trigger::Io(_)) {
        return Some("this version of the hypervisor has no such event yet: only !ioin and !ioout");
    }
    if options.pid.is_some() {
        return Some(
            "an event cannot be bound to a process: the guest's operating system is not known yet; bind it to an \
             address space with 'cr3 X'",
        );
    }
    if options.condition.is_some() || options.code.is_some() {
        return Some(
            "this version of the hypervisor cannot run custom code or conditions yet: use 'script {SCRIPT}'",
        );
    }
    if options.buffer != 0 {
        return Some("this version of the hypervisor has no buffers for events yet");
    }
    if !options.output.is_empty() {
        return Some(
            "this version of the hypervisor cannot send an event's text to output sources yet: it goes to the console",
        );
    }
    if !options.immediate {
        return Some("this version of the hypervisor cannot collect an event's text yet: leave 'imm no' out");
    }
    let script = options.script.as_ref()?;
    calls_missing_function(&script.text).then_some(
        "scripts of this version of the hypervisor cannot inject, trace or read branch records yet (event_inject, \
         event_trace_step, lbr_save and their like)",
    )
}

/// Whether the text has a word that begins as such a function's name, outside of quotes.
fn calls_missing_function(text: &str) -> bool {
    let mut escaped = false;
    let mut quoted = false;
    let code = |character: char| {
        let quote = character == '"' && !escaped;
        escaped = quoted && character == '\\' && !escaped;
        quoted ^= quote;
        quoted || !(character.is_ascii_alphanumeric() || character == '_')
    };
    text.split(code)
        .any(|word| FUNCTIONS.iter().any(|name| word.starts_with(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use monitor_cmds::Command;

    fn refusal(command: &str) -> Option<&'static str> {
        match monitor_cmds::parse(command).unwrap() {
            Command::Event(spec) => why(&spec),
            other => panic!("{other:?} is no event"),
        }
    }

    #[test]
    fn what_can_be_done_is_not_refused() {
        for command in [
            "!ioin",
            "!ioout 3f8 core 1 cr3 1000 stage all script { printf(\"lbr_save %x\", @al); pause(); }",
            "!ioout 3f8 sc on script { event_sc(0); event_disable(0); flush(); }",
        ] {
            assert_eq!(refusal(command), None, "{command}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_named() {
        for (command, named) in [
            ("!cpuid", "!ioout"),
            ("!ioout pid 1a4", "cr3"),
            ("!ioout code {90}", "script"),
            ("!ioout condition {90} script { pause(); }", "script"),
            ("!ioout asm code {nop}", "script"),
            ("!ioout buffer 10 script { pause(); }", "buffer"),
            ("!ioout output {a} script { pause(); }", "output"),
            ("!ioout imm no script { pause(); }", "imm no"),
            ("!ioout script { event_inject(3, 6); }", "event_inject"),
            ("!ioout script { printf(\"\\\"\"); lbr_save(); }", "lbr_save"),
            ("!ioout script { event_trace_step_out(); }", "event_trace_step"),
        ] {
            let text = refusal(command);
            assert!(
                text.is_some_and(|text| text.contains(named)),
                "{command}: {text:?}"
            );
        }
    }
}
