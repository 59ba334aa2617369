//! A second implementation of the language, to compare the VM with: it walks the tree, keeps every value as a number
//! without width and cuts it to its type, and shares no code with the compiler.
//!
//! It knows what generated programs use: integers, `double`, arrays, structures, pointers, user functions.

use crate::script::ast::*;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ty {
    Bool,
    /// Bytes and sign.
    Int(u32, bool),
    Double,
    Pointer(Box<Ty>),
    Array(Box<Ty>, usize),
    Struct(String),
}

const LONG: Ty = Ty::Int(8, true);
const ULONG: Ty = Ty::Int(8, false);
const INT: Ty = Ty::Int(4, true);

#[derive(Clone, Debug)]
enum Number {
    Whole(i128),
    Real(f64),
}

#[derive(Clone, Debug)]
struct Value {
    ty: Ty,
    number: Number,
}

fn whole(ty: Ty, value: i128) -> Value {
    let number = Number::Whole(cut(&ty, value));
    Value { ty, number }
}

/// The value that a type has room for.
fn cut(ty: &Ty, value: i128) -> i128 {
    match *ty {
        Ty::Bool => i128::from(value != 0),
        Ty::Int(size, signed) => {
            let modulus = 1_i128 << (size * 8);
            let rest = value.rem_euclid(modulus);
            if signed && rest >= modulus / 2 {
                rest - modulus
            } else {
                rest
            }
        }
        _ => value.rem_euclid(1 << 64),
    }
}

#[derive(Clone, Debug)]
enum Place {
    Memory(usize),
    Global(String),
    Register(String),
}

enum Flow {
    Next,
    Break,
    Continue,
    Return(Option<Value>),
}

/// A run.
#[derive(Clone, Debug, Default)]
pub(super) struct Walker {
    memory: Vec<u8>,
    locals: BTreeMap<String, (Ty, usize)>,
    structs: BTreeMap<String, Vec<(String, Ty)>>,
    functions: BTreeMap<String, Function>,
    pub(super) globals: BTreeMap<String, u64>,
    pub(super) registers: BTreeMap<&'static str, u64>,
    pub(super) pseudo: BTreeMap<&'static str, u64>,
    pub(super) tested: Vec<u64>,
}

/// Whole register, first bit, bits.
fn view(name: &str) -> (&'static str, u32, u32) {
    match name {
        "rax" => ("rax", 0, 64),
        "ecx" => ("rcx", 0, 32),
        "dx" => ("rdx", 0, 16),
        "bh" => ("rbx", 8, 8),
        "r9" => ("r9", 0, 64),
        "r10d" => ("r10", 0, 32),
        "sil" => ("rsi", 0, 8),
        "zf" => ("rflags", 6, 1),
        other => panic!("{other}"),
    }
}

fn promote(ty: &Ty) -> Ty {
    match ty {
        Ty::Bool | Ty::Int(1 | 2, _) => INT,
        Ty::Int(..) => ty.clone(),
        _ => ULONG,
    }
}

/// The type that two promoted types meet in: the larger; of two as large the unsigned one.
fn meet(a: &Ty, b: &Ty) -> Ty {
    match (promote(a), promote(b)) {
        (Ty::Int(m, _), b @ Ty::Int(n, _)) if n > m => b,
        (a @ Ty::Int(m, _), Ty::Int(n, _)) if m > n => a,
        (Ty::Int(m, s), Ty::Int(_, t)) => Ty::Int(m, s && t),
        other => panic!("{other:?}"),
    }
}

impl Walker {
    pub(super) fn run(&mut self, program: &Program) {
        for item in &program.items {
            match item {
                Item::Function(function) => {
                    self.functions
                        .insert(function.name.text.clone(), function.clone());
                }
                Item::Statement(statement) => {
                    self.statement(statement);
                }
            }
        }
    }

    fn ty(&self, written: &TypeName) -> Ty {
        let base = match &written.base {
            BaseType::Scalar(Scalar::Bool) => Ty::Bool,
            BaseType::Scalar(Scalar::Double) => Ty::Double,
            BaseType::Scalar(Scalar::Integer { size, signed }) => Ty::Int(u32::from(*size), *signed),
            BaseType::Struct(name) => Ty::Struct(name.text.clone()),
            other => panic!("{other:?}"),
        };
        (0..written.pointers).fold(base, |ty, _| Ty::Pointer(Box::new(ty)))
    }

