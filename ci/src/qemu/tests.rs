//! The command line, as a user of `ps` would see it.

use super::*;

fn line(machine: &Machine) -> String {
    let words: Vec<_> = machine
        .arguments()
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    words.join(" ")
}

fn hypervisor(modules: Vec<Module>) -> Machine {
    Machine::new(Boot::Hypervisor {
        image: "/hv".into(),
        options: "wait link=reliable".into(),
        modules,
    })
}

/// The value that follows `option`, each time it is given.
fn values(machine: &Machine, option: &str) -> Vec<String> {
    let args = machine.arguments();
    args.windows(2)
        .filter(|pair| pair[0] == option)
        .map(|pair| pair[1].to_string_lossy().into_owned())
        .collect()
}

#[test]
fn modules_are_one_initrd_argument() {
    let machine = hypervisor(vec![
        Module {
            file: "/boot/vmlinuz".into(),
            args: "console=ttyS0 quiet".into(),
        },
        Module::plain("/boot/initrd"),
    ]);
    assert_eq!(
        values(&machine, "-initrd"),
        ["/boot/vmlinuz console=ttyS0 quiet,/boot/initrd"]
    );
    assert_eq!(values(&machine, "-kernel"), ["/hv"]);
    assert_eq!(values(&machine, "-append"), ["wait link=reliable"]);
}

#[test]
fn commas_that_are_meant_stand_twice() {
    let machine = hypervisor(vec![Module {
        file: "/a,b/k".into(),
        args: "console=ttyS0,115200".into(),
    }]);
    assert_eq!(values(&machine, "-initrd"), ["/a,,b/k console=ttyS0,,115200"]);
    let mut machine = hypervisor(Vec::new());
    machine.com1 = Serial::File("/tmp/a,b".into());
    assert_eq!(values(&machine, "-chardev")[0], "file,id=com1,path=/tmp/a,,b");
}

#[test]
fn no_guest_is_no_initrd() {
    assert!(values(&hypervisor(Vec::new()), "-initrd").is_empty());
}

#[test]
fn com1_comes_before_com2() {
    let mut machine = hypervisor(Vec::new());
    machine.com1 = Serial::Stdio;
    machine.com2 = Serial::Tcp(1235);
    assert_eq!(values(&machine, "-serial"), ["chardev:com1", "chardev:com2"]);
    let devices = values(&machine, "-chardev");
    assert_eq!(devices[0], "stdio,id=com1,signal=on");
    assert_eq!(
        devices[1],
        "socket,id=com2,host=127.0.0.1,port=1235,server=on,wait=off,nodelay=on"
    );
}

#[test]
fn the_accelerator_brings_its_cpu() {
    let mut machine = hypervisor(Vec::new());
    assert_eq!(values(&machine, "-cpu"), ["max"]);
    machine.accel = Accel::Kvm;
    assert_eq!(values(&machine, "-cpu"), ["host"]);
    assert_eq!(values(&machine, "-accel"), ["kvm"]);
}

#[test]
fn the_users_arguments_come_last() {
    let mut machine = hypervisor(vec![Module::plain("/k")]);
    machine.cpus = 4;
    machine.memory_mib = 1024;
    machine.extra = vec!["-nic".into(), "user".into()];
    let line = line(&machine);
    assert!(line.ends_with("-nic user"), "{line}");
    assert!(line.contains("-smp 4 -m 1024M"), "{line}");
    assert!(
        line.contains("-device isa-debug-exit,iobase=0xf4,iosize=4"),
        "{line}"
    );
}

#[test]
fn a_cd_is_booted_from() {
    let line = line(&Machine::new(Boot::Cdrom("/x.iso".into())));
    assert!(line.ends_with("-cdrom /x.iso -boot d"), "{line}");
}

#[test]
fn kvm_needs_the_device_and_nested_svm() {
    let dir = tempfile::tempdir().unwrap();
    let (device, nested) = (dir.path().join("kvm"), dir.path().join("nested"));
    assert!(
        obstacle(&device, &nested)
            .unwrap()
            .contains("kvm cannot be opened")
    );
    std::fs::write(&device, "").unwrap();
    assert!(obstacle(&device, &nested).unwrap().contains("AMD host"));
    std::fs::write(&nested, "0\n").unwrap();
    assert!(obstacle(&device, &nested).unwrap().contains("must be 1"));
    for yes in ["1\n", "Y\n"] {
        std::fs::write(&nested, yes).unwrap();
        assert_eq!(obstacle(&device, &nested), None);
    }
}
