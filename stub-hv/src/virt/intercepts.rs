//! What is to be intercepted beside what the hypervisor itself always needs.

/// What the debugger and the events ask for, for one CPU.
#[derive(Clone, Copy, Debug, Default)]
pub struct Intercepts<'a> {
    /// Exceptions, one bit a vector.
    pub exceptions: u32,
    /// INT n and INT3.
    pub software_interrupts: bool,
    /// Accesses to debug registers.
    pub debug_registers: bool,
    /// HLT.
    pub halt: bool,
    /// VMMCALL.
    pub hypercall: bool,
    /// Every port.
    pub all_ports: bool,
    /// These ports; with `all_ports` not looked at.
    pub ports: &'a [u16],
}
