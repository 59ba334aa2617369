//! The canonical text of a tree: numbers in hexadecimal with `0x`, registers with `@`, parentheses where they are
//! needed, one statement a line. Parsing the text gives the same tree, but for places.

use super::ast::Function;
use super::ast::Initializer;
use super::ast::Item;
use super::ast::Program;
use super::ast::Statement;
use super::ast::StatementKind;
use super::ast::TypeName;
use alloc::vec::Vec;
use core::fmt;
use core::fmt::Display;
use core::fmt::Formatter;
use core::fmt::Write;

mod declare;
mod expression;

impl Display for Program {
    /// One item after another, each ended by a newline.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // A block alone would be read as the braces around a script.
        let [Item::Statement(only)] = self.items.as_slice() else {
            return self.items.iter().try_for_each(|item| match item {
                Item::Function(function) => write!(f, "{function}"),
                Item::Statement(statement) => statement.print(f, 0),
            });
        };
        if !matches!(only.kind, StatementKind::Block(_)) {
            return only.print(f, 0);
        }
        f.write_str("{\n")?;
        only.print(f, 1)?;
        f.write_str("}\n")
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}(", TypeBefore(&self.returns), self.name.text)?;
        for (index, (of, name)) in self.parameters.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{}{}", TypeBefore(of), name.text)?;
        }
        f.write_str(") ")?;
        block(f, &self.body, 0)?;
        f.write_char('\n')
    }
}

/// A type and what separates it from a name.
struct TypeBefore<'t>(&'t TypeName);

impl Display for TypeBefore<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let space = if self.0.pointers == 0 { " " } else { "" };
        write!(f, "{}{space}", self.0)
    }
}

impl Display for Statement {
    /// Ended by a newline.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.print(f, 0)
    }
}

impl Display for Initializer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::List(values, _) => {
                f.write_str("{")?;
                for (index, value) in values.iter().enumerate() {
                    f.write_str(if index > 0 { ", " } else { "" })?;
                    write!(f, "{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

fn indent(f: &mut Formatter<'_>, levels: usize) -> fmt::Result {
    (0..levels).try_for_each(|_| f.write_str("    "))
}

/// `{ ... }` without a newline after it.
fn block(f: &mut Formatter<'_>, body: &[Statement], levels: usize) -> fmt::Result {
    f.write_str("{\n")?;
    for statement in body {
        statement.print(f, levels.saturating_add(1))?;
    }
    indent(f, levels)?;
    f.write_str("}")
}

impl Statement {
    fn print(&self, f: &mut Formatter<'_>, levels: usize) -> fmt::Result {
        indent(f, levels)?;
        match &self.kind {
            StatementKind::Block(body) => block(f, body, levels)?,
            StatementKind::If { arms, otherwise } => {
                for (index, (condition, body)) in arms.iter().enumerate() {
                    write!(f, "{} ({condition}) ", if index == 0 { "if" } else { " elsif" })?;
                    block(f, body, levels)?;
                }
                if let Some(body) = otherwise {
                    f.write_str(" else ")?;
                    block(f, body, levels)?;
                }
            }
            StatementKind::While { condition, body } => {
                write!(f, "while ({condition}) ")?;
                block(f, body, levels)?;
            }
            StatementKind::DoWhile { body, condition } => {
                f.write_str("do ")?;
                block(f, body, levels)?;
                write!(f, " while ({condition});")?;
            }
            StatementKind::For {
                init,
                condition,
                step,
                body,
            } => {
                f.write_str("for (")?;
                init.iter().try_for_each(|part| part.simple(f))?;
                write!(f, "; {condition}; ")?;
                step.iter().try_for_each(|part| part.simple(f))?;
                f.write_str(") ")?;
                block(f, body, levels)?;
            }
            _ => {
                self.simple(f)?;
                f.write_str(";")?;
            }
        }
        f.write_char('\n')
    }

    /// A statement that a semicolon ends, without the semicolon.
    fn simple(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            StatementKind::Declare {
                type_name,
                declarator,
                value,
            } => {
                write!(f, "{type_name} {declarator}")?;
                value.iter().try_for_each(|value| write!(f, " = {value}"))
            }
            StatementKind::Struct { name, members } => declare::structure(f, name, members.as_ref()),
            StatementKind::Typedef { type_name, name } => {
                write!(f, "typedef {}{}", TypeBefore(type_name), name.text)
            }
            StatementKind::Expression(value) => write!(f, "{value}"),
            StatementKind::Assign {
                targets,
                operator,
                value,
            } => {
                let mark = operator.map_or("", |operator| operator.mark());
                for target in targets {
                    write!(f, "{target} {mark}= ")?;
                }
                write!(f, "{value}")
            }
            StatementKind::Break => f.write_str("break"),
            StatementKind::Continue => f.write_str("continue"),
            StatementKind::Return(None) => f.write_str("return"),
            StatementKind::Return(Some(value)) => write!(f, "return {value}"),
            StatementKind::Include(path) => write!(f, "#include \"{path}\""),
            StatementKind::Block(_)
            | StatementKind::If { .. }
            | StatementKind::While { .. }
            | StatementKind::DoWhile { .. }
            | StatementKind::For { .. } => self.print(f, 0),
        }
    }
}

/// Escaped text between quotes. `units` are bytes or UTF-16 units; what is not printable ASCII is written in
/// `digits` hexadecimal digits.
fn quoted(f: &mut Formatter<'_>, units: &[u16], digits: usize) -> fmt::Result {
    f.write_char('"')?;
    let mut after_code = false;
    for &unit in units {
        let c = u8::try_from(unit).map_or('\0', char::from);
        // A digit right after a code would be taken for one of its digits.
        let plain = matches!(c, ' '..='~') && !(after_code && c.is_ascii_hexdigit());
        after_code = false;
        match c {
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            c if plain => f.write_char(c)?,
            _ => {
                write!(f, "\\x{unit:0digits$x}")?;
                after_code = true;
            }
        }
    }
    f.write_char('"')
}

fn wide(bytes: &[u8]) -> Vec<u16> {
    bytes.iter().map(|&byte| byte.into()).collect()
}
