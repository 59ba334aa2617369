//! `struct` and `typedef`.

use super::Parser;
use super::Place;
use super::block::Open;
use crate::script::ScriptError;
use crate::script::ast::BaseType;
use crate::script::ast::Declarator;
use crate::script::ast::Name;
use crate::script::ast::Scalar;
use crate::script::ast::Statement;
use crate::script::ast::StatementKind;
use crate::script::ast::TypeName;
use crate::script::lex::Kind;
use alloc::vec::Vec;

impl<'s> Parser<'s> {
    /// At `struct`: a definition, a forward declaration, or a variable or function of that type.
    pub(super) fn structure(
        &mut self,
        place: Place,
        out: &mut Vec<Statement>,
    ) -> Result<Option<Open>, ScriptError> {
        let type_name = self.base_type()?;
        let start = type_name.span.start;
        let BaseType::Struct(name) = &type_name.base else {
            return self.declaration_of(type_name, place, out);
        };
        if place == Place::Init || !(self.token.is(";") || self.token.is("{")) {
            return self.declaration_of(type_name, place, out);
        }
        let name = name.clone();
        let members = match self.token.is("{") {
            true => Some(self.members()?),
            false => None,
        };
        let end = self.expect(";")?.end;
        out.push(Statement {
            kind: StatementKind::Struct { name, members },
            span: start..end,
        });
        Ok(None)
    }

    /// `{ type a, *b[2]; ... }`.
    fn members(&mut self) -> Result<Vec<(TypeName, Declarator)>, ScriptError> {
        self.expect("{")?;
        let mut members = Vec::new();
        while !self.token.is("}") {
            let type_name = self.base_type()?;
            loop {
                let declarator = self.member_declarator(&type_name)?;
                members.push((type_name.clone(), declarator));
                if !self.accept(",")? {
                    break;
                }
            }
            self.expect(";")?;
        }
        self.expect("}")?;
        Ok(members)
    }

    fn member_declarator(&mut self, type_name: &TypeName) -> Result<Declarator, ScriptError> {
        let pointers = self.stars()?;
        if type_name.base == BaseType::Scalar(Scalar::Void) && pointers == 0 {
            return Err(ScriptError::new(
                type_name.span.start,
                "Syntax Error: Undefined Variable Type: a member cannot be void",
            ));
        }
        Ok(Declarator {
            pointers,
            name: self.member()?,
            dimensions: self.dimensions()?,
        })
    }

    /// At `typedef`.
    pub(super) fn typedef(&mut self) -> Result<Statement, ScriptError> {
        let start = self.advance()?.span.start;
        let type_name = self.type_name()?;
        let text: &'s str = self.text();
        let Name { span, .. } = self.name("a name for the type")?;
        let empty = match &type_name.base {
            BaseType::Scalar(_) => false,
            BaseType::Struct(_) => true,
            BaseType::Alias(base) => self.alias(&base.text) == Some(true),
        };
        if !self.token.is(";") {
            return Err(self.expected("';'"));
        }
        // Before the next token is read: it may be the new name already.
        self.aliases.push((text, empty));
        let end = self.advance()?.span.end;
        let name = Name {
            text: text.into(),
            span,
        };
        Ok(Statement {
            kind: StatementKind::Typedef { type_name, name },
            span: start..end,
        })
    }

    /// At `#include`.
    pub(super) fn include(&mut self, place: Place) -> Result<Statement, ScriptError> {
        let start = self.token.span.start;
        if place != Place::Top {
            return Err(ScriptError::syntax(
                start,
                "'#include' may stand at the top level of a script only",
            ));
        }
        debug_assert!(matches!(self.token.kind, Kind::Include));
        let (path, _) = self.lexer.path()?;
        self.advance()?;
        let end = self.expect(";")?.end;
        Ok(Statement {
            kind: StatementKind::Include(path),
            span: start..end,
        })
    }
}
