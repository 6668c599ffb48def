//! The life of an actor: how it is started, the loop that runs its handlers, and how it ends.

pub(crate) mod abort;
pub(crate) mod actor;
pub(crate) mod back;
pub(crate) mod builder;
pub(crate) mod context;
pub(crate) mod drive;
pub(crate) mod events;
pub(crate) mod exit;
pub(crate) mod lease;
pub(crate) mod resident;
pub(crate) mod run;
pub(crate) mod scope;
pub(crate) mod spawn;
pub(crate) mod starting;
