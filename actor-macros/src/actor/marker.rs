//! The markers on methods. This is the only list of them; everything else matches on the kinds, so that
//! the compiler finds what a new one needs.

use syn::Path;

use crate::{cancel_safe::options::is_cancel_safe, names};

/// The kinds of attributes that mark a method.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkerKind {
    /// `#[handler(..)]`
    Handler,
    /// `#[on(..)]`
    On,
    Hook(HookKind),
    /// `#[cancel_safe]`. On methods that are not handlers it is an attribute macro of its own.
    CancelSafe,
}

/// When the loop calls a hook.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum HookKind {
    Start,
    Stop,
    Idle,
    Release,
}

impl MarkerKind {
    const ALL: &[Self] = &[
        Self::Handler,
        Self::On,
        Self::Hook(HookKind::Start),
        Self::Hook(HookKind::Stop),
        Self::Hook(HookKind::Idle),
        Self::Hook(HookKind::Release),
        Self::CancelSafe,
    ];

    /// What hooks are called in other libraries, with their names here.
    const OTHER_NAMES: &[(&str, &str)] = &[
        ("on_init", "on_start"),
        ("on_startup", "on_start"),
        ("on_started", "on_start"),
        ("started", "on_start"),
        ("on_end", "on_stop"),
        ("on_exit", "on_stop"),
        ("on_close", "on_stop"),
        ("on_shutdown", "on_stop"),
        ("on_stopping", "on_stop"),
        ("on_stopped", "on_stop"),
        ("stopping", "on_stop"),
        ("stopped", "on_stop"),
        ("post_stop", "on_stop"),
        ("pre_start", "on_start"),
    ];

    /// The kind of an attribute with this path; `None` for attributes of other crates.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let is_this = |kind: &&Self| match kind {
            Self::CancelSafe => is_cancel_safe(path),
            Self::Handler | Self::On | Self::Hook(_) => path.is_ident(kind.name()),
        };
        Self::ALL.iter().find(is_this).copied()
    }

    /// The name of the marker that this path probably misspells.
    pub(crate) fn misspelled(path: &Path) -> Option<&'static str> {
        // Too many words are close to `on`, and rustc reports a misspelled `cancel_safe`.
        let may_be_meant = |kind: &&Self| matches!(kind, Self::Handler | Self::Hook(_));
        let names: Vec<_> = Self::ALL.iter().filter(may_be_meant).map(|kind| kind.name()).collect();
        let written = path.get_ident()?.to_string();
        let other = Self::OTHER_NAMES.iter().find(|(other, _)| *other == written);
        other.map(|(_, name)| *name).or_else(|| names::misspelled(&written, &names))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Handler => "handler",
            Self::On => "on",
            Self::Hook(hook) => hook.name(),
            Self::CancelSafe => "cancel_safe",
        }
    }

    /// The marker as a user writes it, for messages.
    pub(crate) fn written(self) -> String {
        match self {
            Self::Handler | Self::On => format!("#[{}(..)]", self.name()),
            Self::Hook(_) | Self::CancelSafe => format!("#[{}]", self.name()),
        }
    }
}

impl HookKind {
    /// The name of the marker, which is also that of the generated method of `Actor`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Start => "on_start",
            Self::Stop => "on_stop",
            Self::Idle => "on_idle",
            Self::Release => "on_release",
        }
    }

    /// Whether it may return an error, which keeps the actor from starting.
    pub(crate) fn may_fail(self) -> bool {
        match self {
            Self::Start => true,
            Self::Stop | Self::Idle | Self::Release => false,
        }
    }
}
