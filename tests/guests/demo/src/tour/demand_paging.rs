//! A page fault that is handled by mapping the page.

use core::sync::atomic::Ordering;

use crate::console::println;
use crate::faultable;
use crate::paging;
use crate::traps::PAGE_FAULTS;

/// The step of the tour: another page of the range each round.
#[inline(never)]
pub(crate) fn round(number: u64) {
    let page = number % paging::DEMAND_PAGES;
    let before = PAGE_FAULTS.load(Ordering::Relaxed);
    let byte = faultable::read_byte(paging::DEMAND_START + page * 4096);
    let faults = PAGE_FAULTS.load(Ordering::Relaxed) - before;
    if byte != Ok(0) || faults != 1 {
        println!("demo: demand page {page} read {byte:?} after {faults} faults");
    }
    paging::unmap_demand(page);
}
