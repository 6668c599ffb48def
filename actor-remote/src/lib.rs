//! Handles of actors in other processes.
//!
//! `#[actor(remote)]` of `actor-runtime` writes a second handle, whose calls go over a [`Link`]. An engine that exists carries
//! them: NATS with the crate `actor-nats`, zenoh with `actor-zenoh`, or a [`Network`] inside of one process.
//!
//! [Several machines](_several_machines) says how to use it, what is lost with the network, and when not to.

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/several-machines.md")]
pub mod _several_machines {}

mod answering;
pub mod by_hand;
mod call;
mod caller;
mod cbor;
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
mod request_head;
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
