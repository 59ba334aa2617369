//! User functions.

use super::Compiler;
use super::call::is_taken;
use super::invalid;
use super::too_long;
use crate::script::ast::Expr;
use crate::script::ast::Function;
use crate::script::ast::Span;
use crate::script::bytecode::Op;
use crate::script::bytecode::Routine;
use crate::script::error::ScriptError;
use crate::script::types::Type;
use alloc::format;
use alloc::vec::Vec;
use core::mem;

/// Arguments of a function, so that there are temporaries left to put them in place.
const MAX_PARAMETERS: usize = 64;

/// What a call must know.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) routine: u16,
    pub(super) returns: Type,
    pub(super) parameters: Vec<Type>,
}

impl Compiler<'_> {
    pub(super) fn function(&mut self, function: &Function) -> Result<(), ScriptError> {
        let name = &function.name;
        if is_taken(&name.text) || self.functions.contains_key(&name.text) {
            return invalid(&name.span, format!("'{}' is a function already", name.text));
        }
        let returns = self.type_of(&function.returns)?;
        if returns != Type::Void && !returns.is_scalar() {
            let why = format!("a function cannot return {}", self.describe(&returns));
            return invalid(&function.returns.span, why);
        }
        let mut parameters = Vec::with_capacity(function.parameters.len());
        for (written, _) in &function.parameters {
            let ty = self.type_of(written)?;
            self.size(&ty, &written.span)?;
            parameters.push(ty);
        }
        if parameters.len() > MAX_PARAMETERS {
            return invalid(&name.span, "a function has at most 40 parameters");
        }
        let count = u8::try_from(parameters.len()).unwrap_or(u8::MAX);
        let Ok(routine) = u16::try_from(self.routines.len()) else {
            return too_long();
        };
        let signature = Signature {
            routine,
            returns: returns.clone(),
            parameters,
        };
        self.functions.insert(name.text.clone(), signature.clone());
        self.routines.push(Routine {
            entry: 0,
            frame: 0,
            parameters: count,
        });
        self.bodies.push(Vec::new());

        let code = mem::take(&mut self.code);
        let scope = mem::take(&mut self.scope);
        let loops = mem::take(&mut self.loops);
        self.returns = Some(returns);
        self.body(function, &signature)?;
        self.returns = None;
        self.loops = loops;
        let scope = mem::replace(&mut self.scope, scope);
        let Some(ops) = mem::replace(&mut self.code, code).finish() else {
            return too_long();
        };
        if let Some(done) = self.routines.get_mut(usize::from(routine)) {
            done.frame = scope.frame();
        }
        if let Some(body) = self.bodies.get_mut(usize::from(routine)) {
            *body = ops;
        }
        Ok(())
    }

    /// The arguments go from temporaries to the frame; then the statements; a function that ends without `return`
    /// gives 0.
    fn body(&mut self, function: &Function, signature: &Signature) -> Result<(), ScriptError> {
        let count = u8::try_from(signature.parameters.len()).unwrap_or(u8::MAX);
        for (src, ((_, name), ty)) in (0..count).zip(function.parameters.iter().zip(&signature.parameters)) {
            if self.scope.find(&name.text).is_some() {
                return invalid(&name.span, format!("parameter '{}' is there twice", name.text));
            }
            let offset = self.new_variable(&name.text, ty, false, &name.span)?;
            match ty.width() {
                Some(width) => self.emit(Op::StoreLocal { src, width, offset })?,
                None => {
                    let length = self.size(ty, &name.span)?;
                    self.emit(Op::LocalAddress { dst: count, offset })?;
                    self.emit(Op::Copy {
                        to: count,
                        from: src,
                        length,
                    })?;
                }
            }
        }
        self.statements(&function.body)?;
        self.emit(Op::Const { dst: 0, value: 0 })?;
        self.emit(Op::Return { src: 0 })
    }

    /// `return;` or `return value;`.
    #[inline(never)]
    pub(super) fn return_value(&mut self, value: Option<&Expr>, span: &Span) -> Result<(), ScriptError> {
        let Some(returns) = self.returns.clone() else {
            return match value {
                None => self.emit(Op::End),
                Some(value) => wrong(&value.span, "Returning a value in void function"),
            };
        };
        let mark = self.top;
        let value = match (value, returns) {
            (Some(value), Type::Void) => {
                return wrong(&value.span, "Returning a value in void function");
            }
            (None, Type::Void) => super::value::Value::of(0, Type::INT),
            (None, _) => return wrong(span, "Not returning a value in noo-void function"),
            (Some(expr), ty) => {
                let value = self.rvalue(expr)?;
                self.check_local_address(expr, &ty)?;
                self.convert(value, &ty, &expr.span)?
            }
        };
        let src = self.in_temp(&value, span)?;
        self.top = mark;
        self.emit(Op::Return { src })
    }
}

fn wrong<T>(span: &Span, words: &str) -> Result<T, ScriptError> {
    Err(ScriptError::new(span.start, format!("Syntax Error: {words}")))
}
