//! What the hypervisor refuses, on COM1.

use anyhow::Result;
use e2e::{BOOT, Setup, files};
use xtask::qemu::Module;

fn says(setup: &Setup, wanted: &[&str]) -> Result<()> {
    let guest = setup.start()?;
    for word in wanted {
        guest.wait_for(word, BOOT)?;
    }
    assert_eq!(guest.console().count("demo:"), 0, "{}", guest.console().tail());
    Ok(())
}

#[test]
fn wrong_options_are_named() -> Result<()> {
    says(&Setup::demo("do=idle")?.options("dbug=com2"), &["dbug"])?;
    says(&Setup::demo("do=idle")?.options("debug=com9"), &["com9"])?;
    says(&Setup::demo("do=idle")?.options("guest=windows"), &["windows"])
}

#[test]
fn a_cpu_without_svm_or_nested_paging() -> Result<()> {
    says(&Setup::demo("do=idle")?.qemu(&["-cpu", "qemu64,-svm"]), &["SVM"])?;
    says(
        &Setup::demo("do=idle")?.qemu(&["-cpu", "qemu64,+svm"]),
        &["nested paging"],
    )
}

#[test]
fn no_guest_or_a_wrong_one() -> Result<()> {
    says(&Setup::hypervisor("link=reliable", Vec::new())?, &["no guest"])?;
    let initrd = Module::plain(files::initrd()?);
    says(
        &Setup::hypervisor("guest=linux", vec![initrd.clone()])?,
        &["guest: "],
    )?;
    says(
        &Setup::hypervisor("guest=multiboot", vec![initrd.clone()])?,
        &["guest: "],
    )?;
    says(&Setup::hypervisor("", vec![initrd])?, &["guest: "])
}

#[test]
fn too_little_memory() -> Result<()> {
    says(&Setup::demo("do=idle")?.memory(16), &["memory"])
}
