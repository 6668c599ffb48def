//! Parsing and arithmetic of numbers as Redis does them.

/// The number of decimal places in a scaled number. Redis prints as many.
const SCALE: u32 = 17;

/// Parses an integer.
///
/// This is stricter than [`str::parse`]: a plus sign, leading zeros and `-0` are rejected.
#[must_use]
pub fn parse_integer(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    match digits {
        [b'0'] if digits.len() == text.len() => return Some(0),
        [b'1'..=b'9', ..] if digits.len() < 20 && digits.iter().all(u8::is_ascii_digit) => {}
        _ => return None,
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Parses a floating-point number, which may be infinite but not `nan`.
#[must_use]
pub fn parse_float(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    if text.is_empty()
        || text.starts_with(char::is_whitespace)
        || text.ends_with(char::is_whitespace)
    {
        return None;
    }
    text.parse().ok().filter(|number: &f64| !number.is_nan())
}

/// Adds two numbers, and formats the sum without an exponent and without trailing zeros.
///
/// Redis adds 80-bit numbers, for which 0.1 + 0.2 is 0.3. This function emulates them with fixed-point
/// arithmetic, and falls back to `f64` if a number does not fit.
///
/// Returns `None` if the sum is not finite. Both numbers must be accepted by [`parse_float`].
#[must_use]
pub fn add_floats(left: &[u8], right: &[u8]) -> Option<String> {
    if let (Some(left), Some(right)) = (scaled(left), scaled(right))
        && let Some(sum) = left.checked_add(right)
    {
        return Some(unscaled(extended(sum)));
    }
    let sum = parse_float(left)? + parse_float(right)?;
    sum.is_finite().then(|| format!("{sum}"))
}

/// Returns the number multiplied by ten to the power of [`SCALE`] and rounded, or `None` if it does not fit.
fn scaled(text: &[u8]) -> Option<i128> {
    let text = std::str::from_utf8(text).ok()?.to_ascii_lowercase();
    let (digits, exponent) = match text.split_once('e') {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text.as_str(), 0),
    };
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if !(whole.bytes().chain(fraction.bytes())).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let shift = exponent
        .checked_add_unsigned(SCALE)?
        .checked_sub_unsigned(fraction.len().try_into().ok()?)?;
    let power = 10_i128.checked_pow(shift.unsigned_abs())?;
    let number = if shift < 0 {
        number.checked_add(power / 2)? / power
    } else {
        number.checked_mul(power)?
    };
    Some(extended(sign * number))
}

/// Rounds a scaled number to the 64-bit mantissa of an 80-bit number.
fn extended(number: i128) -> i128 {
    let one = 10_u128.pow(SCALE);
    let size = number.unsigned_abs();
    // The number of binary digits after the point. The scale itself takes fewer than 57.
    let mut digits = 120_u32.min(size.leading_zeros());
    let fraction = |digits: u32| size.checked_shl(digits).map(|shifted| shifted / one);
    while digits > 0 && fraction(digits).is_some_and(|mantissa| mantissa >= 1 << 64) {
        digits -= 1;
    }
    let shifted = size << digits;
    let (mantissa, rest) = (shifted / one, shifted % one);
    let is_up = rest > one / 2 || rest == one / 2 && mantissa % 2 == 1;
    let mantissa = mantissa + u128::from(is_up);
    let rounded = mantissa.checked_mul(one).map(|wide| (wide + (1 << digits >> 1)) >> digits);
    let rounded = rounded.and_then(|rounded| i128::try_from(rounded).ok());
    rounded.map_or(number, |rounded| rounded * number.signum())
}

fn unscaled(number: i128) -> String {
    let one = 10_u128.pow(SCALE);
    let size = number.unsigned_abs();
    let sign = if number < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:0>17}", size / one, size % one);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
