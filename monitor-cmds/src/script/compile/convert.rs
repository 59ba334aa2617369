//! Conversions between types.

use super::Compiler;
use super::invalid;
use super::value::Value;
use crate::script::arith::Comparison;
use crate::script::ast::Span;
use crate::script::bytecode::Op;
use crate::script::bytecode::Width;
use crate::script::error::ScriptError;
use crate::script::float;
use crate::script::types::Type;
use alloc::format;

impl Compiler<'_> {
    /// `value` as a value of type `to`: integers are cut and extended, floating-point values lose their fraction,
    /// everything but 0 is true.
    pub(super) fn convert(&mut self, value: Value, to: &Type, span: &Span) -> Result<Value, ScriptError> {
        if value.ty == *to && to.is_scalar() {
            return Ok(value);
        }
        match to {
            Type::Bool if value.ty.is_scalar() => self.bool_of(value, span),
            Type::Int { size, signed } if value.ty.promoted().is_some() => {
                self.integer_of(value, *size, *signed, span)
            }
            Type::Int { size, signed } if value.ty.is_scalar() => self.cut(value, *size, *signed, span),
            Type::Float | Type::Double if value.ty.is_pointer() => self.unsupported_float(span),
            Type::Float | Type::Double if value.ty.is_scalar() => self.float_of(value, to, span),
            Type::Pointer(_) if value.ty.float().is_some() => self.unsupported_float(span),
            Type::Pointer(_) if value.ty.is_scalar() => Ok(Value {
                held: value.held,
                ty: to.clone(),
            }),
            _ => {
                let (from, to) = (self.describe(&value.ty), self.describe(to));
                invalid(span, format!("{from} cannot become {to}"))
            }
        }
    }

    pub(super) fn unsupported_float<T>(&self, span: &Span) -> Result<T, ScriptError> {
        Err(ScriptError::new(
            span.start,
            "Syntax Error: Unsupported floating-point operation",
        ))
    }

    fn integer_of(
        &mut self,
        value: Value,
        size: u8,
        signed: bool,
        span: &Span,
    ) -> Result<Value, ScriptError> {
        let to = Type::Int { size, signed };
        let held_already = match value.ty {
            _ if size == 8 => true,
            Type::Bool => true,
            Type::Int {
                size: from,
                signed: false,
            } => from < size,
            Type::Int {
                size: from,
                signed: true,
            } => from <= size && signed,
            _ => false,
        } || value.ty == to;
        if held_already {
            return Ok(Value {
                held: value.held,
                ty: to,
            });
        }
        let Some(width) = to.width() else {
            return invalid(span, "expected an integer type");
        };
        self.extend(value, width, to, span)
    }

    fn extend(&mut self, value: Value, width: Width, ty: Type, span: &Span) -> Result<Value, ScriptError> {
        if let Some(constant) = value.constant() {
            return Ok(Value::of(width.extend(constant), ty));
        }
        let a = self.in_temp(&value, span)?;
        self.emit(Op::Extend { dst: a, a, width })?;
        Ok(Value::temp(a, ty))
    }

    pub(super) fn bool_of(&mut self, value: Value, span: &Span) -> Result<Value, ScriptError> {
        if let Some(from) = value.ty.float() {
            if let Some(constant) = value.constant()
                && let Ok(number) = from.value(constant)
            {
                return Ok(Value::of(u64::from(number != 0.0), Type::Bool));
            }
            let mark = self.top;
            let a = self.in_temp(&value, span)?;
            let b = self.temp(span)?;
            self.constant(b, 0)?;
            self.emit(Op::FloatOrder {
                dst: a,
                a,
                b,
                ty: from,
            })?;
            self.top = mark.max(a.saturating_add(1));
            // -1, 0 or 1, so the low byte decides.
            return self.extend(Value::temp(a, Type::INT), Width::Bool, Type::Bool, span);
        }
        if let Some(constant) = value.constant() {
            return Ok(Value::of(u64::from(constant != 0), Type::Bool));
        }
        let mark = self.top;
        let a = self.in_temp(&value, span)?;
        let b = self.temp(span)?;
        self.constant(b, 0)?;
        self.emit(Op::Compare {
            comparison: Comparison::NotEqual,
            dst: a,
            a,
            b,
        })?;
        self.top = mark;
        Ok(Value::temp(a, Type::Bool))
    }

    /// The integer part of a floating-point value.
    fn cut(&mut self, value: Value, size: u8, signed: bool, span: &Span) -> Result<Value, ScriptError> {
        let ty = Type::Int { size, signed };
        let Some(from) = value.ty.float() else {
            return invalid(span, "expected a number");
        };
        if let Some(constant) = value.constant()
            && let Ok(integer) = float::to_integer(constant, from, size, signed)
        {
            return Ok(Value::of(integer, ty));
        }
        let a = self.in_temp(&value, span)?;
        self.emit(Op::FloatToInt {
            dst: a,
            a,
            from,
            size,
            signed,
        })?;
        Ok(Value::temp(a, ty))
    }

    fn float_of(&mut self, value: Value, to: &Type, span: &Span) -> Result<Value, ScriptError> {
        let Some(ty) = to.float() else {
            return invalid(span, "expected a floating-point type");
        };
        let signed = value.ty.promoted().is_some_and(|from| from.signed());
        if let Some(constant) = value.constant() {
            let converted = match value.ty.float() {
                Some(from) => from.value(constant).and_then(|number| ty.bits(number)),
                None => float::from_integer(constant, signed, ty),
            };
            if let Ok(bits) = converted {
                return Ok(Value::of(bits, to.clone()));
            }
        }
        let a = self.in_temp(&value, span)?;
        self.emit(match value.ty.float() {
            Some(from) => Op::FloatToFloat {
                dst: a,
                a,
                from,
                to: ty,
            },
            None => Op::IntToFloat {
                dst: a,
                a,
                signed,
                to: ty,
            },
        })?;
        Ok(Value::temp(a, to.clone()))
    }
}
