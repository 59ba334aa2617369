//! From the tree to bytecode: names get their places and types, and all that can be refused is refused here.
//!
//! Temporaries are used as a stack: what an expression leaves is its result in the lowest temporary that was free
//! before it. Variables live in the frame, each from a slot of 8 bytes on, so that a pointer can reach them.

mod assign;
mod call;
mod code;
mod condition;
mod convert;
mod declare;
mod function;
mod operator;
mod place;
mod printf;
mod scope;
mod statement;
mod types;
mod value;

use super::ast::Expr;
use super::ast::Item;
use super::ast::Program;
use super::ast::Span;
use super::bytecode::Op;
use super::bytecode::Routine;
use super::bytecode::Script;
use super::error::ScriptError;
use super::evaluate::ValueType;
use super::globals::Globals;
use super::printf::Format;
use super::symbols::Symbols;
use super::types::Structures;
use super::types::Type;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use code::Code;
use code::Label;
use function::Signature;
use scope::Scope;

/// Temporaries of an expression.
const MAX_TEMPS: u8 = 128;
/// Bytes of stack that the compiler may recurse for: it runs where a CPU's whole stack is 32 KiB.
const MAX_DEPTH: u32 = 14_000;

/// Bytes that one level of each kind takes, as measured in optimised code and rounded up.
mod depth {
    /// A value.
    pub(super) const VALUE: u32 = 304;
    /// A place.
    pub(super) const PLACE: u32 = 384;
    /// A call, besides the values of its arguments.
    pub(super) const CALL: u32 = 384;
    /// A condition.
    pub(super) const BRANCH: u32 = 480;
    /// A statement.
    pub(super) const STATEMENT: u32 = 352;
    /// A list of initial values.
    pub(super) const LIST: u32 = 400;
}

pub(crate) struct Compiler<'a> {
    globals: &'a mut Globals,
    symbols: &'a dyn Symbols,
    structures: Structures,
    aliases: BTreeMap<String, Type>,
    functions: BTreeMap<String, Signature>,
    routines: Vec<Routine>,
    /// Finished functions; a routine's entry counts from its own first operation until the end.
    bodies: Vec<Vec<Op>>,
    pool: Vec<u64>,
    literals: Vec<u8>,
    formats: Vec<Format>,
    code: Code,
    scope: Scope,
    /// The lowest free temporary.
    top: u8,
    depth: u32,
    /// Where `break` and `continue` go.
    loops: Vec<(Label, Label)>,
    /// What the function around returns; `None` outside functions.
    returns: Option<Type>,
}

/// A refusal whose message begins with HyperDbg's words for it.
#[cold]
#[inline(never)]
fn refuse<T>(span: &Span, words: &str, why: impl core::fmt::Display) -> Result<T, ScriptError> {
    Err(ScriptError::new(
        span.start,
        format!("Syntax Error: {words}: {why}"),
    ))
}

/// The refusal of what the grammar has no place for.
#[cold]
#[inline(never)]
fn invalid<T>(span: &Span, why: impl core::fmt::Display) -> Result<T, ScriptError> {
    refuse(span, "Invalid Syntax", why)
}

#[cold]
#[inline(never)]
fn too_long<T>() -> Result<T, ScriptError> {
    Err(ScriptError::new(0, "the script is too long"))
}

/// Compiles `program`. Names of global variables that it brings are taken back if it is refused.
pub(crate) fn compile(
    program: &Program,
    globals: &mut Globals,
    symbols: &dyn Symbols,
) -> Result<Script, ScriptError> {
    compile_with(globals, symbols, |compiler| {
        for item in &program.items {
            match item {
                Item::Function(function) => compiler.function(function)?,
                Item::Statement(statement) => compiler.statement(statement)?,
            }
        }
        Ok(())
    })
    .map(|(script, ())| script)
}

