//! The server, as an uplink sees it: a faulty uplink affects no other.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use actor_runtime::ActorHandle;

use actor_examples::telemetry::{
    Settings, Station,
    frame::{Frame, HEADER},
    gateway::Traffic,
    uplink::{Fault, Plan},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    assert_law, emergency, fly_all, land, launch, only_failure, routine, start, undrained,
};

/// Connects, and takes the greeting.
async fn connect(station: &Station) -> TcpStream {
    let mut uplink = TcpStream::connect(station.address()).await.unwrap();
    let mut greeting = [0; HEADER.len()];
    uplink.read_exact(&mut greeting).await.unwrap();
    assert_eq!(greeting, HEADER);
    uplink
}

async fn send(uplink: &mut TcpStream, frames: &[Frame]) {
    let mut bytes = Vec::new();
    frames.iter().for_each(|frame| frame.encode(&mut bytes));
    uplink.write_all(&bytes).await.unwrap();
}

/// Flies one good satellite and one with a fault; checks what is said of the fault.
async fn check(fault: Fault, expected: &str) {
    let station = start(undrained(1000)).await;
    let bad = Plan { fault: Some(fault), ..Plan::new(2, 100) };
    let sent = fly_all(&station, [Plan::new(1, 100), bad]).await;
    let traffic = station.gateway().traffic().await.unwrap();
    assert_eq!(traffic, Traffic { open: 0, ended: 1, failed: 1 });
    let remains = station.stop().await;
    assert_law(&remains, &sent);
    assert!(remains.books.failures[0].0.starts_with("satellite 2 at 127.0.0.1:"));
    let error = only_failure(&remains);
    assert!(error.contains(expected), "{error}");
}

#[tokio::test]
async fn a_frame_that_is_cut_off() {
    check(Fault::CutOff, "malformed: after 100 frames, at byte").await;
    check(Fault::CutOff, "the stream ends in the middle of a frame").await;
}

#[tokio::test]
async fn a_frame_that_was_changed_on_the_way() {
    check(Fault::Checksum, "but the frame says").await;
}

#[tokio::test]
async fn a_frame_of_impossible_length() {
    check(Fault::Length, "a frame has 17 to 4113 bytes, not 4294967295").await;
}

#[tokio::test]
async fn a_number_that_does_not_rise() {
    check(Fault::Backwards, "satellite 2 went back from frame 99 to 99").await;
}

#[tokio::test]
async fn somebody_who_speaks_another_protocol() {
    let station = start(undrained(10)).await;
    let mut browser = connect(&station).await;
    browser.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    browser.read_to_end(&mut Vec::new()).await.ok();
    let remains = station.stop().await;
    assert_eq!(
        only_failure(&remains),
        "malformed: after 0 frames, at byte 0: the stream begins with \"GET \", not \"TLMY\""
    );
}

#[tokio::test]
async fn a_satellite_has_one_uplink_at_a_time_and_goes_on_where_it_was() {
    let station = start(undrained(100)).await;
    let mut first = connect(&station).await;
    first.write_all(&HEADER).await.unwrap();
    send(&mut first, &[routine(1, 0)]).await;
    while station.aggregator().depth().await.unwrap() < 1 {
        tokio::task::yield_now().await;
    }
    let mut second = connect(&station).await;
    second.write_all(&HEADER).await.unwrap();
    send(&mut second, &[routine(1, 1)]).await;
    assert_eq!(second.read(&mut [0]).await.unwrap_or(0), 0, "the second is sent away");

    drop(first);
    station.gateway().quiet().await.unwrap();
    let mut third = connect(&station).await;
    third.write_all(&HEADER).await.unwrap();
    send(&mut third, &[routine(1, 1), routine(1, 1)]).await;
    assert_eq!(third.read(&mut [0]).await.unwrap_or(0), 0);

    let remains = station.stop().await;
    let errors: Vec<_> =
        remains.books.failures.iter().map(|(_, error)| error.to_string()).collect();
    assert_eq!(
        errors,
        ["satellite 1 has another uplink", "satellite 1 went back from frame 1 to 1"]
    );
    assert_law(&remains, &[]);
    assert_eq!(remains.books.arrivals[&1].received, 2);
}

/// Time is paused, and advances only to the next timer, so no test waits.
#[tokio::test(start_paused = true)]
async fn an_uplink_that_is_silent_is_ended() {
    let station = start(undrained(10)).await;
    let mut uplink = connect(&station).await;
    assert_eq!(uplink.read(&mut [0]).await.unwrap(), 0);
    let remains = station.stop().await;
    assert_eq!(only_failure(&remains), "silent for 30s");
}

