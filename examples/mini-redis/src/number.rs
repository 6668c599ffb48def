//! Numbers as Redis reads them, which is stricter than what the standard library accepts.

/// Seventeen digits after the point, as many as Redis writes.
const SCALE: u32 = 17;

/// A whole number. No sign but `-`, no space, no zero in front.
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

/// A number with a fraction, an exponent, or `inf`; not `nan`.
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

/// The sum of two numbers, written without an exponent and without zeros at the end.
///
/// Redis adds numbers of eighty bits, so that 0.1 and 0.2 are 0.3. So do these here, if they are of
/// reasonable size. `None` if the sum is infinite.
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

/// The number times ten to the power of [`SCALE`], rounded, if that fits.
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

/// A scaled number, rounded to the 64 binary digits that one of eighty bits has.
fn extended(number: i128) -> i128 {
    let one = 10_u128.pow(SCALE);
    let size = number.unsigned_abs();
    // How many digits are left for the fraction; the scale itself takes less than 57.
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
