//! What names say, where types cannot.
//!
//! Most of what a body does before it waits is decided by the borrow checker and by traits, whatever
//! its name. Names are left for three things: what acts through a shared reference, what gives a
//! part of a place by `&mut`, and better words for what the borrow checker would refuse anyway.

use syn::{Expr, Path};

/// A table of names.
pub(super) struct Table(&'static [&'static str]);

impl Table {
    pub(super) fn has<T: PartialEq<str> + ?Sized>(&self, name: &T) -> bool {
        self.0.iter().any(|known| *name == **known)
    }
}

/// Methods that give a `&mut` to a part of what they are called on, and change nothing.
#[rustfmt::skip]
pub(super) const VIEWS: Table = Table(&[
    "as_deref_mut", "as_mut", "as_mut_slice", "as_pin_mut", "back_mut", "by_ref", "deref_mut",
    "first_mut", "front_mut", "get_mut", "get_pin_mut", "last_mut", "project",
]);

/// Methods that may stand behind a view or a guard without ending it.
pub(super) const THROUGH: Table =
    Table(&["as_mut", "expect", "get_mut", "ok_or", "ok_or_else", "unwrap"]);

/// Methods that give a guard, through which a shared value is changed.
#[rustfmt::skip]
pub(super) const GUARDS: Table = Table(&[
    "blocking_lock", "blocking_write", "borrow_mut", "lock", "lock_arc", "lock_owned",
    "try_borrow_mut", "try_lock", "try_lock_owned", "try_write", "upgradable_read", "write",
    "write_arc", "write_owned",
]);

/// Methods that change what they are called on through a shared reference.
#[rustfmt::skip]
const ACTS: &[&str] = &[
    "abort", "abort_all", "add_permits", "cancel", "close", "forget", "get_or_init", "now_or_never",
    "recv", "recv_timeout", "replace", "replace_with", "set", "store", "swap", "swap_with", "take",
    "update", "wake", "wake_by_ref", "with_borrow_mut",
];

/// The same, by how they begin.
#[rustfmt::skip]
const ACTS_PREFIX: &[&str] = &[
    "blocking_recv", "blocking_send", "compare_exchange", "fetch_", "force_send", "forget_",
    "notify_", "poll_unpin", "send", "set_with", "spawn", "try_acquire", "try_iter", "try_read",
    "try_recv", "try_reserve", "try_send", "try_write",
];

/// Methods that change what is shared, if they are called on it; on what is not, the borrow checker knows.
#[rustfmt::skip]
const SHARED_ACTS: &[&str] = &[
    "dec", "decrement", "flush", "inc", "inc_by", "increment", "insert", "read", "read_exact",
    "read_line", "read_to_end", "read_to_string", "remove", "write", "write_all", "write_fmt",
    "write_str",
];

/// Methods that change nothing more when they are called again: of std and bytes, asked by type.
#[rustfmt::skip]
pub(super) const SETTLED: Table = Table(&[
    "dedup", "get_or_insert", "get_or_insert_with", "make_contiguous", "reserve", "reserve_exact",
    "shrink_to_fit", "sort", "sort_unstable",
]);

/// Those of them that give a `&mut`.
pub(super) const SETTLED_VIEWS: Table =
    Table(&["get_or_insert", "get_or_insert_with", "make_contiguous"]);

/// Methods that take something out, or change nothing: asked by type.
#[rustfmt::skip]
pub(super) const ALL_OR_NOTHING: Table = Table(&[
    "next", "pop", "pop_back", "pop_first", "pop_front", "pop_last", "remove", "take", "try_recv",
]);

/// Takers of std and bytes, for the words only.
#[rustfmt::skip]
const TAKERS: Table = Table(&[
    "advance", "copy_to_bytes", "drain", "get_u16", "get_u32", "get_u8", "pop", "pop_back",
    "pop_first", "pop_front", "pop_last", "split", "split_off", "split_to", "swap_remove", "take",
    "try_recv",
]);

