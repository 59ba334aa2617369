//! The pseudo-registers: what a script knows of the event and of who runs.

macro_rules! pseudo {
    ($($variant:ident $name:literal $summary:literal,)*) => {
        /// A value that scripts can read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Pseudo {
            $($variant,)*
        }

        impl Pseudo {
            /// The one that is written `$name`.
            pub(crate) fn find(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// Is it the address of characters?
            pub(crate) fn is_text(self) -> bool {
                matches!(self, Self::Name | Self::Date | Self::Time)
            }
        }

        /// Names without the `$`, and what they give.
        pub const PSEUDO_REGISTERS: &[(&str, &str)] = &[$(($name, $summary),)*];
    };
}

pseudo! {
    Pid "pid" "process number",
    Tid "tid" "thread number",
    Core "core" "CPU number",
    Name "pname" "address of the process name",
    Proc "proc" "address of the process's kernel object",
    Thread "thread" "address of the thread's kernel object",
    Peb "peb" "address of the process's user-mode block",
    Teb "teb" "address of the thread's user-mode block",
    Ip "ip" "the instruction pointer",
    Buffer "buffer" "address of the action's buffer",
    Context "context" "what the event is about",
    EventTag "event_tag" "the event's tag",
    EventId "event_id" "the event's number",
    EventStage "event_stage" "0 before what the event is about is done, 1 after it",
    Date "date" "address of the date, YYYY-MM-DD",
    Time "time" "address of the time, HH:MM:SS.mmm",
}
