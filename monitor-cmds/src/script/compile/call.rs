//! Calls: user functions, and the functions of the language.

use super::Compiler;
use super::depth;
use super::invalid;
use super::refuse;
use super::value::Value;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Name;
use crate::script::ast::Span;
use crate::script::ast::UnaryOp;
use crate::script::bytecode::Op;
use crate::script::error::ScriptError;
use crate::script::functions::Builtin;
use crate::script::functions::FunctionSpec;
use crate::script::functions::Parameter;
use crate::script::functions::Returns;
use crate::script::types::Type;
use crate::script::vm;
use alloc::format;

/// Names that are no user function's although [`Builtin`] has them not.
const OPERATORS: [&str; 4] = ["printf", "not", "neg", "reference"];

/// Is `name` a function of the language?
pub(super) fn is_taken(name: &str) -> bool {
    OPERATORS.contains(&name) || Builtin::find(name).is_some()
}

impl Compiler<'_> {
    /// A call; `None` if it gives no value.
    pub(super) fn call(
        &mut self,
        name: &Name,
        arguments: &[Expr],
        span: &Span,
    ) -> Result<Option<Value>, ScriptError> {
        self.nested(span, depth::CALL, |this| this.any_call(name, arguments, span))
    }

    fn any_call(
        &mut self,
        name: &Name,
        arguments: &[Expr],
        span: &Span,
    ) -> Result<Option<Value>, ScriptError> {
        match name.text.as_str() {
            "printf" => return self.printf(arguments, span).map(|()| None),
            "not" => {
                return self
                    .number_operator(name, UnaryOp::Complement, arguments, span)
                    .map(Some);
            }
            "neg" => {
                return self
                    .number_operator(name, UnaryOp::Negate, arguments, span)
                    .map(Some);
            }
            "reference" => {
                let of = self.only(name, arguments)?;
                return self.address_of(of).map(Some);
            }
            _ => (),
        }
        if let Some((builtin, spec)) = Builtin::find(&name.text) {
            return self.builtin(builtin, spec, name, arguments, span);
        }
        self.user_call(name, arguments, span)
    }

    #[inline(never)]
    fn user_call(
        &mut self,
        name: &Name,
        arguments: &[Expr],
        span: &Span,
    ) -> Result<Option<Value>, ScriptError> {
        let Some(signature) = self.functions.get(&name.text).cloned() else {
            let why = format!("'{}' is no function", name.text);
            return refuse(&name.span, "Undefined Function", why);
        };
        self.check_count(name, arguments.len(), signature.parameters.len())?;
        let mark = self.top;
        for (at, (argument, ty)) in arguments.iter().zip(&signature.parameters).enumerate() {
            self.argument(argument, ty, mark, at)?;
        }
        let first = self.result(mark, span)?;
        self.emit(Op::Call {
            function: signature.routine,
            first,
        })?;
        if signature.returns == Type::Void {
            self.top = mark;
            return Ok(None);
        }
        Ok(Some(Value::temp(first, signature.returns)))
    }

    #[inline(never)]
    fn check_count(&self, name: &Name, given: usize, wanted: usize) -> Result<(), ScriptError> {
        if given == wanted {
            return Ok(());
        }
        let plural = if wanted == 1 { "" } else { "s" };
        let why = format!("'{}' takes {wanted:x} argument{plural}, not {given:x}", name.text);
        invalid(&name.span, why)
    }

    fn only<'e>(&self, name: &Name, arguments: &'e [Expr]) -> Result<&'e Expr, ScriptError> {
        self.check_count(name, arguments.len(), 1)?;
        match arguments {
            [of] => Ok(of),
            _ => invalid(&name.span, "expected an argument"),
        }
    }

    /// `not(x)` and `neg(x)`.
    #[inline(never)]
    fn number_operator(
        &mut self,
        name: &Name,
        op: UnaryOp,
        arguments: &[Expr],
        span: &Span,
    ) -> Result<Value, ScriptError> {
        let of = self.only(name, arguments)?;
        let mark = self.top;
        let value = self.rvalue(of)?;
        if value.ty.float().is_some() {
            return self.unsupported_float(span);
        }
        let value = self.convert(value, &Type::UNSIGNED_LONG, &of.span)?;
        self.unary(op, value, mark, span)
    }

    /// Evaluates argument number `at` of a call into its temporary.
    #[inline(never)]
    fn argument(&mut self, argument: &Expr, ty: &Type, mark: u8, at: usize) -> Result<(), ScriptError> {
        let value = self.rvalue(argument)?;
        let value = if matches!(ty, Type::Struct(_)) {
            if value.ty != *ty {
                let why = format!("expected {}", self.describe(ty));
                return invalid(&argument.span, why);
            }
            value
        } else {
            self.convert(value, ty, &argument.span)?
        };
        let Some(to) = u8::try_from(at).ok().and_then(|at| mark.checked_add(at)) else {
            return self.too_complex(&argument.span);
        };
        self.settle(&value, to, &argument.span)?;
        Ok(())
    }

    #[inline(never)]
    fn builtin(
        &mut self,
        builtin: Builtin,
        spec: &FunctionSpec,
        name: &Name,
        arguments: &[Expr],
        span: &Span,
    ) -> Result<Option<Value>, ScriptError> {
        self.check_count(name, arguments.len(), spec.parameters.len())?;
        if matches!(
            builtin,
            Builtin::DisassembleLen | Builtin::DisassembleLen32 | Builtin::DisassembleLen64
        ) {
            vm::prepare_decoder();
        }
        let mark = self.top;
        for (at, (argument, (_, parameter))) in arguments.iter().zip(spec.parameters).enumerate() {
            self.parameter(argument, *parameter, mark, at)?;
        }
        let first = self.result(mark, span)?;
        self.emit(Op::Builtin {
            function: builtin,
            first,
        })?;
        let ty = match spec.returns {
            Returns::Nothing => {
                self.top = mark;
                return Ok(None);
            }
            Returns::Unsigned => Type::UNSIGNED_LONG,
            Returns::Int => Type::INT,
        };
        Ok(Some(Value::temp(first, ty)))
    }

    #[inline(never)]
    fn parameter(
        &mut self,
        argument: &Expr,
        parameter: Parameter,
        mark: u8,
        at: usize,
    ) -> Result<(), ScriptError> {
        let span = &argument.span;
        match (&argument.kind, parameter) {
            (ExprKind::Text(_), Parameter::Text) | (ExprKind::WideText(_), Parameter::Wide) => (),
            (ExprKind::Text(_) | ExprKind::WideText(_), _) => {
                return invalid(span, "a text cannot be given here");
            }
            _ => (),
        }
        let value = match (&argument.kind, parameter) {
            (ExprKind::Global(_), Parameter::Lock) => self.address_of(argument)?,
            _ => self.rvalue(argument)?,
        };
        let value = match parameter {
            Parameter::Bits if value.ty.is_scalar() => value,
            _ => self.convert(value, &Type::UNSIGNED_LONG, span)?,
        };
        let Some(to) = u8::try_from(at).ok().and_then(|at| mark.checked_add(at)) else {
            return self.too_complex(span);
        };
        self.settle(&value, to, span)?;
        Ok(())
    }
}
