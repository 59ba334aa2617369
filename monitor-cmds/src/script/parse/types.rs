//! Types.

use super::Parser;
use crate::script::ScriptError;
use crate::script::ast::BaseType;
use crate::script::ast::Name;
use crate::script::ast::Scalar;
use crate::script::ast::TypeName;
use crate::script::keywords;
use crate::script::lex::Kind;
use crate::script::lex::Token;
use alloc::format;

/// Most stars of one type.
const MAX_POINTERS: u8 = 16;

/// The words of a scalar type so far.
#[derive(Clone, Copy, Default)]
struct Words {
    signed: Option<bool>,
    /// `int`.
    int: bool,
    /// How many `long`.
    long: u8,
    short: bool,
    /// A type that takes no `int` or `long`.
    other: Option<Scalar>,
}

impl Words {
    /// These words and one more, if they can be part of a type together.
    fn and(mut self, word: &str) -> Option<Self> {
        let once = match word {
            "unsigned" | "signed" => self.signed.replace(word == "signed").is_none(),
            "int" => !core::mem::replace(&mut self.int, true),
            "short" => !core::mem::replace(&mut self.short, true),
            "long" => {
                self.long = self.long.saturating_add(1);
                self.long <= 2
            }
            _ => {
                let scalar = match word {
                    "void" => Scalar::Void,
                    "bool" => Scalar::Bool,
                    "float" => Scalar::Float,
                    "double" => Scalar::Double,
                    _ => Scalar::Integer {
                        size: 1,
                        signed: true,
                    },
                };
                self.other.replace(scalar).is_none()
            }
        };
        let sized = self.long > 0 || self.short;
        let fits = match self.other {
            None => !(self.long > 0 && self.short),
            Some(Scalar::Integer { .. }) => !sized && !self.int,
            Some(_) => !sized && !self.int && self.signed.is_none(),
        };
        (once && fits).then_some(self)
    }

    fn scalar(self) -> Scalar {
        let size = match (self.other, self.long, self.short) {
            (Some(Scalar::Integer { size, .. }), ..) => size,
            (Some(scalar), ..) => return scalar,
            (None, 0, true) => 2,
            (None, 0, false) => 4,
            (None, ..) => 8,
        };
        let signed = self.signed.unwrap_or(true);
        Scalar::Integer { size, signed }
    }
}

impl Parser<'_> {
    /// Does a type begin with `token`?
    pub(super) fn is_type(&self, token: &Token<'_>) -> bool {
        match token.kind {
            Kind::Word(word) => {
                word == "struct" || keywords::TYPES.contains(&word) || self.alias(word).is_some()
            }
            _ => false,
        }
    }

    /// A type with its stars, as in a cast.
    pub(super) fn type_name(&mut self) -> Result<TypeName, ScriptError> {
        let mut type_name = self.base_type()?;
        type_name.pointers = self.stars()?;
        type_name.span.end = self.last;
        Ok(type_name)
    }

    /// A type without stars.
    pub(super) fn base_type(&mut self) -> Result<TypeName, ScriptError> {
        let start = self.token.span.start;
        let base = match self.token.kind {
            Kind::Word("struct") => {
                self.advance()?;
                BaseType::Struct(self.name("a struct's name")?)
            }
            Kind::Word(word) if self.alias(word).is_some() => {
                let span = self.advance()?.span;
                let text = word.into();
                BaseType::Alias(Name { text, span })
            }
            _ => BaseType::Scalar(self.scalar()?),
        };
        Ok(TypeName {
            base,
            pointers: 0,
            span: self.since(start),
        })
    }

    fn scalar(&mut self) -> Result<Scalar, ScriptError> {
        let mut words = None;
        while let Kind::Word(word) = self.token.kind
            && keywords::TYPES.contains(&word)
        {
            let place = self.token.span.start;
            let more = words.unwrap_or(Words::default()).and(word).ok_or_else(|| {
                let why = format!(
                    "Syntax Error: Undefined Variable Type: '{word}' does not fit the words before it"
                );
                ScriptError::new(place, why)
            })?;
            words = Some(more);
            self.advance()?;
        }
        words.map(Words::scalar).ok_or_else(|| self.expected("a type"))
    }

    /// The stars of a pointer, none or more.
    pub(super) fn stars(&mut self) -> Result<u8, ScriptError> {
        let mut stars = 0_u8;
        while self.token.is("*") {
            stars = stars.saturating_add(1);
            if stars > MAX_POINTERS {
                return Err(self.expected(format_args!("at most {MAX_POINTERS:x} '*'")));
            }
            self.advance()?;
        }
        Ok(stars)
    }
}
