//! Everything that boots: the guest's own checks, multiboot kernels, the image for a USB stick.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use e2e::{BOOT, PATIENCE, Setup, files};
use xtask::qemu::{Boot, Module};

#[test]
fn the_guest_finds_its_environment_as_it_should_be() -> Result<()> {
    for cpus in [1, 2, 4] {
        let mut guest = Setup::demo(&format!("do=self-test expect=hidden cpus={cpus}"))?
            .cpus(cpus)
            .start()?;
        let status = guest.wait_end(BOOT)?;
        assert_eq!(status, 33, "{cpus} CPUs: {}", guest.console().tail());
        assert_eq!(guest.console().count("demo: self-test ok"), 1);
        assert_eq!(
            guest.console().count(&format!("cpus {cpus}")),
            guest.console().count("demo: started")
        );
    }
    Ok(())
}

#[test]
fn sixteen_cpus_and_x2apic() -> Result<()> {
    for words in [
        "cpus=16 ap=hlt",
        "cpus=4 apic=x2",
        "cpus=4 sipi=directed",
        "cpus=4 apic=x2 sipi=directed",
    ] {
        let cpus: u8 = if words.contains("16") { 16 } else { 4 };
        let guest = Setup::demo(&format!("do=tour 1 {words}"))?.cpus(cpus).start()?;
        let line = guest.wait_for("demo: tick", 2 * BOOT)?;
        assert!(line.ends_with(&format!("cpus {cpus}")), "{words}: {line}");
    }
    Ok(())
}

/// A guest's file in the form its loader takes, made as its documentation says.
fn converted(package: &str, format: &str, directory: &tempfile::TempDir) -> Result<PathBuf> {
    let to = directory.path().join(format);
    let status = Command::new("objcopy")
        .args(["-O", format])
        .arg(files::guests()?.join(package))
        .arg(&to)
        .status()
        .context("starting objcopy")?;
    ensure!(status.success(), "objcopy ended with {status}");
    Ok(to)
}

#[test]
fn multiboot_kernels_as_elf32_and_flat() -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let module = scratch.path().join("module");
    std::fs::write(&module, "the module")?;
    for (package, format) in [("multiboot-elf", "elf32-i386"), ("multiboot-flat", "binary")] {
        let kernel = converted(package, format, &scratch)?;
        let mut guest = Setup::multiboot(kernel, "one two=3")?
            .module(Module {
                file: module.clone(),
                args: "its words".to_owned(),
            })
            .start()?;
        let status = guest.wait_end(BOOT)?;
        let text = guest.console().text();
        assert_eq!(status, 33, "{format}: {text}");
        for wanted in [
            "mb: magic 2badb002",
            "one two=3",
            "its words",
            "mb: map 0000000000000000",
            "mb: done",
        ] {
            assert!(text.contains(wanted), "{format}: no `{wanted}` in\n{text}");
        }
    }
    Ok(())
}

#[test]
fn the_image_boots_from_a_cd() -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let iso = scratch.path().join("stub-hv.iso");
    let output = Command::new(files::xtask()?)
        .args(["image", "--append", "do=tour period=5", "-o"])
        .arg(&iso)
        .output()
        .context("starting xtask")?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let guest = Setup::boot(Boot::Cdrom(iso)).start()?;
    guest.wait_for("demo: tick", 2 * BOOT)?;
    let mut client = guest.client()?;
    client.last_stop()?;
    client.status("version")?;
    client.detach()?;
    guest.wait_for("demo: tick", PATIENCE)?;
    Ok(())
}
