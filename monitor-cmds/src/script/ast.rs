//! The tree that the parser makes of a script, and that the compiler reads.
//!
//! A node's span is a range of bytes of the script's text. Names are not resolved here: an identifier is a local
//! or a function by its place, and whether it exists is the compiler's to say.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// Bytes of the script's text.
pub type Span = Range<usize>;

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name, without `.`, `@` or `$`.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// A whole script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// Functions and statements in order.
    pub items: Vec<Item>,
}

/// What may stand at top level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A user function.
    Function(Function),
    /// A statement.
    Statement(Statement),
}

/// `type name(type a, type b) { ... }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// What it returns.
    pub returns: TypeName,
    /// Its name.
    pub name: Name,
    /// Types and names, in order.
    pub parameters: Vec<(TypeName, Name)>,
    /// Its body.
    pub body: Vec<Statement>,
}

/// The scalar types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `void`.
    Void,
    /// `bool`.
    Bool,
    /// An integer: `char`, `short`, `int`, `long` with `signed` or `unsigned`.
    Integer {
        /// 1, 2, 4 or 8 bytes.
        size: u8,
        /// Signed?
        signed: bool,
    },
    /// `float`.
    Float,
    /// `double`.
    Double,
}

/// A type without its pointer stars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseType {
    /// A scalar.
    Scalar(Scalar),
    /// `struct NAME`.
    Struct(Name),
    /// A name that a `typedef` before made.
    Alias(Name),
}

/// A type as written: the base and how many `*` follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// Without stars.
    pub base: BaseType,
    /// Stars.
    pub pointers: u8,
    /// Its place.
    pub span: Span,
}

/// `*name[2][3]` of a declaration; stars are added to those of the declaration's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declarator {
    /// Stars before the name.
    pub pointers: u8,
    /// The name.
    pub name: Name,
    /// Array dimensions, constant expressions, outermost first.
    pub dimensions: Vec<Expr>,
}

/// The value a declaration gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Initializer {
    /// `= e`.
    Value(Expr),
    /// `= { a, { b, c } }`.
    List(Vec<Initializer>, Span),
}

/// A statement and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Its place.
    pub span: Span,
}

/// The statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// `{ ... }`.
    Block(Vec<Statement>),
    /// `type *name[n] = value;`. Only a struct may be without a value.
    Declare {
        /// The type without the declarator's stars.
        type_name: TypeName,
        /// Name, stars, dimensions.
        declarator: Declarator,
        /// The value.
        value: Option<Initializer>,
    },
    /// `struct T;` (`members` is `None`) or `struct T { ... };`.
    Struct {
        /// Its name.
        name: Name,
        /// One entry a declarator: `int a, b;` makes two.
        members: Option<Vec<(TypeName, Declarator)>>,
    },
    /// `typedef type name;`.
    Typedef {
        /// What the name stands for.
        type_name: TypeName,
        /// The name.
        name: Name,
    },
    /// A call whose result is dropped.
    Expression(Expr),
    /// `a = b = e;` (several targets, `operator` is `None`), `a += e;`, and `a++;` as `a += 1`.
    Assign {
        /// Places, in the order written.
        targets: Vec<Expr>,
        /// The operator of a compound assignment.
        operator: Option<BinaryOp>,
        /// The value.
        value: Expr,
    },
    /// `if (c) { } elsif (c) { } else { }`.
    If {
        /// Conditions and bodies in order.
        arms: Vec<(Expr, Vec<Statement>)>,
        /// The `else` body.
        otherwise: Option<Vec<Statement>>,
    },
    /// `while (c) { }`.
    While {
        /// The condition.
        condition: Expr,
        /// The body.
        body: Vec<Statement>,
    },
    /// `do { } while (c);`.
    DoWhile {
        /// The body.
        body: Vec<Statement>,
        /// The condition.
        condition: Expr,
    },
    /// `for (init; c; step) { }`.
    For {
        /// A declaration or an assignment.
        init: Option<Box<Statement>>,
        /// The condition.
        condition: Expr,
        /// An assignment.
        step: Option<Box<Statement>>,
        /// The body.
        body: Vec<Statement>,
    },
    /// `break;`.
    Break,
    /// `continue;`.
    Continue,
    /// `return [e];`.
    Return(Option<Expr>),
    /// `#include "path";`.
    Include(String),
}

/// An expression and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// The expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// An integer literal.
    Integer(u64),
    /// The bits of a double literal.
    Float(u64),
    /// `"..."`, escapes resolved, without an end mark.
    Text(Vec<u8>),
    /// `L"..."`, escapes resolved, without an end mark.
    WideText(Vec<u16>),
    /// `@name` or a bare register name, in lower case.
    Register(String),
    /// `$name`.
    Pseudo(String),
    /// A local variable.
    Variable(String),
    /// `.name`.
    Global(String),
    /// `module!name`.
    Symbol(String),
    /// An operator before its operand.
    Unary(UnaryOp, Box<Expr>),
    /// An operator between its operands.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `(type)e`.
    Cast(TypeName, Box<Expr>),
    /// `sizeof(type)`.
    SizeofType(TypeName),
    /// `sizeof e`; the operand is not evaluated.
    SizeofExpr(Box<Expr>),
    /// A user function, a built-in or a keyword function.
    Call(Name, Vec<Expr>),
    /// `a[i]`.
    Index(Box<Expr>, Box<Expr>),
    /// `v.x`.
    Member(Box<Expr>, Name),
    /// `p->x`.
    Arrow(Box<Expr>, Name),
}

/// Operators before an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`.
    Negate,
    /// `+`.
    Plus,
    /// `~`.
    Complement,
    /// `!`.
    Not,
    /// `*`.
    Dereference,
    /// `&`.
    AddressOf,
}

/// Operators between operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Remainder,
    /// `<<`.
    ShiftLeft,
    /// `>>`.
    ShiftRight,
    /// `&`.
    And,
    /// `^`.
    Xor,
    /// `|`.
    Or,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
    /// `&&`, the right side only if the left is true.
    LogicalAnd,
    /// `||`, the right side only if the left is false.
    LogicalOr,
}

impl BinaryOp {
    /// How tightly it binds its operands: from 0, `||`, to 8, `*`. All operators associate to the left.
    pub fn binding(self) -> u8 {
        match self {
            Self::LogicalOr => 0,
            Self::LogicalAnd => 1,
            Self::Or => 2,
            Self::Xor => 3,
            Self::And => 4,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessEqual
            | Self::Greater
            | Self::GreaterEqual => 5,
            Self::ShiftLeft | Self::ShiftRight => 6,
            Self::Add | Self::Subtract => 7,
            Self::Multiply | Self::Divide | Self::Remainder => 8,
        }
    }

    /// Its mark in a script.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
            Self::And => "&",
            Self::Xor => "^",
            Self::Or => "|",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::LogicalAnd => "&&",
            Self::LogicalOr => "||",
        }
    }
}

impl UnaryOp {
    /// Its mark in a script.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Negate => "-",
            Self::Plus => "+",
            Self::Complement => "~",
            Self::Not => "!",
            Self::Dereference => "*",
            Self::AddressOf => "&",
        }
    }
}
