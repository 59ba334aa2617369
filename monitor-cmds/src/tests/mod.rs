//! Tests of the whole way: text in, command or text out.

mod hostile;
mod output;
mod parse;
mod reference;
