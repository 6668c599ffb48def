//! What the tests have in common: a server in the same process, a client that sees every byte, and
//! scripts that say what is sent and what comes back.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod client;
pub(crate) mod script;
pub(crate) mod server;

pub(crate) use client::Client;
pub(crate) use server::Server;
