//! Programs made from random bytes.
//!
//! [`program`] makes programs that compile and run to their end: every variable is given a value before it is read
//! and is used in its own block only, divisors are not zero, shift counts are small, indices are inside their
//! arrays, loops count to a small number and functions call only those before them. A program ends with a
//! `test_statement` of everything at top level that it changed, so two ways to run it can be compared by what they
//! recorded. [`syntax`] makes any tree that the parser can make, sense or not.

use crate::script::ast::BaseType;
use crate::script::ast::Declarator;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Item;
use crate::script::ast::Name;
use crate::script::ast::Program;
use crate::script::ast::Scalar;
use crate::script::ast::Statement;
use crate::script::ast::StatementKind;
use crate::script::ast::TypeName;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

mod declare;
mod expression;
mod statement;
pub(crate) mod syntax;

/// Decisions. What comes after the last byte is 0, so the first choice of every list should be the simplest.
pub(crate) struct Entropy<'b> {
    bytes: &'b [u8],
}

/// Values near which arithmetic goes wrong.
const CORNERS: [u64; 16] = [
    0,
    1,
    2,
    3,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    u64::MAX,
];

impl<'b> Entropy<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.bytes.split_first() else {
            return 0;
        };
        self.bytes = rest;
        first
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A number below `count`, which is 1 to 256.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub(crate) fn number(&mut self) -> u64 {
        match self.below(3) {
            0 => self.byte().into(),
            1 => self.pick(&CORNERS),
            _ => (0..8).fold(0, |value, _| value << 8 | u64::from(self.byte())),
        }
    }
}

/// The types of the generator's variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    /// Of a variable that was only assigned to; an `unsigned long`.
    Implicit,
    Scalar(Scalar),
}

const INTEGERS: [Scalar; 9] = [
    Scalar::Integer {
        size: 4,
        signed: true,
    },
    Scalar::Integer {
        size: 1,
        signed: true,
    },
    Scalar::Integer {
        size: 1,
        signed: false,
    },
    Scalar::Integer {
        size: 2,
        signed: true,
    },
    Scalar::Integer {
        size: 2,
        signed: false,
    },
    Scalar::Integer {
        size: 4,
        signed: false,
    },
    Scalar::Integer {
        size: 8,
        signed: true,
    },
    Scalar::Integer {
        size: 8,
        signed: false,
    },
    Scalar::Bool,
];

/// Something that can be read and assigned to.
#[derive(Clone, Debug)]
enum Place {
    Variable(String, Type),
    /// With 4 elements.
    Array(String),
    /// To a variable that is still there.
    Pointer(String),
    /// Of a struct with the members of [`MEMBERS`].
    Struct(String),
    /// To such a struct.
    StructPointer(String),
}

/// The members of the generator's struct, and their types.
const MEMBERS: [(&str, Scalar); 3] = [
    (
        "x",
        Scalar::Integer {
            size: 4,
            signed: true,
        },
    ),
    (
        "a",
        Scalar::Integer {
            size: 1,
            signed: false,
        },
    ),
    (
        "long_one",
        Scalar::Integer {
            size: 8,
            signed: true,
        },
    ),
];

struct UserFunction {
    name: String,
    parameters: Vec<Scalar>,
    /// Statements that a call executes, about.
    cost: usize,
}

/// What is known while a program is made.
struct Generator<'b> {
    entropy: Entropy<'b>,
    /// What can be used here, one list a block, innermost last.
    scopes: Vec<Vec<Place>>,
    doubles: Vec<String>,
    functions: Vec<UserFunction>,
    /// `.g0` up to here have a value.
    globals: usize,
    names: usize,
    /// How often what is made now is executed, about.
    times: usize,
    /// Statements executed so far, about.
    cost: usize,
    loops: usize,
    /// Variables made so far, an array counted by its elements.
    slots: usize,
    has_struct: bool,
}

/// Statements that a program may execute, about.
const MAX_COST: usize = 3000;

/// Variables that a program may have, so that all of them fit a script's stack.
const MAX_SLOTS: usize = 120;

