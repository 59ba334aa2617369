//! A judge for the tests of the groups.

use super::*;

/// The verdict on `body` with two CPUs and thread 2 stopped, as words.
pub(in super::super) fn verdict(body: &str) -> String {
    verdict_with(
        body,
        &mut Session {
            stopped: Some(2),
            ..Session::default()
        },
    )
}

/// The verdict on `body` in this session.
pub(in super::super) fn verdict_with(body: &str, session: &mut Session) -> String {
    let options = Options {
        threads: 2,
        ..Options::default()
    };
    let mut scratch = Scratch::new();
    let verdict = judge(
        body.as_bytes(),
        &mut Context {
            options: &options,
            session,
            scratch: &mut scratch,
        },
    );
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match verdict {
        Verdict::Stub(body) | Verdict::Breakpoint(body, _) => format!("stub {}", text(body)),
        Verdict::Rewritten => format!("stub {}", text(&scratch)),
        Verdict::Answer(body) => format!("answer {}", text(body)),
        Verdict::Written => format!("answer {}", text(&scratch)),
        Verdict::Reject(fault) => format!("fault {}", fault.text),
        other => format!("{other:?}"),
    }
}

/// Checks a table of bodies and verdicts.
pub(in super::super) fn check(cases: &[(&str, &str)]) {
    for (body, expect) in cases {
        assert_eq!(verdict(body), *expect, "{body}");
    }
}
