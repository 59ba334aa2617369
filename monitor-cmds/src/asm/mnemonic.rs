//! Mnemonics, and other words for them.

use crate::asm::error::AsmError;
use crate::asm::table;
use crate::suggest;
use alloc::format;
use alloc::string::String;

/// A mnemonic of the table, and what the word that stood for it says besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mnemonic {
    /// Its name in the table.
    pub(crate) name: String,
    /// The last operand, of words such as `cmpeqps`.
    pub(crate) immediate: Option<u8>,
    /// The operand size in bits that the word asks for.
    pub(crate) size: Option<u32>,
}

impl Mnemonic {
    fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            immediate: None,
            size: None,
        }
    }
}

/// Other words, what they stand for, and an operand size in bits.
const WORDS: &[(&str, &str, Option<u32>)] = &[
    ("movabs", "mov", Some(64)),
    ("retn", "ret", None),
    ("retfw", "retf", Some(16)),
    ("retfd", "retf", Some(32)),
    ("retfq", "retf", Some(64)),
    ("lret", "retf", None),
    ("lretq", "retf", Some(64)),
    ("iretw", "iret", Some(16)),
    ("pushfw", "pushf", Some(16)),
    ("popfw", "popf", Some(16)),
    ("pushaw", "pusha", Some(16)),
    ("popaw", "popa", Some(16)),
    ("sysretd", "sysret", None),
    ("sysretl", "sysret", None),
    ("sysexitd", "sysexit", None),
    ("sysexitl", "sysexit", None),
    ("pushw", "push", Some(16)),
    ("pushd", "push", Some(32)),
    ("pushq", "push", Some(64)),
    ("popw", "pop", Some(16)),
    ("popq", "pop", Some(64)),
    ("loopz", "loope", None),
    ("loopnz", "loopne", None),
    ("icebp", "int1", None),
    ("setalc", "salc", None),
    ("fcompi", "fcomip", None),
    ("fucompi", "fucomip", None),
];

/// Words of condition codes and the ones the table has.
const CONDITIONS: &[(&str, &str)] = &[
    ("c", "b"),
    ("nae", "b"),
    ("nb", "ae"),
    ("nc", "ae"),
    ("z", "e"),
    ("nz", "ne"),
    ("na", "be"),
    ("nbe", "a"),
    ("pe", "p"),
    ("po", "np"),
    ("nge", "l"),
    ("nl", "ge"),
    ("ng", "le"),
    ("nle", "g"),
];

/// Predicates of CMPPS and VCMPPS, in the order of their numbers; the first 8 are the former's.
const COMPARE: &[&str] = &[
    "eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord", "eq_uq", "nge", "ngt", "false", "neq_oq", "ge",
    "gt", "true", "eq_os", "lt_oq", "le_oq", "unord_s", "neq_us", "nlt_uq", "nle_uq", "ord_s", "eq_us",
    "nge_uq", "ngt_uq", "false_os", "neq_os", "ge_oq", "gt_oq", "true_us",
];

/// Longer names of the same predicates, as Intel's manual has them.
const COMPARE_LONG: &[(&str, u8)] = &[
    ("eq_oq", 0),
    ("lt_os", 1),
    ("le_os", 2),
    ("unord_q", 3),
    ("neq_uq", 4),
    ("nlt_us", 5),
    ("nle_us", 6),
    ("ord_q", 7),
    ("nge_us", 9),
    ("ngt_us", 10),
    ("false_oq", 11),
    ("ge_os", 13),
    ("gt_os", 14),
    ("true_uq", 15),
];

/// Instructions that a mistyped word is most likely meant for.
const COMMON: &[&str] = &[
    "mov", "lea", "push", "pop", "add", "sub", "xor", "and", "or", "cmp", "test", "jmp", "call", "ret",
    "nop", "inc", "dec", "shl", "shr", "rdmsr", "wrmsr", "cpuid",
];

/// Predicates of VPCMPB and its like.
const INTEGER_COMPARE: &[&str] = &["eq", "lt", "le", "false", "neq", "nlt", "nle", "true"];

/// Predicates of XOP's VPCOMB and its like.
const XOP_COMPARE: &[&str] = &["lt", "le", "gt", "ge", "eq", "neq", "false", "true"];

/// Which quadwords PCLMULQDQ takes.
const CARRYLESS: &[(&str, u8)] = &[("lql", 0), ("hql", 1), ("lqh", 0x10), ("hqh", 0x11)];