/// Compiles a script that leaves the value of `expr` in the first temporary.
pub(crate) fn compile_expression(
    expr: &Expr,
    globals: &mut Globals,
    symbols: &dyn Symbols,
) -> Result<(Script, ValueType), ScriptError> {
    compile_with(globals, symbols, |compiler| {
        let value = compiler.rvalue(expr)?;
        let Some(ty) = ValueType::of(&value.ty) else {
            let why = format!("{} is no value", compiler.describe(&value.ty));
            return invalid(&expr.span, why);
        };
        compiler.settle(&value, 0, &expr.span)?;
        Ok(ty)
    })
}

fn compile_with<'a, T>(
    globals: &'a mut Globals,
    symbols: &'a dyn Symbols,
    work: impl FnOnce(&mut Compiler<'_>) -> Result<T, ScriptError>,
) -> Result<(Script, T), ScriptError> {
    let known = globals.count();
    let mut compiler = Compiler::new(&mut *globals, symbols);
    let result = match work(&mut compiler) {
        Ok(worked) => compiler.finish().map(|script| (script, worked)),
        Err(error) => Err(error),
    };
    if result.is_err() {
        globals.truncate(known);
    }
    result
}

impl<'a> Compiler<'a> {
    fn new(globals: &'a mut Globals, symbols: &'a dyn Symbols) -> Self {
        Self {
            globals,
            symbols,
            structures: Structures::default(),
            aliases: BTreeMap::new(),
            functions: BTreeMap::new(),
            routines: Vec::new(),
            bodies: Vec::new(),
            pool: Vec::new(),
            literals: Vec::new(),
            formats: Vec::new(),
            code: Code::default(),
            scope: Scope::default(),
            top: 0,
            depth: 0,
            loops: Vec::new(),
            returns: None,
        }
    }

    fn finish(mut self) -> Result<Script, ScriptError> {
        self.emit(Op::End)?;
        let Some(mut ops) = core::mem::take(&mut self.code).finish() else {
            return too_long();
        };
        for (routine, body) in self.routines.iter_mut().zip(self.bodies) {
            let Ok(entry) = u16::try_from(ops.len()) else {
                return too_long();
            };
            routine.entry = entry;
            for op in body {
                let Some(op) = op.moved(entry) else {
                    return too_long();
                };
                ops.push(op);
            }
        }
        if ops.len() > usize::from(u16::MAX) {
            return too_long();
        }
        Ok(Script {
            ops: ops.into(),
            pool: self.pool.into(),
            literals: self.literals.into(),
            formats: self.formats.into(),
            routines: self.routines.into(),
            frame: self.scope.frame(),
        })
    }

    /// Counts a level of nesting, which takes `bytes` of stack, while `inner` works.
    fn nested<T>(
        &mut self,
        span: &Span,
        bytes: u32,
        inner: impl FnOnce(&mut Self) -> Result<T, ScriptError>,
    ) -> Result<T, ScriptError> {
        let depth = self.depth.saturating_add(bytes);
        if depth > MAX_DEPTH {
            return self.too_complex(span);
        }
        self.depth = depth;
        let result = inner(self);
        self.depth = depth.saturating_sub(bytes);
        result
    }

    #[cold]
    #[inline(never)]
    fn too_complex<T>(&self, span: &Span) -> Result<T, ScriptError> {
        Err(ScriptError::new(
            span.start,
            "Please split the expression to many smaller expressions.",
        ))
    }

    /// Works without leaving code, for what is compiled for its type or its value alone.
    #[inline(never)]
    fn quiet<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, ScriptError>,
    ) -> Result<T, ScriptError> {
        let (ops, literals, formats, top) = (
            self.code.ops.len(),
            self.literals.len(),
            self.formats.len(),
            self.top,
        );
        let result = inner(self);
        self.code.ops.truncate(ops);
        self.literals.truncate(literals);
        self.formats.truncate(formats);
        self.top = top;
        result
    }
}
