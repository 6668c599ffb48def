//! What methods and functions do, as far as their names tell.
//!
//! A macro sees no types. These tables follow std, tokio, futures and bytes, whose names most code
//! follows in turn. A name that is in no table may do anything, which is [`Manner::Unknown`]; where it
//! matters, the borrow checker then tells whether it only looks. So the tables need no names that
//! people give their own getters.

/// What a call does to the place that it is called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Looks without changing.
    Look,
    /// Turns one value into another: `unwrap`, `map`.
    Adapt,
    /// Gives a mutable reference into the place: `as_mut`.
    View,
    /// Takes something out of the place.
    Take,
    /// Takes all there is, so that a second time takes nothing.
    TakeAll,
    /// Changes the place, and differently when it is done twice.
    Add,
    /// Empties the place, or starts it over.
    Reset,
    /// Changes the place, but a second time changes nothing more.
    Settle,
    /// The name says nothing.
    Unknown,
}

#[rustfmt::skip]
const LOOK: &[&str] = &[
    "back", "binary_search", "borrow", "borrow_and_update", "capacity", "clone", "cloned",
    "cmp", "contains", "contains_key", "copied", "deadline", "deref", "downgrade", "elapsed",
    "ends_with", "eq", "find", "first", "fmt", "front", "get", "get_ref", "hash", "iter",
    "keys", "last", "len", "load", "local_addr", "max", "min", "ne", "now", "partial_cmp",
    "peer_addr", "period", "poll_ready", "receiver_count", "remaining", "same_channel",
    "size_hint", "split_at", "starts_with", "strong_count", "subscribe", "upgrade", "values",
    "windows",
];

#[rustfmt::skip]
const LOOK_PREFIX: &[&str] = &[
    "as_", "can_", "has_", "is_", "needs_", "peek", "should_", "to_", "wants_", "with_capacity",
];

#[rustfmt::skip]
const ADAPT: &[&str] = &[
    "and", "and_then", "ceil", "chain", "checked_add", "checked_sub", "clamp", "collect",
    "enumerate", "err", "expect", "filter", "filter_map", "flat_map", "flatten", "fold", "into",
    "into_boxed_slice", "into_bytes", "into_iter", "into_string", "join", "lines", "map",
    "map_err", "map_or", "map_or_else", "ok", "ok_or", "ok_or_else", "or", "or_else", "parse",
    "pow", "product", "rev", "saturating_add", "saturating_sub", "skip", "split", "step_by",
    "sum", "then", "then_some", "transpose", "trim", "try_from", "try_into", "unwrap",
    "unwrap_err", "unwrap_or", "unwrap_or_default", "unwrap_or_else", "unzip", "wrapping_add",
    "wrapping_sub", "zip",
];

#[rustfmt::skip]
const VIEW: &[&str] = &[
    "as_deref_mut", "as_mut", "as_mut_slice", "as_pin_mut", "borrow_mut", "by_ref",
    "chunks_mut", "deref_mut", "entry", "first_mut", "get_mut", "get_or_init", "get_pin_mut",
    "iter_mut", "last_mut", "lock", "or_default", "or_insert", "or_insert_with", "project",
    "split_at_mut", "values_mut", "write_guard",
];

#[rustfmt::skip]
const TAKE: &[&str] = &[
    "advance", "blocking_recv", "copy_to_bytes", "copy_to_slice", "dequeue", "drain",
    "extract_if", "get_u128", "get_u16", "get_u16_le", "get_u32", "get_u32_le", "get_u64",
    "get_u64_le", "get_u8", "into_inner", "next", "next_back", "pop", "pop_back", "pop_first",
    "pop_front", "pop_if", "pop_last", "read_line", "recv", "remove", "remove_entry", "replace",
    "shift", "split_off", "split_to", "swap_remove", "take_if", "try_next", "try_read",
    "try_recv",
];

const TAKE_ALL: &[&str] = &["take"];

#[rustfmt::skip]
const ADD: &[&str] = &[
    "append", "blocking_send", "decrement", "emit", "enqueue", "extend", "extend_from_slice",
    "fetch_add", "fetch_sub", "fetch_xor", "increment", "push", "push_back", "push_front",
    "push_str", "put", "put_slice", "put_u16", "put_u32", "put_u64", "put_u8", "rotate_left",
    "rotate_right", "send", "spawn", "spawn_blocking", "spawn_local", "spawn_on", "start_send",
    "swap", "toggle", "try_send", "write_all", "write_str",
];

#[rustfmt::skip]
const RESET: &[&str] = &[
    "clear", "fill", "reset", "resize", "restart", "rewind", "truncate",
];

#[rustfmt::skip]
const SETTLE: &[&str] = &[
    "abort", "abort_all", "cancel", "close", "compact", "dedup", "dedup_by_key",
    "get_or_insert", "get_or_insert_with", "insert", "make_contiguous", "mark_changed",
    "mark_unchanged", "notify_one", "notify_waiters", "register", "reserve", "reserve_exact",
    "retain", "retain_mut", "send_replace", "set", "shrink_to_fit", "shutdown", "sort",
    "sort_by", "sort_by_key", "sort_unstable", "start_kill", "store", "unregister", "wake",
    "wake_by_ref",
];

