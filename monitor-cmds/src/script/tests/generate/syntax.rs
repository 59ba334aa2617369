//! Trees with every kind of node, in places where the parser makes them.

use super::Entropy;
use super::expr;
use super::name;
use super::stmt;
use crate::script::ast::BaseType;
use crate::script::ast::BinaryOp;
use crate::script::ast::Declarator;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Function;
use crate::script::ast::Initializer;
use crate::script::ast::Item;
use crate::script::ast::Name;
use crate::script::ast::Program;
use crate::script::ast::Scalar;
use crate::script::ast::Statement;
use crate::script::ast::StatementKind;
use crate::script::ast::TypeName;
use crate::script::ast::UnaryOp;
use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

const NAMES: [&str; 6] = ["x", "my_variable", "_", "face_it", "T1", "varf0"];
const MEMBERS: [&str; 6] = ["x", "a", "add", "id", "poi", "rax"];
/// Typedef names; each program begins with their definitions.
const ALIASES: [&str; 2] = ["word_t", "pair_t"];
const UNARY: [UnaryOp; 6] = [
    UnaryOp::Negate,
    UnaryOp::Plus,
    UnaryOp::Complement,
    UnaryOp::Not,
    UnaryOp::Dereference,
    UnaryOp::AddressOf,
];
const BINARY: [BinaryOp; 18] = [
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
    BinaryOp::Divide,
    BinaryOp::Remainder,
    BinaryOp::ShiftLeft,
    BinaryOp::ShiftRight,
    BinaryOp::And,
    BinaryOp::Xor,
    BinaryOp::Or,
    BinaryOp::Equal,
    BinaryOp::NotEqual,
    BinaryOp::Less,
    BinaryOp::LessEqual,
    BinaryOp::Greater,
    BinaryOp::GreaterEqual,
    BinaryOp::LogicalAnd,
    BinaryOp::LogicalOr,
];

/// Any program, made from `bytes`.
pub(crate) fn program(bytes: &[u8]) -> Program {
    let mut of = Entropy::new(bytes);
    let mut items: Vec<_> = ALIASES
        .iter()
        .map(|alias| Item::Statement(typedef(alias)))
        .collect();
    if of.below(4) == 3 {
        // A program that needs no types may be one block alone.
        items.clear();
        let body = Vec::from([stmt(StatementKind::Return(None))]);
        return Program {
            items: Vec::from([Item::Statement(stmt(StatementKind::Block(body)))]),
        };
    }
    while !of.is_empty() && items.len() < 40 {
        items.push(match of.below(6) {
            0 => Item::Function(function(&mut of)),
            1 => Item::Statement(stmt(StatementKind::Include("lib/a\\b.ds".to_string()))),
            2 => Item::Statement(array(&mut of)),
            _ => Item::Statement(statement(&mut of, 3, false)),
        });
    }
    Program { items }
}

fn typedef(alias: &str) -> Statement {
    let base = match alias {
        "word_t" => BaseType::Scalar(Scalar::Integer {
            size: 2,
            signed: false,
        }),
        _ => BaseType::Struct(name("Pair")),
    };
    stmt(StatementKind::Typedef {
        type_name: type_of(base, 0),
        name: name(alias),
    })
}

fn type_of(base: BaseType, pointers: u8) -> TypeName {
    TypeName {
        base,
        pointers,
        span: 0..0,
    }
}

fn scalar(of: &mut Entropy<'_>) -> Scalar {
    match of.below(4) {
        0 => Scalar::Bool,
        1 => of.pick(&[Scalar::Float, Scalar::Double]),
        _ => Scalar::Integer {
            size: of.pick(&[1, 2, 4, 8]),
            signed: of.below(2) == 0,
        },
    }
}

/// A type that a variable can have.
fn base(of: &mut Entropy<'_>) -> BaseType {
    match of.below(5) {
        0 => BaseType::Struct(any_name(of)),
        1 => BaseType::Alias(name(of.pick(&ALIASES))),
        _ => BaseType::Scalar(scalar(of)),
    }
}

