//! `cargo xtask image`: a GRUB ISO for BIOS machines that boots what `run` boots.
//!
//! GRUB leaves a file's name out of the command line it passes, QEMU puts it first. The hypervisor is to
//! see one form, so the name is written twice here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use super::run::GuestArgs;
use crate::workspace::{HYPERVISOR, Workspace};
use crate::{needs, steps};

/// Options of `image`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file to write
    #[arg(short, long, value_name = "FILE.iso")]
    output: PathBuf,
    #[command(flatten)]
    guest: GuestArgs,
}

/// The verb.
pub(crate) fn main(args: &Args) -> Result<ExitCode> {
    if let Some(need) = needs::missing(&[needs::IMAGE]).first() {
        bail!("{} is missing; `cargo xtask setup` installs it", need.what);
    }
    let workspace = Workspace::find()?;
    let guest = args.guest.guest.prepare(
        &workspace,
        args.guest.initrd.as_deref(),
        args.guest.append.as_deref(),
    )?;
    let tree = tempfile::tempdir().context("making a directory for the image")?;
    let boot = tree.path().join("boot");
    fs::create_dir_all(boot.join("grub")).context("making the image's directories")?;
    copy(&workspace.build(HYPERVISOR)?, &boot.join("stub-hv"))?;
    let mut loads = vec![("stub-hv", args.guest.options(guest.kind, false).to_string())];
    for (name, module) in ["guest", "initrd"].into_iter().zip(guest.modules) {
        copy(&module.file, &boot.join(name))?;
        loads.push((name, module.args));
    }
    fs::write(boot.join("grub/grub.cfg"), config(&loads)?).context("writing grub.cfg")?;
    let mut mkrescue = Command::new("grub-mkrescue");
    mkrescue
        .arg("-d")
        .arg("/usr/lib/grub/i386-pc")
        .arg("-o")
        .arg(&args.output)
        .arg(tree.path());
    steps::must(
        &format!("writing {}", args.output.display()),
        &mut mkrescue,
        &workspace.target.join("xtask/grub-mkrescue.log"),
    )?;
    println!("{}", args.output.display());
    Ok(ExitCode::SUCCESS)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
    Ok(())
}

/// grub.cfg for files under /boot: the first is the kernel, the others are its modules.
fn config(loads: &[(&str, String)]) -> Result<String> {
    let mut text = String::from("set timeout=0\nset default=0\nmenuentry \"stub-hv\" {\n");
    for (index, (name, args)) in loads.iter().enumerate() {
        let verb = if index == 0 { "multiboot" } else { "module" };
        text.push_str(&format!("    {verb} /boot/{name} /boot/{name}"));
        for word in args.split_whitespace() {
            if word.contains(['"', '\'', '\\']) {
                bail!(
                    "`{word}`: GRUB would change quotation marks and backslashes on a command line; leave them out"
                );
            }
            text.push_str(&format!(" '{word}'"));
        }
        text.push('\n');
    }
    text.push_str("    boot\n}\n");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_twice_and_words_are_quoted() {
        let loads = [
            ("stub-hv", "guest=linux".to_owned()),
            ("guest", "a=$b  c".to_owned()),
            ("initrd", String::new()),
        ];
        let text = config(&loads).unwrap();
        assert!(
            text.contains("    multiboot /boot/stub-hv /boot/stub-hv 'guest=linux'\n"),
            "{text}"
        );
        assert!(
            text.contains("    module /boot/guest /boot/guest 'a=$b' 'c'\n"),
            "{text}"
        );
        assert!(text.contains("    module /boot/initrd /boot/initrd\n"), "{text}");
    }

    #[test]
    fn what_grub_would_change_is_refused() {
        let message = config(&[("stub-hv", "dyndbg=\"+p\"".to_owned())])
            .unwrap_err()
            .to_string();
        assert!(message.contains("dyndbg"), "{message}");
    }
}
