//! The size of futures that contain a `select!`, compared with tokio's.

use std::{future::ready, mem::size_of_val};

use actor_runtime::select;
use tokio::sync::mpsc;

/// The sizes of two futures, each with one of the macros and the same branches.
macro_rules! sizes {
    ($($branches:tt)*) => {
        (
            size_of_val(&async { select! { $($branches)* } }),
            size_of_val(&async { tokio::select! { $($branches)* } }),
        )
    };
}

#[track_caller]
fn check((ours, tokios): (usize, usize)) {
    println!("{ours} bytes, and {tokios} with tokio::select!");
    assert!(ours <= tokios + 16, "{ours} bytes, and {tokios} with tokio::select!");
}

#[test]
fn no_larger_than_with_tokios() {
    check(sizes! { _ = ready(0_i32) => {} });
    check(sizes! { _ = ready(0_i32) => {}, _ = ready(0_i32) => {} });
    check(sizes! { _ = ready(0_i32) => {}, _ = ready(0_i32) => {}, _ = ready(0_i32) => {} });
    check(sizes! { _ = ready(0_u8) => {}, _ = ready(0_u64) => {}, _ = ready(0_u8) => {} });
    check(sizes! { biased; _ = ready(0_i32) => {}, _ = ready([0_u8; 100]) => {} });
}

/// As in tokio's test.
#[test]
fn no_larger_with_variables() {
    let ours = async {
        let (one, two, three) = (ready(0_i32), ready(0_i32), ready(0_i32));
        select! { _ = one => {}, _ = two => {}, _ = three => {} }
    };
    assert_eq!(size_of_val(&ours), 48);
}

#[tokio::test]
async fn no_larger_with_channels_and_timers() {
    let (sender, receiver) = mpsc::channel::<u64>(1);
    let pause = std::time::Duration::from_secs(1);
    let (mut a, mut b, mut c) = (sender, receiver, tokio::time::interval(pause));
    let ours = size_of_val(&async {
        select! {
            _ = b.recv() => {}
            _ = c.tick() => {}
            _ = a.closed() => {}
            _ = tokio::time::sleep(pause) => {}
        }
    });
    let tokios = size_of_val(&async {
        tokio::select! {
            _ = b.recv() => {}
            _ = c.tick() => {}
            _ = a.closed() => {}
            _ = tokio::time::sleep(pause) => {}
        }
    });
    (a, b) = mpsc::channel(1);
    c.reset();
    drop((a, b));
    check((ours, tokios));
}