fn any_type(of: &mut Entropy<'_>) -> TypeName {
    match of.below(6) {
        0 => type_of(BaseType::Scalar(Scalar::Void), 1),
        _ => type_of(base(of), of.pick(&[0, 0, 1, 2])),
    }
}

fn any_name(of: &mut Entropy<'_>) -> Name {
    name(of.pick(&NAMES))
}

fn member(of: &mut Entropy<'_>) -> Name {
    name(of.pick(&MEMBERS))
}

fn boxed(of: &mut Entropy<'_>, depth: usize) -> Box<Expr> {
    Box::new(expression(of, depth))
}

fn expression(of: &mut Entropy<'_>, depth: usize) -> Expr {
    let choices = if depth == 0 { 7 } else { 16 };
    let inner = depth.saturating_sub(1);
    expr(match of.below(choices) {
        0 => ExprKind::Integer(of.number()),
        1 => ExprKind::Variable(of.pick(&NAMES).into()),
        2 => ExprKind::Register(of.pick(&["rax", "if", "af", "efer", "r8"]).into()),
        3 => ExprKind::Pseudo(of.pick(&["pid", "event_stage"]).into()),
        4 => ExprKind::Global(of.pick(&["x", "a", "count", "if"]).into()),
        5 => ExprKind::Symbol(of.pick(&["nt!Name", "e1000!_probe"]).into()),
        6 => {
            let value = f64::from_bits(of.number() & 0x7fff_ffff_ffff_ffff);
            ExprKind::Float(if value.is_finite() { value } else { 0.1 }.to_bits())
        }
        7 | 8 => ExprKind::Unary(of.pick(&UNARY), boxed(of, inner)),
        9 | 10 => ExprKind::Binary(of.pick(&BINARY), boxed(of, inner), boxed(of, inner)),
        11 => ExprKind::Cast(any_type(of), boxed(of, inner)),
        12 => match of.below(2) {
            0 => ExprKind::SizeofType(any_type(of)),
            _ => ExprKind::SizeofExpr(boxed(of, inner)),
        },
        13 => {
            let function = of.pick(&["poi", "ed", "printf", "my_function"]);
            let count = of.below(4);
            ExprKind::Call(name(function), (0..count).map(|_| argument(of, inner)).collect())
        }
        14 => ExprKind::Index(boxed(of, inner), boxed(of, inner)),
        _ => match of.below(2) {
            0 => ExprKind::Member(boxed(of, inner), member(of)),
            _ => ExprKind::Arrow(boxed(of, inner), member(of)),
        },
    })
}

fn argument(of: &mut Entropy<'_>, depth: usize) -> Expr {
    let count = of.below(6);
    match of.below(4) {
        0 => expr(ExprKind::Text((0..count).map(|_| of.byte()).collect())),
        1 => expr(ExprKind::WideText(
            (0..count).map(|_| of.number() as u16).collect(),
        )),
        _ => expression(of, depth),
    }
}

fn target(of: &mut Entropy<'_>) -> Expr {
    expr(match of.below(7) {
        0 => ExprKind::Variable(of.pick(&NAMES).into()),
        1 => ExprKind::Register("id".into()),
        2 => ExprKind::Global("x".into()),
        3 => ExprKind::Unary(UnaryOp::Dereference, boxed(of, 2)),
        4 => ExprKind::Index(boxed(of, 2), boxed(of, 1)),
        5 => ExprKind::Member(boxed(of, 2), member(of)),
        _ => ExprKind::Arrow(boxed(of, 2), member(of)),
    })
}

fn assignment(of: &mut Entropy<'_>) -> Statement {
    let operator = match of.below(2) {
        0 => None,
        // Comparisons and logical operators have no compound assignment.
        _ => Some(of.pick(&BINARY[..10])),
    };
    let count = if operator.is_none() { of.below(3) + 1 } else { 1 };
    stmt(StatementKind::Assign {
        targets: (0..count).map(|_| target(of)).collect(),
        operator,
        value: expression(of, 4),
    })
}

