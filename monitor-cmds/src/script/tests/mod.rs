//! Scripts that are accepted and refused, and what they are parsed to.

mod accepted;
mod corpus;
pub(crate) mod documentation;
pub(crate) mod generate;
mod refused;
mod round_trip;
mod tree;
mod vm;
