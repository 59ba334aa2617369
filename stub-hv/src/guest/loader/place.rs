//! Bringing modules out of the way before anything else is put into memory.
//!
//! The boot loader puts modules wherever it likes: right behind the hypervisor's image and in the middle of
//! what a guest wants. They are moved to the top of usable memory, where neither a kernel nor a guest's
//! early allocations go. The order of the moves is the difficulty: a module must not land on one that has
//! still to be moved. Each module therefore goes to the highest place that is free at its turn, that is,
//! free of the modules already placed and of those that still lie where the boot loader put them. So
//! there is no order to get wrong; the price is that a place may be passed over in very tight memory.

use super::LoadError;
use super::PAGE;
use crate::boot::multiboot::MAX_MODULES;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::Inaccessible;
use crate::memory::MemoryMap;
use core::cmp::Reverse;
use core::ops::Range;
use heapless::Vec;

/// One copy of guest memory; source and destination may overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The first byte of the source.
    pub from: u64,
    /// The first byte of the destination, the start of a page.
    pub to: u64,
    /// How many bytes.
    pub length: u64,
}

/// Where each module ends up, and how it gets there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The copies, to be made in this order.
    pub moves: Vec<Move, MAX_MODULES>,
    /// Where the modules are afterwards, in the order they were given.
    pub ranges: Vec<Range<u64>, MAX_MODULES>,
}

impl Plan {
    /// Makes the moves.
    pub fn run<M: GuestMemory>(&self, memory: &mut M) -> Result<(), Inaccessible> {
        self.moves
            .iter()
            .try_for_each(|step| memory.copy(GuestPhysical(step.from), GuestPhysical(step.to), step.length))
    }
}

/// Plans how to bring modules to the top of the usable memory of `map` below `limit`, each to the start of a
/// page. Modules may lie in reserved memory (they have to leave it) but must not overlap each other.
///
/// Errors: [`LoadError::TooManyModules`], [`LoadError::NoRoom`], [`LoadError::Map`].
pub fn plan_moves(modules: &[Range<u64>], map: &MemoryMap, limit: u64) -> Result<Plan, LoadError> {
    let ranges = Vec::from_slice(modules).map_err(|_| LoadError::TooManyModules {
        count: modules.len(),
        limit: MAX_MODULES,
    })?;
    let mut plan = Plan {
        moves: Vec::new(),
        ranges,
    };

    // Highest first: then in ordinary memory every module moves up, away from the ones still waiting.
    let mut order: Vec<usize, MAX_MODULES> = (0..modules.len()).collect();
    order.sort_unstable_by_key(|&index| Reverse(modules.get(index).map(|range| range.start)));

    let mut placed = map.clone();
    let mut waiting = order.as_slice();
    while let Some((&index, rest)) = waiting.split_first() {
        waiting = rest;
        let Some(module) = modules.get(index).filter(|range| !range.is_empty()) else {
            continue;
        };
        let mut free = placed.clone();
        for other in waiting.iter().filter_map(|&other| modules.get(other)) {
            free.reserve(other.clone())?;
        }
        let length = module.end - module.start;
        let to = free.highest_usable_below(limit, length, PAGE);
        let to = to
            .or_else(|| stays(module, &free, limit))
            .ok_or(LoadError::NoRoom {
                what: "a module",
                needed: length,
                available: free.largest_usable(0..limit),
            })?;
        placed.reserve(to.clone())?;
        if to.start != module.start {
            let step = Move {
                from: module.start,
                to: to.start,
                length,
            };
            plan.moves.push(step).map_err(|_| too_many(modules))?;
        }
        if let Some(range) = plan.ranges.get_mut(index) {
            *range = to;
        }
    }
    Ok(plan)
}

/// A module for which there is no aligned place may stay where it is, if that is usable.
fn stays(module: &Range<u64>, free: &MemoryMap, limit: u64) -> Option<Range<u64>> {
    (module.end <= limit && free.is_usable(module)).then(|| module.clone())
}

fn too_many(modules: &[Range<u64>]) -> LoadError {
    LoadError::TooManyModules {
        count: modules.len(),
        limit: MAX_MODULES,
    }
}

#[cfg(test)]
mod tests;
