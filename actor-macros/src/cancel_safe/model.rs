//! A function under `#[cancel_safe]`, once its check is over.
//!
//! Syntax with its spans, and what the check has found: no finished tokens.

use syn::{Attribute, Block, LitStr, Signature, Visibility};

use super::check::Model;
use crate::checked_select::PlainSelects;

/// The function, as it was written, and why it counts as cancel safe.
pub(crate) struct CheckedFunction {
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) signature: Signature,
    pub(super) block: Block,
    pub(super) grounds: Grounds,
    /// The plain `select!`s in the block, if it was not checked.
    pub(super) selects: PlainSelects,
}

/// Why a future counts as cancel safe.
pub(super) enum Grounds {
    /// Its body was checked; the rest is left to the compiler.
    Checked(Box<Model>),
    /// Its author says so.
    Trusted(LitStr),
    /// It is not cancel safe, which was reported. It is expanded as if it were, so that its callers
    /// get no further errors.
    Refused,
}
