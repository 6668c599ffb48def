//! Inline handlers: against each other, against queued messages, against a panic, and against the
//! end.

use std::{
    cell::Cell,
    future::poll_fn,
    panic,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use actor_runtime::{ActorHandle, Builder, CallError, CallErrorKind, ExitReason, OnPanic, actor};
use shuttle::{
    future::{JoinHandle, block_on, spawn, yield_now},
    thread, thread_local,
};

use crate::{
    explore::{explore, explore_with_bug},
    probe::only_if_woken,
};

thread_local! {
    /// Whether this thread is not of the actor's runtime.
    pub(crate) static IS_ELSEWHERE: Cell<bool> = const { Cell::new(false) };
}

/// What happened to the desk. Not part of what is explored: no thread waits for these locks.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Inner>);

#[derive(Default)]
struct Inner {
    is_busy: AtomicBool,
    /// Whether a handler has run on a thread that is not of the actor's runtime.
    ran_elsewhere: AtomicBool,
    done: Mutex<Vec<u32>>,
    is_dropped: AtomicBool,
}

impl Notes {
    pub(crate) fn done(&self) -> Vec<u32> {
        self.0.done.lock().unwrap().clone()
    }

    pub(crate) fn ran_elsewhere(&self) -> bool {
        self.0.ran_elsewhere.load(Ordering::SeqCst)
    }

    pub(crate) fn is_dropped(&self) -> bool {
        self.0.is_dropped.load(Ordering::SeqCst)
    }

    pub(crate) fn assert_order(&self, ids: &[u32]) {
        let of_these: Vec<_> = self.done().into_iter().filter(|id| ids.contains(id)).collect();
        assert_eq!(of_these, ids, "handled out of order");
    }
}

/// An actor that callers find in its seat.
struct Desk(Notes);

impl Drop for Desk {
    fn drop(&mut self) {
        assert!(!self.0.0.is_busy.load(Ordering::SeqCst), "dropped while a handler runs");
        self.0.0.is_dropped.store(true, Ordering::SeqCst);
    }
}

impl Desk {
    /// Runs on any thread, while others run on theirs.
    fn work(&self, id: u32) {
        let notes = &self.0.0;
        assert!(!notes.is_busy.swap(true, Ordering::SeqCst), "two handlers at once");
        notes.ran_elsewhere.fetch_or(IS_ELSEWHERE.with(Cell::get), Ordering::SeqCst);
        thread::yield_now();
        notes.done.lock().unwrap().push(id);
        notes.is_busy.store(false, Ordering::SeqCst);
    }
}

#[actor]
impl Desk {
    /// Notes `id` and returns it.
    pub fn note(&mut self, id: u32) -> u32 {
        self.work(id);
        id
    }

    /// The same, always in the loop.
    pub async fn slow(&mut self, id: u32) -> u32 {
        yield_now().await;
        self.work(id);
        id
    }

    /// Panics.
    pub fn fail(&mut self, id: u32) {
        self.work(id);
        panic::resume_unwind(Box::new("as it was told"));
    }
}

pub(crate) struct Running {
    pub(crate) desk: DeskHandle,
    pub(crate) notes: Notes,
    pub(crate) task: JoinHandle<ExitReason>,
}

pub(crate) fn start(on_panic: OnPanic) -> Running {
    let notes = Notes::default();
    let builder = Builder::new().on_panic(on_panic);
    let (desk, run) = actor_runtime::__private::pair_inline(builder, Desk(notes.clone()));
    let run = only_if_woken(run);
    let at_end = notes.clone();
    let task = spawn(async move {
        let exit = run.await;
        let done = at_end.done();
        let reason = exit.reason.clone();
        drop(exit);
        assert_eq!(at_end.done(), done, "something ran on after the end");
        reason
    });
    Running { desk, notes, task }
}

/// Callers with two messages each, sent one after the other.
fn callers(desk: &DeskHandle) -> Vec<JoinHandle<()>> {
    let inline = desk.clone();
    let queued = desk.clone();
    let mixed = desk.clone();
    vec![
        spawn(async move {
            assert_eq!(inline.note(1).await, Ok(1));
            assert_eq!(inline.note(2).await, Ok(2));
        }),
        spawn(async move {
            assert_eq!(queued.slow(3).await, Ok(3));
            assert_eq!(queued.slow(4).await, Ok(4));
        }),
        spawn(async move {
            mixed.note(5).try_cast().unwrap();
            assert_eq!(mixed.note(6).await, Ok(6));
        }),
    ]
}

fn callers_against_each_other() {
    block_on(async {
        let Running { desk, notes, task } = start(OnPanic::End);
        let callers = callers(&desk);
        drop(desk);
        for caller in callers {
            caller.await.unwrap();
        }
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
        assert_eq!(notes.done().len(), 6);
        for ids in [[1, 2], [3, 4], [5, 6]] {
            notes.assert_order(&ids);
        }
    });
}

#[test]
fn inline_calls_never_overlap_overtake_or_hang() {
    explore(callers_against_each_other);
}

/// No bug: the loop keeps its actor after 16 waits, which would be a long model.
#[test]
fn callers_of_an_actor_that_stays_with_its_loop_never_overlap_overtake_or_hang() {
    explore_with_bug("the loop keeps an actor at once", callers_against_each_other);
}

#[test]
#[should_panic(expected = "handled out of order")]
fn finds_an_inline_call_that_overtakes_a_queued_message() {
    explore_with_bug("a call overtakes what is queued", callers_against_each_other);
}

#[test]
#[should_panic(expected = "handled out of order")]
fn finds_an_inline_call_that_overtakes_a_message_sent_meanwhile() {
    explore_with_bug("the loop rests although something came", callers_against_each_other);
}

/// Like `callers`, by calls that never wait to be accepted: they run the handler or are queued.
fn calls_that_are_tried_against_each_other() {
    block_on(async {
        let Running { desk, notes, task } = start(OnPanic::End);
        let callers = [[1, 2], [3, 4]].map(|ids| {
            let desk = desk.clone();
            spawn(async move {
                for id in ids {
                    let answer = poll_fn(|cx| Poll::Ready(desk.note(id).poll_try_call(cx))).await;
                    assert_eq!(answer.unwrap().await, Ok(id));
                }
            })
        });
        assert_eq!(desk.slow(5).await, Ok(5));
        drop(desk);
        for caller in callers {
            caller.await.unwrap();
        }
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
        assert_eq!(notes.done().len(), 5);
        for ids in [[1, 2], [3, 4]] {
            notes.assert_order(&ids);
        }
    });
}

#[test]
fn calls_that_are_tried_never_overlap_overtake_or_hang() {
    explore(calls_that_are_tried_against_each_other);
}

#[test]
#[should_panic]
fn finds_a_tried_call_that_is_lost() {
    explore_with_bug(
        "a call is lost where another is run",
        calls_that_are_tried_against_each_other,
    );
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_tried_call_that_nobody_is_told_of() {
    explore_with_bug(
        "nobody is told that the actor is wanted",
        calls_that_are_tried_against_each_other,
    );
}

fn a_message_against_the_one_before_it() {
    block_on(async {
        let Running { desk, notes, task } = start(OnPanic::End);
        let caller = spawn({
            let desk = desk.clone();
            async move { desk.slow(2).await }
        });
        desk.note(1).try_cast().unwrap();
        assert_eq!(caller.await.unwrap(), Ok(2));
        drop(desk);
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
        assert_eq!(notes.done().len(), 2);
    });
}

#[test]
fn a_message_sent_while_a_fn_runs_is_found() {
    explore(a_message_against_the_one_before_it);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_loop_that_parks_ahead_of_a_message() {
    explore_with_bug("the loop parks ahead of what came", a_message_against_the_one_before_it);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_loop_that_leaves_no_note() {
    explore_with_bug("nobody is told that the actor is wanted", callers_against_each_other);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_note_that_is_not_read() {
    explore_with_bug("nobody reads the note", callers_against_each_other);
}

/// A caller runs a handler, the loop leaves a note, and another caller checks the seat just then.
fn callers_against_a_note() {
    block_on(async {
        let Running { desk, notes, task } = start(OnPanic::End);
        desk.slow(0).await.unwrap();
        let callers = [1, 2].map(|id| {
            let desk = desk.clone();
            thread::spawn(move || assert_eq!(desk.note(id).blocking(), Ok(id)))
        });
        desk.note(3).try_cast().unwrap();
        drop(desk);
        for caller in callers {
            caller.join().unwrap();
        }
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
        assert_eq!(notes.done().len(), 4);
    });
}

#[test]
fn a_note_stays_until_it_is_read() {
    explore(callers_against_a_note);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_note_that_is_kept_by_another_caller() {
    explore_with_bug("who finds a note keeps it", callers_against_a_note);
}

#[test]
#[should_panic]
fn finds_an_actor_that_is_lost_in_exchange_for_a_note() {
    explore_with_bug("what crosses a note is lost", callers_against_a_note);
}

#[test]
#[should_panic]
fn finds_a_lost_call() {
    explore_with_bug("a call is lost where another is run", callers_against_each_other);
}

fn callers_against_a_panic(on_panic: OnPanic) {
    block_on(async {
        let Running { desk, notes, task } = start(on_panic);
        let other = spawn({
            let desk = desk.clone();
            async move { [desk.note(1).await, desk.slow(2).await, desk.note(3).await] }
        });
        match desk.fail(9).await.map_err(CallError::into_kind) {
            Err(CallErrorKind::Panicked { message }) => assert_eq!(&*message, "as it was told"),
            other => panic!("a panic was reported as {other:?}"),
        }
        drop(desk);
        let outcomes = other.await.unwrap();
        match (on_panic, task.await.unwrap()) {
            (OnPanic::End, ExitReason::Panicked { method, .. }) => {
                assert_eq!(method.name(), "fail");
                assert_eq!(notes.done().last(), Some(&9), "something ran after the panic");
            }
            (OnPanic::Continue, ExitReason::HandlesDropped) => {
                assert_eq!(outcomes, [Ok(1), Ok(2), Ok(3)]);
            }
            (_, reason) => panic!("{reason}"),
        }
        for (id, outcome) in (1..).zip(outcomes) {
            match outcome.map_err(CallError::into_kind) {
                Ok(answer) => assert!(answer == id && notes.done().contains(&id)),
                Err(CallErrorKind::Closed | CallErrorKind::Stopped) => {
                    assert!(!notes.done().contains(&id));
                }
                Err(error) => panic!("harmed by another's panic: {error:?}"),
            }
        }
        assert!(notes.is_dropped());
    });
}

#[test]
fn a_panic_ends_the_actor() {
    explore(|| callers_against_a_panic(OnPanic::End));
}

#[test]
fn with_on_panic_continue_only_the_caller_is_affected() {
    explore(|| callers_against_a_panic(OnPanic::Continue));
}

#[test]
#[should_panic]
fn finds_an_actor_that_survives_its_panic() {
    explore_with_bug("nobody finds it broken", || callers_against_a_panic(OnPanic::End));
}

/// How the actor ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Shutdown,
    Abort,
    LoopDropped,
}

fn callers_against_the_end(end: End) {
    block_on(async {
        let Running { desk, notes, task } = start(OnPanic::End);
        // Threads, so that they are inside a handler when others run.
        let callers = [[1, 2], [3, 4]].map(|ids| {
            let desk = desk.clone();
            thread::spawn(move || ids.map(|id| (id, desk.note(id).blocking())))
        });
        let task = match end {
            End::Shutdown => {
                desk.close();
                Some(task)
            }
            End::Abort => {
                desk.abort();
                Some(task)
            }
            End::LoopDropped => {
                task.abort();
                None
            }
        };
        let reason = if end == End::Shutdown { ExitReason::Shutdown } else { ExitReason::Aborted };
        assert_eq!(desk.exited().await, reason);
        assert!(notes.is_dropped(), "the end was reported before the state was dropped");
        let at_the_end = notes.done();
        for (id, outcome) in callers.into_iter().flat_map(|caller| caller.join().unwrap()) {
            match outcome.map_err(CallError::into_kind) {
                Ok(answer) => assert!(answer == id && at_the_end.contains(&id)),
                Err(CallErrorKind::Closed | CallErrorKind::Stopped) => {
                    assert!(!at_the_end.contains(&id));
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(notes.done(), at_the_end);
        if let Some(task) = task {
            assert_eq!(task.await.unwrap(), reason);
        }
    });
}

#[test]
fn a_shutdown_waits_for_an_inline_handler() {
    explore(|| callers_against_the_end(End::Shutdown));
}

#[test]
fn an_abort_waits_for_an_inline_handler() {
    explore(|| callers_against_the_end(End::Abort));
}

#[test]
fn a_dropped_loop_leaves_the_exit_to_the_caller() {
    explore(|| callers_against_the_end(End::LoopDropped));
}

#[test]
#[should_panic]
fn finds_a_shutdown_that_does_not_wait() {
    explore_with_bug("the end does not wait for a caller", || {
        callers_against_the_end(End::Shutdown);
    });
}

#[test]
#[should_panic(expected = "the end was reported before the state was dropped")]
fn finds_an_abort_that_does_not_wait() {
    explore_with_bug("the end does not wait for a caller", || callers_against_the_end(End::Abort));
}

#[test]
#[should_panic(expected = "the end was reported before the state was dropped")]
fn finds_a_dropped_loop_that_does_not_wait() {
    explore_with_bug("the end does not wait for a caller", || {
        callers_against_the_end(End::LoopDropped);
    });
}
