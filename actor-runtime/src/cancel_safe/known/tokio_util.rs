//! tokio-util. Its `Framed` and `FramedRead` are streams: see `futures.rs`.

use tokio_util::{
    sync::{WaitForCancellationFuture, WaitForCancellationFutureOwned},
    task::{JoinQueue, task_tracker::TaskTrackerWaitFuture},
};

use super::{methods, named};

named! {
    /// <https://docs.rs/tokio-util/0.7.20/tokio_util/sync/struct.CancellationToken.html#method.cancelled>
    ['a] WaitForCancellationFuture<'a>;
    /// <https://docs.rs/tokio-util/0.7.20/tokio_util/sync/struct.CancellationToken.html#method.cancelled_owned>
    [] WaitForCancellationFutureOwned;
    /// <https://docs.rs/tokio-util/0.7.20/tokio_util/task/struct.TaskTracker.html#method.wait>
    ['a] TaskTrackerWaitFuture<'a>;
}

methods! {
    "tokio-util/0.7.20/tokio_util/task/struct.JoinQueue.html"
        [T: 'static] JoinQueue<T>: join_next join_next_with_id;
}

#[cfg(feature = "join-map")]
methods! {
    "tokio-util/0.7.20/tokio_util/task/struct.JoinMap.html"
        [K: std::hash::Hash + Eq, V: 'static, S: std::hash::BuildHasher]
        tokio_util::task::JoinMap<K, V, S>: join_next;
}
