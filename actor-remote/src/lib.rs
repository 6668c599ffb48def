//! Handles of actors in other processes.
//!
//! `#[actor(remote)]` writes a second handle, whose calls go over a [`Link`]. An engine that exists carries them: NATS
//! with the crate `actor-nats`, zenoh with `actor-zenoh`, or a [`Network`] inside of one process.

mod answering;
pub mod by_hand;
mod call;
mod caller;
mod client;
mod codec;
mod control;
mod engine;
mod error;
mod exchange;
mod exited;
mod handle;
mod inbox;
mod incoming;
mod life;
mod link;
mod memory;
mod method;
mod room;
mod serve;
mod stream;
mod teller;
mod under_way;
mod wire;

pub use crate::{
    call::RemoteCall,
    codec::{Codec, Travels},
    engine::{BoxFuture, BoxStream, Engine, EngineError, Request, Requests, Responder},
    error::{RemoteError, RemoteErrorKind},
    handle::RemoteHandle,
    inbox::Inbox,
    link::{Link, LinkStats},
    memory::Network,
    serve::Service,
    stream::RemoteStream,
};
