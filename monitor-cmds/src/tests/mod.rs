//! Tests of the whole way: text in, command or text out.

mod code;
mod corpus;
mod documentation;
mod events;
mod expressions;
mod hostile;
mod memory;
mod output;
mod parse;
mod reference;
mod round_trip;
mod system;