/// What adds to std's and bytes' types or empties them, for the words only.
#[rustfmt::skip]
const ADDERS: Table = Table(&[
    "append", "clear", "extend", "extend_from_slice", "push", "push_back", "push_front",
    "push_str", "put", "put_slice", "put_u16", "put_u32", "put_u8", "resize", "retain", "truncate",
]);

/// Methods that only look, where it matters what a turn writes.
#[rustfmt::skip]
const LOOKS: &[&str] = &[
    "as_ref", "as_slice", "as_str", "back", "borrow", "capacity", "clone", "contains",
    "contains_key", "copied", "elapsed", "first", "front", "get", "iter", "keys", "last", "len",
    "load", "local_addr", "lock", "peer_addr", "remaining", "to_vec", "values",
];

/// Methods that usually take `&self`. What they are called on is lent as shared, which costs the compiler a
/// tenth of a question in our words. One that takes `&mut self` is refused in those of the borrow checker.
#[rustfmt::skip]
pub(super) const BY_REFERENCE: Table = Table(&[
    "as_bytes", "as_slice", "as_str", "borrow", "borrow_mut", "capacity", "clone", "contains_key",
    "ends_with", "is_empty", "is_err", "is_none", "is_ok", "is_some", "iter", "keys", "len", "load",
    "lock", "starts_with", "to_vec", "try_lock", "values",
]);

/// Methods whose value is no guard, whatever they are called on.
#[rustfmt::skip]
pub(super) const ADAPTERS: Table = Table(&[
    "all", "any", "as_bytes", "as_mut", "as_ref", "as_str", "chain", "clone", "cloned", "collect",
    "copied", "count", "elapsed", "enumerate", "expect", "filter", "filter_map", "find", "fold",
    "into_iter", "is_empty", "is_none", "is_some", "iter", "keys", "len", "map", "map_err", "max",
    "min", "next", "ok", "ok_or", "position", "rev", "skip", "sum", "take", "then", "to_owned",
    "to_string", "to_vec", "unwrap", "unwrap_or", "unwrap_or_default", "values", "windows", "zip",
]);

/// Methods that deliver in one piece into what they are lent, asked by type; those in the first list
/// overwrite it.
pub(super) const OVERWRITES: Table = Table(&["peek", "peek_from", "read", "recv_from", "recv"]);
const APPENDS: &[&str] = &["next_many", "read_buf", "recv_buf", "recv_buf_from", "recv_many"];

/// Waits that give something which does not come again.
#[rustfmt::skip]
pub(super) const CONSUMES: Table = Table(&[
    "accept", "join_next", "join_next_with_id", "next", "next_entry", "next_line", "next_many",
    "read", "read_buf", "read_i8", "read_u8", "recv", "recv_from", "recv_many", "try_next",
]);

/// Functions that act on the world.
pub(super) const ACT_FUNCTIONS: Table =
    Table(&["block_on", "now_or_never", "spawn", "spawn_blocking", "spawn_local", "spawn_scoped"]);

/// Functions that wrap a future, their last argument, and hold nothing else: asked by type.
pub(super) const WRAPPERS: Table =
    Table(&["cooperative", "timeout", "timeout_at", "unconstrained"]);

/// Macros of std and of the usual crates whose tokens are what they look like.
#[rustfmt::skip]
pub(super) const QUIET: Table = Table(&[
    "anyhow", "assert", "assert_eq", "assert_ne", "bail", "cfg", "concat", "debug", "debug_assert",
    "debug_assert_eq", "debug_assert_ne", "ensure", "env", "eprint", "eprintln", "error", "event",
    "file", "format", "format_args", "include_bytes", "include_str", "info", "line", "matches",
    "panic", "print", "println", "span", "stringify", "todo", "trace", "unimplemented",
    "unreachable", "vec", "warn",
]);

