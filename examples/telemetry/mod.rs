//! A ground station that gathers telemetry from many satellites in one actor.
//!
//! ```text
//! uplink ──TCP──▶ session ─┐  push, try_cast: forward or drop                    ┌─▶ archive: drain(max)
//! uplink ──TCP──▶ session ─┼──────────────────────────────────▶ Aggregator ──────┤
//! capture ─file─▶ session ─┘  report, sent: never dropped       (one Buffer)     └─▶ depth, stats
//! ```
//!
//! From the bottom up: [`frame`] is what travels, [`buffer`] what is kept of it, [`aggregator`] the
//! actor around the buffer, [`session`] one connection, [`gateway`] the server that has many,
//! [`recorder`] writes captures and [`archive`] takes frames out; [`station`] starts all of it and
//! stops it in order. [`uplink`] plays the satellites, and [`ledger`] checks at the end that every
//! frame they sent is accounted for.

pub mod aggregator;
pub mod archive;
pub mod buffer;
pub mod frame;
pub mod gateway;
pub mod ledger;
pub mod recorder;
pub mod session;
pub mod station;
pub mod uplink;

pub use self::{
    aggregator::{Aggregator, AggregatorHandle, AggregatorMessage},
    buffer::{Buffer, Limits},
    frame::{Frame, Priority, SatelliteId},
    ledger::Ledger,
    station::{Settings, Station},
};
