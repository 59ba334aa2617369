//! Watchpoints of the three kinds.

use anyhow::Result;
use e2e::PATIENCE;

use super::common::tour;

#[test]
fn watchpoints_stop_at_what_they_watch() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    let word = stand.symbols.get("SYNC_WORD")?;
    let writer = stand.symbols.get("write_sync_word")?;
    let reader = stand.symbols.get("read_sync_word")?;
    let near = |rip: u64, function: u64| (function..function + 64).contains(&rip);
    // Writes only: the value is one higher each time.
    stand.client.insert(2, word, 8)?;
    let mut before = None;
    for _ in 0..5 {
        let stop = stand.client.go()?;
        assert!(
            stop.reply.contains(&format!("watch:{word:x}")) || stop.reply.contains("watch:"),
            "{stop:?}"
        );
        assert!(near(stand.client.rip()?, writer), "{stop:?}");
        let value = stand.client.word(word)?;
        assert!(
            before.is_none_or(|before| value == before + 1),
            "{before:?} {value}"
        );
        before = Some(value);
    }
    stand.client.remove(2, word, 8)?;
    // Accesses: write, read, write, read.
    stand.client.insert(4, word, 8)?;
    let mut places = Vec::new();
    for _ in 0..6 {
        let stop = stand.client.go()?;
        assert!(stop.reply.contains("awatch:"), "{stop:?}");
        places.push(near(stand.client.rip()?, writer));
    }
    assert!(places.windows(2).all(|pair| pair[0] != pair[1]), "{places:?}");
    stand.client.remove(4, word, 8)?;
    // Reads.
    stand.client.insert(3, word, 8)?;
    for _ in 0..3 {
        let stop = stand.client.go()?;
        assert!(stop.reply.contains("rwatch:"), "{stop:?}");
        assert!(
            near(stand.client.rip()?, reader) || near(stand.client.rip()?, writer),
            "{stop:?}"
        );
    }
    stand.client.remove(3, word, 8)?;
    stand.client.resume()?;
    stand.guest.wait_for("demo: tick", PATIENCE)?;
    Ok(())
}

#[test]
fn watchpoints_through_gdb() -> Result<()> {
    let stand = tour("only=calls period=1", 1)?;
    stand.client.detach()?;
    let transcript = stand.guest.gdb("watch", 2 * PATIENCE)?;
    assert_eq!(
        transcript.string("writer")?,
        "demo_guest::tour::calls::write_sync_word"
    );
    assert_eq!(transcript.number("difference")?, 1);
    assert!(
        transcript.string("reader")?.contains("read_sync_word"),
        "{}",
        transcript.text
    );
    Ok(())
}
