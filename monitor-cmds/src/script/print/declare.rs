//! Types and declarators.

use crate::script::ast::BaseType;
use crate::script::ast::Declarator;
use crate::script::ast::Name;
use crate::script::ast::Scalar;
use crate::script::ast::TypeName;
use alloc::vec::Vec;
use core::fmt;
use core::fmt::Display;
use core::fmt::Formatter;

impl Display for Scalar {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::Void => "void",
            Self::Bool => "bool",
            Self::Float => "float",
            Self::Double => "double",
            Self::Integer { size: 1, .. } => "char",
            Self::Integer { size: 2, .. } => "short",
            Self::Integer { size: 4, .. } => "int",
            Self::Integer { .. } => "long",
        };
        let unsigned = matches!(self, Self::Integer { signed: false, .. });
        write!(f, "{}{word}", if unsigned { "unsigned " } else { "" })
    }
}

impl Display for BaseType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(scalar) => write!(f, "{scalar}"),
            Self::Struct(name) => write!(f, "struct {}", name.text),
            Self::Alias(name) => f.write_str(&name.text),
        }
    }
}

impl Display for TypeName {
    /// The base, and the stars after a space.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.base)?;
        if self.pointers > 0 {
            f.write_str(" ")?;
        }
        (0..self.pointers).try_for_each(|_| f.write_str("*"))
    }
}

impl Display for Declarator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        (0..self.pointers).try_for_each(|_| f.write_str("*"))?;
        f.write_str(&self.name.text)?;
        self.dimensions.iter().try_for_each(|size| write!(f, "[{size}]"))
    }
}

/// `struct name` with its members on one line.
pub(super) fn structure(
    f: &mut Formatter<'_>,
    name: &Name,
    members: Option<&Vec<(TypeName, Declarator)>>,
) -> fmt::Result {
    write!(f, "struct {}", name.text)?;
    let Some(members) = members else { return Ok(()) };
    f.write_str(" { ")?;
    for (of, member) in members {
        write!(f, "{of} {member}; ")?;
    }
    f.write_str("}")
}
