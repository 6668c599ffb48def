//! Types in signatures: generic, borrowed, or made of `Self`.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    ffi::{CStr, OsStr},
    fmt::Display,
    marker::PhantomData,
    path::Path,
};

use actor_runtime::{ActorHandle, Replies, Reply, actor, spawn};

struct Borrows;

#[actor]
impl Borrows {
    pub(crate) fn lent(
        &mut self,
        text: &str,
        path: &Path,
        bytes: &[u8],
        os: &OsStr,
        c: &CStr,
    ) -> usize {
        text.len() + path.as_os_str().len() + bytes.len() + os.len() + c.count_bytes()
    }

    pub(crate) async fn forever(&self, text: &'static str, cow: Cow<'static, str>) -> &'static str {
        if cow.is_empty() { text } else { "" }
    }

    #[expect(clippy::type_complexity, reason = "that is what is tested")]
    pub(crate) fn borrows_of_others(
        &mut self,
        function: fn(&str) -> &str,
        closure: Box<dyn Fn(&u8) -> u8 + Send>,
        bound: Box<dyn for<'a> Fn(&'a [u8]) -> &'a [u8] + Send>,
    ) -> usize {
        function("ab").len() + usize::from(closure(&1)) + bound(&[1, 2]).len()
    }
}

#[tokio::test]
async fn borrows() {
    let handle = spawn(Borrows);
    let length = handle.lent("a", "b", *b"cd", "e", c"f").await;
    assert_eq!(length.unwrap(), 6);
    let owned = handle.lent(String::from("a"), "b", vec![1], "e", c"").await;
    assert_eq!(owned.unwrap(), 4);
    assert_eq!(handle.forever("kept", "".into()).await.unwrap(), "kept");
    let sum = handle.borrows_of_others(str::trim, Box::new(|n| *n), Box::new(|all| all)).await;
    assert_eq!(sum.unwrap(), 5);
}

#[derive(Clone, Debug, PartialEq)]
struct Node(u8);

/// Outside of the impl, `Self` is replaced with the type.
#[actor]
impl Node {
    const SIZE: usize = 2;

    pub(crate) fn swap(&mut self, other: Self) -> Self {
        std::mem::replace(self, other)
    }

    pub(crate) fn nested(&self, nodes: &[Self], pair: (Self, Option<Self>)) -> Vec<Self> {
        nodes.iter().cloned().chain([pair.0]).chain(pair.1).collect()
    }

    pub(crate) fn sized(&self, bytes: [u8; Self::SIZE], more: [u8; Self::SIZE + 1]) -> usize {
        bytes.len() + more.len()
    }
}

#[tokio::test]
async fn self_in_signatures() {
    let handle = spawn(Node(1));
    assert_eq!(handle.swap(Node(2)).await.unwrap(), Node(1));
    let nodes = handle.nested([Node(1)], (Node(2), Some(Node(3)))).await;
    assert_eq!(nodes.unwrap().len(), 3);
    assert_eq!(handle.sized([0; 2], [0; 3]).await.unwrap(), 5);
}

/// `S` is in no message, so it is no parameter of the handle. `V` is.
struct Store<S, V, const N: usize> {
    values: BTreeMap<u8, V>,
    storage: PhantomData<S>,
}

trait Storage: Sized {
    const NAME: &'static str;
}

struct InMemory;

impl Storage for InMemory {
    const NAME: &'static str = "memory";
}

#[actor(mailbox = N)]
impl<S: Storage, V, const N: usize> Store<S, V, N>
where
    V: Clone + Display,
{
    pub(crate) fn put(&mut self, key: u8, value: V) -> Option<V> {
        self.values.insert(key, value)
    }

    pub(crate) fn get(&self, key: u8) -> Option<V> {
        self.values.get(&key).cloned()
    }

    pub(crate) fn later(&self, key: u8, reply: Reply<Result<V, [u8; N]>>) {
        reply.send(self.values.get(&key).cloned().ok_or([0; N]));
    }

    pub(crate) async fn all(&mut self, mut replies: Replies<V>) {
        let values: Vec<V> = self.values.values().cloned().collect();
        for value in values {
            let _ = replies.send(value).await;
        }
    }

    pub(crate) fn storage(&self) -> &'static str {
        S::NAME
    }

    pub(crate) fn finish(self) -> String {
        self.values.into_values().map(|value| value.to_string()).collect()
    }
}

