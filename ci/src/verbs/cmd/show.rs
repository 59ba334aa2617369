//! Tokens and parsed commands as text. Each function gives what to print and the exit status.

use monitor_cmds::{Error, command_text, parse, tokenize};
use serde_json::Value;

/// The status of text that is not in the language.
pub(super) const REFUSED: u8 = 1;

/// One line a token: its text as a JSON string, without quotes, outer braces and removed backslashes.
pub(super) fn tokens(text: &[u8]) -> (String, u8) {
    let text = match command_text(text) {
        Ok(text) => text,
        Err(error) => return refused(&error),
    };
    let lines = tokenize(text).into_iter().map(|token| {
        // A value formats as JSON; the two marks for line ends that JSON leaves alone would break a line.
        let line = Value::String(token.text).to_string();
        line.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029") + "\n"
    });
    (lines.collect(), 0)
}

/// The command in canonical form.
pub(super) fn command(text: &str) -> (String, u8) {
    match parse(text) {
        Ok(command) => (format!("{command}\n"), 0),
        Err(error) => refused(&error),
    }
}

/// An error as the debugger prints it.
pub(super) fn refused(error: &Error) -> (String, u8) {
    (format!("{error}\n"), REFUSED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_json_strings() {
        for (text, want) in [
            ("", ""),
            ("  \n", ""),
            (
                "!syscall pid 1a4 script { printf(\"%x\\n\", @rax); }\n",
                "\"!syscall\"\n\"pid\"\n\"1a4\"\n\"script\"\n\" printf(\\\"%x\\\\n\\\", @rax); \"\n",
            ),
            ("a{b\n\tc}d", "\"a\"\n\"b\\n\\tc\"\n\"d\"\n"),
            ("{}", "\"\"\n"),
            ("é \u{7}\u{2028}x", "\"é\"\n\"\\u0007\\u2028x\"\n"),
        ] {
            assert_eq!(tokens(text.as_bytes()), (want.to_owned(), 0), "{text:?}");
        }
    }

    #[test]
    fn commands_are_printed_in_canonical_form() {
        for (text, want) in [
            ("  HELP\n", "help\n"),
            ("", "help\n"),
            ("DB pid 0n4 l 10 0x1000\n", "db 1000 l 10 pid 4\n"),
            ("bl", "bl\n"),
        ] {
            assert_eq!(command(text), (want.to_owned(), 0), "{text:?}");
        }
    }

    #[test]
    fn wrong_text_is_shown_with_its_place() {
        assert_eq!(
            command("!idt 100"),
            (
                "err, invalid IDT entry number: 100 is above ff\nat 1:6\n  !idt 100\n       ^\n".to_owned(),
                1
            )
        );
        assert_eq!(
            command("db 1000\n zap"),
            (
                "unknown parameter 'zap'; usage: db ADDRESS [l LENGTH] [pid X]\nat 2:2\n   zap\n   ^\n"
                    .to_owned(),
                1
            )
        );
        let (text, status) = tokens(b"db \xff");
        assert_eq!(
            (text.lines().next(), status),
            (Some("err, the command is not UTF-8 text"), 1)
        );
    }
}
