//! Types of values, and how structures are laid out in memory.

use super::arith::IntType;
use super::ast::Scalar;
use super::bytecode::Width;
use super::float::FloatType;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

/// The type of a value or of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Void,
    Bool,
    Int { size: u8, signed: bool },
    Float,
    Double,
    Pointer(Rc<Type>),
    Array(Rc<Type>, u32),
    Struct(usize),
}

impl Type {
    pub(crate) const INT: Self = Self::Int {
        size: 4,
        signed: true,
    };
    /// Literals, registers.
    pub(crate) const LONG: Self = Self::Int {
        size: 8,
        signed: true,
    };
    /// Variables without a type, functions of the language.
    pub(crate) const UNSIGNED_LONG: Self = Self::Int {
        size: 8,
        signed: false,
    };

    pub(crate) fn pointer(to: Self) -> Self {
        Self::Pointer(Rc::new(to))
    }

    /// `char *`.
    pub(crate) fn text() -> Self {
        Self::pointer(Self::Int {
            size: 1,
            signed: true,
        })
    }

    pub(crate) fn of(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Void => Self::Void,
            Scalar::Bool => Self::Bool,
            Scalar::Integer { size, signed } => Self::Int { size, signed },
            Scalar::Float => Self::Float,
            Scalar::Double => Self::Double,
        }
    }

    /// The type that operators work in: `int` for what is narrower, 64 bits for pointers. `None` if not an integer
    /// or pointer.
    pub(crate) fn promoted(&self) -> Option<IntType> {
        Some(match *self {
            Self::Bool => IntType::I32,
            Self::Int {
                size: 4,
                signed: false,
            } => IntType::U32,
            Self::Int {
                size: 8,
                signed: true,
            } => IntType::I64,
            Self::Int { size: 8, .. } | Self::Pointer(_) => IntType::U64,
            Self::Int { .. } => IntType::I32,
            _ => return None,
        })
    }

    pub(crate) fn float(&self) -> Option<FloatType> {
        match self {
            Self::Float => Some(FloatType::Single),
            Self::Double => Some(FloatType::Double),
            _ => None,
        }
    }

    pub(crate) fn is_pointer(&self) -> bool {
        matches!(self, Self::Pointer(_))
    }

    /// Does a value of it fit one temporary?
    pub(crate) fn is_scalar(&self) -> bool {
        !matches!(self, Self::Void | Self::Array(..) | Self::Struct(_))
    }

    /// How a scalar is read from and written to memory.
    pub(crate) fn width(&self) -> Option<Width> {
        Some(match *self {
            Self::Bool => Width::Bool,
            Self::Int {
                size: 1,
                signed: true,
            } => Width::I8,
            Self::Int { size: 1, .. } => Width::U8,
            Self::Int {
                size: 2,
                signed: true,
            } => Width::I16,
            Self::Int { size: 2, .. } => Width::U16,
            Self::Int {
                size: 4,
                signed: true,
            } => Width::I32,
            Self::Int { size: 4, .. } | Self::Float => Width::U32,
            Self::Int { .. } | Self::Double | Self::Pointer(_) => Width::U64,
            _ => return None,
        })
    }
}

impl From<IntType> for Type {
    fn from(ty: IntType) -> Self {
        Self::Int {
            size: if ty.bits() == 32 { 4 } else { 8 },
            signed: ty.signed(),
        }
    }
}

/// The common type of two promoted operands.
pub(crate) fn common(a: IntType, b: IntType) -> IntType {
    match (a, b) {
        (IntType::U64, _) | (_, IntType::U64) => IntType::U64,
        (IntType::I64, _) | (_, IntType::I64) => IntType::I64,
        (IntType::U32, _) | (_, IntType::U32) => IntType::U32,
        (IntType::I32, IntType::I32) => IntType::I32,
    }
}

/// A member of a structure.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) offset: u32,
}

/// A structure; without members it was only named so far.
#[derive(Clone, Debug)]
pub(crate) struct Structure {
    pub(crate) name: String,
    pub(crate) members: Option<Vec<Member>>,
    pub(crate) size: u32,
    pub(crate) align: u32,
}

/// The structures of a script.
#[derive(Debug, Default)]
pub(crate) struct Structures(pub(crate) Vec<Structure>);

impl Structures {
    /// The structure called `name`, which is made known if it was not.
    pub(crate) fn named(&mut self, name: &str) -> usize {
        if let Some(known) = self.find(name) {
            return known;
        }
        self.0.push(Structure {
            name: name.into(),
            members: None,
            size: 0,
            align: 1,
        });
        self.0.len().saturating_sub(1)
    }

    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|known| known.name == name)
    }

    pub(crate) fn members(&self, structure: usize) -> Option<&[Member]> {
        self.0.get(structure)?.members.as_deref()
    }

    /// Gives `structure` its members, each at the next offset that its alignment allows. `false` if a member has
    /// no size or the whole is too large.
    pub(crate) fn define(&mut self, structure: usize, members: Vec<(String, Type)>) -> bool {
        let Some((laid_out, size, align)) = self.lay_out(members) else {
            return false;
        };
        let Some(known) = self.0.get_mut(structure) else {
            return false;
        };
        known.members = Some(laid_out);
        known.size = size;
        known.align = align;
        true
    }

    fn lay_out(&self, members: Vec<(String, Type)>) -> Option<(Vec<Member>, u32, u32)> {
        let (mut end, mut align) = (0_u32, 1_u32);
        let mut laid_out = Vec::with_capacity(members.len());
        for (name, ty) in members {
            let (size, own) = self.layout(&ty)?;
            align = align.max(own);
            let offset = end.checked_next_multiple_of(own)?;
            end = offset.checked_add(size)?;
            laid_out.push(Member { name, ty, offset });
        }
        // The empty structure has size 1, so that its elements in an array are apart.
        let size = end.max(1).checked_next_multiple_of(align)?;
        Some((laid_out, size, align))
    }

    /// Size and alignment in bytes; `None` for `void` and for a structure without members so far.
    pub(crate) fn layout(&self, ty: &Type) -> Option<(u32, u32)> {
        Some(match ty {
            Type::Void => return None,
            Type::Bool => (1, 1),
            Type::Int { size, .. } => (u32::from(*size), u32::from(*size)),
            Type::Float => (4, 4),
            Type::Double | Type::Pointer(_) => (8, 8),
            Type::Array(of, count) => {
                let (size, align) = self.layout(of)?;
                (size.checked_mul(*count)?, align)
            }
            Type::Struct(structure) => {
                let known = self.0.get(*structure)?;
                known.members.as_ref()?;
                (known.size, known.align)
            }
        })
    }

    /// Size in bytes; `None` as for [`layout`](Self::layout).
    pub(crate) fn size(&self, ty: &Type) -> Option<u32> {
        self.layout(ty).map(|(size, _)| size)
    }
}
