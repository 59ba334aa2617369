//! `dl`, and with `!`: follows the pointers of a linked list.

use crate::Address;
use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Guest;
use crate::Machine;
use crate::args::Args;
use crate::commands::memory;
use crate::commands::memory::Rules;
use crate::commands::memory::Space;
use crate::script::Globals;
use alloc::collections::BTreeMap;
use core::fmt;
use core::fmt::Write;

/// Nodes followed without `l`.
const DEFAULT_COUNT: u64 = 0x100;
/// The most nodes that one command follows.
const MOST: u64 = 0x10000;

/// A list to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Virtual or physical.
    pub space: Space,
    /// The first node.
    pub address: Address,
    /// Where in a node the 8-byte pointer to the next one is; 0 if not given.
    pub offset: Option<u64>,
    /// Nodes to print at most, at least 1; 100 if not given.
    pub count: Option<u64>,
    /// The process whose memory it is.
    pub pid: Option<u32>,
}

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "dl",
    aliases: &["!dl"],
    group: Group::Memory,
    parameters: "ADDRESS [o OFFSET] [l COUNT] [pid X]",
    summary: "follow a linked list ('!': physical)",
    details: "\
Prints the address of each node. The pointer to the next node is the 8-byte number OFFSET (default
0) bytes into a node; 'o 8' follows the second pointer of a doubly linked list. Ends at a null
pointer, at a node that was there before, at memory that cannot be read, or after COUNT nodes
(default 100, up to 10000).",
    examples: &[(
        "dl ffffffff82a0c480 l 20",
        "follow at most 32 nodes of a kernel list",
    )],
    keywords: &["o", "l", "pid"],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let space = Space::of(args.word());
    let rules = Rules {
        offset: true,
        ..Rules::new(MOST, space)
    };
    let (address, words) = memory::address_and_words(args, rules)?;
    Ok(Command::List(List {
        space,
        address,
        offset: words.offset,
        count: words.length,
        pid: words.pid,
    }))
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}dl {}", self.space.mark(), self.address)?;
        if let Some(offset) = self.offset {
            write!(f, " o {offset:x}")?;
        }
        memory::write_words(f, self.count, self.pid)
    }
}

pub(crate) fn execute(
    list: &List,
    machine: &mut dyn Machine,
    globals: &mut Globals,
    out: &mut dyn Write,
) -> fmt::Result {
    memory::at_address(
        machine,
        globals,
        (&list.address, list.pid),
        out,
        &mut |guest, first, out| follow(list, guest, first, out),
    )
}

fn follow(list: &List, guest: &mut dyn Guest, first: u64, out: &mut dyn Write) -> fmt::Result {
    let count = list.count.unwrap_or(DEFAULT_COUNT);
    let mut seen = BTreeMap::new();
    let mut node = first;
    for index in 0..=count {
        if node == 0 {
            return writeln!(out, "null pointer: the list ends");
        }
        if let Some(before) = seen.insert(node, index) {
            return writeln!(out, "{node:016x} is [{before:x}] again: the list is circular");
        }
        if index == count {
            break;
        }
        writeln!(out, "[{index:x}] {node:016x}")?;
        let link = node.wrapping_add(list.offset.unwrap_or(0));
        match list.space.number(guest, link, 8) {
            Ok(next) => node = next,
            Err(error) => return writeln!(out, "err, {error}"),
        }
    }
    writeln!(out, "there are more: 'l COUNT' sets how many nodes are followed")
}