/// `Clone` and `Debug` of the handle require nothing of `V`.
fn asks_nothing<V: 'static>(handle: &StoreHandle<V, 4>) -> String {
    format!("{:?}", handle.clone())
}

#[tokio::test]
async fn generics() {
    let store: Store<InMemory, u8, 4> = Store { values: BTreeMap::new(), storage: PhantomData };
    let handle: StoreHandle<u8, 4> = spawn(store);
    assert_eq!(handle.mailbox_capacity().messages(), Some(4));
    assert_eq!(handle.put(1, 2).await.unwrap(), None);
    assert_eq!(handle.get(1).await.unwrap(), Some(2));
    assert_eq!(handle.later(2).await.unwrap(), Err([0; 4]));
    assert_eq!(handle.storage().await.unwrap(), "memory");
    assert_eq!(asks_nothing(&handle), "StoreHandle(Handle { actor: \"Store\", .. })");
    assert_eq!(handle.finish().await.unwrap(), "2");
}

/// The types in messages are well formed only with the bounds of the impl.
struct Pull<I: Iterator>(I);

#[actor(local)]
impl<I> Pull<I>
where
    I: Iterator + 'static,
    I::Item: 'static,
{
    pub(crate) fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }
}

#[tokio::test]
async fn projections() {
    let (handle, run) = actor_runtime::pair(Pull([1, 2].into_iter()));
    let (first, _) = tokio::join!(async move { handle.next().await.unwrap() }, run);
    assert_eq!(first, Some(1));
}

/// A concrete instance of a generic type.
struct Wrapper<T>(T);

#[actor]
impl Wrapper<Vec<u8>> {
    pub(crate) fn swap(&mut self, other: Self) -> Self {
        std::mem::replace(self, other)
    }

    pub(crate) fn length(&self) -> usize {
        self.0.len()
    }
}

#[tokio::test]
async fn concrete_generics() {
    let handle = spawn(Wrapper(vec![1]));
    assert_eq!(handle.swap(Wrapper(vec![1, 2])).await.unwrap().0, [1]);
    assert_eq!(handle.length().await.unwrap(), 2);
}

mod unsized_parameters {
    use std::{fmt::Debug, sync::Arc};

    use actor_runtime::{Reply, actor, spawn};

    struct Shelf<T: ?Sized> {
        book: Option<Box<T>>,
    }

    #[actor]
    impl<T: Debug + ?Sized + Send + 'static> Shelf<T> {
        pub(crate) fn put(&mut self, book: Box<T>) -> Option<Box<T>> {
            self.book.replace(book)
        }

        pub(crate) async fn later(&mut self, reply: Reply<Option<Box<T>>>) {
            reply.send(self.book.take());
        }
    }

    struct Shared<K, T>
    where
        T: ?Sized,
    {
        last: Option<(K, Arc<T>)>,
    }

    #[actor]
    impl<K, T> Shared<K, T>
    where
        K: Send + Clone + 'static,
        T: ?Sized + Send + Sync + 'static,
    {
        pub(crate) fn keep(&mut self, key: K, value: Arc<T>) {
            self.last = Some((key, value));
        }
    }

    /// The message mentions a projection, so that it keeps the bounds.
    struct Projected<T: ?Sized + ToOwned> {
        last: Option<T::Owned>,
    }

    #[actor]
    impl<T: ?Sized + ToOwned<Owned: Send> + Send + 'static> Projected<T> {
        pub(crate) fn replace(&mut self, owned: T::Owned) -> Option<T::Owned> {
            self.last.replace(owned)
        }
    }

    #[tokio::test]
    async fn travel_behind_pointers() {
        let shelf = spawn(Shelf::<str> { book: None });
        assert_eq!(shelf.put("one".into()).await.unwrap(), None);
        assert_eq!(shelf.later().await.unwrap().as_deref(), Some("one"));

        let shared = spawn(Shared::<u8, [u8]> { last: None });
        shared.keep(1, Arc::from([1_u8, 2])).await.unwrap();

        let projected = spawn(Projected::<str> { last: None });
        assert_eq!(projected.replace("one".to_owned()).await.unwrap(), None);
        assert_eq!(projected.replace("two".to_owned()).await.unwrap().as_deref(), Some("one"));
    }
}