#[rustfmt::skip]
const SETTLE_PREFIX: &[&str] = &[
    "ensure_", "poll_", "reregister", "set_", "sort_", "with_",
];

impl Manner {
    pub(super) fn of_method(name: &str) -> Self {
        let tables = [
            (TAKE, Self::Take),
            (TAKE_ALL, Self::TakeAll),
            (ADD, Self::Add),
            (RESET, Self::Reset),
            (SETTLE, Self::Settle),
            (VIEW, Self::View),
            (ADAPT, Self::Adapt),
            (LOOK, Self::Look),
        ];
        let listed = tables.iter().find(|(names, _)| names.contains(&name));
        if let Some((_, manner)) = listed {
            return *manner;
        }
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
        if name.ends_with("_mut") {
            Self::View
        } else if starts(SETTLE_PREFIX) {
            Self::Settle
        } else if starts(LOOK_PREFIX) {
            Self::Look
        } else {
            Self::Unknown
        }
    }

    pub(super) fn of_function(name: &str) -> Self {
        match name {
            "take" => Self::TakeAll,
            "replace" | "swap" => Self::Take,
            "spawn" | "spawn_blocking" | "spawn_local" | "create_dir" | "remove_file" => Self::Add,
            _ => Self::Unknown,
        }
    }

    /// Whether what the call gives still stands for what it was called on.
    pub(super) fn is_through(self) -> bool {
        matches!(self, Self::Look | Self::Adapt | Self::View)
    }
}

/// Whether a method of this name may just as well give a future as a value, when it is the
/// argument of an awaited call: `timeout(limit, rx.recv())`.
pub(super) fn may_be_future(name: &str) -> bool {
    matches!(name, "next" | "try_next" | "recv" | "read_line" | "send" | "write_all" | "put")
}

/// Whether a function makes a future of its arguments, wherever it is called.
pub(super) fn makes_future(name: &str) -> bool {
    matches!(name, "assume_cancel_safe" | "pin" | "repeatable" | "timeout" | "timeout_at")
}

/// Whether an awaited call only wraps the futures that it is given.
pub(super) fn wraps_futures(name: &str) -> bool {
    #[rustfmt::skip]
    const NAMES: &[&str] = &[
        "assume_cancel_safe", "boxed", "boxed_local", "cooperative", "fuse", "in_current_span",
        "instrument", "into_future", "map", "map_err", "new", "or", "pin", "race", "repeatable",
        "run_until", "run_until_cancelled", "select", "select_ok", "timeout", "timeout_at",
        "unconstrained", "with_cancellation",
    ];
    NAMES.contains(&name)
}

/// Macros that hold results while they wait.
pub(super) fn is_join(name: &str) -> bool {
    matches!(
        name,
        "join" | "try_join" | "join_all" | "select_biased" | "race" | "try_stream" | "stream"
    )
}

/// Macros that never come back.
pub(super) fn diverges(name: &str) -> bool {
    matches!(name, "panic" | "unreachable" | "todo" | "unimplemented" | "bail")
}

/// Whether arguments of this type are as good as copied: the caller keeps what they stand for.
pub(super) fn is_copied(type_name: &str) -> bool {
    #[rustfmt::skip]
    const NAMES: &[&str] = &[
        "Arc", "AtomicWaker", "bool", "CancellationToken", "char", "Duration", "f32", "f64",
        "Handle", "i128", "i16", "i32", "i64", "i8", "Instant", "Interest", "IpAddr",
        "Ipv4Addr", "Ipv6Addr", "isize", "NonZeroU16", "NonZeroU32", "NonZeroU64", "NonZeroU8",
        "NonZeroUsize", "Ordering", "PhantomData", "Pid", "Rc", "SocketAddr", "SocketAddrV4",
        "SocketAddrV6", "SystemTime", "ThreadId", "u128", "u16", "u32", "u64", "u8", "usize",
        "Uuid", "Weak",
    ];
    NAMES.contains(&type_name)
}

/// The same for a generic argument, by a bound that it has.
pub(super) fn bound_is_copied(bound: &str) -> bool {
    #[rustfmt::skip]
    const NAMES: &[&str] = &[
        "AsRef", "AsyncFn", "AsyncFnMut", "AsyncFnOnce", "Borrow", "CancelSafe", "Copy", "Fn",
        "FnMut", "FnOnce", "RangeBounds", "ToSocketAddrs",
    ];
    NAMES.contains(&bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_in_one_table_only() {
        let tables = [LOOK, ADAPT, VIEW, TAKE, TAKE_ALL, ADD, RESET, SETTLE];
        let mut names: Vec<_> = tables.concat();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn names_tell_what_a_method_does() {
        assert_eq!(Manner::of_method("is_empty"), Manner::Look);
        assert_eq!(Manner::of_method("pop_front"), Manner::Take);
        assert_eq!(Manner::of_method("get_u16"), Manner::Take);
        assert_eq!(Manner::of_method("stream_mut"), Manner::View);
        assert_eq!(Manner::of_method("parse_frame"), Manner::Unknown);
    }
}