    fn align(&self, ty: &Ty) -> usize {
        match ty {
            Ty::Array(of, _) => self.align(of),
            Ty::Struct(name) => self.structs[name]
                .iter()
                .map(|(_, ty)| self.align(ty))
                .max()
                .unwrap_or(1),
            _ => self.size(ty),
        }
    }

    fn size(&self, ty: &Ty) -> usize {
        match ty {
            Ty::Bool => 1,
            Ty::Int(size, _) => *size as usize,
            Ty::Double | Ty::Pointer(_) => 8,
            Ty::Array(of, count) => self.size(of) * count,
            Ty::Struct(name) => {
                let end = self.structs[name].iter().fold(0_usize, |end, (_, ty)| {
                    end.next_multiple_of(self.align(ty)) + self.size(ty)
                });
                end.max(1).next_multiple_of(self.align(ty))
            }
        }
    }

    fn offset(&self, name: &str, member: &str) -> (usize, Ty) {
        let mut end: usize = 0;
        for (this, ty) in &self.structs[name] {
            let start = end.next_multiple_of(self.align(ty));
            if this == member {
                return (start, ty.clone());
            }
            end = start + self.size(ty);
        }
        panic!("{member}")
    }

    fn allocate(&mut self, name: &str, ty: Ty) -> usize {
        let at = self.memory.len().next_multiple_of(16) + 16;
        self.memory.resize(at + self.size(&ty), 0);
        self.locals.insert(name.into(), (ty, at));
        at
    }

    fn convert(&self, value: Value, to: &Ty) -> Value {
        let number = match (value.number, to) {
            (Number::Whole(n), Ty::Double) => Number::Real(n as f64),
            (Number::Real(r), Ty::Double) => Number::Real(r),
            (Number::Real(r), Ty::Bool) => Number::Whole(i128::from(r != 0.0)),
            (Number::Real(r), _) => Number::Whole(r.trunc() as i128),
            (Number::Whole(n), _) => Number::Whole(cut(to, n)),
        };
        Value {
            ty: to.clone(),
            number,
        }
    }

    fn read(&self, place: &Place, ty: &Ty) -> Value {
        let bits = match place {
            Place::Global(name) => self.globals.get(name).copied().unwrap_or(0),
            Place::Register(name) => {
                let (whole, shift, bits) = view(name);
                let value = self.registers.get(whole).copied().unwrap_or(0);
                (value >> shift) & (u64::MAX >> (64 - bits))
            }
            Place::Memory(at) => {
                if let Ty::Array(of, _) = ty {
                    return whole(Ty::Pointer(of.clone()), *at as i128);
                }
                let bytes = &self.memory[*at..at + self.size(ty)];
                bytes
                    .iter()
                    .rev()
                    .fold(0, |value, byte| value << 8 | u64::from(*byte))
            }
        };
        if *ty == Ty::Double {
            return Value {
                ty: Ty::Double,
                number: Number::Real(f64::from_bits(bits)),
            };
        }
        whole(ty.clone(), bits.into())
    }

    fn write(&mut self, place: &Place, ty: &Ty, value: Value) -> Value {
        let value = self.convert(value, ty);
        let bits = match value.number {
            Number::Whole(n) => n as u64,
            Number::Real(r) => r.to_bits(),
        };
        match place {
            Place::Global(name) => {
                self.globals.insert(name.clone(), bits);
            }
            Place::Register(name) => {
                let (whole, shift, count) = view(name);
                let mask = (u64::MAX >> (64 - count)) << shift;
                let old = self.registers.entry(whole).or_insert(0);
                *old = (*old & !mask) | (bits << shift & mask);
            }
            Place::Memory(at) => {
                for index in 0..self.size(ty) {
                    self.memory[at + index] = (bits >> (8 * index)) as u8;
                }
            }
        }
        value
    }

