//! Scripts, run on a simulated machine.

use monitor_cmds::script::{Context, Control, Globals, NoSymbols, Run, Scratch, Script};
use monitor_cmds::{Error, Guest};

use super::show::REFUSED;
use super::split;

/// The status of a script that failed while it ran.
pub(super) const FAILED: u8 = 2;

/// Keeps what `test_statement` is given.
#[derive(Default)]
struct Recorder {
    values: Vec<u64>,
}

impl Control for Recorder {
    fn test_statement(&mut self, value: u64) {
        self.values.push(value);
    }
}

/// Runs the scripts of a file, one after the other, and gives what the debugger would see, then a line for each value
/// that `test_statement` was given. A script that is refused or fails does not keep the next one from running; the
/// status is that of the first such one.
pub(super) fn run(text: &str, guest: &mut dyn Guest) -> (String, u8) {
    let mut out = String::new();
    let mut status = 0;
    let mut globals = Globals::new();
    let mut control = Recorder::default();
    let mut scratch = Box::new(Scratch::new());
    for place in split::scripts(text) {
        let start = place.start;
        let source = text.get(place).unwrap_or_default();
        let done = match Script::compile(source, &mut globals, &NoSymbols) {
            Err(error) => {
                let offset = start + error.offset;
                out.push_str(&format!("{}\n", Error::new(text, offset, error.message)));
                REFUSED
            }
            Ok(script) => {
                let result = script.run(&mut Run {
                    guest,
                    control: &mut control,
                    globals: &globals,
                    scratch: &mut scratch,
                    context: Context::default(),
                    out: &mut out,
                });
                match result {
                    Ok(()) => 0,
                    Err(error) => {
                        out.push_str(&format!("{error}\n"));
                        FAILED
                    }
                }
            }
        };
        if status == 0 {
            status = done;
        }
    }
    // What was printed need not end its line, but the values are a line each.
    if !control.values.is_empty() && !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    for value in control.values {
        out.push_str(&format!("test_statement: {value:x}\n"));
    }
    (out, status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verbs::cmd::guest::simulated;

    fn output(text: &str) -> (String, u8) {
        let registers = ["rax=10", "rcx=1000"].map(|text| text.parse().unwrap());
        let memory = ["1000=48656c6c6f00ffff"].map(|text| text.parse().unwrap());
        run(text, &mut simulated(&registers, &memory))
    }

    #[test]
    fn what_the_debugger_sees() {
        for (text, want, status) in [
            ("", "", 0),
            ("print(@rax);", "10\n", 0),
            ("? { printf(\"%s %x\\n\", @rcx, db(@rcx)); }", "Hello 48\n", 0),
            (
                "? { .a = 5; }\n? { .a += @rax; print(.a); }\n? print(.a + 1);\n",
                "15\n16\n",
                0,
            ),
            (
                "test_statement(@rax + 1); print(7); test_statement(~0);",
                "7\ntest_statement: 11\ntest_statement: ffffffffffffffff\n",
                0,
            ),
            ("? eb(@rcx, 7);\n? print(db_pa(@rcx));", "7\n", 0),
            ("? .a = 5; ? print(.a); // both\n", "5\n", 0),
            ("printf(\"a\"); test_statement(5);", "a\ntest_statement: 5\n", 0),
            ("printf(\"a\");", "a", 0),
        ] {
            assert_eq!(output(text), (want.to_owned(), status), "{text}");
        }
    }

    #[test]
    fn failures_have_their_status() {
        let (out, status) = output("? print(1);\n? { print(2); x = y; }\n? print(3);\n");
        assert_eq!(status, REFUSED);
        let lines: Vec<_> = out.lines().collect();
        assert_eq!((lines.first(), lines.last()), (Some(&"1"), Some(&"3")), "{out}");
        assert!(lines[1].starts_with("Syntax Error: Unresolved Variable"), "{out}");
        assert!(
            out.contains("at 2:19\n  ? { print(2); x = y; }\n                    ^\n"),
            "{out}"
        );

        let (out, status) = output("print(1); test_statement(4); print(poi(5)); print(2);");
        assert_eq!(status, FAILED);
        assert_eq!(
            out,
            "1\nErr, ScriptEngineExecute, function = FUNC_POI: address 5 is not accessible\ntest_statement: 4\n"
        );

        // The first failure decides.
        assert_eq!(output("? print(poi(5)); \n? x").1, FAILED);
        assert_eq!(output("? x\n? print(poi(5));").1, REFUSED);
    }

    #[test]
    fn a_script_that_never_ends_is_ended() {
        let (out, status) = output("while (1) { }");
        assert_eq!(
            (out.as_str(), status),
            ("Err, exceeding the max execution count\n", FAILED)
        );
    }
}
