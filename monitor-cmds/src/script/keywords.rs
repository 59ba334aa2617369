//! Words that a script may not use as names.

/// Words of statements and operators.
pub(crate) const STATEMENTS: &[&str] = &[
    "if", "elsif", "else", "while", "do", "for", "break", "continue", "return", "struct", "typedef", "sizeof",
];

/// Words that types are made of.
pub(crate) const TYPES: &[&str] = &[
    "void", "bool", "char", "short", "int", "long", "unsigned", "signed", "float", "double",
];

/// Functions of the language. Their arguments and results are the compiler's to know; here they only are no names,
/// and `db`, `dd`, `eb` and `ed` are no numbers. In order, to be found fast.
#[rustfmt::skip]
pub(crate) const FUNCTIONS: &[&str] = &[
    "check_address", "db", "db_pa", "dd", "dd_pa", "disassemble_len", "disassemble_len32",
    "disassemble_len64", "dq", "dq_pa", "dw", "dw_pa", "eb", "eb_pa", "ed", "ed_pa", "eq", "eq_pa",
    "event_clear", "event_disable", "event_enable", "event_inject", "event_inject_error_code", "event_sc",
    "event_trace_instrumentation_step", "event_trace_instrumentation_step_in", "event_trace_step",
    "event_trace_step_in", "event_trace_step_out", "flush", "formats", "hi", "hi_pa",
    "interlocked_compare_exchange", "interlocked_decrement", "interlocked_exchange",
    "interlocked_exchange_add", "interlocked_increment", "lbr_check", "lbr_dump", "lbr_print",
    "lbr_restore", "lbr_restore_by_filter", "lbr_save", "low", "low_pa", "memcmp", "memcpy", "memcpy_pa",
    "microsleep", "neg", "not", "pause", "physical_to_virtual", "poi", "poi_pa", "print", "printf", "rdtsc",
    "rdtscp", "reference", "spinlock_lock", "spinlock_lock_custom_wait", "spinlock_unlock", "strcmp",
    "strlen", "strncmp", "test_statement", "virtual_to_physical", "wcscmp", "wcslen", "wcsncmp",
];

/// Pseudo-registers, without the `$`.
pub(crate) const PSEUDO: &[&str] = &[
    "pid",
    "tid",
    "core",
    "pname",
    "proc",
    "thread",
    "peb",
    "teb",
    "ip",
    "buffer",
    "context",
    "event_tag",
    "event_id",
    "event_stage",
    "date",
    "time",
];

/// Is `word` taken by the language?
pub(crate) fn is_reserved(word: &str) -> bool {
    is_function(word) || STATEMENTS.contains(&word) || TYPES.contains(&word)
}

/// Is `word` a function of the language?
pub(crate) fn is_function(word: &str) -> bool {
    FUNCTIONS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_in_order() {
        assert!(FUNCTIONS.is_sorted());
        assert!(FUNCTIONS.iter().all(|word| is_function(word)));
        assert!(!is_function("pois") && is_reserved("poi") && !is_reserved("ref"));
    }
}
