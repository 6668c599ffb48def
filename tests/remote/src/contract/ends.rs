//! Ends: of calls, actors, services and processes.

use std::time::Duration;

use actor_remote::{RemoteErrorKind as Kind, RemoteHandle};
use actor_runtime::{ActorHandle, Scope};
use tokio::{
    runtime::Runtime,
    sync::oneshot,
    time::{Instant, timeout},
};

use super::{Served, mailboxes::until, name, reachable};
use crate::{
    Transport,
    actors::{Desk, DeskHandle, DeskRemote},
};

/// Something that stands for a process: its runtime is gone at once when it is killed.
pub(crate) struct Process(Option<Runtime>);

impl Process {
    /// Serves a desk that waits at its gate.
    pub(crate) async fn serving(transport: &impl Transport, name: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let (told, ready) = oneshot::channel();
        let link = Self::linked(&runtime, transport).await;
        let name = name.to_owned();
        runtime.spawn(async move {
            let scope = Scope::new();
            let desk: DeskHandle = scope.spawn(Desk::default());
            link.serve(&name, &desk, &scope).await.expect("it can be served");
            told.send(()).expect("the test waits");
            std::future::pending::<()>().await;
        });
        ready.await.expect("it is served");
        Self(Some(runtime))
    }

    pub(crate) fn of(runtime: Runtime) -> Self {
        Self(Some(runtime))
    }

    /// A link whose tasks are those of `runtime`.
    pub(crate) async fn linked(
        runtime: &Runtime,
        transport: &impl Transport,
    ) -> actor_remote::Link {
        let handle = runtime.handle().clone();
        std::thread::scope(|scope| {
            scope.spawn(|| handle.block_on(transport.link())).join().expect("it is linked")
        })
    }

    pub(crate) fn kill(mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Expects that nobody serves the name: at once, or soon after on an engine that cannot tell who ends.
async fn is_unreachable<T: Transport>(remote: &DeskRemote, _: &T) {
    for _ in 0..100 {
        let error = remote.run(0).await.expect_err("nobody serves the name");
        match error.kind() {
            Kind::Unreachable => return,
            // A request can be on its way to the one who ends.
            Kind::Lost | Kind::TimedOut { accepted: false, .. } if !T::TELLS_WHO_ENDS => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("it cannot be told for a second");
}

/// A process dies with a call in it: the caller learns of it long before its deadline, and that the outcome is unknown.
pub async fn a_process_that_dies_is_noticed(transport: &impl Transport) {
    let (here, name) = (transport.link().await, name());
    let process = Process::serving(transport, &name).await;
    let remote: DeskRemote = here.find(&name);
    reachable(transport, &here, &name).await;
    let call = remote.clone();
    let call = tokio::spawn(async move { call.wait(1).timeout(Duration::from_secs(60)).await });
    // It is accepted after a millisecond.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let killed = Instant::now();
    process.kill();
    let error = call.await.expect("it runs").expect_err("nobody can answer");
    assert_eq!(error.kind(), &Kind::Lost);
    assert!(!error.is_safe_to_retry());
    assert!(killed.elapsed() < Duration::from_millis(3500), "after {:?}", killed.elapsed());
    is_unreachable(&remote, transport).await;
}

/// A scope ends its services first: what has arrived is answered, and then nobody is there.
pub async fn calls_under_way_are_answered_at_the_end(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let remote = served.remote.clone();
    let call = tokio::spawn(async move { remote.wait(1).timeout(Duration::from_secs(60)).await });
    served.gate.wait_for(1).await;
    let scope = served.scope.clone();
    let shutdown = tokio::spawn(async move { scope.shutdown().await });
    // Nobody takes new calls meanwhile.
    let mut refused = served.remote.later().timeout(Duration::from_millis(100)).try_call().await;
    for _ in 0..1000 {
        match &refused {
            Err(error) if error.kind() == &Kind::Unreachable => break,
            _ => tokio::time::sleep(Duration::from_millis(5)).await,
        }
        refused = served.remote.later().timeout(Duration::from_millis(100)).try_call().await;
    }
    assert_eq!(refused.expect_err("it ends").kind(), &Kind::Unreachable);
    assert!(!call.is_finished());
    served.gate.open.add_permits(1);
    assert_eq!(call.await.expect("it runs"), Ok(1));
    let ended = shutdown.await.expect("it ends");
    assert!(ended.iter().all(|member| member.reason.is_some()), "{ended:?}");
    is_unreachable(&served.remote, transport).await;
}

/// An actor that has stopped is not served any more, and calls that it has accepted fail.
pub async fn a_stopped_actor_is_unreachable(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let remote = served.remote.clone();
    let call = tokio::spawn(async move { remote.wait(1).timeout(Duration::from_secs(60)).await });
    served.gate.wait_for(1).await;
    served.local.abort();
    assert_eq!(call.await.expect("it runs").expect_err("it is aborted").kind(), &Kind::Stopped);
    is_unreachable(&served.remote, transport).await;
}

/// A handler that takes `self` can be called if it is marked `remote`.
pub async fn a_final_handler(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    served.remote.run(3).await.expect("it runs");
    assert_eq!(served.remote.finish().await, Ok(vec![3]));
    is_unreachable(&served.remote, transport).await;
}

/// Two serve one name. Each gets calls, and when one ends, the other gets them all.
pub async fn a_group_shares_the_calls(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let (second_link, scope) = (transport.link().await, Scope::new());
    let second: DeskHandle = scope.spawn(Desk::default());
    let service =
        second_link.serve(&served.name(), &second, &scope).await.expect("it can be served");
    let has_run = async |desk: &DeskHandle| desk.ran().await.expect("it runs").len();
    for number in 0..2000 {
        served.remote.run(number).await.expect("it is answered");
        if has_run(&served.local).await > 0 && has_run(&second).await > 0 {
            break;
        }
    }
    let (first_ran, second_ran) = (has_run(&served.local).await, has_run(&second).await);
    // An engine without groups may prefer one of them.
    assert!(first_ran + second_ran > 0);
    service.stop().await;
    for number in 0..50 {
        served.remote.run(number).await.expect("the other one answers");
    }
    assert_eq!(has_run(&served.local).await, first_ran + 50);
    assert_eq!(has_run(&second).await, second_ran);
}

/// `exited` completes when nobody serves the name.
pub async fn exited_completes(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let exited = served.remote.exited();
    tokio::pin!(exited);
    assert!(timeout(Duration::from_millis(300), &mut exited).await.is_err(), "it is served");
    served.scope.shutdown().await;
    timeout(Duration::from_secs(10), exited).await.expect("nobody serves it");
    until(|| served.here.stats().waiting == 0).await;
}
