//! A session with source lines, as a user has it.

use anyhow::Result;
use e2e::PATIENCE;

use super::common::tour;

#[test]
fn step_next_finish_until_and_frames() -> Result<()> {
    let stand = tour("only=calls period=1", 1)?;
    stand.client.detach()?;
    let transcript = stand.guest.gdb("source", 3 * PATIENCE)?;
    let text = |name| transcript.string(name);
    assert!(text("stepped_into")?.ends_with("inner"), "{}", transcript.text);
    assert!(text("finished_in")?.ends_with("inner"), "{}", transcript.text);
    assert!(text("locals")?.contains("total"), "{}", transcript.text);
    assert!(text("up")?.ends_with("outer"), "{}", transcript.text);
    let frames = text("frames")?;
    for name in ["leaf", "inner", "outer", "round", "kernel_main"] {
        assert!(frames.contains(name), "{name} is missing in {frames}");
    }
    assert_eq!(transcript.number("sum")?, 3 * transcript.number("n")?);
    assert_eq!(transcript.number("returned")?, transcript.number("expected")?);
    assert_eq!(transcript.number("lines_of_next")?, 4);
    Ok(())
}
