//! A value in several bases and types, as `formats` and `.formats` print it.

use core::fmt;

const DAY: u64 = 24 * 60 * 60;
/// Seconds of the first day after the year 9999.
const END: u64 = 253_402_300_800;

/// Writes one line each for the value in hexadecimal, decimal (signed), octal and binary, its bytes as characters
/// from the highest on, the time that it is in seconds since 1970 (UTC), its low half as `float` and the whole as
/// `double`.
///
/// # Errors
/// Those of `out`.
pub fn formats(value: u64, out: &mut dyn fmt::Write) -> fmt::Result {
    writeln!(out, "Hex     : {value:016x}")?;
    writeln!(out, "Decimal : {}", value as i64)?;
    writeln!(out, "Octal   : {value:022o}")?;
    out.write_str("Binary  :")?;
    for byte in value.to_be_bytes() {
        write!(out, " {byte:08b}")?;
    }
    out.write_str("\nChar    : ")?;
    for byte in value.to_be_bytes() {
        out.write_char(if matches!(byte, 0x20..0x7f) {
            char::from(byte)
        } else {
            '.'
        })?;
    }
    out.write_str("\nTime    : ")?;
    time(value, out)?;
    writeln!(out, "\nFloat   : {:e}", f32::from_bits(value as u32))?;
    writeln!(out, "Double  : {:e}", f64::from_bits(value))
}

fn time(seconds: u64, out: &mut dyn fmt::Write) -> fmt::Result {
    if seconds >= END {
        return out.write_str("-");
    }
    // Days counted in eras of 400 years that begin on a 1st of March, so that a leap day is a year's last.
    let days = (seconds / DAY).wrapping_add(719_468);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era
        .wrapping_sub(day_of_era / 1460)
        .wrapping_add(day_of_era / 36_524)
        .wrapping_sub(day_of_era / 146_096))
        / 365;
    let before = year_of_era
        .wrapping_mul(365)
        .wrapping_add(year_of_era / 4)
        .wrapping_sub(year_of_era / 100);
    let day_of_year = day_of_era.wrapping_sub(before);
    let from_march = day_of_year.wrapping_mul(5).wrapping_add(2) / 153;
    let day = day_of_year
        .wrapping_sub(from_march.wrapping_mul(153).wrapping_add(2) / 5)
        .wrapping_add(1);
    let month = if from_march < 10 {
        from_march.wrapping_add(3)
    } else {
        from_march.wrapping_sub(9)
    };
    let year = era
        .wrapping_mul(400)
        .wrapping_add(year_of_era)
        .wrapping_add(u64::from(month <= 2));
    let second = seconds % DAY;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    write!(
        out,
        "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
    )
}
