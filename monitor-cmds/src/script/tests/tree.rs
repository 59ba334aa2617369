//! The tree itself: what nodes and places a text gives.

use crate::script::ast::BaseType;
use crate::script::ast::BinaryOp;
use crate::script::ast::ExprKind;
use crate::script::ast::Initializer;
use crate::script::ast::Item;
use crate::script::ast::Scalar;
use crate::script::ast::Statement;
use crate::script::ast::StatementKind;
use crate::script::parse;
use alloc::vec::Vec;

fn statements(source: &str) -> Vec<Statement> {
    let items = parse(source).unwrap().items;
    items
        .into_iter()
        .map(|item| match item {
            Item::Statement(statement) => statement,
            Item::Function(function) => panic!("{function}"),
        })
        .collect()
}

#[test]
fn places_are_bytes_of_the_source() {
    let source = "// é\nif (@rax + (2)) { x = y[1] ; } p->m ++;";
    let all = statements(source);
    let text = |span: &core::ops::Range<usize>| &source[span.clone()];
    let [first, second] = all.as_slice() else {
        panic!("{all:?}")
    };
    assert_eq!(text(&first.span), "if (@rax + (2)) { x = y[1] ; }");
    assert_eq!(text(&second.span), "p->m ++;");
    let StatementKind::If {
        arms,
        otherwise: None,
    } = &first.kind
    else {
        panic!("{first:?}")
    };
    let [(condition, body)] = arms.as_slice() else {
        panic!("{arms:?}")
    };
    assert_eq!(text(&condition.span), "@rax + (2");
    assert_eq!(text(&body[0].span), "x = y[1] ;");
    let StatementKind::Assign {
        targets,
        operator: None,
        value,
    } = &body[0].kind
    else {
        panic!("{body:?}")
    };
    assert_eq!((text(&targets[0].span), text(&value.span)), ("x", "y[1]"));
    let StatementKind::Assign {
        targets,
        operator,
        value,
    } = &second.kind
    else {
        panic!("{second:?}")
    };
    assert_eq!(
        (text(&targets[0].span), *operator, text(&value.span)),
        ("p->m", Some(BinaryOp::Add), "++")
    );
    assert_eq!(value.kind, ExprKind::Integer(1));
}

#[test]
fn stars_of_a_declaration_are_the_declarators() {
    let all = statements("struct T { int *x, y; }; unsigned char **p = (char *)0;");
    let StatementKind::Struct {
        name,
        members: Some(members),
    } = &all[0].kind
    else {
        panic!("{all:?}")
    };
    assert_eq!(name.text, "T");
    let shape: Vec<_> = members
        .iter()
        .map(|(of, m)| (of.pointers, m.pointers, m.name.text.as_str()))
        .collect();
    assert_eq!(shape, [(0, 1, "x"), (0, 0, "y")]);
    let StatementKind::Declare {
        type_name,
        declarator,
        value: Some(Initializer::Value(value)),
    } = &all[1].kind
    else {
        panic!("{all:?}")
    };
    let scalar = Scalar::Integer {
        size: 1,
        signed: false,
    };
    assert_eq!(
        (&type_name.base, type_name.pointers, declarator.pointers),
        (&BaseType::Scalar(scalar), 0, 2)
    );
    let ExprKind::Cast(to, _) = &value.kind else {
        panic!("{value:?}")
    };
    assert_eq!(to.pointers, 1);
}

#[test]
fn functions_keep_their_place_among_statements() {
    let items = parse("x = 1; char *f_(int *a_, struct T b_) { } y = f_(&x, z);")
        .unwrap()
        .items;
    let [Item::Statement(_), Item::Function(function), Item::Statement(_)] = items.as_slice() else {
        panic!("{items:?}")
    };
    assert_eq!(
        (function.returns.pointers, function.name.text.as_str()),
        (1, "f_")
    );
    let shape: Vec<_> = function
        .parameters
        .iter()
        .map(|(of, name)| (of.pointers, name.text.as_str()))
        .collect();
    assert_eq!(shape, [(1, "a_"), (0, "b_")]);
    assert!(function.body.is_empty());
}

#[test]
fn strings_keep_every_unit() {
    let all = statements("printf(\"\\x00z\\xff\", 1); x = wcslen(L\"\\xd800\\x0\");");
    let StatementKind::Expression(call) = &all[0].kind else {
        panic!("{all:?}")
    };
    let ExprKind::Call(name, arguments) = &call.kind else {
        panic!("{call:?}")
    };
    assert_eq!(name.text, "printf");
    assert_eq!(arguments[0].kind, ExprKind::Text([0, b'z', 0xff].to_vec()));
    let StatementKind::Assign { value, .. } = &all[1].kind else {
        panic!("{all:?}")
    };
    let ExprKind::Call(_, arguments) = &value.kind else {
        panic!("{value:?}")
    };
    assert_eq!(arguments[0].kind, ExprKind::WideText([0xd800, 0].to_vec()));
}
