//! From a trigger as typed to one with numbers, while the guest is stopped.

use super::AddressSpace;
use super::End;
use super::Hook;
use super::Monitor;
use super::Syscall;
use super::Trigger;
use super::TypedTrigger;
use crate::Address;
use crate::Guest;
use crate::script::Globals;
use alloc::format;
use alloc::string::String;

impl TypedTrigger {
    /// The trigger with its addresses resolved, for `guest`, the selected CPU's, with the address space of the event's
    /// process. Without one, only numbers resolve, and whether they are mapped is not asked.
    ///
    /// # Errors
    /// A line for the user: an address that has no value or is not mapped, or a range that ends before it begins.
    pub fn resolve(&self, guest: Option<&mut dyn Guest>, globals: &mut Globals) -> Result<Trigger, String> {
        let mut at = Resolver { guest, globals };
        Ok(match self {
            Self::Hook(hook) => {
                let address = at.value(&hook.address)?;
                Trigger::Hook(Hook {
                    method: hook.method,
                    address,
                    physical: at.physical(address)?,
                })
            }
            Self::Monitor(monitor) => Trigger::Monitor(at.monitor(monitor)?),
            Self::Syscall(Syscall { check, number }) => Trigger::Syscall(Syscall {
                check: *check,
                number: match number {
                    Some(number) => Some(at.value(number)?),
                    None => None,
                },
            }),
            Self::Sysret(check) => Trigger::Sysret(*check),
            Self::Mode(modes) => Trigger::Mode(*modes),
            Self::Cpuid(leaf) => Trigger::Cpuid(*leaf),
            Self::Msr(msr) => Trigger::Msr(*msr),
            Self::Tsc => Trigger::Tsc,
            Self::Pmc => Trigger::Pmc,
            Self::Vmcall => Trigger::Vmcall,
            Self::Exception(vector) => Trigger::Exception(*vector),
            Self::Interrupt(vector) => Trigger::Interrupt(*vector),
            Self::DebugRegister => Trigger::DebugRegister,
            Self::Io(port) => Trigger::Io(*port),
            Self::Control(control) => Trigger::Control(*control),
            Self::Trace(step) => Trigger::Trace(*step),
            Self::Xsetbv(xcr) => Trigger::Xsetbv(*xcr),
        })
    }
}

struct Resolver<'g, 'v> {
    guest: Option<&'g mut dyn Guest>,
    globals: &'v mut Globals,
}

impl Resolver<'_, '_> {
    fn value(&mut self, address: &Address) -> Result<u64, String> {
        match (address, self.guest.as_deref_mut()) {
            (Address::Number(value), _) => Ok(*value),
            (address, Some(guest)) => address.resolve(guest, self.globals),
            (address, None) => Err(format!(
                "err, couldn't resolve error at '{address}': the selected CPU has no stopped guest"
            )),
        }
    }

    fn physical(&mut self, address: u64) -> Result<Option<u64>, String> {
        let Some(guest) = self.guest.as_deref_mut() else {
            return Ok(None);
        };
        match guest.virtual_to_physical(address) {
            Some(physical) => Ok(Some(physical)),
            None => Err(format!("err, the address {address:x} is not mapped")),
        }
    }

    fn monitor(&mut self, monitor: &Monitor<Address>) -> Result<Monitor, String> {
        let first = self.value(&monitor.first)?;
        let last = match &monitor.end {
            End::Last(last) => self.value(last)?,
            End::Length(length) => length
                .checked_sub(1)
                .and_then(|more| first.checked_add(more))
                .ok_or("err, you should enter a valid length")?,
        };
        if first > last {
            return Err(format!(
                "please choose the 'from' value first, then choose the 'to' value: {first:x} is above {last:x}"
            ));
        }
        if monitor.space == AddressSpace::Virtual {
            self.physical(first)?;
            self.physical(last)?;
        }
        Ok(Monitor {
            space: monitor.space,
            access: monitor.access,
            first,
            end: End::Last(last),
        })
    }
}
