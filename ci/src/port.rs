//! TCP ports of 127.0.0.1 for the debugger's line.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result, bail};

/// gdb's usual port, the default of every verb.
pub(crate) const DEFAULT: u16 = 1234;

/// An error that names `port` and the way out when something listens there already.
pub(crate) fn require_free(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) => bail!(
            "port {port} of 127.0.0.1 cannot be used for the debugger ({error}); \
             end what listens there, or choose another one with `--gdb {}`",
            any_free().unwrap_or(port.wrapping_add(1))
        ),
    }
}

/// `preferred` when it is free, else one the system picks.
pub(crate) fn pick(preferred: u16) -> Result<u16> {
    if require_free(preferred).is_ok() {
        Ok(preferred)
    } else {
        any_free()
    }
}

/// A port that nothing listens on at this moment.
pub(crate) fn any_free() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("asking for a free port")?;
    Ok(listener.local_addr().context("asking for a free port")?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_a_way_out() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let message = require_free(port).unwrap_err().to_string();
        assert!(
            message.contains(&format!("port {port}")) && message.contains("--gdb "),
            "{message}"
        );
        assert_ne!(pick(port).unwrap(), port);
    }
}
