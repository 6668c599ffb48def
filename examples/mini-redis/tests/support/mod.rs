//! Helpers shared by the tests: a server in this process, a client that shows raw replies, and scripts of
//! commands and expected replies.

#![allow(dead_code, reason = "each test binary uses only some of the helpers")]

pub(crate) mod client;
pub(crate) mod script;
pub(crate) mod server;

pub(crate) use client::Client;
pub(crate) use server::Server;
