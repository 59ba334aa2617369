//! `printf`: as many values as conversions, each ready for its conversion.

use super::Compiler;
use super::invalid;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Span;
use crate::script::bytecode::Op;
use crate::script::error::ScriptError;
use crate::script::printf::Conversion;
use crate::script::printf::Format;
use crate::script::printf::Spec;
use crate::script::types::Type;
use alloc::format;
use alloc::vec::Vec;

impl Compiler<'_> {
    #[inline(never)]
    pub(super) fn printf(&mut self, arguments: &[Expr], span: &Span) -> Result<(), ScriptError> {
        let Some((first, arguments)) = arguments.split_first() else {
            return invalid(span, "'printf' takes a format text");
        };
        let ExprKind::Text(text) = &first.kind else {
            return invalid(&first.span, "'printf' takes a format text first");
        };
        let format = Format::parse(text);
        let specs: Vec<Spec> = format.specs().collect();
        if specs.len() != arguments.len() {
            let why = format!(
                "the format text takes {:x} values, not {:x}",
                specs.len(),
                arguments.len()
            );
            return invalid(&first.span, why);
        }
        let mark = self.top;
        let mut fits = true;
        for (at, (argument, spec)) in arguments.iter().zip(specs).enumerate() {
            if matches!(argument.kind, ExprKind::Text(_) | ExprKind::WideText(_)) {
                return invalid(&argument.span, "a text cannot be a value of 'printf'");
            }
            let value = self.rvalue(argument)?;
            let float = value.ty.float().is_some();
            fits &= float == (spec.conversion == Conversion::Float);
            let ty = if float { Type::Double } else { Type::UNSIGNED_LONG };
            let value = self.convert(value, &ty, &argument.span)?;
            let Some(to) = u8::try_from(at).ok().and_then(|at| mark.checked_add(at)) else {
                return self.too_complex(&argument.span);
            };
            self.settle(&value, to, &argument.span)?;
        }
        self.top = mark;
        let Ok(index) = u16::try_from(self.formats.len()) else {
            return super::too_long();
        };
        self.formats.push(format);
        self.emit(if fits {
            Op::Printf {
                format: index,
                first: mark,
            }
        } else {
            Op::PrintfMismatch
        })
    }
}
