//! A function under `#[cancel_safe]`, after its check: syntax with spans, and the results of the check.

use syn::{Attribute, Block, LitStr, Signature, Visibility};

use super::check::Model;
use crate::checked_select::PlainSelects;

/// The function as written, and why it counts as cancel safe.
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
    /// Its body was checked. The compiler answers the remaining questions.
    Checked(Box<Model>),
    /// Its author declares it.
    Trusted(LitStr),
    /// It is not, which was reported. It expands as if it were, so that its callers cause no further errors.
    Refused,
}
