//! The kernel's messages, made comparable.

/// What may differ between two boots of the same machine, with or without the hypervisor, and why.
const MAY_DIFFER: &[(&str, &str)] = &[
    ("Memory: ", "the hypervisor's own memory is not the guest's"),
    ("BIOS-e820: ", "the same"),
    ("reserve setup_data", "the same"),
    ("e820: ", "the same"),
    ("PM: hibernation: ", "reserved ranges follow the memory map"),
    ("[mem ", "the same"),
    ("memory", "sizes and ranges follow the memory map"),
    ("Memory", "the same"),
    ("pages", "counts of pages follow the size of the memory"),
    ("DMA", "zones follow the memory map"),
    ("node ", "the same"),
    ("Zone", "the same"),
    ("RAMDISK", "the two boot loaders place the initrd elsewhere"),
    ("initrd", "the same"),
    ("command line", "the boot loaders spell it differently"),
    ("RAM buffer", "the memory map again"),
    ("ttyS1", "the debugger's port is hidden"),
    ("tsc", "QEMU's clock is calibrated differently in every boot"),
    ("TSC", "the same; two CPUs of QEMU's never agree"),
    ("clocksource", "the choice follows that calibration"),
    ("sched_clock", "the same"),
    ("Unstable clock", "the same"),
    ("calibrat", "the same"),
    ("loops_per_jiffy", "the same, on a busy host"),
    ("bogoMips", "the same"),
    ("BogoMIPS", "the same"),
    ("lpj=", "the same"),
    ("APIC delta", "the same"),
    ("long platform interrupts", "the same"),
    (
        "mtrr: ",
        "QEMU sets up only the first CPU's MTRRs; the hypervisor gives the others the same ones",
    ),
    ("DMI", "where the tables lie follows the memory map"),
    ("random: ", "randomness"),
    ("rtc", "the time of day"),
    ("audit", "the same"),
    ("usb", "devices appear in the order they answer"),
    ("input: ", "the same"),
    ("Boot", "how long, on which CPU"),
    ("callbacks", "the order in which they end"),
    (
        " #N",
        "where the list of CPUs is broken into lines depends on the time",
    ),
];

/// Lines that are no good sign wherever they stand.
pub(crate) const BAD: &[&str] = &[
    "WARNING:",
    "BUG:",
    "Oops",
    "Call Trace",
    "rcu_sched",
    "rcu_preempt",
    "stall",
    "soft lockup",
    "hard LOCKUP",
    "lost ticks",
    "Lost ticks",
    "NMI received for unknown reason",
    "Dazed and confused",
    "do_boot_cpu failed",
    "took too long",
    "unhandled",
    "Unhandled",
    "segfault",
    "unchecked MSR",
    "irq: nobody cared",
    "nobody cared",
    "Spurious",
    "spurious",
    "not responding",
];

/// The lines of a `dmesg` without their times, with every number and address made `N`.
pub(crate) fn normal(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(message)
        .map(|line| plain(&line))
        .collect()
}

/// The message behind a time stamp.
fn message(line: &str) -> Option<String> {
    let rest = line.trim_end_matches('\r').strip_prefix('[')?;
    let (time, message) = rest.split_once("] ")?;
    time.trim().parse::<f64>().ok()?;
    Some(message.to_owned())
}

/// Words that hold a digit become `N`: addresses, sizes, times.
fn plain(line: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for character in line.chars().chain(std::iter::once('\n')) {
        if character.is_ascii_alphanumeric() {
            word.push(character);
            continue;
        }
        if word.chars().any(|c| c.is_ascii_digit()) {
            out.push('N');
        } else {
            out.push_str(&word);
        }
        word.clear();
        out.push(character);
    }
    out.trim_end().to_owned()
}

/// Lines of `ours` that `native` does not have and that are not known to differ.
pub(crate) fn new_lines(ours: &str, native: &str) -> Vec<String> {
    let known = normal(native);
    let mut lines = normal(ours);
    lines.retain(|line| !known.contains(line));
    lines.retain(|line| !MAY_DIFFER.iter().any(|(part, _)| line.contains(part)));
    lines
}

/// Lines of `text` that tell of trouble.
pub(crate) fn bad_lines(text: &str) -> Vec<String> {
    let bad = |line: &String| BAD.iter().any(|part| line.contains(part));
    text.lines().filter_map(message).filter(bad).collect()
}

#[test]
fn linux_messages_are_compared_without_numbers() {
    let native = "[    0.1] a1: at 0xfee0, 3 of them\n";
    assert_eq!(new_lines("[    0.2] a2: at 0xfee4, 5 of them\n", native), [""; 0]);
    assert_eq!(new_lines("[    0.2] b: at\n", native), ["b: at"]);
    assert_eq!(
        bad_lines("[ 1.0] WARNING: CPU: 0\n[ 1.1] fine\n"),
        ["WARNING: CPU: 0"]
    );
}
