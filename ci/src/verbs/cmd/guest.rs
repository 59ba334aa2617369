//! The simulated machine that scripts run on: registers, and memory that is mapped to itself.

use monitor_cmds::fake::FakeGuest;
use monitor_cmds::script::register;
use monitor_cmds::{Guest, parse_u64};

/// `NAME=HEX`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RegisterValue {
    view: register::RegisterView,
    value: u64,
}

impl std::str::FromStr for RegisterValue {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("expected NAME=HEX, such as rax=10")?;
        let name = name.strip_prefix('@').unwrap_or(name);
        let view = register::lookup(name).ok_or_else(|| format!("there is no register '{name}'"))?;
        let value = parse_u64(value).map_err(|_| format!("'{value}' is not a hexadecimal number"))?;
        Ok(Self { view, value })
    }
}

/// `ADDR=HEXBYTES`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MemoryBytes {
    address: u64,
    bytes: Vec<u8>,
}

impl std::str::FromStr for MemoryBytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, digits) = text
            .split_once('=')
            .ok_or("expected ADDR=HEXBYTES, such as 1000=48656c6c6f")?;
        let address = parse_u64(address).map_err(|_| format!("'{address}' is not a hexadecimal number"))?;
        let digits: Vec<char> = digits.chars().filter(|c| !c.is_whitespace()).collect();
        let bytes = digits.chunks(2).map(|pair| match pair {
            [high, low] => Some((high.to_digit(16)? << 4 | low.to_digit(16)?) as u8),
            _ => None,
        });
        let bytes = bytes.collect::<Option<Vec<u8>>>();
        let bytes = bytes.ok_or("the bytes must be pairs of hexadecimal digits, in the order of memory")?;
        Ok(Self { address, bytes })
    }
}

/// A machine with these registers and this memory; of values for the same place the last one counts.
pub(super) fn simulated(registers: &[RegisterValue], memory: &[MemoryBytes]) -> FakeGuest {
    let mut guest = FakeGuest {
        identity: true,
        ..FakeGuest::default()
    };
    for RegisterValue { view, value } in registers {
        let whole = guest.register(view.register);
        guest.set_register(view.register, view.set(whole, *value));
    }
    for MemoryBytes { address, bytes } in memory {
        guest.map(*address, bytes);
    }
    guest
}

#[cfg(test)]
mod tests {
    use super::*;
    use monitor_cmds::Register;

    #[test]
    fn registers_and_memory() {
        let registers = ["rax=1122334455667788", "@ah=0n255", "zf=1"].map(|text| text.parse().unwrap());
        let memory = ["1000=0102 03", "0x1001=ff"].map(|text| text.parse().unwrap());
        let mut guest = simulated(&registers, &memory);
        assert_eq!(guest.register(Register::Rax), 0x1122_3344_5566_ff88);
        assert_eq!(guest.register(Register::Rflags), 0x40);
        let mut bytes = [0; 3];
        guest.read_physical(0x1000, &mut bytes).unwrap();
        assert_eq!(bytes, [1, 0xff, 3]);
        guest.write_virtual(0x1002, &[7]).unwrap();
        guest.read_physical(0x1002, &mut bytes[..1]).unwrap();
        assert_eq!(bytes[0], 7);
        assert!(guest.read_virtual(0x1003, &mut bytes[..1]).is_err());
        assert_eq!(guest.virtual_to_physical(0x1002), Some(0x1002));
        assert_eq!(guest.virtual_to_physical(0x1003), None);
    }

    #[test]
    fn wrong_values_say_what_would_be_right() {
        for (text, want) in [
            ("rax", "NAME=HEX"),
            ("rax=zap", "'zap' is not a hexadecimal number"),
            ("rax=", "'' is not"),
            ("xmm0=1", "there is no register 'xmm0'"),
        ] {
            let error = text.parse::<RegisterValue>().unwrap_err();
            assert!(error.contains(want), "{text}: {error}");
        }
        for (text, want) in [
            ("1000", "ADDR=HEXBYTES"),
            ("zap=01", "'zap' is not a hexadecimal number"),
            ("1000=012", "pairs of hexadecimal digits"),
            ("1000=0x01", "pairs of hexadecimal digits"),
            ("1000=é1", "pairs of hexadecimal digits"),
        ] {
            let error = text.parse::<MemoryBytes>().unwrap_err();
            assert!(error.contains(want), "{text}: {error}");
        }
    }
}
