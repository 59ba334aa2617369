//! The functions of the language: one table that the compiler, the VM and the reference are made from.

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// A number or an address; a floating-point value gives its integer part.
    Number,
    /// The 64 bits of any value; an integer is extended, a `double` gives its bits.
    Bits,
    /// The address of bytes, or `"..."`.
    Text,
    /// The address of 16-bit characters, or `L"..."`.
    Wide,
    /// The address of a 32-bit lock; a global variable stands for its own address.
    Lock,
}

/// What a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    /// Nothing.
    Nothing,
    /// `unsigned long`.
    Unsigned,
    /// `int`.
    Int,
}

/// A function that is part of the language.
#[derive(Clone, Copy, Debug)]
pub struct FunctionSpec {
    /// Its name.
    pub name: &'static str,
    /// Names and kinds of its parameters; every one must be given. `printf` has one for each conversion besides.
    pub parameters: &'static [(&'static str, Parameter)],
    /// Its result.
    pub returns: Returns,
    /// What it does.
    pub summary: &'static str,
}

macro_rules! functions {
    ($($variant:ident $name:literal ($($parameter:ident: $kind:ident),*) -> $returns:ident, $summary:literal;)*) => {
        /// A function of the language that the VM carries out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Builtin {
            $($variant,)*
        }

        impl Builtin {
            /// Its name.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The function called `name` and its row.
            pub(crate) fn find(name: &str) -> Option<(Self, &'static FunctionSpec)> {
                let at = FUNCTIONS.iter().position(|spec| spec.name == name)?;
                let all = [$(Self::$variant,)*];
                Some((*all.get(at)?, FUNCTIONS.get(at)?))
            }
        }

        /// Every function but `printf`, `not`, `neg` and `reference`, in the order to list them.
        pub const FUNCTIONS: &[FunctionSpec] = &[$(
            FunctionSpec {
                name: $name,
                parameters: &[$((stringify!($parameter), Parameter::$kind),)*],
                returns: Returns::$returns,
                summary: $summary,
            },
        )*];
    };
}