/// An uplink that does not end when it is asked to is cut, and what it sent until then counts.
#[tokio::test]
async fn an_uplink_that_does_not_end_is_cut() {
    let mut settings = undrained(10);
    settings.gateway.grace = Duration::ZERO;
    let station = start(settings).await;
    let mut uplink = connect(&station).await;
    uplink.write_all(&HEADER).await.unwrap();
    send(&mut uplink, &[routine(1, 0)]).await;
    while station.aggregator().depth().await.unwrap() < 1 {
        tokio::task::yield_now().await;
    }
    let remains = station.stop().await;
    assert_eq!(only_failure(&remains), "did not end when it was asked to");
    assert_law(&remains, &[]);
    assert_eq!(remains.books.arrivals[&1].received, 1);
}

/// Nobody drains, and the buffer is full of emergencies: the station stops all the same.
#[tokio::test]
async fn an_uplink_that_is_held_back_does_not_hold_the_station_back() {
    let mut settings = undrained(2);
    settings.gateway.grace = Duration::ZERO;
    let station = start(settings).await;
    let mut uplink = connect(&station).await;
    uplink.write_all(&HEADER).await.unwrap();
    let frames: Vec<_> = (0..5).map(|sequence| emergency(1, sequence)).collect();
    send(&mut uplink, &frames).await;
    while station.aggregator().stats().await.unwrap().held_back < 1 {
        tokio::task::yield_now().await;
    }
    let remains = station.stop().await;
    assert_law(&remains, &[]);
    assert_eq!(remains.books.arrivals[&1].received, 3, "two are stored, and one was held back");
}

/// Valid frames with the smallest and largest numbers, which no sum of them may overflow.
#[tokio::test]
async fn numbers_of_any_size_are_counted() {
    const MAX: u64 = u64::MAX;
    let station = start(undrained(100)).await;
    let mut uplinks = Vec::new();
    for (satellite, sequences) in [
        (1, vec![1, MAX]),
        (2, vec![1, MAX]),
        (3, vec![0, MAX - 1, MAX]),
        (4, vec![MAX]),
        (5, vec![MAX, MAX]),
        (6, vec![7, 0]),
    ] {
        let mut uplink = connect(&station).await;
        uplink.write_all(&HEADER).await.unwrap();
        let frames: Vec<_> = sequences.iter().map(|&number| emergency(satellite, number)).collect();
        send(&mut uplink, &frames).await;
        uplinks.push(uplink);
    }
    // 5 and 6 do not rise.
    while station.aggregator().depth().await.unwrap() < 10
        || station.gateway().traffic().await.unwrap().failed < 2
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(station.aggregator().stats().await.unwrap().missing, MAX);
    drop(uplinks);
    station.gateway().quiet().await.unwrap();
    let remains = station.stop().await;
    assert_law(&remains, &[]);
    let accounts = remains.aggregator.unwrap().buffer().accounts();
    let missing = [1, 2, 3, 4, 5, 6].map(|satellite| accounts[&satellite].missing);
    assert_eq!(missing, [MAX - 2, MAX - 2, MAX - 2, 0, 0, 0]);
}

/// A station without its aggregator would refuse every frame.
#[tokio::test]
async fn a_station_ends_with_its_aggregator() {
    let station = start(undrained(10)).await;
    let mut uplink = connect(&station).await;
    station.aggregator().abort();
    station.gateway().exited().await;
    assert_eq!(uplink.read(&mut [0]).await.unwrap_or(0), 0);
    assert!(TcpStream::connect(station.address()).await.is_err(), "it still accepts");
    assert!(station.stop().await.aggregator.is_none());
}

