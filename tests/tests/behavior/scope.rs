//! Scopes: reverse order, deadlines, nesting, and signals.

use std::time::Duration;

use actor_runtime::{ActorHandle, Builder, Context, ExitReason, Scope, StartError, actor};

use crate::support::{AN_HOUR, Gate, Log, now, pending, ready, still_pending, until};

/// Logs its end.
#[derive(Clone)]
struct Member {
    name: &'static str,
    log: Log,
    gate: Option<Gate>,
}

#[actor]
impl Member {
    fn new(name: &'static str, log: &Log) -> Self {
        Self { name, log: log.clone(), gate: None }
    }

    /// Stops only when the gate opens.
    fn slow(name: &'static str, log: &Log) -> Self {
        Self { gate: Some(Gate::default()), ..Self::new(name, log) }
    }

    #[on_stop]
    async fn on_stop(&mut self) {
        if let Some(gate) = &self.gate {
            gate.passed().await;
        }
        self.log.add(self.name);
    }

    /// Does nothing.
    pub(crate) fn nothing(&self) {}

    /// Starts a child.
    pub(crate) fn bear(&self, child: Member, context: &Context<Self>) -> MemberHandle {
        context.children().spawn(child)
    }

    /// Panics.
    pub(crate) fn fail(&self) {
        panic!("on purpose");
    }
}

fn spawn(name: &'static str, log: &Log) -> MemberHandle {
    Builder::new().name(name).spawn(Member::new(name, log))
}

