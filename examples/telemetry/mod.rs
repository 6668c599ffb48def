//! A ground station that collects telemetry from many satellites in one actor.
//!
//! ```text
//! uplink ──TCP──▶ session ─┐  push, try_cast: forward or drop                    ┌─▶ archive: drain(max)
//! uplink ──TCP──▶ session ─┼──────────────────────────────────▶ Aggregator ──────┤
//! capture ─file─▶ session ─┘  report, sent: never dropped       (one Buffer)     └─▶ depth, stats
//! ```
//!
//! From the bottom up: [`frame`] is the wire format, [`buffer`] stores frames, [`aggregator`] is the actor
//! around the buffer, [`session`] handles one connection, and [`gateway`] is the server that owns the
//! sessions. [`recorder`] writes captures, and [`archive`] drains frames. [`station`] starts all parts
//! and stops them in order. [`uplink`] simulates satellites, and [`ledger`] checks at the end that every
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
