//! `cargo xtask run`: bad input is refused before QEMU starts, and the guest's end is its end.

use std::net::TcpListener;
use std::process::{Command, Output};

use anyhow::{Context, Result};
use e2e::files;
use e2e::guest::free_port;

fn run(words: &[&str]) -> Result<Output> {
    let output = Command::new(files::xtask()?).arg("run").args(words).output();
    output.context("starting xtask")
}

fn refused(words: &[&str], wanted: &[&str]) -> Result<()> {
    let output = run(words)?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{words:?}: {text}");
    for word in wanted {
        assert!(text.contains(word), "{words:?}: no `{word}` in\n{text}");
    }
    assert!(output.stdout.is_empty(), "{words:?} has started something");
    Ok(())
}

#[test]
fn bad_input_is_refused() -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let text = scratch.path().join("letter.txt");
    std::fs::write(&text, "Dear kernel,\n".repeat(1000))?;
    let text = text.to_string_lossy();
    let free = free_port()?.to_string();
    refused(
        &["--gdb", &free, "--guest", "linux:/nowhere/vmlinuz"],
        &["/nowhere/vmlinuz", "cannot be read"],
    )?;
    refused(
        &["--gdb", &free, "--guest", &format!("linux:{text}")],
        &["letter.txt", "bzImage"],
    )?;
    refused(
        &["--gdb", &free, "--guest", &format!("multiboot:{text}")],
        &["letter.txt", "multiboot"],
    )?;
    refused(&["--gdb", &free, "--guest", "windows:x"], &["windows:x"])?;
    refused(
        &["--gdb", &free, "--initrd", "/nowhere/initrd"],
        &["/nowhere/initrd"],
    )?;
    refused(&["--memory", "64"], &["64", "128"])?;
    refused(&["--cpus", "17"], &["17"])?;
    let taken = TcpListener::bind(("127.0.0.1", 0))?;
    let port = taken.local_addr()?.port().to_string();
    refused(&["--gdb", &port], &[&format!("port {port}"), "--gdb "])
}

#[test]
fn the_status_is_the_guests() -> Result<()> {
    let free = free_port()?.to_string();
    let output = run(&["--gdb", &free, "--cpus", "2", "--append", "do=exit 3"])?;
    assert_eq!(
        output.status.code(),
        Some(7),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("demo: started"), "{text}");
    let hint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(hint.contains(&format!("target remote :{free}")), "{hint}");
    let output = run(&["--gdb", &free, "--append", "do=idle", "--timeout", "3"])?;
    assert_eq!(output.status.code(), Some(124));
    Ok(())
}
