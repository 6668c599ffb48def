//! Waiting in a fair queue without keeping the place.

use std::sync::Arc;

use tokio::sync::{
    AcquireError, Mutex, MutexGuard, Notify, RwLock, RwLockReadGuard, RwLockWriteGuard, Semaphore,
    SemaphorePermit,
    mpsc::{self, Permit, PermitIterator, error::SendError},
};

use super::{CancelSafe, assume_cancel_safe};

/// What has a fair queue of waiters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known to have a queue of waiters",
    label = "no lock, semaphore, `Notify` or channel with a bound"
)]
pub trait Queue {
    /// What the waiters wait for.
    type Inner: ?Sized;

    /// The queue itself, without an `Arc` around it.
    #[doc(hidden)]
    fn inner(&self) -> &Self::Inner;
}

/// A queue in which a place may be lost. See [`requeue`].
#[derive(Debug)]
pub struct Requeue<'a, Q: ?Sized>(&'a Q);

/// Says that a wait may start again at the end of the queue each time it is dropped.
///
/// Locks, semaphores, channels with a bound and [`Notify`] serve their waiters in order. A wait that
/// is dropped loses nothing but its place; in a `select!` loop whose other branches win often, its
/// turn may then never come. So `select!` refuses `mutex.lock()`, and accepts
/// `requeue(mutex.lock())`, as does an `.await` in a `#[cancel_safe]` body: there `requeue` is a word around
/// the future, which stays what it is. Outside of those, `requeue(&mutex).lock()` gives a future of its
/// own.
///
/// Where the order matters, keep the wait instead: make it once before the loop, pin it, and select
/// on it by `&mut`.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::sync::Arc;
/// use actor_runtime::{cancel_safe::requeue, select};
/// use tokio::sync::{Mutex, mpsc};
///
/// let total = Arc::new(Mutex::new(0));
/// let (sender, mut receiver) = mpsc::channel::<i32>(1);
/// # sender.send(4).await.unwrap(); drop(sender);
/// while let Some(number) = receiver.recv().await {
///     select! {
///         mut total = requeue(total.lock()) => *total += number,
///         _ = tokio::time::sleep(std::time::Duration::from_secs(1)) => {}
///     }
/// }
/// assert_eq!(*total.lock().await, 4);
/// # }
/// ```
pub fn requeue<Q: Queue + ?Sized>(queue: &Q) -> Requeue<'_, Q::Inner> {
    Requeue(queue.inner())
}

impl<'a, T: ?Sized> Requeue<'a, Mutex<T>> {
    /// [`Mutex::lock`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe, but for its place in the queue.
    pub fn lock(self) -> impl CancelSafe<Output = MutexGuard<'a, T>> {
        assume_cancel_safe("it may be requeued", self.0.lock())
    }
}

impl<'a, T: ?Sized> Requeue<'a, RwLock<T>> {
    /// [`RwLock::read`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe, but for its place in the queue.
    pub fn read(self) -> impl CancelSafe<Output = RwLockReadGuard<'a, T>> {
        assume_cancel_safe("it may be requeued", self.0.read())
    }

    /// [`RwLock::write`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe, but for its place in the queue.
    pub fn write(self) -> impl CancelSafe<Output = RwLockWriteGuard<'a, T>> {
        assume_cancel_safe("it may be requeued", self.0.write())
    }
}

impl<'a> Requeue<'a, Semaphore> {
    /// [`Semaphore::acquire`].
    ///
    /// # Errors
    ///
    /// If the semaphore is closed.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe, but for its place in the queue.
    pub fn acquire(self) -> impl CancelSafe<Output = Result<SemaphorePermit<'a>, AcquireError>> {
        assume_cancel_safe("it may be requeued", self.0.acquire())
    }

    /// [`Semaphore::acquire_many`].
    ///
    /// # Errors
    ///
    /// If the semaphore is closed.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe, but for its place in the queue. Permits that it had gathered are given back.
    pub fn acquire_many(
        self,
        permits: u32,
    ) -> impl CancelSafe<Output = Result<SemaphorePermit<'a>, AcquireError>> {
        assume_cancel_safe("it may be requeued", self.0.acquire_many(permits))
    }
}

impl<'a> Requeue<'a, Notify> {
    /// [`Notify::notified`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe, but for its place in the queue. What `notify_one` gave to it goes to the next. A
    /// `notify_waiters` between two waits is missed: where that matters, make the wait once, before
    /// what it waits for is looked at.
    pub fn notified(self) -> impl CancelSafe<Output = ()> + use<'a> {
        assume_cancel_safe("it may be requeued", self.0.notified())
    }
}

impl<'a, T> Requeue<'a, mpsc::Sender<T>> {
    /// [`mpsc::Sender::reserve`].
    ///
    /// # Errors
    ///
    /// If the channel is closed.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe, but for its place in the queue.
    pub fn reserve(self) -> impl CancelSafe<Output = Result<Permit<'a, T>, SendError<()>>> {
        assume_cancel_safe("it may be requeued", self.0.reserve())
    }

    /// [`mpsc::Sender::reserve_many`].
    ///
    /// # Errors
    ///
    /// If the channel is closed.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe, but for its place in the queue.
    pub fn reserve_many(
        self,
        count: usize,
    ) -> impl CancelSafe<Output = Result<PermitIterator<'a, T>, SendError<()>>> {
        assume_cancel_safe("it may be requeued", self.0.reserve_many(count))
    }
}

/// Implements [`Queue`] for a type that is one itself.
macro_rules! queues {
    ($( [$($generics:tt)*] $ty:ty; )*) => { $(
        impl<$($generics)*> Queue for $ty {
            type Inner = Self;

            fn inner(&self) -> &Self {
                self
            }
        }
    )* };
}

queues! {
    [T: ?Sized] Mutex<T>;
    [T: ?Sized] RwLock<T>;
    [] Semaphore;
    [] Notify;
    [T] mpsc::Sender<T>;
}

impl<Q: Queue + ?Sized> Queue for Arc<Q> {
    type Inner = Q::Inner;

    fn inner(&self) -> &Q::Inner {
        (**self).inner()
    }
}

impl<Q: Queue + ?Sized> Queue for &Q {
    type Inner = Q::Inner;

    fn inner(&self) -> &Q::Inner {
        (**self).inner()
    }
}
