//! The life of an actor: how it is started, the loop that runs its handlers, and how it ends.
//!
//! [`builder`] makes a [`run::Mailbox`] and hands it to a task, a thread or the user. Its
//! [`run`](run::Mailbox::run) is the future of the actor, around the loop in [`message_loop`].

pub(crate) mod abort;
pub(crate) mod actor;
pub(crate) mod builder;
pub(crate) mod context;
pub(crate) mod drive;
pub(crate) mod events;
pub(crate) mod exit;
pub(crate) mod hooks;
pub(crate) mod launch;
pub(crate) mod lease;
pub(crate) mod message_loop;
pub(crate) mod reclaim;
pub(crate) mod resident;
pub(crate) mod restart;
pub(crate) mod run;
pub(crate) mod scope;
pub(crate) mod spawn;
pub(crate) mod starting;
