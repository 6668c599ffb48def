//! The conservation law, at the edges.

use std::time::Duration;

use actor_examples::telemetry::{
    Frame, Settings, Station,
    archive::{Archive, Pace},
    uplink::{Fault, Plan},
};
use actor_runtime::ActorHandle;

use super::{assert_law, fly_all, land, launch, start, undrained};

/// A satellite of a fleet that sends `frames` frames.
fn fleet(satellites: u32, frames: u64) -> impl Iterator<Item = Plan> {
    (1..=satellites)
        .map(move |satellite| Plan { emergency_every: 50, ..Plan::new(satellite, frames) })
}

/// Ten times as much comes in as is stored and taken out together.
async fn overload() {
    let station = start(undrained(200)).await;
    let mut archive = Archive::default();
    let mut flying = launch(&station, fleet(48, 500));
    let mut sent = Vec::new();
    // After each landing some is taken out: 48 times 46 frames, and 200 remain.
    while let Some(landed) = flying.join_next().await {
        sent.push(landed.unwrap().unwrap());
        archive.store(&station.aggregator().drain(46).await.unwrap().take());
    }
    station.gateway().quiet().await.unwrap();
    let mut remains = station.stop().await;
    remains.archive = archive;
    assert_law(&remains, &sent);
    let total = remains.ledger(&sent).total();
    assert_eq!(total.sent, Some(24_000));
    assert!(total.drained + total.stored <= 2_408, "{total:?}");
    assert!(total.dropped_mailbox + total.dropped_oldest >= 21_592, "{total:?}");
    assert!(total.emergencies > 0);
}

#[tokio::test]
async fn the_law_holds_at_ten_times_the_load_on_one_thread() {
    overload().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_law_holds_at_ten_times_the_load_on_many_threads() {
    overload().await;
}

/// Each burst is longer than the mailbox, and one thread runs all: so the mailbox is full for
/// certain.
#[tokio::test]
async fn a_full_mailbox_drops_routine_frames_and_no_others() {
    let station = start(undrained(10_000)).await;
    let plans = fleet(8, 2000).map(|plan| Plan { burst: 400, ..plan });
    let sent = fly_all(&station, plans).await;
    let remains = station.stop().await;
    assert_law(&remains, &sent);
    let total = remains.ledger(&sent).total();
    assert!(total.dropped_mailbox > 0, "{total:?}");
    assert_eq!(total.emergencies, total.emergencies_kept);
    assert_eq!(total.emergencies, sent.iter().map(|sent| sent.emergencies).sum::<u64>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_law_holds_when_uplinks_die() {
    let station = start(undrained(500)).await;
    let faults = Fault::ALL.into_iter().cycle();
    let plans = fleet(48, 100)
        .zip(faults)
        .map(|(plan, fault)| Plan { fault: (plan.satellite % 2 == 0).then_some(fault), ..plan });
    let sent = fly_all(&station, plans).await;
    let remains = station.stop().await;
    assert_law(&remains, &sent);
    assert_eq!(remains.ledger(&sent).total().sent, Some(4_800), "each sent all its good frames");
    assert_eq!(remains.books.failures.len(), 24);
}

/// The station closes while every satellite has more to send than time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_law_holds_when_it_is_shut_down_in_the_middle() {
    for _ in 0..10 {
        // What is under way in the sockets is read in time only if emergencies find room.
        let pace = Pace { every: Duration::from_millis(1), max: 500 };
        let settings = Settings { archive: Some(pace), ..undrained(500) };
        let station = start(settings).await;
        let flying = launch(&station, fleet(48, u64::MAX));
        while station.aggregator().stats().await.unwrap().accepted < 2_000 {
            tokio::task::yield_now().await;
        }
        let remains = station.stop().await;
        assert!(remains.books.failures.is_empty(), "{:?}", remains.books.failures);
        let sent = land(flying).await;
        assert_law(&remains, &sent);
        assert!(remains.ledger(&sent).total().received >= 2_000);
    }
}

/// The aggregator stops under running sessions. They count what it refuses, and nothing hangs.
#[tokio::test]
async fn the_aggregator_may_go_first() {
    let station = start(undrained(500)).await;
    let flying = launch(&station, fleet(8, u64::MAX));
    while station.aggregator().stats().await.unwrap().accepted < 500 {
        tokio::task::yield_now().await;
    }
    station.aggregator().shutdown().await;
    // The gateway ends with it. An uplink that ends in order meanwhile is no failure.
    station.gateway().exited().await;
    let remains = station.stop().await;
    drop(flying);
    let ledger = remains.ledger(&[]);
    assert_eq!(ledger.breaches(), Vec::<String>::new(), "\n{ledger}");
    assert!(!remains.books.failures.is_empty());
    for (name, error) in &remains.books.failures {
        assert_eq!(error.to_string(), "the aggregator has stopped", "{name}");
    }
}

/// However long it runs, the mailbox and the buffer hold what they may and no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_bounded() {
    let station = start(undrained(300)).await;
    let flying = launch(&station, fleet(48, 3_000).map(|plan| Plan { payload: 512, ..plan }));
    let most_bytes = 300 * 512;
    let (mut archive, mut looks) = (Archive::default(), 0);
    loop {
        let stats = station.aggregator().stats().await.unwrap();
        assert!(stats.depth <= 300 && stats.bytes <= most_bytes, "{stats:?}");
        // Each satellite waits with one frame at most, and gives its claim back past the bound.
        let life = ActorHandle::stats(station.aggregator());
        assert!(life.queued <= 16 + 48 && life.waiting <= 48, "{life:?}");
        looks += 1;
        archive.store(&station.aggregator().drain(10).await.unwrap().take());
        if station.gateway().traffic().await.unwrap().ended == 48 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(looks > 1);
    let sent = land(flying).await;
    let mut remains = station.stop().await;
    remains.archive = archive;
    assert_law(&remains, &sent);
    let buffer = remains.aggregator.as_ref().unwrap().buffer();
    assert!(buffer.retained_bytes() <= most_bytes + 2 * 512 * size_of::<Frame>());
}

/// Everything a station was given is gone when it has stopped, also without a word to anybody.
#[tokio::test]
async fn a_station_that_is_dropped_ends() {
    let station: Station = start(undrained(10)).await;
    let aggregator = station.aggregator().downgrade();
    let gone = station.gateway().exited();
    drop(station);
    gone.await;
    assert!(aggregator.is_closed());
}

#[test]
fn no_line_of_the_table_is_wider_than_80_columns() {
    let mut ledger = actor_examples::telemetry::ledger::Ledger::default();
    let line = ledger.line(u32::from(u16::MAX));
    line.sent = Some(99_999_999);
    line.received = 99_999_999;
    for line in ledger.to_string().lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}
