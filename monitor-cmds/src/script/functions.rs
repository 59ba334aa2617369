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
    /// A statement that calls it.
    pub example: &'static str,
}

macro_rules! functions {
    ($($variant:ident $name:literal ($($parameter:ident: $kind:ident),*) -> $returns:ident, $summary:literal, $example:literal;)*) => {
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
                example: $example,
            },
        )*];
    };
}

functions! {
    Poi "poi" (address: Number) -> Unsigned, "The 8 bytes at a virtual address.", "@rip = poi(@rsp);";
    Dq "dq" (address: Number) -> Unsigned, "The 8 bytes at a virtual address.", "x = dq(@rsp + 8);";
    Dd "dd" (address: Number) -> Unsigned, "The 4 bytes at a virtual address.", "x = dd(@rdi);";
    Dw "dw" (address: Number) -> Unsigned, "The 2 bytes at a virtual address.", "x = dw(@rdi + 2);";
    Db "db" (address: Number) -> Unsigned, "The byte at a virtual address.", "if (db(@rip) == cc) { print(@rip); }";
    Hi "hi" (address: Number) -> Unsigned, "Bits 31 to 16 of the 8 bytes at a virtual address.", "x = hi(@rsp);";
    Low "low" (address: Number) -> Unsigned, "Bits 15 to 0 of the 8 bytes at a virtual address.", "x = low(@rsp);";
    PoiPa "poi_pa" (address: Number) -> Unsigned, "The 8 bytes at a physical address.", "x = poi_pa(1000);";
    DqPa "dq_pa" (address: Number) -> Unsigned, "The 8 bytes at a physical address.", "x = dq_pa(1000);";
    DdPa "dd_pa" (address: Number) -> Unsigned, "The 4 bytes at a physical address.", "x = dd_pa(fee00030);";
    DwPa "dw_pa" (address: Number) -> Unsigned, "The 2 bytes at a physical address.", "x = dw_pa(1000);";
    DbPa "db_pa" (address: Number) -> Unsigned, "The byte at a physical address.", "x = db_pa(b8000);";
    HiPa "hi_pa" (address: Number) -> Unsigned, "Bits 31 to 16 of the 8 bytes at a physical address.", "x = hi_pa(1000);";
    LowPa "low_pa" (address: Number) -> Unsigned, "Bits 15 to 0 of the 8 bytes at a physical address.", "x = low_pa(1000);";
    Print "print" (value: Bits) -> Nothing, "Prints a value in hexadecimal and a newline.", "print(@rax);";
    Formats "formats" (value: Bits) -> Nothing, "Prints a value in several bases and types.", "formats(@rax);";
    Eb "eb" (address: Number, value: Number) -> Unsigned, "Writes a byte. 1, or 0 if the address is bad.", "eb(@rip, 90);";
    Ed "ed" (address: Number, value: Number) -> Unsigned, "Writes 4 bytes. 1, or 0 if the address is bad.", "ed(@rsp + 8, 0);";
    Eq "eq" (address: Number, value: Number) -> Unsigned, "Writes 8 bytes. 1, or 0 if the address is bad.", "if (eq(@rsp, @rip) == 0) { print(@rsp); }";
    EbPa "eb_pa" (address: Number, value: Number) -> Unsigned, "Writes a byte of physical memory. 1 or 0.", "eb_pa(b8000, 41);";
    EdPa "ed_pa" (address: Number, value: Number) -> Unsigned, "Writes 4 bytes of physical memory. 1 or 0.", "ed_pa(1000, ffffffff);";
    EqPa "eq_pa" (address: Number, value: Number) -> Unsigned, "Writes 8 bytes of physical memory. 1 or 0.", "eq_pa(1000, 0);";
    Memcpy "memcpy" (to: Number, from: Number, bytes: Number) -> Nothing, "Copies, lowest address first.", "memcpy($buffer, @rsi, 40);";
    MemcpyPa "memcpy_pa" (to: Number, from: Number, bytes: Number) -> Nothing, "Copies physical memory.", "memcpy_pa(2000, 1000, 100);";
    Memcmp "memcmp" (a: Text, b: Text, bytes: Number) -> Int, "-1, 0 or 1 as a compares with b; 2 if one is bad.", "if (memcmp(@rdi, \"GET \", 4) == 0) { print(@rdi); }";
    Strlen "strlen" (text: Text) -> Unsigned, "Characters before the end mark, 0 if the address is bad.", "print(strlen(@rdi));";
    Strcmp "strcmp" (a: Text, b: Text) -> Int, "-1, 0 or 1 as a compares with b; 2 if one is bad.", "if (strcmp(@rdi, \"/bin/sh\") == 0) { pause(); }";
    Strncmp "strncmp" (a: Text, b: Text, count: Number) -> Int, "strcmp of at most that many characters.", "if (strncmp($pname, \"ssh\", 3) == 0) { print($pid); }";
    Wcslen "wcslen" (text: Wide) -> Unsigned, "strlen of 16-bit characters.", "print(wcslen(@rcx));";
    Wcscmp "wcscmp" (a: Wide, b: Wide) -> Int, "strcmp of 16-bit characters.", "if (wcscmp(@rcx, L\"a.txt\") == 0) { pause(); }";
    Wcsncmp "wcsncmp" (a: Wide, b: Wide, count: Number) -> Int, "strncmp of 16-bit characters.", "if (wcsncmp(@rcx, L\"C:\", 2) == 0) { print(@rcx); }";
    CheckAddress "check_address" (address: Number) -> Unsigned, "1 if the byte can be read, else 0.", "if (check_address(@rdi)) { print(dd(@rdi)); }";
    VirtualToPhysical "virtual_to_physical" (address: Number) -> Unsigned, "The physical address, 0 if not mapped.", "print(virtual_to_physical(@rip));";
    PhysicalToVirtual "physical_to_virtual" (address: Number) -> Unsigned, "A virtual address of it, 0 if none.", "print(physical_to_virtual(1000));";
    DisassembleLen "disassemble_len" (address: Number) -> Unsigned, "Bytes of the 64-bit instruction, 0 if none.", "@rip = @rip + disassemble_len(@rip);";
    DisassembleLen64 "disassemble_len64" (address: Number) -> Unsigned, "The same.", "x = disassemble_len64(@rip);";
    DisassembleLen32 "disassemble_len32" (address: Number) -> Unsigned, "Bytes of the 32-bit instruction, 0 if none.", "x = disassemble_len32(@rip);";
    InterlockedIncrement "interlocked_increment" (address: Number) -> Unsigned, "Adds 1; the new value.", "interlocked_increment(&.count);";
    InterlockedDecrement "interlocked_decrement" (address: Number) -> Unsigned, "Subtracts 1; the new value.", "interlocked_decrement(&.count);";
    InterlockedExchange "interlocked_exchange" (address: Number, value: Number) -> Unsigned, "Sets; the old value.", "old_ = interlocked_exchange(&.last, @rip);";
    InterlockedExchangeAdd "interlocked_exchange_add" (address: Number, value: Number) -> Unsigned, "Adds; the old value.", "interlocked_exchange_add(&.bytes, @rdx);";
    InterlockedCompareExchange "interlocked_compare_exchange" (address: Number, exchange: Number, comparand: Number) -> Unsigned, "Sets if equal to the comparand; the old value.", "interlocked_compare_exchange(&.owner, $core, 0);";
    SpinlockLock "spinlock_lock" (lock: Lock) -> Nothing, "Waits for the lock and takes it.", "spinlock_lock(&.lock); .count = .count + 1; spinlock_unlock(&.lock);";
    SpinlockUnlock "spinlock_unlock" (lock: Lock) -> Nothing, "Gives the lock back.", "spinlock_unlock(&.lock);";
    SpinlockLockCustomWait "spinlock_lock_custom_wait" (lock: Lock, max_wait: Number) -> Nothing, "spinlock_lock that tries less often, up to that many pauses apart.", "spinlock_lock_custom_wait(&.lock, 100);";
    EventEnable "event_enable" (id: Number) -> Nothing, "Enables an event.", "event_enable(1);";
    EventDisable "event_disable" (id: Number) -> Nothing, "Disables an event.", "event_disable($event_id);";
    EventClear "event_clear" (id: Number) -> Nothing, "Clears an event.", "event_clear(1);";
    EventSc "event_sc" (on: Number) -> Nothing, "Leaves undone what triggered the event, or not; this time only.", "event_sc(1);";
    EventInject "event_inject" (kind: Number, vector: Number) -> Nothing, "Injects an event, type 0 to 7.", "event_inject(3, 6);";
    EventInjectErrorCode "event_inject_error_code" (kind: Number, vector: Number, error: Number) -> Nothing, "Injects an event with an error code.", "event_inject_error_code(3, d, 0);";
    EventTraceStep "event_trace_step" () -> Nothing, "Traces the next instruction.", "event_trace_step();";
    EventTraceStepIn "event_trace_step_in" () -> Nothing, "The same.", "event_trace_step_in();";
    EventTraceStepOut "event_trace_step_out" () -> Nothing, "Traces until the function returns.", "event_trace_step_out();";
    EventTraceInstrumentationStep "event_trace_instrumentation_step" () -> Nothing, "Traces the next instruction, all else held.", "event_trace_instrumentation_step();";
    EventTraceInstrumentationStepIn "event_trace_instrumentation_step_in" () -> Nothing, "The same.", "event_trace_instrumentation_step_in();";
    Pause "pause" () -> Nothing, "Breaks to the debugger.", "if (@rax == 3b) { pause(); }";
    Flush "flush" () -> Nothing, "Drops messages that were not sent yet.", "flush();";
    Microsleep "microsleep" (microseconds: Number) -> Nothing, "Waits.", "microsleep(0n100);";
    Rdtsc "rdtsc" () -> Unsigned, "The time-stamp counter.", ".start = rdtsc();";
    Rdtscp "rdtscp" () -> Unsigned, "The time-stamp counter.", "print(rdtscp() - .start);";
    LbrSave "lbr_save" () -> Unsigned, "Keeps the last-branch records. 1 or 0.", "lbr_save();";
    LbrPrint "lbr_print" () -> Unsigned, "Prints the kept records. 1 or 0.", "lbr_print();";
    LbrDump "lbr_dump" () -> Unsigned, "The same.", "lbr_dump();";
    LbrRestore "lbr_restore" () -> Unsigned, "Records again. 1 or 0.", "lbr_restore();";
    LbrCheck "lbr_check" () -> Unsigned, "1 if branches are recorded, else 0.", "if (lbr_check() == 0) { lbr_restore(); }";
    LbrRestoreByFilter "lbr_restore_by_filter" (mask: Number) -> Unsigned, "Records what the filter lets through. 1 or 0.", "lbr_restore_by_filter(1);";
    TestStatement "test_statement" (value: Bits) -> Nothing, "Gives a value to the tests of the language.", "test_statement(@rax);";
}
