//! Tests of deadlines, with a clock that they set, and of slices.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::{Duration, UNIX_EPOCH},
};

use actor_runtime::{ActorHandle, spawn};
use tokio::time::{Instant, advance};

use super::*;
use crate::command::{Command, Run};

/// The time when the tests begin, in seconds since the Unix epoch.
const BEGIN: i64 = 1_700_000_000;

/// Spawns a store whose system time follows the paused time of the test, and is ahead of it by as many
/// seconds as the second value says.
fn start() -> (StoreHandle, Arc<AtomicI64>) {
    let (begun, ahead) = (Instant::now(), Arc::new(AtomicI64::new(0)));
    let seconds = ahead.clone();
    let clock = Clock::reading(move || {
        let seconds = u64::try_from(BEGIN + seconds.load(Relaxed)).expect("after the epoch");
        UNIX_EPOCH + Duration::from_secs(seconds) + begun.elapsed()
    });
    (spawn(Store::begin(1, 0, clock)), ahead)
}

fn request(line: &str) -> Request {
    command(line.split(' ').map(|word| Bytes::copy_from_slice(word.as_bytes())).collect())
}

fn command(words: Vec<Bytes>) -> Request {
    match Command::of(&words).expect("a command").run {
        Run::Store(command) | Run::Blocking(command) => Request { command, database: 0, words },
        other => panic!("no command of the store: {other:?}"),
    }
}

