//! The whole reference as one text, made from the tables of commands, options, functions and pseudo-registers.

use crate::reference_markdown;
use crate::script::FUNCTIONS;
use crate::script::FunctionSpec;
use crate::script::PSEUDO_REGISTERS;
use crate::script::Parameter;
use crate::script::Returns;
use crate::script::register;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

const COMMANDS: &str = "\
# Commands

As they are typed behind `monitor`, or `hv` of `gdbinit/stub-hv.gdb`. Numbers are hexadecimal unless they begin with
`0n`. A command that is refused changes nothing; its message begins with what is wrong and shows the place.

";

const SCRIPTS: &str = "
# Scripts

In `script { ... }` of an event, in `? { ... }`, and as the expressions of `print`, `.formats`, `r` and addresses.
Numbers are hexadecimal; `0n` makes them decimal, `0o` octal, `0y` binary. A run-time error ends the script with
`Err, ScriptEngineExecute, function = FUNC_NAME: REASON`; the event goes on.

## Functions

A call with too many or too few values is a syntax error. A result of `unsigned long` has 64 bits, of `int` 32.
Where a function takes the address of memory that cannot be accessed, the script ends with a run-time error, unless
its line names a result for that.

";

const OPERATORS: &str = "\
### `printf(\"FORMAT\", VALUE, ...)`

Prints text, with a value for each conversion: `%d %i %u %o %x %X %c %p %s %f`, `%ws %ls` for 16-bit characters, and
`h`, `l`, `ll` before the integer ones. Without a length an integer is its low 32 bits; `%p` has 16 digits, `%f` six
decimals. Flags `-0+ #`, a width and a precision stand behind the `%`; `%%` is a percent sign. More than 4096 bytes, or
a text that cannot be read, is a run-time error.

Example: `printf(\"pid %x: %s\\n\", $pid, $pname);`

### `not(VALUE)`, `neg(VALUE)`, `reference(PLACE)`

The same as `~VALUE`, `-VALUE` and `&PLACE`.

Example: `x = not(@rax);`

";

/// The reference of commands and scripts in Markdown. It ends with a newline.
pub fn manual_markdown() -> String {
    let mut text = String::from(COMMANDS);
    for line in reference_markdown().lines() {
        // One level up: there the commands are a part of a page.
        text.push_str(line.strip_prefix('#').unwrap_or(line));
        text.push('\n');
    }
    text.push_str(SCRIPTS);
    for spec in FUNCTIONS {
        text.push_str(&function(spec));
    }
    text.push_str(OPERATORS);
    text.push_str(
        "## Pseudo-registers\n\nRead-only; 0 where there is no such thing.\n\n| name | value |\n|---|---|\n",
    );
    for (name, summary) in PSEUDO_REGISTERS {
        text.push_str(&format!("| `${name}` | {summary} |\n"));
    }
    let names: Vec<String> = register::names().map(|name| format!("`@{name}`")).collect();
    text.push_str(
        "\n## Registers\n\nRead and written as parts of the CPU's registers; the rest keeps its value.\n\n",
    );
    text.push_str(&names.join(" "));
    text.push('\n');
    text
}

fn function(spec: &FunctionSpec) -> String {
    let parameters: Vec<String> = spec
        .parameters
        .iter()
        .map(|(name, kind)| format!("{name}{}", kind_mark(*kind)))
        .collect();
    let returns = match spec.returns {
        Returns::Nothing => "",
        Returns::Unsigned => "unsigned long ",
        Returns::Int => "int ",
    };
    format!(
        "### `{returns}{}({})`\n\n{}\n\nExample: `{}`\n\n",
        spec.name,
        parameters.join(", "),
        spec.summary,
        spec.example
    )
}

/// How a parameter shows that it is no plain number.
fn kind_mark(kind: Parameter) -> &'static str {
    match kind {
        Parameter::Number | Parameter::Bits => "",
        Parameter::Text => ": address or \"...\"",
        Parameter::Wide => ": address or L\"...\"",
        Parameter::Lock => ": address of 4 bytes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Globals;
    use crate::script::NoSymbols;
    use crate::script::Script;

    #[test]
    fn every_example_calls_its_function_and_compiles() {
        for spec in FUNCTIONS {
            let call = format!("{}(", spec.name);
            assert!(spec.example.contains(&call), "{}", spec.name);
            if let Err(error) = Script::compile(spec.example, &mut Globals::new(), &NoSymbols) {
                panic!("{}: {error:?}", spec.example);
            }
        }
    }

    #[test]
    fn everything_is_in_it() {
        let text = manual_markdown();
        for spec in crate::COMMANDS {
            assert!(text.contains(&format!("`{}`\n", spec.usage())), "{}", spec.name);
        }
        for spec in FUNCTIONS {
            assert!(
                text.contains(spec.summary) && text.contains(spec.example),
                "{}",
                spec.name
            );
        }
        assert!(text.contains("| `$event_stage` |") && text.contains("`@efer`"));
    }
}
