//! Handlers run inline whatever the types of the actor are.

use std::{fmt::Debug, marker::PhantomData};

use actor_runtime::{ActorHandle, CallErrorKind, Context, actor, by_hand::Request, spawn};
use tokio::task;

use crate::support::{inlined, runs_inline};

/// The task that runs here.
type Task = Option<task::Id>;

/// Has one parameter that its messages mention, with a bound that only its methods need, and one
/// that they do not mention.
struct Shelf<T, W> {
    things: Vec<T>,
    wood: PhantomData<W>,
}

#[actor]
impl<T: Ord + Debug + 'static, W: 'static> Shelf<T, W> {
    fn new() -> Self {
        Self { things: Vec::new(), wood: PhantomData }
    }

    /// Adds `thing` in order; returns all things, and the task that ran the handler.
    pub(crate) fn put(&mut self, label: &str, thing: T) -> (String, Task) {
        assert_ne!(label, "glass", "no glass");
        self.things.push(thing);
        self.things.sort();
        (format!("{label}: {:?}", self.things), task::try_id())
    }

    pub(crate) fn take(&mut self, context: &Context<Self>) -> (Option<T>, bool) {
        (self.things.pop(), context.is_leased())
    }

    pub(crate) async fn rest(&mut self) {}
}

async fn idle_shelf() -> ShelfHandle<String> {
    let shelf = spawn(Shelf::<String, u8>::new());
    shelf.rest().await.unwrap();
    shelf
}

#[tokio::test]
async fn an_actor_with_type_parameters_runs_handlers_inline() {
    let shelf = idle_shelf().await;
    task::spawn(async move {
        let (one, by) = inlined(shelf.put("one", "b".into())).await.unwrap();
        assert_eq!((one.as_str(), by == task::try_id()), ("one: [\"b\"]", runs_inline()));
        let (two, by) = inlined(shelf.put("two", "a".into())).await.unwrap();
        assert_eq!((two.as_str(), by == task::try_id()), ("two: [\"a\", \"b\"]", runs_inline()));
        assert_eq!(inlined(shelf.take()).await, Ok((Some("b".into()), false)));
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_inline_panic_ends_an_actor_with_type_parameters() {
    let shelf = idle_shelf().await;
    let panicked = inlined(shelf.put("glass", "c".into())).await.unwrap_err();
    assert!(panicked.to_string().contains("no glass"), "{panicked}");
    assert!(
        matches!(panicked.kind(), CallErrorKind::Panicked { .. })
            && panicked.method().name() == "put"
    );
    assert!(shelf.is_closed());
    assert!(!shelf.exited().await.is_orderly());
}

#[expect(unreachable_pub, reason = "that its messages are more public than it is the matter here")]
mod hidden {
    use actor_runtime::{actor, spawn};
    use tokio::task;

    struct Secret(super::Task);

    #[actor]
    impl Secret {
        /// Whether the last call came from the same task.
        pub fn again(&mut self) -> bool {
            let here = task::try_id();
            self.0.replace(here.unwrap()) == here
        }
    }

    pub fn secret() -> SecretHandle {
        spawn(Secret(None))
    }
}

#[tokio::test]
async fn a_private_actor_runs_handlers_inline_through_its_public_handle() {
    let secret = hidden::secret();
    task::spawn(async move {
        assert_eq!(secret.again().await, Ok(false));
        task::yield_now().await;
        assert_eq!(inlined(secret.again()).await, Ok(true));
    })
    .await
    .unwrap();
}

/// The arguments of a call that is not inline are those of its message.
#[tokio::test]
async fn a_call_that_is_not_inline_keeps_its_arguments() {
    let shelf = spawn(Shelf::<String, u8>::new());
    let put = shelf.put("late", "e".into());
    assert_eq!(put.await.unwrap().0, "late: [\"e\"]");
    assert_eq!(kept(shelf.put("never", "f".into())), "f");
}

/// The argument of a call that was not sent.
fn kept<T: 'static, R: 'static, Q>(call: actor_runtime::Call<'_, R, ShelfMessage<T>, Q>) -> T
where
    Q: Request<ShelfMessage<T>, R>,
{
    match call.into_message() {
        Some(ShelfMessage::Put { thing, .. }) => thing,
        _ => panic!("it was sent"),
    }
}
