//! What `settings` changes.

/// How disassembly is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Syntax {
    /// `mov rax, [rbx]`.
    #[default]
    Intel,
    /// `movq (%rbx), %rax`.
    Att,
    /// `mov rax, qword ptr [rbx+10h]`: Intel's, with sizes always shown and numbers ended by `h`.
    Masm,
}

impl Syntax {
    /// Every syntax.
    pub const ALL: [Self; 3] = [Self::Intel, Self::Att, Self::Masm];

    /// Its word in lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Intel => "intel",
            Self::Att => "att",
            Self::Masm => "masm",
        }
    }
}

/// The session's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `autounpause`: does HyperDbg's front end let the guest run on to collect results? Kept for scripts that set
    /// it; gdb decides that here.
    pub auto_unpause: bool,
    /// `autoflush`: is output that was not yet sent dropped when its event is disabled or cleared? Kept for scripts;
    /// output is sent at once here.
    pub auto_flush: bool,
    /// `addressconversion`: are symbols shown where they are known?
    pub address_conversion: bool,
    /// `syntax`: of disassembly.
    pub syntax: Syntax,
}

impl Default for Settings {
    /// As HyperDbg starts.
    fn default() -> Self {
        Self {
            auto_unpause: true,
            auto_flush: false,
            address_conversion: true,
            syntax: Syntax::Intel,
        }
    }
}