/// What `word`, in lower case, stands for in code of `bits` bits.
pub(crate) fn find(word: &str, bits: u32) -> Option<Mnemonic> {
    let sized = matches!(word, "iret" | "pushf" | "popf") || bits == 32 && matches!(word, "pusha" | "popa");
    if sized {
        // Without a suffix they are of the default size, as every other assembler has it; the table's are of 16 bits.
        let suffix = match (word, bits) {
            ("iret", _) | (_, 32) => "d",
            _ => "q",
        };
        return Some(Mnemonic::named(format!("{word}{suffix}")));
    }
    if let Some(&(_, name, size)) = WORDS.iter().find(|(known, ..)| *known == word) {
        let mut mnemonic = Mnemonic::named(name);
        mnemonic.size = size;
        return Some(mnemonic);
    }
    if table::forms(word).is_some() {
        return Some(Mnemonic::named(word));
    }
    condition(word).or_else(|| pseudo(word))
}

fn condition(word: &str) -> Option<Mnemonic> {
    let known = |prefix: &str, suffix: &str| {
        let middle = word.strip_prefix(prefix)?.strip_suffix(suffix)?;
        let (_, condition) = CONDITIONS.iter().find(|(name, _)| *name == middle)?;
        Some(format!("{prefix}{condition}{suffix}"))
    };
    let name = known("j", "")
        .or_else(|| known("set", ""))
        .or_else(|| known("cmov", ""))
        .or_else(|| known("cmp", "xadd"))
        .or_else(|| swapped_add(word))?;
    table::forms(&name).map(|_| Mnemonic::named(name))
}

/// CMPccXADD: the table has `nbe` where people write `a`, and so on.
fn swapped_add(word: &str) -> Option<String> {
    let middle = word.strip_prefix("cmp")?.strip_suffix("xadd")?;
    let condition = match middle {
        "a" => "nbe",
        "ae" => "nb",
        "g" => "nle",
        "ge" => "nl",
        "ne" => "nz",
        "e" => "z",
        _ => return None,
    };
    Some(format!("cmp{condition}xadd"))
}

/// Words that name an immediate: `cmpeqps`, `vpcmpltub`, `vpcomgew`, `pclmulhqlqdq`.
fn pseudo(word: &str) -> Option<Mnemonic> {
    let made = |name: String, immediate: u8| {
        table::forms(&name).map(|_| Mnemonic {
            name,
            immediate: Some(immediate),
            size: None,
        })
    };
    for (prefix, limit) in [("vcmp", 32), ("cmp", 8)] {
        for suffix in ["ps", "pd", "ss", "sd", "ph", "sh"] {
            if let Some(number) = predicate(word, prefix, suffix, COMPARE.get(..limit)?) {
                return made(format!("{prefix}{suffix}"), number);
            }
        }
    }
    for (prefix, predicates) in [("vpcmp", INTEGER_COMPARE), ("vpcom", XOP_COMPARE)] {
        for suffix in ["ub", "uw", "ud", "uq", "b", "w", "d", "q"] {
            if let Some(number) = predicate(word, prefix, suffix, predicates) {
                return made(format!("{prefix}{suffix}"), number);
            }
        }
    }
    for prefix in ["pclmul", "vpclmul"] {
        let middle = word
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_suffix("qdq"));
        if let Some(&(_, number)) = CARRYLESS.iter().find(|(name, _)| Some(*name) == middle) {
            return made(format!("{prefix}qdq"), number);
        }
    }
    None
}

fn predicate(word: &str, prefix: &str, suffix: &str, predicates: &[&str]) -> Option<u8> {
    let middle = word.strip_prefix(prefix)?.strip_suffix(suffix)?;
    if predicates.len() == COMPARE.len()
        && let Some(&(_, number)) = COMPARE_LONG.iter().find(|(name, _)| *name == middle)
    {
        return Some(number);
    }
    let number = predicates.iter().position(|known| *known == middle)?;
    u8::try_from(number).ok()
}

/// The error for a word that is no mnemonic.
pub(crate) fn unknown(word: &str, offset: usize) -> AsmError {
    let common = COMMON.iter().copied();
    let others = WORDS.iter().map(|&(word, ..)| word);
    let data = ["db", "dw", "dd", "dq"];
    let message = match suggest::nearest(word, common.chain(table::mnemonics()).chain(others).chain(data)) {
        Some(near) => format!("unknown instruction '{word}'; did you mean '{near}'?"),
        None => format!("unknown instruction '{word}'"),
    };
    AsmError::new(offset, message)
}