/// A program that compiles and runs to its end, made from `bytes`.
pub(crate) fn program(bytes: &[u8]) -> Program {
    let mut generator = Generator {
        entropy: Entropy::new(bytes),
        scopes: Vec::from([Vec::new()]),
        doubles: Vec::new(),
        functions: Vec::new(),
        globals: 0,
        names: 0,
        times: 1,
        cost: 0,
        loops: 0,
        slots: 0,
        has_struct: false,
    };
    let mut items = Vec::new();
    for _ in 0..3 {
        let statement = generator.new_global();
        items.push(Item::Statement(statement));
    }
    let mut statements = Vec::new();
    while !generator.entropy.is_empty() && items.len() < 60 {
        match generator.entropy.below(8) {
            0 => items.extend(generator.function().map(Item::Function)),
            1 | 2 => generator.declaration(true, &mut statements),
            _ => generator.statement(&mut statements),
        }
        items.extend(statements.drain(..).map(Item::Statement));
    }
    generator.report(&mut statements);
    items.extend(statements.into_iter().map(Item::Statement));
    Program { items }
}

impl Generator<'_> {
    /// A name that no other thing has.
    fn fresh(&mut self, what: &str) -> String {
        self.names += 1;
        format!("{what}_{}", self.names)
    }

    fn places(&self) -> Vec<Place> {
        self.scopes.iter().flatten().cloned().collect()
    }

    fn add(&mut self, place: Place) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(place);
        }
    }

    /// Records every value at top level.
    fn report(&mut self, out: &mut Vec<Statement>) {
        let mut values: Vec<Expr> = (0..self.globals).map(global).collect();
        for place in self.places() {
            match place {
                Place::Variable(name, _) => values.push(variable(&name)),
                Place::Array(name) => {
                    values.extend((0..4).map(|index| element(&name, integer(index))));
                }
                Place::Pointer(name) => values.push(dereference(variable(&name))),
                Place::Struct(name) => {
                    values.extend(MEMBERS.iter().map(|(member, _)| member_of(&name, member)));
                }
                Place::StructPointer(name) => {
                    values.extend(MEMBERS.iter().map(|(member, _)| arrow(&name, member)));
                }
            }
        }
        out.extend(values.into_iter().map(record));
    }
}

pub(crate) fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: 0..0 }
}

pub(crate) fn stmt(kind: StatementKind) -> Statement {
    Statement { kind, span: 0..0 }
}

pub(crate) fn name(text: &str) -> Name {
    Name {
        text: text.into(),
        span: 0..0,
    }
}

pub(crate) fn scalar_type(scalar: Scalar, pointers: u8) -> TypeName {
    TypeName {
        base: BaseType::Scalar(scalar),
        pointers,
        span: 0..0,
    }
}

fn declarator(text: &str, pointers: u8, dimensions: Vec<Expr>) -> Declarator {
    Declarator {
        pointers,
        name: name(text),
        dimensions,
    }
}

fn integer(value: u64) -> Expr {
    expr(ExprKind::Integer(value))
}

fn variable(name: &str) -> Expr {
    expr(ExprKind::Variable(name.into()))
}

fn global(number: usize) -> Expr {
    expr(ExprKind::Global(format!("g{number}")))
}

fn element(array: &str, index: Expr) -> Expr {
    expr(ExprKind::Index(Box::new(variable(array)), Box::new(index)))
}

fn member_of(of: &str, member: &str) -> Expr {
    expr(ExprKind::Member(Box::new(variable(of)), name(member)))
}

fn arrow(of: &str, member: &str) -> Expr {
    expr(ExprKind::Arrow(Box::new(variable(of)), name(member)))
}

fn dereference(pointer: Expr) -> Expr {
    expr(ExprKind::Unary(
        crate::script::ast::UnaryOp::Dereference,
        Box::new(pointer),
    ))
}

fn call(function: &str, arguments: Vec<Expr>) -> Expr {
    expr(ExprKind::Call(name(function), arguments))
}

/// `test_statement(value);`.
fn record(value: Expr) -> Statement {
    stmt(StatementKind::Expression(call(
        "test_statement",
        Vec::from([value]),
    )))
}

fn assign(target: Expr, value: Expr) -> Statement {
    stmt(StatementKind::Assign {
        targets: Vec::from([target]),
        operator: None,
        value,
    })
}
