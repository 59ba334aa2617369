//! Values of pseudo-registers.

use super::Machine;
use crate::Register;
use crate::script::address;
use crate::script::pseudo::Pseudo;
use core::fmt;
use core::fmt::Write;
use core::ops::Range;

/// Where each text stands; the last byte of each stays 0.
const NAME: Range<usize> = 0..17;
const DATE: Range<usize> = 24..40;
const TIME: Range<usize> = 48..72;

/// Writes into bytes, and drops what does not fit.
struct Bytes<'a>(&'a mut [u8]);

impl Write for Bytes<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            let (first, rest) = core::mem::take(&mut self.0).split_first_mut().ok_or(fmt::Error)?;
            *first = byte;
            self.0 = rest;
        }
        Ok(())
    }
}

impl Machine<'_> {
    pub(super) fn pseudo(&mut self, pseudo: Pseudo) -> u64 {
        match pseudo {
            Pseudo::Context => self.context.context,
            Pseudo::EventTag => self.context.event_tag,
            Pseudo::EventId => self.context.event_id,
            Pseudo::EventStage => self.context.event_stage,
            Pseudo::Buffer => self.context.buffer,
            Pseudo::Pid => self.guest.running().pid.into(),
            Pseudo::Tid => self.guest.running().tid.into(),
            Pseudo::Core => self.guest.cpu().into(),
            Pseudo::Proc => self.guest.running().process,
            Pseudo::Thread => self.guest.running().thread,
            Pseudo::Peb => self.guest.running().peb,
            Pseudo::Teb => self.guest.running().teb,
            Pseudo::Ip => self.guest.register(Register::Rip),
            Pseudo::Name => {
                let name = self.guest.running().name;
                self.text_at(NAME, |text| {
                    for (into, byte) in text.0.iter_mut().zip(name) {
                        *into = byte;
                    }
                    Ok(())
                })
            }
            Pseudo::Date => {
                let now = self.guest.now();
                self.text_at(DATE, |text| {
                    write!(text, "{:04}-{:02}-{:02}", now.year, now.month, now.day)
                })
            }
            Pseudo::Time => {
                let now = self.guest.now();
                self.text_at(TIME, |text| {
                    write!(
                        text,
                        "{:02}:{:02}:{:02}.{:03}",
                        now.hour, now.minute, now.second, now.millisecond
                    )
                })
            }
        }
    }

    fn text_at(&mut self, place: Range<usize>, write: impl FnOnce(&mut Bytes<'_>) -> fmt::Result) -> u64 {
        let at = place.start as u64;
        if let Some(bytes) = self.scratch.texts.get_mut(place) {
            bytes.fill(0);
            let end = bytes.len().saturating_sub(1);
            if let Some(bytes) = bytes.get_mut(..end) {
                // A text that is too long, which no clock gives, is cut.
                let _ = write(&mut Bytes(bytes));
            }
        }
        address::TEXTS.wrapping_add(at)
    }
}
