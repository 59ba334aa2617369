use super::*;
use proptest::prelude::*;

fn error(line: &str) -> String {
    alloc::format!("{}", Options::parse(line).unwrap_err())
}

#[test]
fn nothing_said_means_the_defaults_of_the_table() {
    let mut spelled_out = Options::default();
    for row in TABLE.iter().filter(|row| !row.default.is_empty()) {
        (row.set)(&mut spelled_out, row.default).unwrap();
    }
    assert_eq!(Options::parse("").unwrap(), spelled_out);
    assert_eq!(Options::parse("  ").unwrap(), Options::default());
}

#[test]
fn every_option_is_understood() {
    let line = "stub-hv.elf debug=0x3e8,11 baud=57600 link=reliable wait guest=linux guest-args=root=/dev/sda1 wait  ";
    let options = Options::parse(line).unwrap();
    assert_eq!(
        options,
        Options {
            program: Some("stub-hv.elf"),
            debug: DebugPort { port: 0x3e8, irq: 11 },
            baud: 57600,
            link: Link::Reliable,
            wait: true,
            guest: GuestKind::Linux,
            guest_args: Some("root=/dev/sda1 wait"),
        }
    );
    assert_eq!(options.divisor(), 2);
    assert_eq!(Options::parse("debug=2f8,3").unwrap().debug, NAMED_PORTS[1].1);
    assert_eq!(
        Options::parse("debug=com1 debug=com3").unwrap().debug,
        NAMED_PORTS[2].1
    );
}

#[test]
fn a_file_name_is_skipped_only_in_front() {
    assert_eq!(
        Options::parse("/boot/hv=1 wait").unwrap().program,
        Some("/boot/hv=1")
    );
    // An option's value may have a slash, even in front.
    let options = Options::parse("guest-args=root=/dev/sda").unwrap();
    assert_eq!(
        (options.program, options.guest_args),
        (None, Some("root=/dev/sda"))
    );
    assert_eq!(
        error("debgu=com1").find("unknown option \"debgu=com1\"; there are debug, baud"),
        Some(0)
    );
    assert!(error("hv /hv").starts_with("unknown option \"/hv\""));
}

#[test]
fn a_wrong_value_is_named_with_what_would_be_right() {
    assert_eq!(error("link=good"), "\"link=good\": link= takes reliable or noisy");
    assert_eq!(error("wait=1"), "\"wait=1\": wait takes no value");
    assert!(error("guest-args").contains("takes the rest of the line"));
    for word in [
        "baud=0",
        "baud=1",
        "baud=7000",
        "baud=230400",
        "baud=+9600",
        "baud=",
        "baud",
    ] {
        assert!(error(word).contains("divides 115200"), "{word}");
    }
    for word in [
        "debug=com5",
        "debug=2f8",
        "debug=2f8,0",
        "debug=2f8,0x3",
        "debug=,3",
        "debug=60,1",
        "debug=ffff,4",
    ] {
        assert!(error(word).contains("PORT,IRQ"), "{word}");
    }
}

#[test]
fn the_markdown_has_a_row_for_each_option() {
    let table = options_markdown();
    assert_eq!(table.lines().count(), TABLE.len() + 2);
    assert!(
        table.lines().all(|line| line.matches('|').count() == 5),
        "{table}"
    );
}

proptest! {
    #[test]
    fn any_line_is_survived(line in ".*", option in 0usize..TABLE.len(), value in ".*") {
        let _ = Options::parse(&line);
        if let Ok(options) = Options::parse(&alloc::format!("{}={value}", TABLE[option].name)) {
            prop_assert!(MAX_BAUD.is_multiple_of(options.baud));
            prop_assert_eq!(u32::from(options.divisor()) * options.baud, MAX_BAUD);
        }
    }
}

#[test]
fn the_readme_has_the_table() {
    let readme = include_str!("../../../../README.md");
    let table = options_markdown();
    assert!(
        readme.contains(&table),
        "README.md, \"Options of the hypervisor\", should have:\n{table}"
    );
}
