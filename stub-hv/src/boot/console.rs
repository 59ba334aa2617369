//! What the hypervisor itself says: a few lines on COM1 while it starts, and errors that end it, which go
//! to the VGA text screen too.
#![expect(unsafe_code, reason = "writes the VGA text buffer")]

use core::fmt;
use core::fmt::Write;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering;

use spin::Mutex;

use crate::cpu::paging;
use crate::cpu::port;

const COM1: u16 = 0x3f8;
const LINE_STATUS: u16 = COM1 + 5;
const TRANSMITTER_EMPTY: u8 = 0x20;
const VGA_TEXT: u64 = 0xb8000;
const VGA_COLUMNS: usize = 80;
const VGA_ROWS: usize = 25;
const WHITE_ON_RED: u16 = 0x4f00;

/// COM1, polled. A port that is not there swallows everything.
struct Com1;

impl Write for Com1 {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if byte == b'\n' {
                send(b'\r');
            }
            send(byte);
        }
        Ok(())
    }
}

fn send(byte: u8) {
    for _ in 0..100_000 {
        if port::read8(LINE_STATUS) & TRANSMITTER_EMPTY != 0 {
            break;
        }
    }
    port::write8(COM1, byte);
}

/// The VGA text screen, from its top on.
struct Vga;

static VGA_CELL: AtomicUsize = AtomicUsize::new(0);

impl Write for Vga {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            let cell = VGA_CELL.load(Ordering::Relaxed) % (VGA_COLUMNS * VGA_ROWS);
            if byte == b'\n' {
                VGA_CELL.store((cell / VGA_COLUMNS + 1) * VGA_COLUMNS, Ordering::Relaxed);
                continue;
            }
            // SAFETY: the cell lies inside the text buffer, which the direct map covers.
            unsafe {
                paging::direct::<u16>(VGA_TEXT)
                    .add(cell)
                    .write_volatile(WHITE_ON_RED | u16::from(byte))
            };
            VGA_CELL.store(cell + 1, Ordering::Relaxed);
        }
        Ok(())
    }
}

static LOCK: Mutex<()> = Mutex::new(());

/// Writes a line to COM1.
pub fn print(line: fmt::Arguments<'_>) {
    let _guard = LOCK.lock();
    let _ = writeln!(Com1, "stub-hv: {line}");
}

/// Writes a line to COM1 and the screen and stops this CPU for good.
pub fn fail(line: fmt::Arguments<'_>) -> ! {
    // No lock: the CPU that fails may hold it.
    let _ = writeln!(Com1, "\nstub-hv: {line}");
    let _ = writeln!(Vga, "stub-hv: {line}");
    loop {
        x86_64::instructions::hlt();
    }
}

/// Writes a line of start-up information to COM1.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::boot::console::print(format_args!($($text)*)) };
}

/// Says on COM1 and on the screen why the hypervisor cannot go on, and stops this CPU.
#[macro_export]
macro_rules! fatal {
    ($($text:tt)*) => { $crate::boot::console::fail(format_args!($($text)*)) };
}
