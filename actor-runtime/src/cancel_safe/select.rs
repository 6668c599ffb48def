//! What the expansion of [`select!`](crate::select) calls.
//!
//! The branches are a balanced tree of futures, pinned once. A bit for each says whether it is out of
//! the race: its precondition was false, or it was ready with what its pattern does not match.

use std::{
    cell::Cell,
    future::poll_fn,
    hash::{BuildHasher, RandomState},
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;
use tokio::task::coop;

pub use std::future::IntoFuture;

pub use super::judge::{
    Kind, Method, Prepare, ask, ask_lent, ask_shared, ask_unrun, ask_value, traits, unasked,
};
pub use super::texts::{
    IsFuture, KeepsItsAnswer, KeepsItsBytes, KeepsItsBytesInBody, KeepsItsLease, KeepsItsMessage,
    KeepsItsPlace, KeepsItsPlaceInBody, KeepsItsResult, KeepsItsValue, KeepsWhatItGathered,
    MadeOnce, SafeHandler, SafeToDrop, SafeToDropInBody, WasSent, asked, made,
};
pub use super::{
    carries::{self, KeepsItsArguments},
    features::*,
    given::{Given, Gives, Outcome},
    remade,
    shape::{Make, look},
    timer::KeepsItsTime,
    turns::{Turns, in_turns},
};

/// Some branches, counted from the left. `W` is the winner they have in common.
pub trait Branches<W> {
    /// How many there are.
    const COUNT: u32;

    /// Polls one of them. `Ready(None)` says that it was ready, and its pattern does not match.
    fn poll_branch(self: Pin<&mut Self>, index: u32, cx: &mut Context<'_>) -> Poll<Option<W>>;
}

pin_project! {
    /// One branch.
    #[derive(Debug)]
    pub struct One<F, A> {
        #[pin]
        future: F,
        accept: A,
    }
}

impl<F: Future, A> One<F, A> {
    /// A branch that wins if `accept` makes a winner of its output.
    #[inline]
    pub fn new<W>(future: F, accept: A) -> Self
    where
        A: Fn(F::Output) -> Option<W>,
    {
        Self { future, accept }
    }
}

impl<F: Future, A: Fn(F::Output) -> Option<W>, W> Branches<W> for One<F, A> {
    const COUNT: u32 = 1;

    #[inline]
    fn poll_branch(self: Pin<&mut Self>, _: u32, cx: &mut Context<'_>) -> Poll<Option<W>> {
        let branch = self.project();
        branch.future.poll(cx).map(branch.accept)
    }
}

pin_project! {
    /// Two halves of a `select!`.
    #[derive(Debug)]
    pub struct Both<L, R> {
        #[pin]
        left: L,
        #[pin]
        right: R,
    }
}

impl<L, R> Both<L, R> {
    /// Puts the branches of `left` before those of `right`.
    #[inline]
    pub fn new(left: L, right: R) -> Self {
        Self { left, right }
    }
}

impl<L: Branches<W>, R: Branches<W>, W> Branches<W> for Both<L, R> {
    const COUNT: u32 = L::COUNT + R::COUNT;

    #[inline]
    fn poll_branch(self: Pin<&mut Self>, index: u32, cx: &mut Context<'_>) -> Poll<Option<W>> {
        let both = self.project();
        match index.checked_sub(L::COUNT) {
            None => both.left.poll_branch(index, cx),
            Some(index) => both.right.poll_branch(index, cx),
        }
    }
}

/// Waits for the first branch that wins; each time, another one is polled first.
///
/// `None` says that every branch is out of the race.
#[inline]
pub fn fair<B: Branches<W>, W>(
    mut branches: Pin<&mut B>,
    mut disabled: u64,
) -> impl Future<Output = Option<W>> {
    poll_fn(move |cx| poll(branches.as_mut(), &mut disabled, random_below(B::COUNT), cx))
}

/// Waits for the first branch that wins; they are polled from the first to the last.
///
/// `None` says that every branch is out of the race.
#[inline]
pub fn biased<B: Branches<W>, W>(
    mut branches: Pin<&mut B>,
    mut disabled: u64,
) -> impl Future<Output = Option<W>> {
    poll_fn(move |cx| poll(branches.as_mut(), &mut disabled, 0, cx))
}

#[inline]
fn poll<B: Branches<W>, W>(
    mut branches: Pin<&mut B>,
    disabled: &mut u64,
    first: u32,
    cx: &mut Context<'_>,
) -> Poll<Option<W>> {
    // A task without budget gets `Pending` from tokio's futures, so that a future that does not
    // count would win each time.
    if !coop::has_budget_remaining() {
        ready!(wait_for_budget(cx));
    }
    let mut is_pending = false;
    for step in 0..B::COUNT {
        let index = (first + step) % B::COUNT;
        if *disabled & (1 << index) != 0 {
            continue;
        }
        match branches.as_mut().poll_branch(index, cx) {
            Poll::Ready(Some(winner)) => return Poll::Ready(Some(winner)),
            Poll::Ready(None) => *disabled |= 1 << index,
            Poll::Pending => is_pending = true,
        }
    }
    if is_pending { Poll::Pending } else { Poll::Ready(None) }
}

/// Has the task woken after the others. Out of the way, because it takes a unit and gives it back.
#[cold]
pub(super) fn wait_for_budget(cx: &mut Context<'_>) -> Poll<()> {
    coop::poll_proceed(cx).map(drop)
}

thread_local! {
    /// The state of xorshift64, which must not be zero.
    static RANDOM: Cell<u64> = Cell::new(RandomState::new().hash_one(0) | 1);
}

/// A number below `count`, good enough to be fair.
#[inline]
fn random_below(count: u32) -> u32 {
    let random = RANDOM.with(|state| {
        let mut random = state.get();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        state.set(random);
        random >> 32
    });
    // The upper half of the product is below `count`, without the cost of a remainder.
    u32::try_from((random * u64::from(count)) >> 32).unwrap_or(0)
}
