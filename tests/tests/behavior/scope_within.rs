//! Actors that shut down their own scope.

use std::future::Future;

use actor_runtime::{ActorHandle, Builder, Context, ExitReason, Scope, actor};
use tokio::{sync::mpsc, time::Instant};

use crate::support::{Log, until};

/// Shuts down a scope that it is in.
struct Quitter {
    scope: Scope,
    log: Log,
    in_stop: bool,
    wishes: mpsc::Receiver<()>,
}

#[actor]
impl Quitter {
    fn new(scope: &Scope, log: &Log) -> Self {
        let (_, wishes) = mpsc::channel(1);
        Self { scope: scope.clone(), log: log.clone(), in_stop: false, wishes }
    }

    /// Shuts down the scope, and returns the names of those that ended.
    pub(crate) async fn quit(&self) -> Vec<String> {
        let ended = self.scope.shutdown().await;
        self.log.add("quit");
        ended.into_iter().map(|ended| ended.name).collect()
    }

    /// Has a task shut down the scope.
    pub(crate) fn quit_in_a_task(&self) {
        let scope = self.scope.clone();
        tokio::spawn(async move { scope.shutdown().await });
    }

    #[on(self.wishes.recv())]
    async fn quit_on_an_event(&mut self, wish: Option<()>) {
        if wish.is_some() {
            self.quit().await;
        }
    }

    #[on_stop]
    async fn stop(&mut self) {
        if self.in_stop {
            self.quit().await;
        }
        self.log.add("stopped");
    }

    /// Starts a child.
    pub(crate) fn bear(&self, child: Quitter, context: &Context<Self>) -> QuitterHandle {
        context.children().spawn(child)
    }

    /// Logs.
    pub(crate) fn note(&self) {
        self.log.add("noted");
    }
}

/// Logs its end.
struct Other(Log);

#[actor]
impl Other {
    #[on_stop]
    fn stop(&mut self) {
        self.0.add("other stopped");
    }

    /// Does nothing.
    pub(crate) fn nothing(&self) {}
}

