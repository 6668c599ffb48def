//! What `select!` and `#[cancel_safe]` may do with handles and leases.

use crate::{cancel_safe::MakesCalls, handle::ActorHandle};

/// The methods of a handle are handlers, so an error may speak of them by name.
impl<H: ActorHandle> MakesCalls for H {}
