//! The server, from outside and from inside, without any other program.

#[path = "../support/mod.rs"]
mod support;

mod scripts;
