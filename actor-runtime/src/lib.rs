//! Actors from a struct and an `impl`.

mod actor;
mod block_on;
mod call;
mod catch;
mod current;
mod error;
mod exit;
mod handle;
mod mailbox;
mod mock;
mod observe;
mod reply;
mod ring;
mod run;
mod scope;
mod spawn;
mod stats;
mod stream;
mod sync;

pub use crate::{
    actor::{Actor, CannotFail, Capacity, Context, Envelope, Message, Spawn},
    call::{Answer, Call, Cast, Sent, Timeout},
    error::{CallError, Method, SendError, TrySendError},
    exit::{Exit, ExitReason, Exited},
    handle::{ActorHandle, Handle, Shutdown, WeakHandle},
    mock::MockMailbox,
    reply::{PendingReply, Reply},
    run::{Mailbox, OnPanic},
    scope::{Ended, Scope},
    spawn::{
        Builder, Running, StartError, Starting, pair, spawn, spawn_local, spawn_thread, start,
    },
    stats::{Counts, Stats},
    stream::{Replies, ReplyStream, StreamCall, TrySendValue},
};
