//! `qXfer:features:read`: the target description.

use gdbstub::target::TargetError;
use gdbstub::target::TargetResult;
use gdbstub::target::ext::target_description_xml_override::TargetDescriptionXmlOverride;

use super::INVALID;
use super::Target;

impl TargetDescriptionXmlOverride for Target {
    fn target_description_xml(
        &self,
        annex: &[u8],
        offset: u64,
        length: usize,
        into: &mut [u8],
    ) -> TargetResult<usize, Self> {
        if annex != b"target.xml" {
            return Err(TargetError::Errno(INVALID));
        }
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|offset| self.description.as_bytes().get(offset..));
        let rest = rest.unwrap_or_default();
        let count = rest.len().min(length).min(into.len());
        if let (Some(into), Some(rest)) = (into.get_mut(..count), rest.get(..count)) {
            into.copy_from_slice(rest);
        }
        Ok(count)
    }
}
