//! Glob patterns for keys and channels.
//!
//! The syntax is that of Redis: `*`, `?`, `[a-z]`, `[^a]`, and `\` to escape the next byte.

/// Returns `true` if `pattern` matches all of `text`.
///
/// Only the last star is ever retried, so the running time is at most proportional to the product of both
/// lengths.
#[must_use]
pub fn matches(pattern: &[u8], text: &[u8]) -> bool {
    fits(pattern, text)
}

/// Like [`matches()`], but ignores ASCII case.
#[must_use]
pub fn matches_ignoring_case(pattern: &[u8], text: &[u8]) -> bool {
    fits(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut pattern, mut text) = (pattern, text);
    // The pattern after the last star, and the text that the star has not consumed.
    let mut last_star: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', rest @ ..] = pattern {
            pattern = rest;
            last_star = Some((rest, text));
            continue;
        }
        if let Some((byte, after)) = text.split_first()
            && let Some(rest) = fits_one(pattern, *byte)
        {
            (pattern, text) = (rest, after);
            continue;
        }
        if pattern.is_empty() && text.is_empty() {
            return true;
        }
        match &mut last_star {
            Some((rest, [_, after @ ..])) => {
                (pattern, text) = (rest, after);
                last_star = Some((pattern, text));
            }
            _ => return false,
        }
    }
}

/// Returns the rest of the pattern if its first item matches `byte`.
fn fits_one(pattern: &[u8], byte: u8) -> Option<&[u8]> {
    match pattern {
        [] => None,
        [b'?', rest @ ..] => Some(rest),
        [b'[', rest @ ..] => {
            let (is_in, rest) = fits_set(rest, byte);
            is_in.then_some(rest)
        }
        [b'\\', escaped, rest @ ..] => (*escaped == byte).then_some(rest),
        [plain, rest @ ..] => (*plain == byte).then_some(rest),
    }
}

/// Matches `byte` against a set whose `[` was consumed. Returns the result and the pattern after `]`.
///
/// As in Redis, an unterminated set extends to the end of the pattern.
fn fits_set(mut set: &[u8], byte: u8) -> (bool, &[u8]) {
    let is_negated = set.first() == Some(&b'^');
    if is_negated {
        set = &set[1..];
    }
    let mut is_in = false;
    let rest = loop {
        match set {
            [b'\\', escaped, rest @ ..] => {
                is_in |= *escaped == byte;
                set = rest;
            }
            [b']', rest @ ..] => break rest,
            [] => break set,
            [from, b'-', to, rest @ ..] => {
                is_in |= (*from.min(to)..=*from.max(to)).contains(&byte);
                set = rest;
            }
            [plain, rest @ ..] => {
                is_in |= *plain == byte;
                set = rest;
            }
        }
    };
    (is_in != is_negated, rest)
}
