//! Agent expressions: no bytes make the evaluator panic or run on, and validated ones fail only by their data.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stub_hv::debug::agent::AgentError;
use stub_hv::debug::agent::Machine;
use stub_hv::debug::agent::eval;
use stub_hv::debug::agent::validate;

struct Fake;

impl Machine for Fake {
    fn register(&mut self, number: u16) -> Option<u64> {
        (number < 64).then_some(u64::from(number) << 32 | 0xfff)
    }

    fn read(&mut self, address: u64, into: &mut [u8]) -> bool {
        into.fill(address as u8);
        address & 0x8000 == 0
    }
}

fuzz_target!(|code: &[u8]| {
    let valid = validate(code).is_ok();
    let result = eval(code, &mut Fake);
    assert!(
        !valid
            || matches!(
                result,
                Ok(_)
                    | Err(AgentError::NoMemory(_)
                        | AgentError::NoRegister(_)
                        | AgentError::DivideByZero
                        | AgentError::TooManySteps)
            )
    );
});
