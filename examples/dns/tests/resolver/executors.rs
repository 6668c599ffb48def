//! One handle for tokio's runtimes, smol's executor and plain threads, wherever the work is done.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use actor_runtime::ExitReason;
use dns_actor::{LookupError, RecordType, Resolver};

use crate::support::*;

/// An executor for one future.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

/// Looks names up from four executors at once, which share the cache.
fn use_everywhere(net: &Net, resolver: Resolver) {
    async fn look_up(resolver: &Resolver, from: &str) {
        for text in ["shared.test.", &format!("{from}.test.")] {
            assert!(resolver.lookup(text, RecordType::A).await.unwrap().exists());
        }
        assert_eq!(resolver.lookup_ip("shared.test.").await.unwrap().addresses.len(), 1);
    }
    thread::scope(|scope| {
        scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
            runtime.block_on(look_up(&resolver, "multi"));
        });
        scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(look_up(&resolver, "current"));
        });
        scope.spawn(|| {
            let executor = async_executor::Executor::new();
            block_on(executor.run(look_up(&resolver, "smol")));
        });
        scope.spawn(|| {
            assert!(resolver.lookup_blocking("plain.test.", RecordType::A).unwrap().exists());
            assert_eq!(resolver.lookup_ip_blocking("shared.test.").unwrap().addresses.len(), 1);
        });
    });
    // Both kinds of addresses of the shared name, and four other names. (On a busy machine, a question may be sent
    // twice.)
    assert_eq!(block_on(resolver.stats()).unwrap().misses, 6);
    assert!(net.count(server(A)) >= 6);
}

#[test]
fn the_work_is_done_on_tokio_with_many_threads() {
    let net = Net::default();
    good(&net, A, ms(1));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (resolver, background) = Resolver::pair(config(&net, &[A]));
    let background = runtime.spawn(background);
    use_everywhere(&net, resolver);
    assert_eq!(runtime.block_on(background).unwrap(), ExitReason::HandlesDropped);
}

#[test]
fn the_work_is_done_on_tokio_with_one_thread() {
    let net = Net::default();
    good(&net, A, ms(1));
    let (resolver, background) = Resolver::pair(config(&net, &[A]));
    let worker = thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(background)
    });
    use_everywhere(&net, resolver);
    assert_eq!(worker.join().unwrap(), ExitReason::HandlesDropped);
}

#[test]
fn the_work_is_done_on_smol_with_the_sockets_of_a_tokio_runtime() {
    let net = Net::default();
    good(&net, A, ms(1));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (resolver, background) = Resolver::pair(config(&net, &[A]));
    let background = background.on(runtime.handle().clone());
    let worker = thread::spawn(|| {
        let executor = async_executor::Executor::new();
        let background = executor.spawn(background);
        block_on(executor.run(background))
    });
    use_everywhere(&net, resolver);
    assert_eq!(worker.join().unwrap(), ExitReason::HandlesDropped);
}

#[test]
fn the_work_is_done_on_a_plain_thread() {
    let net = Net::default();
    good(&net, A, ms(1));
    use_everywhere(&net, Resolver::spawn_thread(config(&net, &[A])).unwrap());
}

#[test]
fn look_ups_that_are_cancelled_before_they_begin_are_counted_and_not_sent() {
    let net = Net::default();
    good(&net, A, ms(1));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (resolver, background) = Resolver::pair(config(&net, &[A]));
    // The background is not polled yet, so the look-up is in the mailbox when it is dropped.
    let mut cancelled = Box::pin(resolver.lookup("cancelled.test.", RecordType::A));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(cancelled.as_mut().poll(&mut cx).is_pending());
    drop(cancelled);
    runtime.block_on(async {
        let background = tokio::spawn(background);
        resolver.lookup("kept.test.", RecordType::A).await.unwrap();
        assert_eq!(resolver.stats().await.unwrap().cancelled, 1);
        drop(resolver);
        background.await.unwrap();
    });
    assert!(net.asked().iter().all(|asked| asked.message.queries[0].name == name("kept.test.")));
}

#[test]
fn look_ups_fail_when_the_background_is_dropped() {
    let net = Net::default();
    let (resolver, background) = Resolver::pair(config(&net, &[A]));
    drop(background);
    let error = block_on(resolver.lookup("a.test.", RecordType::A)).unwrap_err();
    assert!(matches!(error, LookupError::Stopped(_)));
    assert_eq!(error.to_string(), "the resolver has stopped");
}

#[test]
#[should_panic(expected = "`ResolverBackground::on`")]
fn a_background_without_tokio_says_what_it_needs() {
    let (_resolver, background) = Resolver::pair(config(&Net::default(), &[A]));
    block_on(background);
}
