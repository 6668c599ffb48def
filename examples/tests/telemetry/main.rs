//! The acceptance tests of the telemetry aggregator: real sockets, real files, and the ledger.
//!
//! No test sleeps. Who waits for something asks the actor that has it, or steps its time by hand.

mod aggregator;
mod buffer;
mod frame;
mod law;
mod uplinks;

use actor_examples::telemetry::{
    Frame, Limits, Priority, SatelliteId, Settings, Station,
    station::Remains,
    uplink::{self, Plan, Sent},
};
use tokio::task::JoinSet;

/// A frame with this number.
fn frame(satellite: SatelliteId, sequence: u64, priority: Priority) -> Frame {
    Frame { satellite, sequence, priority, payload: sequence.to_be_bytes().into() }
}

fn routine(satellite: SatelliteId, sequence: u64) -> Frame {
    frame(satellite, sequence, Priority::Routine)
}

fn emergency(satellite: SatelliteId, sequence: u64) -> Frame {
    frame(satellite, sequence, Priority::Emergency)
}

fn sequences(frames: &[Frame]) -> Vec<u64> {
    frames.iter().map(|frame| frame.sequence).collect()
}

/// A station that stores `frames` and is never drained.
fn undrained(frames: usize) -> Settings {
    Settings {
        limits: Limits { frames, ..Limits::default() },
        mailbox: 16,
        archive: None,
        ..Settings::default()
    }
}

async fn start(settings: Settings) -> Station {
    Station::start(settings).await.expect("the loopback address has a free port")
}

/// Flies all plans against the station, and waits until all have landed and been read.
async fn fly_all(station: &Station, plans: impl IntoIterator<Item = Plan>) -> Vec<Sent> {
    let sent = land(launch(station, plans)).await;
    station.gateway().quiet().await.expect("the gateway runs");
    sent
}

fn launch(
    station: &Station,
    plans: impl IntoIterator<Item = Plan>,
) -> JoinSet<std::io::Result<Sent>> {
    let mut fleet = JoinSet::new();
    for plan in plans {
        fleet.spawn(uplink::fly(station.address(), plan));
    }
    fleet
}

async fn land(fleet: JoinSet<std::io::Result<Sent>>) -> Vec<Sent> {
    let landed = fleet.join_all().await.into_iter();
    landed.map(|sent| sent.expect("the connection holds")).collect()
}

/// Checks that the law holds for every satellite.
#[track_caller]
fn assert_law(remains: &Remains, sent: &[Sent]) {
    let ledger = remains.ledger(sent);
    assert_eq!(ledger.breaches(), Vec::<String>::new(), "\n{ledger}");
    assert_eq!(remains.archive.misordered(), 0);
    let aggregator = remains.aggregator.as_ref().expect("the aggregator ends in order");
    assert_eq!(aggregator.buffer().stats().strays, 0);
}

/// The one failure of a station, as it is printed, without the address.
#[track_caller]
fn only_failure(remains: &Remains) -> String {
    let [(_, error)] = &remains.books.failures[..] else {
        panic!("one failure, not {:?}", remains.books.failures);
    };
    error.to_string()
}