/// Time is paused, and advances only to the next timer.
#[tokio::test(start_paused = true)]
async fn an_emergency_is_not_kept_out_by_uplinks_that_are_silent() {
    let mut settings = undrained(100);
    settings.gateway.sessions = 8;
    let station = start(settings).await;
    let begun = tokio::time::Instant::now();
    let mut silent = Vec::new();
    for _ in 0..8 {
        silent.push(connect(&station).await);
    }
    for satellite in 1..=3 {
        let mut uplink = connect(&station).await;
        uplink.write_all(&HEADER).await.unwrap();
        send(&mut uplink, &[emergency(satellite, 0)]).await;
        while station.aggregator().depth().await.unwrap() < satellite as usize {
            tokio::task::yield_now().await;
        }
        silent.push(uplink);
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "on the paused clock: {:?}", begun.elapsed());
    // One silent session has left for each that came.
    assert_eq!(
        station.gateway().traffic().await.unwrap(),
        Traffic { open: 8, ended: 0, failed: 3 }
    );
    for left in &mut silent[..3] {
        assert_eq!(left.read(&mut [0]).await.unwrap_or(0), 0);
    }
    drop(silent);
    let remains = station.stop().await;
    assert_law(&remains, &[]);
    for (_, error) in &remains.books.failures[..3] {
        assert_eq!(error.to_string(), "silent for 500ms while another uplink waited for a place");
    }
}

/// More satellites than sessions: the others wait for their greeting, and lose nothing.
#[tokio::test]
async fn uplinks_beyond_the_limit_wait_their_turn() {
    let mut settings = undrained(100_000);
    settings.gateway.sessions = 3;
    let station = start(settings).await;
    let flying = launch(&station, (1..=20).map(|satellite| Plan::new(satellite, 50)));
    let mut most = 0;
    loop {
        let Traffic { open, ended, .. } = station.gateway().traffic().await.unwrap();
        most = most.max(open);
        if ended == 20 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(most <= 3, "{most} sessions at once");
    let sent = land(flying).await;
    let remains = station.stop().await;
    assert_law(&remains, &sent);
    assert_eq!(remains.ledger(&sent).total().received, 1000);
}

/// What is recorded is what came in, and playing it gives the same frames again.
#[tokio::test]
async fn a_recorded_capture_is_replayed_whole() {
    let path = folder("replayed").join("pass.tlm");
    let station = start(Settings { record: Some(path.clone()), ..undrained(10_000) }).await;
    let plans = (1..=5).map(|satellite| Plan { emergency_every: 9, ..Plan::new(satellite, 300) });
    let sent = fly_all(&station, plans).await;
    let first = station.stop().await;
    first.recorded.as_ref().unwrap();
    assert_law(&first, &sent);

    // A capture can wait, so none of its frames is dropped at the mailbox.
    let station = start(undrained(10_000)).await;
    station.gateway().replay(path).await.unwrap().unwrap();
    station.gateway().quiet().await.unwrap();
    let second = station.stop().await;
    assert_law(&second, &sent);
    let total = second.ledger(&sent).total();
    assert_eq!((total.received, total.stored, total.dropped_mailbox), (1500, 1500, 0));
    assert_eq!(total.emergencies, first.ledger(&sent).total().emergencies);
}

#[tokio::test]
async fn the_captures_beside_the_example_are_good() {
    let station = start(undrained(1000)).await;
    for name in ["polar.tlm", "relay.tlm"] {
        let path = format!("{}/telemetry/captures/{name}", env!("CARGO_MANIFEST_DIR"));
        station.gateway().replay(path.into()).await.unwrap().unwrap();
    }
    station.gateway().quiet().await.unwrap();
    let remains = station.stop().await;
    assert!(remains.books.failures.is_empty(), "{:?}", remains.books.failures);
    assert_eq!(remains.ledger(&[]).total().stored, 300);
}

#[tokio::test]
async fn a_capture_that_is_cut_off_or_missing_is_one_error() {
    let folder = folder("cut_off");
    let path = folder.join("cut.tlm");
    let whole = fs::read(format!("{}/telemetry/captures/polar.tlm", env!("CARGO_MANIFEST_DIR")));
    fs::write(&path, &whole.unwrap()[..1000]).unwrap();
    let station = start(undrained(1000)).await;
    station.gateway().replay(path).await.unwrap().unwrap();
    station.gateway().replay(folder.join("none.tlm")).await.unwrap().unwrap();
    station.gateway().quiet().await.unwrap();
    let remains = station.stop().await;
    let mut errors: Vec<_> =
        remains.books.failures.iter().map(|(_, error)| error.to_string()).collect();
    errors.sort_unstable();
    assert!(errors[0].starts_with("cannot open the capture: "), "{errors:?}");
    assert!(errors[1].contains("the stream ends in the middle of a frame"), "{errors:?}");
    assert_law(&remains, &[]);
}

#[tokio::test]
async fn a_recording_that_cannot_begin_starts_no_station() {
    let record = Some(folder("no_recording"));
    let error = Station::start(Settings { record, ..undrained(10) }).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
}

/// An empty folder of the test `name`.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}
