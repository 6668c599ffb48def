//! Callers that take elements and give up after a few turns.

use std::{
    future::{Future, poll_fn},
    hash::{DefaultHasher, Hash, Hasher},
    pin::pin,
    task::Poll,
};

use crate::{options::Options, tally::Tally};

/// Something that hands out elements, each once.
pub(crate) trait Stack: Clone + Send + 'static {
    /// Takes the next element, or returns `None` if there is none at the moment.
    fn pop(&self, slowly: bool) -> impl Future<Output = Option<u32>> + Send;

    /// Ends the stack. Returns what is left, and how many replies came back.
    fn end(self) -> impl Future<Output = (Vec<u32>, u64)> + Send;
}

/// The number of callers, and how they take elements.
#[derive(Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    callers: u64,
    /// Whether `pop` itself takes a turn.
    is_slow: bool,
}

pub(crate) const SETTINGS: [Setting; 3] = [
    Setting { name: "8", callers: 8, is_slow: false },
    Setting { name: "32", callers: 32, is_slow: false },
    Setting { name: "8, slow `pop`", callers: 8, is_slow: true },
];

/// A single caller.
pub(crate) const ONE: Setting = Setting { name: "1", callers: 1, is_slow: false };

/// The number of turns a caller waits, from 0 to 4.
fn patience(seed: u64, caller: u64, round: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, caller, round).hash(&mut hasher);
    hasher.finish() % 5
}

/// Polls `future` once, and again after each of `turns` yields; then drops it, as `select!` does when
/// another branch wins.
async fn within<F: Future>(turns: u64, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    for _ in 0..=turns {
        let polled = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
        tokio::task::yield_now().await;
    }
    None
}

/// How often in a row a caller finds nothing before it ends: an element may be on its way back.
const ENOUGH: u32 = 3;

/// Runs one caller, and returns what it read.
async fn caller<S: Stack>(stack: S, setting: Setting, caller: u64, seed: u64) -> Vec<u32> {
    let mut read = Vec::new();
    let mut nothing = 0;
    for round in 0.. {
        let pop = stack.pop(setting.is_slow);
        match within(patience(seed, caller, round), pop).await {
            Some(Some(element)) => {
                read.push(element);
                nothing = 0;
            }
            Some(None) => nothing += 1,
            // Some callers call again at once, others yield first.
            None if round % 2 == 0 => tokio::task::yield_now().await,
            None => {}
        }
        if nothing == ENOUGH {
            break;
        }
    }
    read
}

/// Runs the callers of a setting, and returns what they read.
pub(crate) async fn read_by<S: Stack>(stack: S, setting: Setting, seed: u64) -> Vec<u32> {
    let callers: Vec<_> = (0..setting.callers)
        .map(|number| tokio::spawn(caller(stack.clone(), setting, number, seed)))
        .collect();
    let mut read = Vec::new();
    for caller in callers {
        read.extend(caller.await.expect("a caller does not panic"));
    }
    read
}

/// Takes all elements, and accounts for them.
pub(crate) async fn run<S: Stack>(stack: S, setting: Setting, options: Options) -> Tally {
    let read = read_by(stack.clone(), setting, options.seed).await;
    let (left, came_back) = stack.end().await;
    Tally::of(options.elements, &read, &left, came_back)
}

/// Takes all elements with one caller. Returns how many it read, and how many of them in order.
pub(crate) async fn in_order<S: Stack>(stack: S, options: Options) -> (usize, usize) {
    let read = read_by(stack.clone(), ONE, options.seed).await;
    stack.end().await;
    let is_next = |pair: &&[u32]| pair[0] < pair[1];
    let ordered = read.windows(2).filter(is_next).count() + usize::from(!read.is_empty());
    (read.len(), ordered)
}
