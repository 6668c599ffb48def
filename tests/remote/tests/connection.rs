//! Calls that are made while there is no connection.

#![expect(unreachable_pub, reason = "the handlers of an actor are `pub`")]

use std::time::Duration;

use actor_remote::{Codec, RemoteErrorKind as Kind};
use actor_remote_tests::raw::Raw;
use actor_runtime::actor;
use serde_json::Value;
use tokio::time::sleep;

#[derive(Debug)]
struct Clock;

#[actor(remote)]
impl Clock {
    pub fn time(&self) -> u64 {
        7
    }
}

/// The only request that the link has sent.
fn request(raw: &Raw) -> Value {
    let requests = raw.requests();
    let [(_, request)] = &requests[..] else { panic!("{requests:?}") };
    serde_json::from_slice(request).expect("an object")
}

/// The other side is told how long the caller still waits, so that it begins nothing for one that has gone.
#[tokio::test(start_paused = true)]
async fn the_wait_for_a_connection_counts() {
    let raw = Raw::default();
    let clock: ClockRemote = raw.link().codec(Codec::Json).find("clock");
    for waits in [1, 4, 9] {
        raw.set_connected(false);
        let call = clock.clone();
        let call = tokio::spawn(async move { call.time().timeout(Duration::from_secs(10)).await });
        sleep(Duration::from_secs(waits)).await;
        assert_eq!(raw.requests(), []);
        raw.set_connected(true);
        sleep(Duration::from_millis(100)).await;
        let left = request(&raw)["within_ms"].as_u64().expect("a number");
        let most = (10 - waits) * 1000;
        assert!((most - 100..=most).contains(&left), "{left} after {waits} s");
        call.abort();
    }
}

/// Nothing is sent for a caller whose time is over, or who has given up.
#[tokio::test(start_paused = true)]
async fn nothing_is_sent_later() {
    let raw = Raw::default();
    let clock: ClockRemote = raw.link().find("clock");
    raw.set_connected(false);
    let limit = Duration::from_secs(1);
    let error = clock.time().timeout(limit).await.expect_err("there is no connection");
    assert!(matches!(error.kind(), Kind::Disconnected { .. }), "{error}");
    assert!(error.is_safe_to_retry());
    let error = clock.time().timeout(limit).cast().await.expect_err("there is no connection");
    assert!(matches!(error.kind(), Kind::Disconnected { .. }), "{error}");
    let gives_up = clock.clone();
    let gives_up = tokio::spawn(async move { gives_up.time().await });
    sleep(limit).await;
    gives_up.abort();
    sleep(limit).await;
    raw.set_connected(true);
    sleep(Duration::from_secs(60)).await;
    assert_eq!(raw.requests(), []);
}
