//! The verbs: one file each, with its options and its `main`.

pub(crate) mod bench;
pub(crate) mod build;
pub(crate) mod cmd;
pub(crate) mod demo;
pub(crate) mod image;
pub(crate) mod run;
pub(crate) mod setup;
pub(crate) mod test;
