//! One result in place of two, for handlers that return a `Result`.

use std::time::Duration;

use actor_runtime::{
    CallError, CallErrorKind, actor, cancel_safe::CancelSafe, select, spawn_thread,
};

use crate::support::{AN_HOUR, Gate, now, pending, ready, rig};

/// The errors of a store, and of a call of it.
#[derive(Debug, PartialEq)]
enum StoreError {
    Empty,
    Call(CallErrorKind),
}

impl From<CallError> for StoreError {
    fn from(error: CallError) -> Self {
        Self::Call(error.into_kind())
    }
}

/// Has one item.
struct Store(Option<u32>);

#[actor]
impl Store {
    /// Takes the item.
    pub(crate) fn take(&mut self) -> Result<u32, StoreError> {
        self.0.take().ok_or(StoreError::Empty)
    }

    /// Takes the item, once the gate was opened.
    pub(crate) async fn take_later(&mut self, gate: Gate) -> Result<u32, StoreError> {
        gate.passed().await;
        self.take()
    }

    /// Looks at the item.
    #[cancel_safe]
    pub(crate) async fn look(&self) -> Result<u32, StoreError> {
        self.0.ok_or(StoreError::Empty)
    }

    /// Panics.
    pub(crate) fn fail(&self) -> Result<u32, StoreError> {
        panic!("oh")
    }
}

/// Uses one `?`.
async fn twice(store: &StoreHandle) -> Result<u32, StoreError> {
    let first = store.take().flatten().await?;
    Ok(first + store.take().timeout(AN_HOUR).flatten().await?)
}

#[tokio::test]
async fn one_question_mark_is_enough() {
    let store = actor_runtime::spawn(Store(Some(7)));
    assert_eq!(twice(&store).await, Err(StoreError::Empty));
    let store = actor_runtime::spawn(Store(Some(7)));
    assert_eq!(store.take().flatten().await, Ok(7));
    let panicked = store.fail().flatten().await.unwrap_err();
    let StoreError::Call(CallErrorKind::Panicked { message }) = panicked else { panic!() };
    assert_eq!(&*message, "oh");
    assert_eq!(store.take().flatten().await, Err(StoreError::Call(CallErrorKind::Closed)));
}

#[test]
fn answers_are_flattened() {
    let (store, mut actor) = rig(Store(Some(7)));
    let gate = Gate::default();
    let mut sent = pending(now(store.take_later(gate.clone()).sent()).unwrap().flatten());
    let mut tried = pending(store.take().try_call().unwrap().flatten());
    gate.open();
    actor.turn();
    assert_eq!(ready(&mut sent), Ok(7));
    assert_eq!(ready(&mut tried), Err(StoreError::Empty));
    let mut lost = pending(store.take().owned().flatten());
    actor.drop_loop();
    assert_eq!(ready(&mut lost), Err(StoreError::Call(CallErrorKind::Stopped)));
}

#[test]
fn blocking_calls_are_flattened() {
    let store = spawn_thread(|| Store(Some(7))).unwrap();
    assert_eq!(store.take().flatten().blocking(), Ok(7));
    assert_eq!(store.take().timeout(AN_HOUR).flatten().blocking(), Err(StoreError::Empty));
    assert_eq!(store.take().try_call().unwrap().flatten().blocking(), Err(StoreError::Empty));
    let gate = Gate::default();
    let late = store.take_later(gate.clone()).timeout(Duration::from_millis(1)).flatten();
    let late = late.blocking().unwrap_err();
    assert!(matches!(late, StoreError::Call(CallErrorKind::TimedOut { accepted: true, .. })));
    gate.open();
}

#[tokio::test]
async fn a_flattened_call_of_a_marked_handler_is_cancel_safe() {
    fn is_cancel_safe(_: &impl CancelSafe) {}
    let store = actor_runtime::spawn(Store(Some(7)));
    is_cancel_safe(&store.look().flatten());
    let seen = select! {
        seen = store.look().flatten() => seen,
    };
    assert_eq!(seen, Ok(7));
}
