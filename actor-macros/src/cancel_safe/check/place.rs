//! Where a value lives: in a local of the call, which is gone when the call is dropped, or outside
//! of it.

use proc_macro2::TokenStream;

/// Numbers the locals of one body, parameters included; shadowing gives a new one.
pub(super) type LocalId = usize;

/// The tokens a mistake is reported at, and where they stand among all that can be reported.
#[derive(Clone, Debug)]
pub(crate) struct Caret {
    pub(crate) tokens: TokenStream,
    pub(super) order: usize,
}

/// Tells a method call of the body from every other one, also where their spans are equal.
///
/// It is the address of the node: the body is checked and then rewritten in place, and nothing
/// moves in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Spot(usize);

impl Spot {
    pub(crate) fn of(call: &syn::ExprMethodCall) -> Self {
        Self(std::ptr::from_ref(call) as usize)
    }
}

/// What the path of a place starts from.
#[derive(Clone, Debug)]
pub(super) enum Root {
    /// A local of this call.
    Local(LocalId),
    /// `self`, or what a reference parameter refers to: it outlives the call.
    Outside(Path),
    /// A `static`, which outlives everything.
    Static,
}

/// A place outside of the call, by name: `self.buffer`.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) text: String,
    /// Whether the call may change it: not behind `&self`.
    pub(super) is_mutable: bool,
}

/// A place as it is named somewhere in the body.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) root: Root,
    pub(super) caret: Caret,
    /// Whether naming it hands out a mutable borrow: it is a `&mut` already.
    pub(super) lends: bool,
    /// Whether it is named as the future to be awaited.
    pub(super) is_future: bool,
}

/// Whether writing to one path can change what is read through the other: `self.x` and `self.x.y`.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    let inside = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    inside(one, other) || inside(other, one)
}
