//! Values that panic where they are read, written or dropped: the call fails, and its service goes on.

use std::time::Duration;

use actor_remote::{Link, RemoteErrorKind as Kind};
use actor_runtime::Scope;

use super::{name, reachable};
use crate::{
    Transport,
    actors::{Bomb, Fuse, FuseHandle, FuseRemote, When},
};

struct Served {
    scope: Scope,
    local: FuseHandle,
    remote: FuseRemote,
    _there: Link,
}

impl Served {
    async fn fuse(transport: &impl Transport) -> Self {
        let (there, here) = (transport.link().await, transport.link().await);
        let (scope, name) = (Scope::new(), name());
        let local: FuseHandle = scope.spawn(Fuse::default());
        there.serve(&name, &local, &scope).await.expect("it can be served");
        reachable(transport, &here, &name).await;
        Self { scope, local, remote: here.find(&name), _there: there }
    }

    /// Others are served, and the end comes in order.
    async fn goes_on(self) {
        assert_eq!(self.remote.light(Bomb::default()).await, Ok(When::Never));
        let ended = self.scope.shutdown().await;
        assert!(ended.iter().all(|member| member.reason.is_some()), "{ended:?}");
    }
}

/// An argument that cannot be read because that panics: nothing is done.
pub async fn what_panics_when_it_is_read(transport: &impl Transport) {
    let served = Served::fuse(transport).await;
    for _ in 0..3 {
        let error = served.remote.light(Bomb::new(When::Read)).await.expect_err("it panics");
        let Kind::Undecodable { theirs, .. } = error.kind() else { panic!("{error}") };
        assert!(theirs.starts_with("reading an argument panicked; the handler is"), "{theirs}");
        assert!(error.is_safe_to_retry());
        served.remote.light(Bomb::new(When::Read)).cast().await.expect("it is sent");
    }
    served.goes_on().await;
}

/// An answer or a value of a stream that cannot be written because that panics: the handler has run, and a marked answer
/// comes back.
pub async fn what_panics_when_it_is_written(transport: &impl Transport) {
    let served = Served::fuse(transport).await;
    let is_unreadable = |kind: &Kind| match kind {
        Kind::Unreadable { reason } => assert_eq!(reason, "writing it panicked"),
        kind => panic!("{kind:?}"),
    };
    is_unreadable(served.remote.make(When::Written).await.expect_err("it panics").kind());
    let mut bombs = served.remote.make_two(When::Written);
    assert_eq!(bombs.next().await, Some(Ok(Bomb::default())));
    is_unreadable(bombs.next().await.expect("it is told").expect_err("it panics").kind());
    is_unreadable(served.remote.take(When::Written).await.expect_err("it panics").kind());
    for round in 0.. {
        // It comes back when the error has been sent.
        match served.local.back().await {
            Ok(1) => break,
            back => assert!(back == Ok(0) && round < 1000, "{back:?}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    served.goes_on().await;
}

/// An answer whose dropping panics after it was sent has arrived.
pub async fn what_panics_when_it_is_dropped(transport: &impl Transport) {
    let served = Served::fuse(transport).await;
    served.remote.make(When::Dropped).await.expect("it was sent before");
    served.remote.take(When::Dropped).await.expect("it was sent before");
    let mut bombs = served.remote.make_two(When::Dropped);
    assert_eq!(bombs.next().await, Some(Ok(Bomb::default())));
    bombs.next().await.expect("it was sent before").expect("it was sent before");
    served.goes_on().await;
}
