//! Declarations and functions.

use super::Generator;
use super::INTEGERS;
use super::MAX_SLOTS;
use super::MEMBERS;
use super::Place;
use super::Type;
use super::UserFunction;
use super::assign;
use super::declarator;
use super::expr;
use super::global;
use super::name;
use super::scalar_type;
use super::stmt;
use super::variable;
use crate::script::ast::BaseType;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Function;
use crate::script::ast::Initializer;
use crate::script::ast::Scalar;
use crate::script::ast::Statement;
use crate::script::ast::StatementKind;
use crate::script::ast::TypeName;
use crate::script::ast::UnaryOp;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// The generator's struct.
const STRUCT: &str = "Sample";

fn address_of(text: &str) -> Expr {
    expr(ExprKind::Unary(UnaryOp::AddressOf, Box::new(variable(text))))
}

fn declare(
    type_name: TypeName,
    text: &str,
    pointers: u8,
    dimensions: Vec<Expr>,
    value: Option<Initializer>,
) -> Statement {
    stmt(StatementKind::Declare {
        type_name,
        declarator: declarator(text, pointers, dimensions),
        value,
    })
}

fn sample_type() -> TypeName {
    TypeName {
        base: BaseType::Struct(name(STRUCT)),
        pointers: 0,
        span: 0..0,
    }
}

impl Generator<'_> {
    /// Gives the next global its first value.
    pub(super) fn new_global(&mut self) -> Statement {
        let value = super::integer(self.entropy.number());
        let statement = assign(global(self.globals), value);
        self.globals += 1;
        statement
    }

    /// A variable of any kind; some kinds are for the top level only.
    pub(super) fn declaration(&mut self, top: bool, out: &mut Vec<Statement>) {
        if self.slots > MAX_SLOTS {
            return;
        }
        self.cost += self.times;
        self.slots += 4;
        let choices = if top { 7 } else { 2 };
        let statement = match self.entropy.below(choices) {
            0 => {
                let scalar = self.entropy.pick(&INTEGERS);
                let text = self.fresh("v");
                let value = Initializer::Value(self.integer(2));
                self.add(Place::Variable(text.clone(), Type::Scalar(scalar)));
                declare(scalar_type(scalar, 0), &text, 0, Vec::new(), Some(value))
            }
            1 => {
                let text = self.fresh("implicit");
                let value = self.integer(2);
                self.add(Place::Variable(text.clone(), Type::Implicit));
                assign(variable(&text), value)
            }
            2 => {
                let scalar = self.entropy.pick(&INTEGERS);
                let text = self.fresh("array");
                let values = (0..4).map(|_| Initializer::Value(self.integer(1))).collect();
                let value = Initializer::List(values, 0..0);
                self.add(Place::Array(text.clone()));
                let size = Vec::from([super::integer(4)]);
                declare(scalar_type(scalar, 0), &text, 0, size, Some(value))
            }
            3 => return self.pointer(out),
            4 => return self.structure(out),
            5 => {
                let text = self.fresh("d");
                let value = Initializer::Value(self.double(2));
                self.doubles.push(text.clone());
                declare(scalar_type(Scalar::Double, 0), &text, 0, Vec::new(), Some(value))
            }
            _ => self.new_global(),
        };
        out.push(statement);
    }

    /// A pointer to a variable with a type.
    fn pointer(&mut self, out: &mut Vec<Statement>) {
        let typed: Vec<(String, Scalar)> = self
            .places()
            .into_iter()
            .filter_map(|place| match place {
                Place::Variable(name, Type::Scalar(scalar)) => Some((name, scalar)),
                _ => None,
            })
            .collect();
        if typed.is_empty() {
            return;
        }
        let (target, scalar) = typed[self.entropy.below(typed.len().min(256))].clone();
        let text = self.fresh("p");
        let value = Initializer::Value(address_of(&target));
        self.add(Place::Pointer(text.clone()));
        out.push(declare(scalar_type(scalar, 0), &text, 1, Vec::new(), Some(value)));
    }

    /// A struct, and sometimes a pointer to it.
    fn structure(&mut self, out: &mut Vec<Statement>) {
        if !core::mem::replace(&mut self.has_struct, true) {
            let members = MEMBERS
                .iter()
                .map(|&(member, scalar)| (scalar_type(scalar, 0), declarator(member, 0, Vec::new())));
            out.push(stmt(StatementKind::Struct {
                name: name(STRUCT),
                members: Some(members.collect()),
            }));
        }
        let text = self.fresh("s");
        let count = self.entropy.below(4);
        let values: Vec<_> = (0..count).map(|_| Initializer::Value(self.integer(1))).collect();
        let value = (count > 0).then_some(Initializer::List(values, 0..0));
        out.push(declare(sample_type(), &text, 0, Vec::new(), value));
        self.add(Place::Struct(text.clone()));
        if self.entropy.below(2) == 1 {
            let pointer = self.fresh("sp");
            let value = Some(Initializer::Value(address_of(&text)));
            out.push(declare(sample_type(), &pointer, 1, Vec::new(), value));
            self.add(Place::StructPointer(pointer));
        }
    }

    /// A function of what it is given and of the globals.
    pub(super) fn function(&mut self) -> Option<Function> {
        if self.functions.len() >= 4 || self.slots > MAX_SLOTS {
            return None;
        }
        let text = self.fresh("f");
        let parameters: Vec<(Scalar, String)> = (0..self.entropy.below(4))
            .map(|_| (self.entropy.pick(&INTEGERS), self.fresh("arg")))
            .collect();
        self.slots += parameters.len();
        let returns = self.entropy.pick(&INTEGERS);
        let inside = parameters
            .iter()
            .map(|(scalar, text)| Place::Variable(text.clone(), Type::Scalar(*scalar)))
            .collect();
        let outside = core::mem::replace(&mut self.scopes, Vec::from([inside]));
        let doubles = core::mem::take(&mut self.doubles);
        let cost = core::mem::take(&mut self.cost);
        let mut body = Vec::new();
        for _ in 0..self.entropy.below(5) {
            self.statement(&mut body);
        }
        let value = self.integer(3);
        body.push(stmt(StatementKind::Return(Some(value))));
        self.scopes = outside;
        self.doubles = doubles;
        let own = core::mem::replace(&mut self.cost, cost);
        self.functions.push(UserFunction {
            name: text.clone(),
            parameters: parameters.iter().map(|&(scalar, _)| scalar).collect(),
            cost: own + 1,
        });
        Some(Function {
            returns: scalar_type(returns, 0),
            name: name(&text),
            parameters: parameters
                .iter()
                .map(|(scalar, text)| (scalar_type(*scalar, 0), name(text)))
                .collect(),
            body,
        })
    }
}
