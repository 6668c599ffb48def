//! The server beside Redis 7. Run by `acceptance.sh`; each test says so and passes where there is no
//! `redis-server`.

#[path = "../support/mod.rs"]
mod support;

mod differential;
mod redis;
mod scripts;