async fn run(store: &StoreHandle, line: &str) -> Frame {
    store.run(vec![request(line)]).await.expect("the store runs").remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_key_is_removed_at_its_deadline_without_being_accessed() {
    let (store, _) = start();
    run(&store, "SET late x PX 300").await;
    run(&store, "SET early x PX 100").await;
    run(&store, "SET stays x").await;
    // A deadline that is changed, one that is removed, and one of a key that is deleted.
    run(&store, "SET moved x PX 50").await;
    run(&store, "PEXPIRE moved 200").await;
    run(&store, "SET kept x PX 50").await;
    run(&store, "PERSIST kept").await;
    run(&store, "SET deleted x PX 50").await;
    run(&store, "DEL deleted").await;

    let mut removed = Vec::new();
    for _ in 0..400 {
        advance(Duration::from_millis(1)).await;
        tokio::task::yield_now().await;
        removed.push(store.stats().counts.events);
    }
    assert_eq!([removed[98], removed[99]], [0, 1], "early");
    assert_eq!([removed[198], removed[199]], [1, 2], "moved");
    assert_eq!([removed[298], removed[299]], [2, 3], "late");
    assert_eq!(removed[399], 3);
    assert_eq!(run(&store, "DBSIZE").await, Frame::Integer(2));
}

#[tokio::test(start_paused = true)]
async fn an_expired_key_is_not_seen_before_it_is_removed() {
    let (store, _) = start();
    run(&store, "SET k x PX 100").await;
    advance(Duration::from_millis(99)).await;
    assert_eq!(run(&store, "PTTL k").await, Frame::Integer(1));
    advance(Duration::from_millis(1)).await;
    // The store has not been polled since, so its timer has not fired.
    assert_eq!(run(&store, "EXISTS k").await, Frame::Integer(0));
}

#[tokio::test(start_paused = true)]
async fn a_transaction_does_not_run_if_a_watched_key_has_expired() {
    let (store, _) = start();
    run(&store, "SET k x PX 100").await;
    store.watch(1, 0, vec![Bytes::from("k")]).await.unwrap();
    store.watch(2, 0, vec![Bytes::from("other")]).await.unwrap();
    advance(Duration::from_millis(100)).await;
    assert_eq!(store.run_if_unchanged(1, 0, vec![request("DBSIZE")]).await.unwrap(), None);
    let zero = Some(vec![Frame::Integer(0)]);
    assert_eq!(store.run_if_unchanged(2, 0, vec![request("DBSIZE")]).await.unwrap(), zero);
    assert_eq!(store.run_if_unchanged(1, 0, vec![request("DBSIZE")]).await.unwrap(), zero);
}

#[tokio::test(start_paused = true)]
async fn deadlines_follow_the_system_time_when_it_is_set() {
    let (store, ahead) = start();
    run(&store, "SET k x EX 100").await;
    run(&store, "SET l x EX 1000").await;
    ahead.store(-50, Relaxed);
    assert_eq!(run(&store, "TTL k").await, Frame::Integer(150));
    ahead.store(99, Relaxed);
    assert_eq!(run(&store, "PTTL k").await, Frame::Integer(1000));
    ahead.store(100, Relaxed);
    assert_eq!(run(&store, "EXISTS k").await, Frame::Integer(0));
    assert_eq!(run(&store, "EXPIRETIME l").await, Frame::Integer(BEGIN + 1000));
}

#[tokio::test(start_paused = true)]
async fn keys_are_removed_soon_after_the_system_time_was_set() {
    let (store, ahead) = start();
    run(&store, "SET k x EX 1000").await;
    advance(Duration::from_millis(10)).await;
    // As after a suspend: the monotonic clock has not advanced.
    ahead.store(1000, Relaxed);
    let events = || store.stats().counts.events;
    for _ in 0..110 {
        advance(Duration::from_millis(10)).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(events(), 1);
}

/// Lets the store handle its events, and returns how many it has handled until there are no more.
async fn events(store: &StoreHandle) -> u64 {
    let count = || store.stats().counts.events;
    let mut before = count();
    let mut quiet = 0;
    while quiet < 10 {
        tokio::task::yield_now().await;
        quiet = if count() == before { quiet + 1 } else { 0 };
        before = count();
    }
    before
}

#[tokio::test(start_paused = true)]
async fn many_keys_that_expire_at_once_are_removed_in_slices() {
    const KEYS: usize = 10_000;
    let (store, _) = start();
    for number in 0..KEYS {
        run(&store, &format!("SET {number} x PX 100")).await;
    }
    run(&store, "SET stays x").await;
    store.watch(1, 0, vec![Bytes::from("9999")]).await.unwrap();
    advance(Duration::from_millis(100)).await;
    // A message removes a few of them, and none of the others is visible.
    assert_eq!(run(&store, "EXISTS 9998").await, Frame::Integer(0));
    let Frame::Integer(left) = run(&store, "DBSIZE").await else { panic!("no number") };
    assert!(left > 9000, "{left} keys are left");
    assert_eq!(run(&store, "KEYS *").await, Frame::Array(vec![Frame::word("stays")]));
    assert_eq!(run(&store, "TTL 9997").await, Frame::Integer(-2));
    assert_eq!(run(&store, "GET 9996").await, Frame::Null);
    assert_eq!(run(&store, "APPEND 9995 xy").await, Frame::Integer(2));
    assert_eq!(run(&store, "SET 9994 y NX").await, Frame::OK);
    assert_eq!(run(&store, "RPUSH 9993 y").await, Frame::Integer(1));
    assert_eq!(run(&store, "COPY stays 9992").await, Frame::Integer(1));
    assert_eq!(run(&store, "RENAMENX stays 9991").await, Frame::Integer(1));
    assert_eq!(run(&store, "PERSIST 9990").await, Frame::Integer(0));
    assert_eq!(run(&store, "DEL 9989").await, Frame::Integer(0));
    assert_eq!(store.run_if_unchanged(1, 0, vec![request("DBSIZE")]).await.unwrap(), None);
    // The others are removed by events.
    let handled = events(&store).await;
    assert!(handled >= (KEYS / SLICE / 2) as u64, "{handled} events");
    assert_eq!(run(&store, "DBSIZE").await, Frame::Integer(5));
    let sizes = store.sizes().await.unwrap();
    assert_eq!((sizes.databases[0], sizes.counts.expired), ((5, 0), KEYS as u64));
}

#[tokio::test(start_paused = true)]
async fn a_random_key_has_not_expired() {
    let (store, _) = start();
    for number in 0..1000 {
        run(&store, &format!("SET {number} x PX 100")).await;
    }
    run(&store, "SET stays x").await;
    advance(Duration::from_millis(100)).await;
    assert_eq!(run(&store, "RANDOMKEY").await, Frame::word("stays"));
}

#[tokio::test(start_paused = true)]
async fn large_values_are_freed_in_slices() {
    const ELEMENTS: usize = 10_000;
    for (push, removal) in [
        ("RPUSH k", "UNLINK k"),
        ("SADD k", "DEL k"),
        ("ZADD k", "SET k x"),
        ("HSET k", "FLUSHALL"),
        ("RPUSH k", "PEXPIRE k 0"),
        ("SADD k", "RENAME other k"),
    ] {
        let (store, _) = start();
        run(&store, "SET other x").await;
        let begin = push.split(' ').map(Bytes::from);
        let elements = (0..ELEMENTS).map(|number| Bytes::from(number.to_string()));
        store.run(vec![command(begin.chain(elements).collect())]).await.unwrap();
        assert_eq!(events(&store).await, 0);
        run(&store, removal).await;
        // The reply does not wait for all of them.
        assert!(store.stats().counts.events <= 1, "{removal}");
        let expected = ELEMENTS / SLICE / 2;
        let events = events(&store).await;
        assert!(events >= expected as u64, "{events} slices after {push} and {removal}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_flushed_database_has_no_deadlines() {
    let (store, _) = start();
    run(&store, "SET k x PX 100").await;
    store.watch(1, 0, vec![Bytes::from("k")]).await.unwrap();
    store.watch(2, 0, vec![Bytes::from("l")]).await.unwrap();
    run(&store, "FLUSHALL").await;
    run(&store, "SET k y").await;
    advance(Duration::from_millis(100)).await;
    assert_eq!(run(&store, "GET k").await, Frame::word("y"));
    assert_eq!(store.sizes().await.unwrap().databases, [(1, 0)]);
    assert_eq!(store.run_if_unchanged(1, 0, vec![request("DBSIZE")]).await.unwrap(), None);
}

#[tokio::test]
async fn a_reply_is_not_changed_by_the_commands_after_it() {
    let (store, _) = start();
    run(&store, "SET k abcdef").await;
    let requests = ["GET k", "SETRANGE k 1 XY", "GET k", "APPEND k Z", "GET k"].map(request);
    let frames = store.run(requests.to_vec()).await.unwrap();
    let [old, new, long] = ["abcdef", "aXYdef", "aXYdefZ"].map(Frame::word);
    let expected = [old, Frame::Integer(6), new, Frame::Integer(7), long];
    assert_eq!(frames, expected);
}

#[tokio::test]
async fn equal_elements_are_removed_from_either_end() {
    for (count, left) in [(2, "b b a"), (-2, "a b b"), (0, "b b"), (9, "b b"), (-1, "a b a b")] {
        let (store, _) = start();
        run(&store, "RPUSH k a b a b a").await;
        run(&store, &format!("LREM k {count} a")).await;
        let left = left.split(' ').map(Frame::word).collect();
        assert_eq!(run(&store, "LRANGE k 0 -1").await, Frame::Array(left), "{count}");
    }
}

#[tokio::test]
async fn an_element_whose_caller_is_gone_is_put_back_where_it_was() {
    for (wait, push, rest, expected) in [
        ("BLPOP k 0", "RPUSH k 1 2 3", "LRANGE k 0 -1", "1 2 3"),
        ("BRPOP none k 0", "RPUSH k 1 2 3", "LRANGE k 0 -1", "1 2 3"),
        ("BLPOP k 0", "RPUSH k 1", "LRANGE k 0 -1", "1"),
        ("BLMOVE l k LEFT RIGHT 0", "RPUSH l 1", "LRANGE k 0 -1", "1"),
        ("BZPOPMIN k 0", "ZADD k 1 a 2 b 3 c", "ZRANGE k 0 -1", "a b c"),
        ("BZPOPMAX k 0", "ZADD k 1 a 2 b", "ZRANGE k 0 -1", "a b"),
        ("BZPOPMAX k 0", "ZADD k 1 a", "ZRANGE k 0 -1", "a"),
    ] {
        let expected = Frame::Array(expected.split(' ').map(Frame::word).collect());
        let (store, _) = start();
        // Its caller is gone after the element was sent to it.
        let answer = store.pop(request(wait)).sent().await.unwrap();
        run(&store, push).await;
        drop(answer);
        assert_eq!(run(&store, rest).await, expected, "after {wait}");

        // Its caller is gone before.
        let (store, _) = start();
        drop(store.pop(request(wait)).sent().await.unwrap());
        run(&store, push).await;
        if wait.starts_with("BLMOVE") {
            assert_eq!(run(&store, "LRANGE l 0 -1").await, expected);
        } else {
            assert_eq!(run(&store, rest).await, expected, "before {wait}");
        }
    }
}

#[tokio::test]
async fn an_element_that_is_put_back_goes_to_the_next_who_waits() {
    let (store, _) = start();
    let first = store.pop(request("BLPOP k 0")).sent().await.unwrap();
    let second = store.pop(request("BLPOP k 0")).sent().await.unwrap();
    run(&store, "RPUSH k 1").await;
    drop(first);
    let element = Frame::Array(vec![Frame::word("k"), Frame::word("1")]);
    assert_eq!(Frame::from(second.await.unwrap()), element);
    assert_eq!(run(&store, "EXISTS k").await, Frame::Integer(0));
}

#[tokio::test]
async fn an_element_that_is_put_back_does_not_replace_another_value() {
    let (store, _) = start();
    let answer = store.pop(request("BLPOP k 0")).sent().await.unwrap();
    run(&store, "RPUSH k 1").await;
    run(&store, "SET k x").await;
    drop(answer);
    assert_eq!(run(&store, "GET k").await, Frame::word("x"));
}

#[tokio::test]
async fn callers_that_are_gone_are_forgotten() {
    let (store, _) = start();
    let waits = store.pop(request("BLPOP k 0")).sent().await.unwrap();
    for number in 0..10_000 {
        drop(store.pop(request(&format!("BLPOP key{number} 0"))).sent().await.unwrap());
    }
    let sizes = store.sizes().await.unwrap();
    assert_eq!(sizes.waiting, 1);
    assert!(sizes.kept < 100, "{} are kept", sizes.kept);
    drop(waits);
}
