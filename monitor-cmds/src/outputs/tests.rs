//! Sources through their life.

use super::*;
use alloc::string::ToString;
use alloc::vec;

#[test]
fn only_opened_sources_get_text() {
    let mut outputs = Outputs::default();
    for name in ["a", "b", "c"] {
        outputs.create(name, OutputKind::File, name).unwrap();
    }
    outputs.open("a").unwrap();
    outputs.open("b").unwrap();
    outputs.close("b").unwrap();
    let names = vec!["c".to_string(), "b".into(), "a".into(), "zap".into()];
    let opened: Vec<_> = outputs
        .opened(&names)
        .map(|output| output.name.as_str())
        .collect();
    assert_eq!(opened, ["a"]);
}

#[test]
fn refusals() {
    let mut outputs = Outputs::default();
    outputs.create("a", OutputKind::Tcp, "h:1").unwrap();
    assert_eq!(
        outputs.create("a", OutputKind::File, "x"),
        Err(OutputsError::Exists)
    );
    assert_eq!(outputs.close("a"), Err(OutputsError::NotOpened));
    assert_eq!(outputs.open("A"), Err(OutputsError::Unknown));
    assert_eq!(outputs.open("a"), Ok(()));
    assert_eq!(outputs.open("a"), Err(OutputsError::AlreadyOpened));
    assert_eq!(outputs.close("a"), Ok(()));
    assert_eq!(outputs.close("a"), Err(OutputsError::AlreadyClosed));
    assert_eq!(outputs.open("a"), Err(OutputsError::AlreadyClosed));
    for number in 1..MAX_OUTPUTS {
        outputs
            .create(&number.to_string(), OutputKind::Module, "m")
            .unwrap();
    }
    assert_eq!(
        outputs.create("z", OutputKind::File, "x"),
        Err(OutputsError::Full)
    );
}

#[test]
fn the_tagged_line() {
    let line = Forwarded {
        name: "log",
        text: "3b by 1a4",
    };
    assert_eq!(line.to_string(), "#output log 3b by 1a4");
}
