//! Types as written, structures and typedefs.

use super::Compiler;
use super::invalid;
use super::refuse;
use crate::script::ast::BaseType;
use crate::script::ast::Declarator;
use crate::script::ast::Name;
use crate::script::ast::Span;
use crate::script::ast::TypeName;
use crate::script::error::ScriptError;
use crate::script::types::Type;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

/// Array dimensions in one declarator.
const MAX_DIMENSIONS: usize = 16;

impl Compiler<'_> {
    /// The type that `written` names. A structure needs no members yet if only a pointer to it is meant.
    pub(super) fn type_of(&mut self, written: &TypeName) -> Result<Type, ScriptError> {
        let base = match &written.base {
            BaseType::Scalar(scalar) => Type::of(*scalar),
            BaseType::Struct(name) => Type::Struct(self.structures.named(&name.text)),
            BaseType::Alias(name) => match self.aliases.get(&name.text) {
                Some(ty) => ty.clone(),
                None => {
                    let why = format!("no typedef made '{}'", name.text);
                    return refuse(&name.span, "Undefined Variable Type", why);
                }
            },
        };
        Ok((0..written.pointers).fold(base, |ty, _| Type::pointer(ty)))
    }

    /// The type of what `declarator` names, when `base` stands before it.
    pub(super) fn declared(&mut self, base: Type, declarator: &Declarator) -> Result<Type, ScriptError> {
        let element = (0..declarator.pointers).fold(base, |ty, _| Type::pointer(ty));
        if declarator.dimensions.len() > MAX_DIMENSIONS {
            return invalid(&declarator.name.span, "an array has at most 10 dimensions");
        }
        let mut ty = element;
        for dimension in declarator.dimensions.iter().rev() {
            let value = self.quiet(|this| this.rvalue(dimension))?;
            let count = value
                .constant()
                .filter(|_| value.ty.promoted().is_some())
                .and_then(|count| u32::try_from(count).ok());
            match count {
                Some(count) if count > 0 => ty = Type::Array(Rc::new(ty), count),
                _ => return invalid(&dimension.span, "a dimension is a constant above 0"),
            }
        }
        Ok(ty)
    }

    /// Bytes of `ty`.
    pub(super) fn size(&self, ty: &Type, span: &Span) -> Result<u32, ScriptError> {
        match self.structures.size(ty) {
            Some(size) => Ok(size),
            None => refuse(
                span,
                "Undefined Variable Type",
                format!("{} has no size", self.describe(ty)),
            ),
        }
    }

    /// `ty` as a user writes it.
    pub(super) fn describe(&self, ty: &Type) -> String {
        match ty {
            Type::Void => "void".into(),
            Type::Bool => "bool".into(),
            Type::Int { size, signed } => {
                let sign = if *signed { "" } else { "unsigned " };
                let word = match size {
                    1 => "char",
                    2 => "short",
                    4 => "int",
                    _ => "long",
                };
                format!("{sign}{word}")
            }
            Type::Float => "float".into(),
            Type::Double => "double".into(),
            Type::Pointer(to) => format!("{} *", self.describe(to)),
            Type::Array(of, count) => format!("{}[{count:x}]", self.describe(of)),
            Type::Struct(index) => {
                let name = self.structures.0.get(*index).map_or("", |known| &known.name);
                format!("struct {name}")
            }
        }
    }

    /// `struct T;` or `struct T { ... };`.
    #[inline(never)]
    pub(super) fn structure(
        &mut self,
        name: &Name,
        members: Option<&[(TypeName, Declarator)]>,
    ) -> Result<(), ScriptError> {
        let structure = self.structures.named(&name.text);
        let Some(members) = members else {
            return Ok(());
        };
        if self.structures.members(structure).is_some() {
            return invalid(
                &name.span,
                format!("struct {} has its members already", name.text),
            );
        }
        let mut typed: Vec<(String, Type)> = Vec::with_capacity(members.len());
        for (written, declarator) in members {
            let base = self.type_of(written)?;
            let ty = self.declared(base, declarator)?;
            self.size(&ty, &declarator.name.span)?;
            let member = &declarator.name;
            if typed.iter().any(|(known, _)| *known == member.text) {
                return invalid(&member.span, format!("member '{}' is there twice", member.text));
            }
            typed.push((member.text.clone(), ty));
        }
        if self.structures.define(structure, typed) {
            Ok(())
        } else {
            invalid(&name.span, format!("struct {} is too large", name.text))
        }
    }

    /// `typedef type name;`.
    #[inline(never)]
    pub(super) fn typedef(&mut self, written: &TypeName, name: &Name) -> Result<(), ScriptError> {
        let ty = self.type_of(written)?;
        self.aliases.insert(name.text.clone(), ty);
        Ok(())
    }
}