fn declaration(of: &mut Entropy<'_>, in_for: bool) -> Statement {
    let base = base(of);
    let pointers = of.pick(&[0, 0, 1, 2]);
    let list = match &base {
        BaseType::Scalar(_) => false,
        BaseType::Struct(_) => pointers == 0,
        BaseType::Alias(alias) => alias.text == "pair_t" && pointers == 0,
    };
    let value = match of.below(3) {
        0 if list => Some(initializer_list(of, 2)),
        1 if list && !in_for => None,
        _ => Some(Initializer::Value(expression(of, 3))),
    };
    stmt(StatementKind::Declare {
        type_name: type_of(base, 0),
        declarator: Declarator {
            pointers,
            name: any_name(of),
            dimensions: Vec::new(),
        },
        value,
    })
}

fn initializer_list(of: &mut Entropy<'_>, depth: usize) -> Initializer {
    let count = of.below(3) + 1;
    let values = (0..count).map(|_| match of.below(3) {
        0 if depth > 0 => initializer_list(of, depth - 1),
        _ => Initializer::Value(expression(of, 2)),
    });
    Initializer::List(values.collect(), 0..0)
}

fn dimensions(of: &mut Entropy<'_>, least: usize) -> Vec<Expr> {
    let count = least + of.below(3);
    (0..count).map(|_| expression(of, 1)).collect()
}

fn array(of: &mut Entropy<'_>) -> Statement {
    stmt(StatementKind::Declare {
        type_name: type_of(base(of), 0),
        declarator: Declarator {
            pointers: of.pick(&[0, 1]),
            name: any_name(of),
            dimensions: dimensions(of, 1),
        },
        value: Some(initializer_list(of, 2)),
    })
}

fn structure(of: &mut Entropy<'_>) -> Statement {
    let members = match of.below(3) {
        0 => None,
        _ => {
            let count = of.below(4);
            let members = (0..count).map(|_| {
                let declarator = Declarator {
                    pointers: of.pick(&[0, 1]),
                    name: member(of),
                    dimensions: dimensions(of, 0),
                };
                (type_of(base(of), 0), declarator)
            });
            Some(members.collect())
        }
    };
    stmt(StatementKind::Struct {
        name: any_name(of),
        members,
    })
}

fn block(of: &mut Entropy<'_>, depth: usize, in_loop: bool) -> Vec<Statement> {
    (0..of.below(4))
        .map(|_| statement(of, depth.saturating_sub(1), in_loop))
        .collect()
}

fn statement(of: &mut Entropy<'_>, depth: usize, in_loop: bool) -> Statement {
    let choices = if depth == 0 { 6 } else { 11 };
    stmt(match of.below(choices) {
        0 => return assignment(of),
        1 => return declaration(of, false),
        2 => return structure(of),
        3 => StatementKind::Expression(expr(ExprKind::Call(
            name("my_function"),
            Vec::from([argument(of, 3)]),
        ))),
        4 if in_loop && of.below(2) == 1 => StatementKind::Continue,
        4 if in_loop => StatementKind::Break,
        4 | 5 => StatementKind::Return((of.below(2) == 1).then(|| expression(of, 3))),
        6 => StatementKind::Block(block(of, depth, in_loop)),
        7 => {
            let count = of.below(3) + 1;
            StatementKind::If {
                arms: (0..count)
                    .map(|_| (expression(of, 3), block(of, depth, in_loop)))
                    .collect(),
                otherwise: (of.below(2) == 1).then(|| block(of, depth, in_loop)),
            }
        }
        8 => StatementKind::While {
            condition: expression(of, 3),
            body: block(of, depth, true),
        },
        9 => StatementKind::DoWhile {
            body: block(of, depth, true),
            condition: expression(of, 3),
        },
        _ => StatementKind::For {
            init: match of.below(3) {
                0 => None,
                1 => Some(Box::new(assignment(of))),
                _ => Some(Box::new(declaration(of, true))),
            },
            condition: expression(of, 3),
            step: (of.below(2) == 1).then(|| Box::new(assignment(of))),
            body: block(of, depth, true),
        },
    })
}

fn function(of: &mut Entropy<'_>) -> Function {
    let count = of.below(3);
    Function {
        returns: any_type(of),
        name: any_name(of),
        parameters: (0..count).map(|_| (any_type(of), any_name(of))).collect(),
        body: block(of, 3, false),
    }
}