#[tokio::test]
async fn actors_stop_in_reverse_order() {
    let (scope, log) = (Scope::new(), Log::default());
    for name in ["one", "two", "three"] {
        scope.add(&spawn(name, &log));
    }
    // The scope keeps no handles, so these actors ended with their last handle. The next ones are
    // kept.
    scope.shutdown().await;
    log.take();

    let scope = Scope::new();
    let kept = ["one", "two", "three"].map(|name| spawn(name, &log));
    kept.iter().for_each(|member| scope.add(member));
    assert_eq!(scope.len(), 3);
    let ended = scope.shutdown().await;
    assert_eq!(log.take(), ["three", "two", "one"]);
    let names: Vec<_> = ended.iter().map(|ended| ended.name.as_str()).collect();
    assert_eq!(names, ["three", "two", "one"]);
    assert!(ended.iter().all(|ended| ended.reason == Some(ExitReason::Shutdown)));
    assert!(scope.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_actor_is_stopped_only_when_the_previous_one_has_ended() {
    let (scope, log) = (Scope::new(), Log::default());
    let first = scope.spawn(Member::new("first", &log));
    let slow = Member::slow("last", &log);
    let gate = slow.gate.clone().unwrap();
    let last = scope.spawn(slow);
    let mut shutdown = pending(scope.shutdown());
    tokio::task::yield_now().await;
    still_pending(&mut shutdown);
    assert!(last.is_closed());
    first.nothing().await.unwrap();
    gate.open();
    assert_eq!(shutdown.await.len(), 2);
    assert_eq!(log.take(), ["last", "first"]);
}

#[tokio::test(start_paused = true)]
async fn actors_that_have_not_ended_at_the_deadline_are_aborted() {
    let (scope, log) = (Scope::with_deadline(AN_HOUR), Log::default());
    let _first = scope.spawn(Member::new("first", &log));
    let _stuck = scope.spawn(Member::slow("stuck", &log));
    let _last = scope.spawn(Member::new("last", &log));
    let begun = tokio::time::Instant::now();
    let ended = scope.shutdown().await;
    assert_eq!(begun.elapsed(), AN_HOUR, "the deadline is for all together");
    let reasons: Vec<_> = ended.into_iter().map(|ended| ended.reason.unwrap()).collect();
    assert_eq!(reasons, [ExitReason::Shutdown, ExitReason::Shutdown, ExitReason::Aborted]);
    assert_eq!(log.take(), ["last", "first"]);
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_blocks_its_thread_is_given_up() {
    struct Rock;
    #[actor]
    impl Rock {
        /// Blocks until it is released.
        pub(crate) fn block(&self, go_on: std::sync::mpsc::Receiver<()>) {
            let _ = go_on.recv();
        }
    }
    let scope = Scope::with_deadline(Duration::from_secs(1));
    let rock = actor_runtime::spawn_thread(|| Rock).unwrap();
    scope.add(&rock);
    let (go_on, told) = std::sync::mpsc::channel();
    rock.block(told).cast().await.unwrap();
    until(|| rock.stats().running.is_some());
    let ended = scope.shutdown().await;
    assert_eq!(ended[0].reason, None, "it did not end");
    go_on.send(()).unwrap();
    assert_eq!(rock.exited().await, ExitReason::Aborted);
}

#[tokio::test]
async fn a_child_scope_stops_in_its_place() {
    let (scope, log) = (Scope::new(), Log::default());
    let one = scope.spawn(Member::new("one", &log));
    let child = scope.child();
    let four = scope.spawn(Member::new("four", &log));
    // Started last, but stops in the place of the child.
    let two = child.spawn(Member::new("two", &log));
    let grandchild = child.child();
    let three = grandchild.spawn(Member::new("three", &log));
    assert_eq!((scope.len(), child.len()), (3, 2));
    scope.shutdown().await;
    assert_eq!(log.take(), ["four", "three", "two", "one"]);
    assert!(child.is_empty() && grandchild.is_empty());
    drop((one, two, three, four));
}

#[tokio::test]
async fn a_child_scope_that_was_empty_is_not_forgotten() {
    let (scope, log) = (Scope::new(), Log::default());
    let child = scope.child();
    let kept = [0; 9].map(|_| scope.spawn(Member::new("parent's", &log)));
    let late = child.spawn(Member::new("child's", &log));
    scope.shutdown().await;
    assert_eq!(late.exit_reason(), Some(ExitReason::Shutdown));
    assert_eq!(log.take().last().unwrap(), "child's");
    drop(kept);
}

#[tokio::test]
async fn a_child_scope_may_end_before_its_parent() {
    let (scope, log) = (Scope::new(), Log::default());
    let one = scope.spawn(Member::new("one", &log));
    let child = scope.child();
    let two = child.spawn(Member::new("two", &log));
    child.shutdown().await;
    assert!(two.is_closed() && !one.is_closed());
    assert_eq!(scope.len(), 1);
    scope.shutdown().await;
    assert_eq!(log.take(), ["two", "one"]);
}

#[tokio::test]
async fn a_dropped_scope_aborts_its_actors() {
    let (scope, log) = (Scope::new(), Log::default());
    let member = scope.spawn(Member::new("member", &log));
    let child = scope.child();
    let childs = child.spawn(Member::new("child's", &log));
    let clone = scope.clone();
    drop(scope);
    member.nothing().await.unwrap();
    drop(clone);
    assert_eq!(member.exited().await, ExitReason::Aborted);
    assert_eq!(childs.exited().await, ExitReason::Aborted);
    assert_eq!(log.take(), [""; 0]);
}

#[tokio::test]
async fn shutting_down_an_aborted_scope_waits_for_the_exits() {
    let (scope, log) = (Scope::new(), Log::default());
    let member = scope.spawn(Member::new("member", &log));
    scope.abort();
    assert!(!scope.is_empty(), "it has not ended yet");
    let ended = scope.shutdown().await;
    assert_eq!(member.exit_reason(), Some(ExitReason::Aborted));
    assert_eq!(ended[0].reason, Some(ExitReason::Aborted));
    assert!(scope.is_empty());
}

#[tokio::test]
async fn a_scope_that_was_shut_down_starts_no_actors() {
    let (scope, log) = (Scope::new(), Log::default());
    assert_eq!(scope.shutdown().await, []);
    let late = scope.spawn(Member::new("late", &log));
    assert!(late.is_closed());
    assert_eq!(late.exited().await, ExitReason::Shutdown);
    let late = scope.child().spawn(Member::new("later", &log));
    assert!(late.is_closed());
}

#[tokio::test]
async fn a_scope_can_be_shut_down_twice_at_once() {
    let (scope, log) = (Scope::new(), Log::default());
    let members = ["one", "two"].map(|name| scope.spawn(Member::new(name, &log)));
    let other = scope.clone();
    let (one, two) = tokio::join!(scope.shutdown(), other.shutdown());
    assert_eq!(one.len().max(two.len()), 2);
    assert_eq!(log.take(), ["two", "one"]);
    drop(members);
}

#[tokio::test]
async fn a_member_that_ended_by_itself_is_reported_with_its_reason() {
    let (scope, log) = (Scope::new(), Log::default());
    let failed = scope.spawn(Member::new("failed", &log));
    let _ = failed.fail().await;
    assert!(scope.is_empty());
    let ended = scope.shutdown().await;
    assert_eq!(ended.len(), 1);
    let reason = ended[0].reason.as_ref().unwrap();
    assert_eq!(reason.to_string(), "`Member::fail` panicked: on purpose");
}

#[tokio::test]
async fn children_of_an_actor_stop_before_its_exit_is_reported() {
    let log = Log::default();
    let parent = actor_runtime::spawn(Member::new("parent", &log));
    let child = parent.bear(Member::new("child", &log)).await.unwrap();
    let grandchild = child.bear(Member::new("grandchild", &log)).await.unwrap();
    assert_eq!(parent.shutdown().await, ExitReason::Shutdown);
    assert_eq!(child.exit_reason(), Some(ExitReason::Shutdown));
    assert_eq!(grandchild.exit_reason(), Some(ExitReason::Shutdown));
    assert_eq!(log.take(), ["parent", "child", "grandchild"]);
}

#[tokio::test]
async fn children_of_an_actor_that_panics_are_shut_down() {
    let log = Log::default();
    let parent = actor_runtime::spawn(Member::new("parent", &log));
    let child = parent.bear(Member::new("child", &log)).await.unwrap();
    let _ = parent.fail().await;
    parent.exited().await;
    assert_eq!(child.exit_reason(), Some(ExitReason::Shutdown));
    assert_eq!(log.take(), ["child"]);
}

#[tokio::test]
async fn children_of_an_actor_that_is_aborted_are_aborted() {
    let log = Log::default();
    let parent = actor_runtime::spawn(Member::new("parent", &log));
    let child = parent.bear(Member::new("child", &log)).await.unwrap();
    parent.abort();
    parent.exited().await;
    assert_eq!(child.exited().await, ExitReason::Aborted);
    assert_eq!(log.take(), [""; 0]);
}

#[tokio::test]
async fn a_scope_starts_actors_that_may_fail() {
    struct Picky(bool);
    #[actor]
    impl Picky {
        #[on_start]
        fn on_start(&mut self) -> Result<(), &'static str> {
            if self.0 { Ok(()) } else { Err("not today") }
        }

        /// Does nothing.
        pub(crate) fn nothing(&self) {}
    }
    let scope = Scope::new();
    let picky = scope.start(Picky(true)).await.unwrap();
    assert!(matches!(scope.start(Picky(false)).await, Err(StartError::Failed("not today"))));
    assert_eq!(scope.len(), 1);
    scope.shutdown().await;
    assert!(picky.is_closed());
}

#[test]
fn an_empty_scope_shuts_down_without_a_runtime() {
    let scope = Scope::default();
    assert_eq!(format!("{scope:?}"), "Scope { len: 0, .. }");
    assert_eq!(now(scope.shutdown()), []);
}

/// Signals reach the whole process, so tests that send any take turns. tokio handles them from the first
/// use on, so other tests are not affected.
#[cfg(unix)]
static SIGNALS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[cfg(unix)]
fn send_signal(signal: &str) {
    let kill = format!("kill -{signal} {}", std::process::id());
    let status = std::process::Command::new("sh").args(["-c", &kill]).status().unwrap();
    assert!(status.success());
}

#[cfg(unix)]
#[tokio::test]
async fn a_second_signal_aborts_the_shutdown() {
    let _turn = SIGNALS.lock().await;
    for [first, second] in [["TERM", "TERM"], ["TERM", "INT"], ["INT", "INT"]] {
        let (scope, log) = (Scope::with_deadline(AN_HOUR), Log::default());
        let other = scope.spawn(Member::new("other", &log));
        let nested = scope.child();
        let stuck_too = nested.spawn(Member::slow("slow", &log));
        let mut ended = pending(scope.until_signal());
        send_signal(first);
        until_async(|| {
            let _ = ended.poll();
            stuck_too.is_closed()
        })
        .await;
        assert!(!other.is_closed(), "{first}");
        send_signal(second);
        let ended = ended.await.unwrap();
        assert!(ended.iter().all(|ended| ended.reason == Some(ExitReason::Aborted)), "{ended:?}");
        assert_eq!(ended.len(), 2);
        assert_eq!(log.take(), [""; 0], "{first}, {second}");
    }
}

/// Lets other tasks run until `condition` holds.
#[cfg(unix)]
async fn until_async(mut condition: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited in vain");
        tokio::task::yield_now().await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_shuts_the_scope_down() {
    let _turn = SIGNALS.lock().await;
    for signal in ["TERM", "INT"] {
        let (scope, log) = (Scope::new(), Log::default());
        let member = scope.spawn(Member::new("member", &log));
        let ended = pending(scope.until_signal());
        assert!(!member.is_closed());
        send_signal(signal);
        let ended = ended.await.unwrap();
        assert_eq!(ended.len(), 1);
        assert_eq!(member.exit_reason(), Some(ExitReason::Shutdown));
        assert_eq!(log.take(), ["member"]);
    }
}

#[tokio::test]
async fn the_exit_of_a_member_wakes_the_shutdown() {
    let (scope, log) = (Scope::new(), Log::default());
    let _member = scope.spawn(Member::new("member", &log));
    let mut shutdown = pending(scope.shutdown());
    tokio::task::yield_now().await;
    assert_eq!(ready(&mut shutdown).len(), 1);
}