functions! {
    Poi "poi" (address: Number) -> Unsigned, "The 8 bytes at a virtual address.";
    Dq "dq" (address: Number) -> Unsigned, "The 8 bytes at a virtual address.";
    Dd "dd" (address: Number) -> Unsigned, "The 4 bytes at a virtual address.";
    Dw "dw" (address: Number) -> Unsigned, "The 2 bytes at a virtual address.";
    Db "db" (address: Number) -> Unsigned, "The byte at a virtual address.";
    Hi "hi" (address: Number) -> Unsigned, "Bits 31 to 16 of the 8 bytes at a virtual address.";
    Low "low" (address: Number) -> Unsigned, "Bits 15 to 0 of the 8 bytes at a virtual address.";
    PoiPa "poi_pa" (address: Number) -> Unsigned, "The 8 bytes at a physical address.";
    DqPa "dq_pa" (address: Number) -> Unsigned, "The 8 bytes at a physical address.";
    DdPa "dd_pa" (address: Number) -> Unsigned, "The 4 bytes at a physical address.";
    DwPa "dw_pa" (address: Number) -> Unsigned, "The 2 bytes at a physical address.";
    DbPa "db_pa" (address: Number) -> Unsigned, "The byte at a physical address.";
    HiPa "hi_pa" (address: Number) -> Unsigned, "Bits 31 to 16 of the 8 bytes at a physical address.";
    LowPa "low_pa" (address: Number) -> Unsigned, "Bits 15 to 0 of the 8 bytes at a physical address.";
    Print "print" (value: Bits) -> Nothing, "Prints a value in hexadecimal and a newline.";
    Formats "formats" (value: Bits) -> Nothing, "Prints a value in several bases and types.";
    Eb "eb" (address: Number, value: Number) -> Unsigned, "Writes a byte. 1, or 0 if the address is bad.";
    Ed "ed" (address: Number, value: Number) -> Unsigned, "Writes 4 bytes. 1, or 0 if the address is bad.";
    Eq "eq" (address: Number, value: Number) -> Unsigned, "Writes 8 bytes. 1, or 0 if the address is bad.";
    EbPa "eb_pa" (address: Number, value: Number) -> Unsigned, "Writes a byte of physical memory. 1 or 0.";
    EdPa "ed_pa" (address: Number, value: Number) -> Unsigned, "Writes 4 bytes of physical memory. 1 or 0.";
    EqPa "eq_pa" (address: Number, value: Number) -> Unsigned, "Writes 8 bytes of physical memory. 1 or 0.";
    Memcpy "memcpy" (to: Number, from: Number, bytes: Number) -> Nothing, "Copies, lowest address first.";
    MemcpyPa "memcpy_pa" (to: Number, from: Number, bytes: Number) -> Nothing, "Copies physical memory.";
    Memcmp "memcmp" (a: Text, b: Text, bytes: Number) -> Int, "-1, 0 or 1 as a compares with b; 2 if one is bad.";
    Strlen "strlen" (text: Text) -> Unsigned, "Characters before the end mark, 0 if the address is bad.";
    Strcmp "strcmp" (a: Text, b: Text) -> Int, "-1, 0 or 1 as a compares with b; 2 if one is bad.";
    Strncmp "strncmp" (a: Text, b: Text, count: Number) -> Int, "strcmp of at most that many characters.";
    Wcslen "wcslen" (text: Wide) -> Unsigned, "strlen of 16-bit characters.";
    Wcscmp "wcscmp" (a: Wide, b: Wide) -> Int, "strcmp of 16-bit characters.";
    Wcsncmp "wcsncmp" (a: Wide, b: Wide, count: Number) -> Int, "strncmp of 16-bit characters.";
    CheckAddress "check_address" (address: Number) -> Unsigned, "1 if the byte can be read, else 0.";
    VirtualToPhysical "virtual_to_physical" (address: Number) -> Unsigned, "The physical address, 0 if not mapped.";
    PhysicalToVirtual "physical_to_virtual" (address: Number) -> Unsigned, "A virtual address of it, 0 if none.";
    DisassembleLen "disassemble_len" (address: Number) -> Unsigned, "Bytes of the 64-bit instruction, 0 if none.";
    DisassembleLen64 "disassemble_len64" (address: Number) -> Unsigned, "The same.";
    DisassembleLen32 "disassemble_len32" (address: Number) -> Unsigned, "Bytes of the 32-bit instruction, 0 if none.";
    InterlockedIncrement "interlocked_increment" (address: Number) -> Unsigned, "Adds 1; the new value.";
    InterlockedDecrement "interlocked_decrement" (address: Number) -> Unsigned, "Subtracts 1; the new value.";
    InterlockedExchange "interlocked_exchange" (address: Number, value: Number) -> Unsigned, "Sets; the old value.";
    InterlockedExchangeAdd "interlocked_exchange_add" (address: Number, value: Number) -> Unsigned, "Adds; the old value.";
    InterlockedCompareExchange "interlocked_compare_exchange" (address: Number, exchange: Number, comparand: Number) -> Unsigned, "Sets if equal to the comparand; the old value.";
    SpinlockLock "spinlock_lock" (lock: Lock) -> Nothing, "Waits for the lock and takes it.";
    SpinlockUnlock "spinlock_unlock" (lock: Lock) -> Nothing, "Gives the lock back.";
    SpinlockLockCustomWait "spinlock_lock_custom_wait" (lock: Lock, max_wait: Number) -> Nothing, "spinlock_lock that tries less often, up to that many pauses apart.";
    EventEnable "event_enable" (id: Number) -> Nothing, "Enables an event.";
    EventDisable "event_disable" (id: Number) -> Nothing, "Disables an event.";
    EventClear "event_clear" (id: Number) -> Nothing, "Clears an event.";
    EventSc "event_sc" (on: Number) -> Nothing, "Leaves undone what triggered the event, or not; this time only.";
    EventInject "event_inject" (kind: Number, vector: Number) -> Nothing, "Injects an event, type 0 to 7.";
    EventInjectErrorCode "event_inject_error_code" (kind: Number, vector: Number, error: Number) -> Nothing, "Injects an event with an error code.";
    EventTraceStep "event_trace_step" () -> Nothing, "Traces the next instruction.";
    EventTraceStepIn "event_trace_step_in" () -> Nothing, "The same.";
    EventTraceStepOut "event_trace_step_out" () -> Nothing, "Traces until the function returns.";
    EventTraceInstrumentationStep "event_trace_instrumentation_step" () -> Nothing, "Traces the next instruction, all else held.";
    EventTraceInstrumentationStepIn "event_trace_instrumentation_step_in" () -> Nothing, "The same.";
    Pause "pause" () -> Nothing, "Breaks to the debugger.";
    Flush "flush" () -> Nothing, "Drops messages that were not sent yet.";
    Microsleep "microsleep" (microseconds: Number) -> Nothing, "Waits.";
    Rdtsc "rdtsc" () -> Unsigned, "The time-stamp counter.";
    Rdtscp "rdtscp" () -> Unsigned, "The time-stamp counter.";
    LbrSave "lbr_save" () -> Unsigned, "Keeps the last-branch records. 1 or 0.";
    LbrPrint "lbr_print" () -> Unsigned, "Prints the kept records. 1 or 0.";
    LbrDump "lbr_dump" () -> Unsigned, "The same.";
    LbrRestore "lbr_restore" () -> Unsigned, "Records again. 1 or 0.";
    LbrCheck "lbr_check" () -> Unsigned, "1 if branches are recorded, else 0.";
    LbrRestoreByFilter "lbr_restore_by_filter" (mask: Number) -> Unsigned, "Records what the filter lets through. 1 or 0.";
    TestStatement "test_statement" (value: Bits) -> Nothing, "Gives a value to the tests of the language.";
}
