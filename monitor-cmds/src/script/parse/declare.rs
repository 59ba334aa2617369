//! Declarations of variables and functions.

use super::Parser;
use super::Place;
use super::block::Open;
use crate::script::ScriptError;
use crate::script::ast::BaseType;
use crate::script::ast::Declarator;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Function;
use crate::script::ast::Initializer;
use crate::script::ast::Name;
use crate::script::ast::Scalar;
use crate::script::ast::Statement;
use crate::script::ast::StatementKind;
use crate::script::ast::TypeName;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Most dimensions of an array.
const MAX_DIMENSIONS: usize = 16;

impl Parser<'_> {
    /// At a type: a variable, which goes to `out`, or a function up to its body.
    pub(super) fn declaration(
        &mut self,
        place: Place,
        out: &mut Vec<Statement>,
    ) -> Result<Option<Open>, ScriptError> {
        let type_name = self.base_type()?;
        self.declaration_of(type_name, place, out)
    }

    /// What a declaration goes on with after its type.
    pub(super) fn declaration_of(
        &mut self,
        mut type_name: TypeName,
        place: Place,
        out: &mut Vec<Statement>,
    ) -> Result<Option<Open>, ScriptError> {
        let pointers = self.stars()?;
        let name = self.name("a name")?;
        if self.token.is("(") {
            if place != Place::Top {
                return Err(ScriptError::syntax(
                    name.span.start,
                    "a function may be defined at the top level of a script only",
                ));
            }
            type_name.pointers = pointers;
            let parameters = self.parameters()?;
            return Ok(Some(Open::Function(Box::new(Function {
                returns: type_name,
                name,
                parameters,
                body: Vec::new(),
            }))));
        }
        if type_name.base == BaseType::Scalar(Scalar::Void) && pointers == 0 {
            return Err(ScriptError::new(
                type_name.span.start,
                "Syntax Error: Undefined Variable Type: a variable cannot be void",
            ));
        }
        let open = self.token.span.start;
        let dimensions = self.dimensions()?;
        if !dimensions.is_empty() && place != Place::Top {
            return Err(ScriptError::syntax(
                open,
                "an array may be declared at the top level of a script only",
            ));
        }
        let array = !dimensions.is_empty();
        let declarator = Declarator {
            pointers,
            name,
            dimensions,
        };
        self.variable(type_name, declarator, array, place, out)?;
        Ok(None)
    }

    /// The value of a variable and the end of its declaration. `int a = b = 1;` is made `b = 1; int a = b;`.
    fn variable(
        &mut self,
        type_name: TypeName,
        declarator: Declarator,
        array: bool,
        place: Place,
        out: &mut Vec<Statement>,
    ) -> Result<(), ScriptError> {
        let start = type_name.span.start;
        let structure = match &type_name.base {
            BaseType::Scalar(_) => false,
            BaseType::Struct(_) => true,
            BaseType::Alias(name) => self.alias(&name.text) == Some(true),
        };
        let value = if self.accept("=")? {
            Some(self.initializer(array, structure && declarator.pointers == 0, place, out)?)
        } else if structure && !array && place != Place::Init {
            None
        } else {
            let what = if array {
                "'=' and an initializer list"
            } else {
                "'=' and a value"
            };
            return Err(self.expected(what));
        };
        if place != Place::Init {
            self.expect(";")?;
        }
        let kind = StatementKind::Declare {
            type_name,
            declarator,
            value,
        };
        let span = self.since(start);
        out.push(Statement { kind, span });
        Ok(())
    }

    fn initializer(
        &mut self,
        array: bool,
        structure: bool,
        place: Place,
        out: &mut Vec<Statement>,
    ) -> Result<Initializer, ScriptError> {
        if array || (structure && self.token.is("{")) {
            return self.list();
        }
        let (first, _) = self.expression()?;
        if place == Place::Init || !self.token.is("=") {
            return Ok(Initializer::Value(first));
        }
        // It is read again after the assignment, so reading it must do nothing else.
        if !matches!(
            first.kind,
            ExprKind::Variable(_) | ExprKind::Global(_) | ExprKind::Register(_)
        ) {
            return Err(self.expected("';'"));
        }
        out.push(self.assignment_after(first.clone())?);
        Ok(Initializer::Value(first))
    }

    /// `{ a, { b, c }, }`, by a stack of the lists that are open.
    fn list(&mut self) -> Result<Initializer, ScriptError> {
        self.enter()?;
        let mut open = Vec::from([(Vec::new(), self.expect("{")?.start)]);
        loop {
            if self.token.is("{") {
                self.enter()?;
                open.push((Vec::new(), self.advance()?.span.start));
                continue;
            }
            let mut value = Initializer::Value(self.expression()?.0);
            loop {
                if let Some((values, _)) = open.last_mut() {
                    values.push(value);
                }
                if self.accept(",")? && !self.token.is("}") {
                    break;
                }
                if !self.token.is("}") {
                    return Err(self.expected("',' or '}'"));
                }
                self.advance()?;
                self.leave();
                let (values, start) = open.pop().unwrap_or_default();
                value = Initializer::List(values, self.since(start));
                if open.is_empty() {
                    return Ok(value);
                }
            }
        }
    }

    /// `[2][3]`, or nothing.
    pub(super) fn dimensions(&mut self) -> Result<Vec<Expr>, ScriptError> {
        let mut dimensions = Vec::new();
        while self.token.is("[") {
            if dimensions.len() >= MAX_DIMENSIONS {
                return Err(self.expected(format_args!("at most {MAX_DIMENSIONS:x} dimensions")));
            }
            self.advance()?;
            dimensions.push(self.expression()?.0);
            self.expect("]")?;
        }
        Ok(dimensions)
    }

    /// `(type a, type b)`.
    fn parameters(&mut self) -> Result<Vec<(TypeName, Name)>, ScriptError> {
        self.expect("(")?;
        let mut parameters = Vec::new();
        while !self.token.is(")") {
            let type_name = self.type_name()?;
            parameters.push((type_name, self.name("a parameter's name")?));
            if !self.token.is(")") {
                if !self.accept(",")? {
                    return Err(self.expected("',' or ')'"));
                }
                if self.token.is(")") {
                    return Err(self.expected("a type"));
                }
            }
        }
        self.expect(")")?;
        Ok(parameters)
    }
}