/// Whether a method gives a `&mut` into what it is called on, by its name.
pub(super) fn gives_mutable(method: &proc_macro2::Ident) -> bool {
    VIEWS.has(method) || method.to_string().ends_with("_mut")
}

/// `QUEUE`, a `static`.
pub(super) fn is_constant(name: &proc_macro2::Ident) -> bool {
    name != "None" && name.to_string().chars().all(|letter| !letter.is_lowercase())
}

/// Types that are changed through `&`, and what makes channels.
pub(super) fn is_cell(name: &str) -> bool {
    matches!(name, "Mutex" | "OnceLock" | "RwLock" | "channel" | "unbounded_channel")
        || name.ends_with("Cell")
        || name.starts_with("Atomic")
}

/// Whether a method acts through a shared reference, with so many arguments if that is known.
pub(super) fn is_act(method: &str, arguments: Option<usize>) -> bool {
    let is_named = match (method, arguments) {
        // Not that of an iterator, and not that of a string.
        ("take", Some(1..)) | ("replace", Some(2..)) => false,
        _ => ACTS.contains(&method),
    };
    is_named || ACTS_PREFIX.iter().any(|prefix| method.starts_with(prefix))
}

/// The same for a method of what is shared.
pub(super) fn is_shared_act(method: &str, arguments: usize) -> bool {
    // `read()` and `write()` lock.
    let locks = arguments == 0 && matches!(method, "read" | "write");
    takes(method, arguments) || ADDERS.has(method) || SHARED_ACTS.contains(&method) && !locks
}

/// Whether a method takes out of std's and bytes' types.
pub(super) fn takes(method: &str, arguments: usize) -> bool {
    // Not that of a string, and not that of an iterator.
    TAKERS.has(method) && !(arguments > 0 && matches!(method, "split" | "take"))
}

/// An adder that adds the same again.
pub(super) fn adds(method: &str) -> bool {
    ADDERS.has(method) && !matches!(method, "clear" | "resize" | "retain" | "truncate")
}

pub(super) fn only_looks(method: &str) -> bool {
    LOOKS.contains(&method) || method.starts_with("is_")
}

pub(super) fn delivers_whole(method: &str) -> bool {
    OVERWRITES.has(method) || APPENDS.contains(&method)
}

/// Whether a function makes something new: `Type::new`, `Some`, `channel`.
pub(super) fn is_constructor(func: &Expr) -> bool {
    const NAMES: &[&str] = &["new", "default", "with_capacity", "from", "now"];
    let name = function(func);
    let is_made = || NAMES.iter().any(|begin| name.starts_with(begin));
    name.starts_with(char::is_uppercase)
        || is_method_path(func) && is_made()
        || matches!(&*name, "channel" | "unbounded_channel")
}

/// `State::Idle`, and no constant like `State::IDLE`.
pub(super) fn is_variant(path: &Path) -> bool {
    let name = last(path);
    path.segments.len() > 1 && (name.len() == 1 || name.contains(char::is_lowercase))
}

/// Macros that hold what their first branches gave while the others wait.
pub(super) fn is_join(mac: &str) -> bool {
    matches!(mac, "join" | "try_join" | "select_biased" | "race" | "stream" | "try_stream")
}

/// Macros that never come back.
pub(super) fn diverges(path: &Path) -> bool {
    matches!(&*last(path), "panic" | "unreachable" | "todo" | "unimplemented" | "bail")
}

/// The last word of a path.
pub(super) fn last(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// The name of the function that is called, if `func` is a path.
pub(super) fn function(func: &Expr) -> String {
    match func {
        Expr::Path(path) => last(&path.path),
        _ => String::new(),
    }
}

/// `Type::method`, rather than a function of a module.
pub(super) fn is_method_path(func: &Expr) -> bool {
    let Expr::Path(it) = func else { return false };
    let ty = it.path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string());
    ty.is_some_and(|ty| ty.starts_with(char::is_uppercase)) || it.qself.is_some()
}
