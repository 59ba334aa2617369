//! Compiling scripts and single expressions.

use super::ast::Program;
use super::bytecode::Script;
use super::compile;
use super::control::NoControl;
use super::error::ScriptError;
use super::globals::Globals;
use super::parse;
use super::parse_expression;
use super::run::Context;
use super::run::Run;
use super::run::Scratch;
use super::runtime_error::RuntimeError;
use super::symbols::Symbols;
use super::types::Type;
use crate::Guest;
use core::fmt;

impl Script {
    /// Compiles the text of a script. Its global variables get their slots in `globals`, with which it must be run.
    ///
    /// # Errors
    /// What is wrong and where; `globals` is as before then.
    pub fn compile(source: &str, globals: &mut Globals, symbols: &dyn Symbols) -> Result<Self, ScriptError> {
        Self::of_program(&parse(source)?, globals, symbols)
    }

    /// Compiles a parsed script, as [`compile`](Self::compile) does.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn of_program(
        program: &Program,
        globals: &mut Globals,
        symbols: &dyn Symbols,
    ) -> Result<Self, ScriptError> {
        compile::compile(program, globals, symbols)
    }
}

/// The type of an expression's value, and so the meaning of its 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// 0 or 1.
    Bool,
    /// An integer, sign- or zero-extended to 64 bits.
    Integer {
        /// 1, 2, 4 or 8 bytes.
        size: u8,
        /// Signed?
        signed: bool,
    },
    /// The bits of a `float` in the low half.
    Float,
    /// The bits of a `double`.
    Double,
    /// An address.
    Pointer,
}

impl ValueType {
    pub(crate) fn of(ty: &Type) -> Option<Self> {
        Some(match *ty {
            Type::Bool => Self::Bool,
            Type::Int { size, signed } => Self::Integer { size, signed },
            Type::Float => Self::Float,
            Type::Double => Self::Double,
            Type::Pointer(_) => Self::Pointer,
            Type::Void | Type::Array(..) | Type::Struct(_) => return None,
        })
    }
}

/// A compiled expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    script: Script,
    ty: ValueType,
}

impl Expression {
    /// Compiles an expression that is the whole text.
    ///
    /// # Errors
    /// What is wrong and where; `globals` is as before then.
    pub fn compile(source: &str, globals: &mut Globals, symbols: &dyn Symbols) -> Result<Self, ScriptError> {
        let tree = parse_expression(source)?;
        let (script, ty) = compile::compile_expression(&tree, globals, symbols)?;
        Ok(Self { script, ty })
    }

    /// The type of its value.
    pub fn value_type(&self) -> ValueType {
        self.ty
    }

    /// Its value.
    ///
    /// # Errors
    /// As [`Script::run`].
    pub fn value(&self, run: &mut Run<'_>) -> Result<u64, RuntimeError> {
        self.script.run_for_value(run)
    }
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvaluateError {
    /// The text is wrong.
    Script(ScriptError),
    /// It went wrong.
    Runtime(RuntimeError),
}

impl fmt::Display for EvaluateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Script(error) => f.write_str(&error.message),
            Self::Runtime(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for EvaluateError {}

impl From<ScriptError> for EvaluateError {
    fn from(error: ScriptError) -> Self {
        Self::Script(error)
    }
}

impl From<RuntimeError> for EvaluateError {
    fn from(error: RuntimeError) -> Self {
        Self::Runtime(error)
    }
}

/// The value of an expression, where there is no event: [`Context`] is all 0 and no function changes an event.
///
/// # Errors
/// Those of compiling it and of running it.
pub fn evaluate(
    source: &str,
    globals: &mut Globals,
    symbols: &dyn Symbols,
    guest: &mut dyn Guest,
    scratch: &mut Scratch,
    out: &mut dyn fmt::Write,
) -> Result<(u64, ValueType), EvaluateError> {
    let expression = Expression::compile(source, globals, symbols)?;
    let value = expression.value(&mut Run {
        guest,
        control: &mut NoControl,
        globals,
        scratch,
        context: Context::default(),
        out,
    })?;
    Ok((value, expression.ty))
}