    fn place(&mut self, expr: &Expr) -> (Place, Ty) {
        match &expr.kind {
            ExprKind::Variable(name) => {
                let (ty, at) = self.locals[name].clone();
                (Place::Memory(at), ty)
            }
            ExprKind::Global(name) => (Place::Global(name.clone()), ULONG),
            ExprKind::Register(name) => (Place::Register(name.clone()), LONG),
            ExprKind::Unary(UnaryOp::Dereference, of) => self.pointed(of, 0),
            ExprKind::Index(of, index) => {
                let base = self.value(of);
                let index = self.integer(index);
                self.pointed_by(base, index)
            }
            ExprKind::Member(of, name) => {
                let (place, ty) = self.place(of);
                self.member(place, &ty, name)
            }
            ExprKind::Arrow(of, name) => {
                let (place, ty) = self.pointed(of, 0);
                self.member(place, &ty, name)
            }
            other => panic!("{other:?}"),
        }
    }

    fn member(&self, place: Place, ty: &Ty, name: &Name) -> (Place, Ty) {
        let (Place::Memory(at), Ty::Struct(of)) = (place, ty) else {
            panic!("{ty:?}")
        };
        let (offset, ty) = self.offset(of, &name.text);
        (Place::Memory(at + offset), ty)
    }

    fn pointed(&mut self, pointer: &Expr, index: i128) -> (Place, Ty) {
        let base = self.value(pointer);
        self.pointed_by(base, index)
    }

    fn pointed_by(&self, base: Value, index: i128) -> (Place, Ty) {
        let (Ty::Pointer(to), Number::Whole(at)) = (base.ty, base.number) else {
            panic!("no pointer")
        };
        let at = at + index * self.size(&to) as i128;
        (Place::Memory(at as usize), *to)
    }

    fn integer(&mut self, expr: &Expr) -> i128 {
        match self.value(expr).number {
            Number::Whole(n) => n,
            Number::Real(_) => panic!("a real number"),
        }
    }

    fn is_true(&mut self, expr: &Expr) -> bool {
        match self.value(expr).number {
            Number::Whole(n) => n != 0,
            Number::Real(r) => r != 0.0,
        }
    }

