//! Machines: what boots, what is refused and with which words.

mod boots;
mod refusals;
mod run;
