//! Handlers that answer with many values.

use std::{sync::atomic::Ordering, time::Duration};

use actor_remote::RemoteErrorKind as Kind;
use tokio::{runtime::Runtime, sync::oneshot, time::Instant};

use super::{Served, ends::Process, mailboxes::until, name, reachable};
use crate::{Transport, actors::DeskRemote};

/// All values, in order, however many.
pub async fn a_stream_is_read_to_its_end(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    for end in [0, 1, 15, 16, 17, 1000] {
        let mut numbers = served.remote.count(end);
        let mut read = Vec::new();
        while let Some(number) = numbers.next().await {
            read.push(number.expect("it is complete"));
        }
        assert_eq!(read, (0..end).collect::<Vec<_>>());
        assert!(numbers.next().await.is_none());
    }
    until(|| served.here.stats().waiting == 0 && served.there.stats().serving == 0).await;
}

/// A handler is at most two windows ahead of its reader: that of the engine, and that of its own stream.
pub async fn a_slow_reader_holds_the_handler_back(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let mut numbers = served.remote.count(1000);
    for read in 0..100 {
        assert_eq!(numbers.next().await, Some(Ok(read)));
        if read % 10 == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let sent = served.gate.sent.load(Ordering::Relaxed) as u64;
        assert!(sent <= read + 1 + 16 + 16 + 1, "{sent} were sent, and {} read", read + 1);
    }
}

/// The handler learns that its reader has gone.
pub async fn a_dropped_stream_is_told(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let mut numbers = served.remote.count(u64::MAX);
    assert_eq!(numbers.next().await, Some(Ok(0)));
    drop(numbers);
    served.gate.left.notified().await;
    until(|| served.there.stats().serving == 0).await;
}

/// An error is the last item.
pub async fn a_stream_that_panics(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let mut numbers = served.remote.count_and_panic();
    assert_eq!(numbers.next().await, Some(Ok(1)));
    let error = numbers.next().await.expect("an error").expect_err("it panics");
    assert_eq!(error.kind(), &Kind::Panicked { message: None });
    assert!(numbers.next().await.is_none());
}

/// The process of a reader dies: the handler is told.
pub async fn a_stream_whose_reader_dies(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let runtime = Runtime::new().expect("a runtime");
    let link = Process::linked(&runtime, transport).await;
    reachable(transport, &link, &served.name()).await;
    let remote: DeskRemote = link.find(&served.name());
    let (told, ready) = oneshot::channel();
    runtime.spawn(async move {
        let mut numbers = remote.count(u64::MAX);
        assert_eq!(numbers.next().await, Some(Ok(0)));
        told.send(()).expect("the test waits");
        std::future::pending::<()>().await;
    });
    ready.await.expect("it reads");
    // A reader that lives and reads nothing is waited for.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(served.there.stats().serving, 1);
    Process::of(runtime).kill();
    served.gate.left.notified().await;
    until(|| served.there.stats().serving == 0).await;
}

/// The process of the handler dies: the reader is told.
pub async fn a_stream_whose_server_dies(transport: &impl Transport) {
    let (here, name) = (transport.link().await, name());
    let process = Process::serving(transport, &name).await;
    let remote: DeskRemote = here.find(&name);
    reachable(transport, &here, &name).await;
    let mut numbers = remote.count(17);
    assert_eq!(numbers.next().await, Some(Ok(0)));
    // It waits for its reader, so its last value is not sent.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let killed = Instant::now();
    process.kill();
    let error = loop {
        match numbers.next().await.expect("no end was sent") {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), &Kind::Lost);
    assert!(killed.elapsed() < Duration::from_millis(3500), "after {:?}", killed.elapsed());
}