    fn value(&mut self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Integer(value) => whole(LONG, (*value).into()),
            ExprKind::Float(bits) => Value {
                ty: Ty::Double,
                number: Number::Real(f64::from_bits(*bits)),
            },
            ExprKind::Pseudo(name) => whole(LONG, self.pseudo[name.as_str()].into()),
            ExprKind::Unary(UnaryOp::AddressOf, of) => match self.place(of) {
                (Place::Memory(at), ty) => whole(Ty::Pointer(Box::new(ty)), at as i128),
                other => panic!("{other:?}"),
            },
            ExprKind::Unary(UnaryOp::Not, of) => {
                let value = !self.is_true(of);
                whole(INT, value.into())
            }
            ExprKind::Unary(op @ (UnaryOp::Negate | UnaryOp::Complement | UnaryOp::Plus), of) => {
                let value = self.value(of);
                let Number::Whole(n) = value.number else {
                    panic!("a real number")
                };
                let result = match op {
                    UnaryOp::Negate => -n,
                    UnaryOp::Complement => -1 - n,
                    _ => n,
                };
                whole(promote(&value.ty), result)
            }
            ExprKind::Binary(BinaryOp::LogicalAnd, a, b) => {
                let value = self.is_true(a) && self.is_true(b);
                whole(INT, value.into())
            }
            ExprKind::Binary(BinaryOp::LogicalOr, a, b) => {
                let value = self.is_true(a) || self.is_true(b);
                whole(INT, value.into())
            }
            ExprKind::Binary(op, a, b) => {
                let a = self.value(a);
                let b = self.value(b);
                self.binary(*op, a, b)
            }
            ExprKind::Cast(to, of) => {
                let to = self.ty(to);
                let value = self.value(of);
                self.convert(value, &to)
            }
            ExprKind::SizeofType(ty) => whole(ULONG, self.size(&self.ty(ty)) as i128),
            ExprKind::SizeofExpr(of) => {
                // Types do not depend on values, so a copy may evaluate it.
                let ty = self.clone().value(of).ty;
                whole(ULONG, self.size(&ty) as i128)
            }
            ExprKind::Call(name, arguments) => self.call(&name.text, arguments).expect("a value"),
            _ => {
                let (place, ty) = self.place(expr);
                self.read(&place, &ty)
            }
        }
    }

    fn binary(&self, op: BinaryOp, a: Value, b: Value) -> Value {
        let compared = |order: Option<core::cmp::Ordering>| {
            let order = order.expect("numbers");
            let holds = match op {
                BinaryOp::Less => order.is_lt(),
                BinaryOp::LessEqual => order.is_le(),
                BinaryOp::Greater => order.is_gt(),
                BinaryOp::GreaterEqual => order.is_ge(),
                BinaryOp::Equal => order.is_eq(),
                BinaryOp::NotEqual => order.is_ne(),
                _ => return None,
            };
            Some(whole(INT, holds.into()))
        };
        let (x, y) = match (&a.number, &b.number) {
            (Number::Whole(x), Number::Whole(y)) => (*x, *y),
            _ => {
                let (Number::Real(x), Number::Real(y)) = (
                    self.convert(a, &Ty::Double).number,
                    self.convert(b, &Ty::Double).number,
                ) else {
                    panic!("not real")
                };
                let result = match op {
                    BinaryOp::Add => x + y,
                    BinaryOp::Subtract => x - y,
                    _ => return compared(x.partial_cmp(&y)).expect("a comparison"),
                };
                return Value {
                    ty: Ty::Double,
                    number: Number::Real(result),
                };
            }
        };
        if matches!(op, BinaryOp::ShiftLeft | BinaryOp::ShiftRight) {
            let result = if op == BinaryOp::ShiftLeft { x << y } else { x >> y };
            return whole(promote(&a.ty), result);
        }
        let ty = meet(&a.ty, &b.ty);
        let (x, y) = (cut(&ty, x), cut(&ty, y));
        if let Some(value) = compared(Some(x.cmp(&y))) {
            return value;
        }
        let result = match op {
            BinaryOp::Add => x + y,
            BinaryOp::Subtract => x - y,
            BinaryOp::Multiply => (cut(&ULONG, x) as u64).wrapping_mul(cut(&ULONG, y) as u64).into(),
            BinaryOp::Divide => x / y,
            BinaryOp::Remainder => x % y,
            BinaryOp::And => x & y,
            BinaryOp::Or => x | y,
            BinaryOp::Xor => x ^ y,
            _ => panic!("{op:?}"),
        };
        whole(ty, result)
    }

    fn call(&mut self, name: &str, arguments: &[Expr]) -> Option<Value> {
        let values: Vec<Value> = arguments.iter().map(|argument| self.value(argument)).collect();
        if name == "test_statement" {
            self.tested.push(match values[0].number {
                Number::Whole(n) => n as u64,
                Number::Real(r) => r.to_bits(),
            });
            return None;
        }
        let function = self.functions[name].clone();
        let outside = core::mem::take(&mut self.locals);
        for (value, (ty, name)) in values.into_iter().zip(&function.parameters) {
            let ty = self.ty(ty);
            let at = self.allocate(&name.text, ty.clone());
            self.write(&Place::Memory(at), &ty, value);
        }
        let flow = self.statements(&function.body);
        self.locals = outside;
        let returns = self.ty(&function.returns);
        Some(match flow {
            Flow::Return(Some(value)) => self.convert(value, &returns),
            _ => whole(returns, 0),
        })
    }

    fn statements(&mut self, statements: &[Statement]) -> Flow {
        for statement in statements {
            match self.statement(statement) {
                Flow::Next => (),
                other => return other,
            }
        }
        Flow::Next
    }

    /// One turn of a loop; `Some` ends it.
    fn turn(&mut self, body: &[Statement]) -> Option<Flow> {
        match self.statements(body) {
            Flow::Next | Flow::Continue => None,
            Flow::Break => Some(Flow::Next),
            Flow::Return(value) => Some(Flow::Return(value)),
        }
    }

    fn statement(&mut self, statement: &Statement) -> Flow {
        match &statement.kind {
            StatementKind::Block(body) => return self.statements(body),
            StatementKind::Declare {
                type_name,
                declarator,
                value,
            } => {
                self.declare(type_name, declarator, value.as_ref());
            }
            StatementKind::Struct { name, members } => {
                let members = members
                    .iter()
                    .flatten()
                    .map(|(ty, d)| (d.name.text.clone(), self.ty(ty)));
                let members = members.collect();
                self.structs.insert(name.text.clone(), members);
            }
            StatementKind::Expression(expr) => match &expr.kind {
                ExprKind::Call(name, arguments) => {
                    self.call(&name.text, arguments);
                }
                other => panic!("{other:?}"),
            },
            StatementKind::Assign {
                targets,
                operator,
                value,
            } => self.assign(targets, *operator, value),
            StatementKind::If { arms, otherwise } => {
                for (condition, body) in arms {
                    if self.is_true(condition) {
                        return self.statements(body);
                    }
                }
                return self.statements(otherwise.as_deref().unwrap_or_default());
            }
            StatementKind::While { condition, body } => {
                while self.is_true(condition) {
                    if let Some(flow) = self.turn(body) {
                        return flow;
                    }
                }
            }
            StatementKind::DoWhile { body, condition } => loop {
                if let Some(flow) = self.turn(body) {
                    return flow;
                }
                if !self.is_true(condition) {
                    break;
                }
            },
            StatementKind::For {
                init,
                condition,
                step,
                body,
            } => {
                init.iter().for_each(|init| {
                    self.statement(init);
                });
                while self.is_true(condition) {
                    if let Some(flow) = self.turn(body) {
                        return flow;
                    }
                    step.iter().for_each(|step| {
                        self.statement(step);
                    });
                }
            }
            StatementKind::Break => return Flow::Break,
            StatementKind::Continue => return Flow::Continue,
            StatementKind::Return(value) => {
                return Flow::Return(value.as_ref().map(|value| self.value(value)));
            }
            other => panic!("{other:?}"),
        }
        Flow::Next
    }

    fn assign(&mut self, targets: &[Expr], operator: Option<BinaryOp>, from: &Expr) {
        if let Some(op) = operator {
            let (place, ty) = self.place(&targets[0]);
            let old = self.read(&place, &ty);
            let value = self.value(from);
            let value = self.binary(op, old, value);
            self.write(&place, &ty, value);
            return;
        }
        let mut value = self.value(from);
        for target in targets.iter().rev() {
            if let ExprKind::Variable(name) = &target.kind
                && !self.locals.contains_key(name)
            {
                self.allocate(name, ULONG);
            }
            let (place, ty) = self.place(target);
            value = self.write(&place, &ty, value);
        }
    }

    fn declare(&mut self, written: &TypeName, declarator: &Declarator, value: Option<&Initializer>) {
        let base = self.ty(written);
        let mut ty = (0..declarator.pointers).fold(base, |ty, _| Ty::Pointer(Box::new(ty)));
        for dimension in declarator.dimensions.iter().rev() {
            ty = Ty::Array(Box::new(ty), self.integer(dimension) as usize);
        }
        let parts: Vec<(usize, Ty)> = match &ty {
            Ty::Array(of, count) => (0..*count).map(|n| (n * self.size(of), (**of).clone())).collect(),
            Ty::Struct(name) => self.structs[name]
                .iter()
                .map(|(member, _)| self.offset(name, member))
                .collect(),
            _ => vec![(0, ty.clone())],
        };
        let items: Vec<&Initializer> = match value {
            None => Vec::new(),
            Some(Initializer::List(items, _)) => items.iter().collect(),
            Some(one) => vec![one],
        };
        let name = &declarator.name.text;
        let single = matches!(value, Some(Initializer::Value(_)));
        if single {
            let Some(Initializer::Value(expr)) = items.first() else {
                panic!("a list")
            };
            let value = self.value(expr);
            let at = self.allocate(name, ty.clone());
            self.write(&Place::Memory(at), &ty, value);
            return;
        }
        let at = self.allocate(name, ty);
        for (item, (offset, part)) in items.into_iter().zip(parts) {
            let Initializer::Value(expr) = item else {
                panic!("a list")
            };
            let value = self.value(expr);
            self.write(&Place::Memory(at + offset), &part, value);
        }
    }
}
