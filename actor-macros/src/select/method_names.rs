//! The methods that have a name in `actor_runtime::cancel_safe::m`.
//!
//! Questions about all other methods are asked with the name `OtherMethod`, about which nothing is known, so
//! the type of the future decides, and what `cancel_safe_methods!` declares. A test compares these lists with `m`.

use proc_macro2::Ident;
use syn::ext::IdentExt;

/// Documented as cancel safe, for some receiver.
const SAFE: &[&str] = &[
    "accept",
    "as_mut",
    "changed",
    "closed",
    "connect",
    "fill_buf",
    "flush",
    "join_next",
    "join_next_with_id",
    "next",
    "next_entry",
    "next_line",
    "next_many",
    "peek",
    "read",
    "read_buf",
    "read_i8",
    "read_u8",
    "readable",
    "readable_mut",
    "ready",
    "recv",
    "recv_from",
    "recv_many",
    "send",
    "send_to",
    "tick",
    "try_next",
    "wait",
    "wait_for",
    "writable",
    "writable_mut",
    "write",
    "write_buf",
    "write_vectored",
];

/// Documented as losing something, for some receiver, with the trait whose error text says what.
const UNSAFE: &[(&str, &[&str])] = &[
    (
        "KeepsItsPlace",
        &[
            "acquire",
            "acquire_many",
            "acquire_many_owned",
            "acquire_owned",
            "lock",
            "lock_owned",
            "notified",
            "notified_owned",
            "read",
            "read_owned",
            "reserve",
            "reserve_many",
            "reserve_owned",
            "write",
            "write_owned",
        ],
    ),
    (
        "KeepsItsBytes",
        &[
            "read_exact",
            "read_f32",
            "read_f32_le",
            "read_f64",
            "read_f64_le",
            "read_i128",
            "read_i128_le",
            "read_i16",
            "read_i16_le",
            "read_i32",
            "read_i32_le",
            "read_i64",
            "read_i64_le",
            "read_line",
            "read_to_end",
            "read_to_string",
            "read_u128",
            "read_u128_le",
            "read_u16",
            "read_u16_le",
            "read_u32",
            "read_u32_le",
            "read_u64",
            "read_u64_le",
            "read_until",
            "write_all",
            "write_all_buf",
        ],
    ),
    ("KeepsItsValue", &["send"]),
    ("KeepsWhatItGathered", &["join_all"]),
    ("WasSent", &["as_mut"]),
];

/// Known of types of a crate that the runtime knows with a feature only, and the trait whose text names it.
const OF_FEATURES: &[(&str, &[&str])] = &[
    ("KnownWithTokioUtil", &["cancelled", "cancelled_owned", "wait"]),
    ("KnownWithJoinMap", &["join_next", "join_next_with_id"]),
    ("KnownWithTokioStream", &["next_many"]),
    ("KnownWithFutures", &["fuse", "select_next_some"]),
];

/// The name of a method as a number, FNV-1a: a name that `m` does not have can be no type.
pub(crate) fn hash(method: &Ident) -> u64 {
    let name = method.unraw().to_string();
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// What may be known of a method of a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reasons {
    /// That it loses something, for some receiver.
    Losing,
    /// That it is cancel safe, for some receiver.
    Safe,
    /// Only what its receiver or its future says.
    Other,
}

pub(super) fn reasons(method: &str) -> Reasons {
    match text_for(method) {
        Some(_) => Reasons::Losing,
        None if SAFE.contains(&method) => Reasons::Safe,
        None => Reasons::Other,
    }
}

/// Whether `m` has a name for it.
pub(crate) fn is_known(method: &str) -> bool {
    reasons(method) != Reasons::Other
}

/// The trait whose error text says what a method of this name loses.
pub(super) fn text_for(method: &str) -> Option<&'static str> {
    text_in(UNSAFE, method)
}

/// The trait that says that nothing is known of a method of this name.
pub(super) fn text_for_unknown(method: &str) -> &'static str {
    text_in(OF_FEATURES, method).unwrap_or("SafeToDrop")
}

fn text_in(list: &[(&'static str, &[&str])], method: &str) -> Option<&'static str> {
    let (text, _) = list.iter().find(|(_, methods)| methods.contains(&method))?;
    Some(text)
}

/// All of them, each once.
#[cfg(test)]
pub(super) fn all() -> std::collections::BTreeSet<&'static str> {
    let lost = UNSAFE.iter().flat_map(|(_, methods)| *methods);
    SAFE.iter().chain(lost).copied().collect()
}