/// Runs `quit` in a scope with another actor, which must end in order, and no time may pass.
async fn quits<F: Future<Output = QuitterHandle>>(
    quit: impl FnOnce(Scope, Log) -> F,
    expected: &[&str],
) {
    let (scope, log) = (Scope::new(), Log::default());
    let before = scope.spawn(Other(log.clone()));
    let begun = Instant::now();
    let quitter = quit(scope.clone(), log.clone()).await;
    assert_eq!(quitter.exited().await, ExitReason::Shutdown);
    assert_eq!(before.exited().await, ExitReason::Shutdown);
    assert!(scope.shutdown().await.is_empty() || scope.is_empty());
    assert_eq!(begun.elapsed().as_millis(), 0, "it waited for itself");
    assert_eq!(log.take(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_handler_shuts_down_its_own_scope() {
    let quit = async |scope: Scope, log: Log| {
        let quitter = scope.spawn(Quitter::new(&scope, &log));
        let after = scope.spawn(Other(log.clone()));
        let names = quitter.quit();
        let queued = quitter.note();
        let (names, queued) = tokio::join!(names, queued);
        assert_eq!(names.unwrap(), ["Other", "Other"]);
        queued.unwrap();
        assert!(after.exit_reason().is_some());
        quitter
    };
    quits(quit, &["other stopped", "other stopped", "quit", "noted", "stopped"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_fn_handler_shuts_down_its_own_scope_in_a_task() {
    let quit = async |scope: Scope, log: Log| {
        let quitter = scope.spawn(Quitter::new(&scope, &log));
        quitter.quit_in_a_task().await.unwrap();
        quitter
    };
    quits(quit, &["stopped", "other stopped"]).await;
}

#[tokio::test(start_paused = true)]
async fn an_event_shuts_down_the_scope_of_its_actor() {
    let quit = async |scope: Scope, log: Log| {
        let (wish, wishes) = mpsc::channel(1);
        let quitter = scope.spawn(Quitter { wishes, ..Quitter::new(&scope, &log) });
        wish.send(()).await.unwrap();
        quitter
    };
    quits(quit, &["other stopped", "quit", "stopped"]).await;
}

#[tokio::test(start_paused = true)]
async fn on_stop_shuts_down_the_scope_of_its_actor() {
    let quit = async |scope: Scope, log: Log| {
        let quitter = Quitter { in_stop: true, ..Quitter::new(&scope, &log) };
        let quitter = scope.spawn(quitter);
        quitter.close();
        quitter
    };
    quits(quit, &["other stopped", "quit", "stopped"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_member_of_a_nested_scope_shuts_down_the_outer_one() {
    let (scope, log) = (Scope::new(), Log::default());
    let between = scope.child();
    let innermost = between.child();
    let quitter = innermost.spawn(Quitter::new(&scope, &log));
    let _other = innermost.spawn(Other(log.clone()));
    let begun = Instant::now();
    assert_eq!(quitter.quit().await.unwrap(), ["Other"]);
    assert_eq!(quitter.exited().await, ExitReason::Shutdown);
    assert_eq!(begun.elapsed().as_millis(), 0);
    assert_eq!(log.take(), ["other stopped", "quit", "stopped"]);
}

#[tokio::test(start_paused = true)]
async fn a_descendant_shuts_down_the_scope_of_its_ancestor() {
    for generations in 1..4 {
        let (scope, log) = (Scope::new(), Log::default());
        let _other = scope.spawn(Other(log.clone()));
        let mut family = vec![scope.spawn(Quitter::new(&scope, &log))];
        for parent in 0..generations {
            let child = family[parent].bear(Quitter::new(&scope, &log)).await.unwrap();
            family.push(child);
        }
        let begun = Instant::now();
        assert_eq!(family[generations].quit().await.unwrap(), ["Other"]);
        assert_eq!(family[0].exited().await, ExitReason::Shutdown);
        assert_eq!(begun.elapsed().as_millis(), 0, "after {generations} generations");
        let lines = log.take();
        assert_eq!(lines.iter().filter(|line| *line == "stopped").count(), generations + 1);
        assert!(lines.contains(&"other stopped".to_owned()), "{lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_shuts_down_its_siblings() {
    let log = Log::default();
    let parent = actor_runtime::spawn(Quitter::new(&Scope::new(), &log));
    let siblings = Scope::new();
    let other = siblings.spawn(Other(log.clone()));
    let child = parent.bear(Quitter::new(&siblings, &log)).await.unwrap();
    siblings.add(&child);
    let begun = Instant::now();
    assert_eq!(child.quit().await.unwrap(), ["Other"]);
    assert_eq!(child.exited().await, ExitReason::Shutdown);
    assert_eq!(begun.elapsed().as_millis(), 0);
    assert!(!parent.is_closed());
    drop(other);
}

#[tokio::test]
async fn a_handler_on_a_thread_blocks_on_the_shutdown_of_its_own_scope() {
    /// Shuts down its scope in a handler that blocks.
    struct Blocking(Scope);
    #[actor]
    impl Blocking {
        /// Shuts down the scope.
        pub(crate) fn quit(&self) -> usize {
            futures::executor::block_on(self.0.shutdown()).len()
        }
    }
    let (scope, log) = (Scope::new(), Log::default());
    let other = scope.spawn(Other(log.clone()));
    let of_blocking = scope.clone();
    let blocking = Builder::new().spawn_thread(|| Blocking(of_blocking)).unwrap();
    scope.add(&blocking);
    assert_eq!(blocking.quit().await, Ok(1));
    assert_eq!(blocking.exited().await, ExitReason::Shutdown);
    assert_eq!(other.exited().await, ExitReason::Shutdown);
    assert_eq!(log.take(), ["other stopped"]);
    until(|| scope.is_empty());
}

#[tokio::test(start_paused = true)]
async fn another_shutdown_waits_for_the_actor_that_quits() {
    let (scope, log) = (Scope::new(), Log::default());
    let quitter = scope.spawn(Quitter::new(&scope, &log));
    let (names, ended) = tokio::join!(quitter.quit(), async {
        tokio::task::yield_now().await;
        scope.shutdown().await
    });
    assert_eq!(names.unwrap(), [""; 0]);
    assert_eq!(ended.len(), 1);
    assert_eq!(log.take(), ["quit", "stopped"]);
}
