//! Actors that wait for each other in a ring: one of the waits is refused, whatever they wait for.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context as TaskContext, Wake, Waker},
};

use actor_runtime::{
    ActorHandle, Answer, CallError, CallErrorKind, Context, Lease, Replies, Reply, ReplyStream,
    SendError, WeakHandle, actor,
};
use futures::future::join_all;
use tokio::task::{self, block_in_place, unconstrained};

use crate::support::{AN_HOUR, Gate, Rig, pending, ready, rig, runs_inline};

/// What a handler waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    Call,
    Answer,
    TryCall,
    Many,
    Select,
    Timeout,
    Cast,
    Sent,
    StreamCall,
    Stream,
    Lease,
    Handover,
}

const WAITS: [Wait; 12] = [
    Wait::Call,
    Wait::Answer,
    Wait::TryCall,
    Wait::Many,
    Wait::Select,
    Wait::Timeout,
    Wait::Cast,
    Wait::Sent,
    Wait::StreamCall,
    Wait::Stream,
    Wait::Lease,
    Wait::Handover,
];

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done,
    Refused,
}

fn end<T>(outcome: Result<T, CallError>) -> End {
    match outcome.map_err(CallError::into_kind) {
        Ok(_) => End::Done,
        Err(CallErrorKind::WouldDeadlock { .. }) => End::Refused,
        Err(other) => panic!("{other:?}"),
    }
}

fn sent<T, M>(outcome: Result<T, SendError<M>>) -> End {
    match outcome {
        Ok(_) => End::Done,
        Err(SendError::WouldDeadlock(_)) => End::Refused,
        Err(other) => panic!("{other:?}"),
    }
}

/// Knows the next actor in a ring.
#[derive(Default)]
struct Node {
    next: Option<WeakHandle<NodeHandle>>,
    kept: Vec<Answer<u32>>,
    streams: Vec<ReplyStream<u32>>,
}

#[actor(mailbox = 1)]
impl Node {
    pub(crate) fn set_next(&mut self, next: WeakHandle<NodeHandle>) {
        self.next = Some(next);
    }

    pub(crate) async fn one(&self) -> u32 {
        1
    }

    /// Takes a place in the mailbox.
    pub(crate) async fn fill(&self) {}

    pub(crate) async fn list(&self, mut values: Replies<u32>) {
        let _ = values.send(1).await;
    }

    /// Waits for the gate, and then for the next actor.
    pub(crate) async fn go(&self, wait: Wait, gate: Gate) -> End {
        gate.passed().await;
        let next = self.next();
        match wait {
            Wait::Call => end(next.one().await),
            Wait::Answer => match next.one().sent().await {
                Ok(answer) => end(answer.await),
                Err(refused) => sent::<(), _>(Err(refused)),
            },
            Wait::TryCall => match next.one().try_call() {
                Ok(answer) => end(answer.await),
                Err(_) => End::Done,
            },
            Wait::Many => {
                let outcomes = join_all((0..3).map(|_| next.one())).await;
                let is_refused = outcomes.into_iter().any(|outcome| end(outcome) == End::Refused);
                if is_refused { End::Refused } else { End::Done }
            }
            Wait::Select => {
                let never = std::pin::pin!(std::future::pending::<()>());
                match futures::future::select(next.one(), never).await {
                    futures::future::Either::Left((outcome, _)) => end(outcome),
                    futures::future::Either::Right(_) => unreachable!("it is never ready"),
                }
            }
            Wait::Timeout => end(next.one().timeout(AN_HOUR).await),
            Wait::Cast => sent(next.one().cast().await),
            Wait::Sent => sent(next.one().sent().await),
            Wait::StreamCall => end(next.list().next().await.unwrap()),
            Wait::Stream => match next.list().sent().await {
                Ok(mut stream) => end(stream.next().await.unwrap()),
                Err(refused) => sent::<(), _>(Err(refused)),
            },
            Wait::Lease => end(next.lease().await),
            Wait::Handover => end(next.keep().await),
        }
    }

    /// Takes its reply, and sends it.
    pub(crate) fn keep(&self, reply: Reply<u32>) {
        reply.send(1);
    }

    /// Answers only after it has waited for the next actor.
    pub(crate) async fn relay(&self, steps: u32) -> End {
        match steps {
            0 => End::Done,
            1 => end(self.next().one().await),
            _ => end(Box::pin(self.next().relay(steps - 1)).await),
        }
    }

    /// Polls a call of the next actor once, and drops or keeps it; then waits for the gate.
    pub(crate) async fn peek(&mut self, keep: bool, gate: Gate) {
        let next = self.next();
        if keep {
            let mut answer = next.one().try_call().unwrap();
            assert!(futures::poll!(&mut answer).is_pending());
            self.kept.push(answer);
        } else {
            assert!(futures::poll!(Box::pin(next.one())).is_pending());
            gate.passed().await;
        }
    }

    /// Polls a stream of the next actor once, and keeps it.
    pub(crate) async fn peek_stream(&mut self) {
        let mut stream = self.next().list().sent().await.unwrap();
        assert!(futures::poll!(std::pin::pin!(stream.next())).is_pending());
        self.streams.push(stream);
    }

    /// Waits for the gate.
    pub(crate) async fn idle(&self, gate: Gate) {
        gate.passed().await;
    }

    /// Ends a lease, and waits for that.
    pub(crate) async fn release(&self, lease: Lease<NodeHandle>, gate: Gate) -> End {
        gate.passed().await;
        end(lease.release().await)
    }

    /// Waits for the end of the next actor.
    pub(crate) async fn outlive(&self, gate: Gate) {
        gate.passed().await;
        self.next().exited().await;
    }

    fn next(&self) -> NodeHandle {
        self.next.as_ref().unwrap().upgrade().unwrap()
    }
}

fn nodes(count: usize) -> (Vec<NodeHandle>, Vec<Rig<Node>>) {
    let (handles, mut loops): (Vec<_>, Vec<_>) = (0..count).map(|_| rig(Node::default())).unzip();
    for (at, handle) in handles.iter().enumerate() {
        handle.set_next(handles[(at + 1) % count].downgrade()).try_cast().unwrap();
        loops[at].turn();
    }
    (handles, loops)
}

fn turn_all(loops: &mut [Rig<Node>]) {
    for _ in 0..=3 * loops.len() {
        loops.iter_mut().for_each(Rig::turn);
    }
}

/// Runs a ring of two, each of which waits for the other, and returns how the waits ended.
fn clash(waits: [Wait; 2], is_full: bool) -> [End; 2] {
    let (handles, mut loops) = nodes(2);
    let gate = Gate::default();
    let mut calls: Vec<_> =
        [0, 1].map(|at| pending(handles[at].go(waits[at], gate.clone()))).into();
    turn_all(&mut loops);
    if is_full {
        handles.iter().for_each(|handle| handle.fill().try_cast().unwrap());
    }
    gate.open();
    gate.open();
    turn_all(&mut loops);
    [0, 1].map(|at| {
        assert!(calls[at].is_woken(), "{waits:?}, full: {is_full}: {at} hangs");
        ready(&mut calls[at]).unwrap()
    })
}

#[tokio::test(start_paused = true)]
async fn every_wait_in_a_ring_of_two_ends() {
    // One poll of this task polls all those loops.
    unconstrained(async { every_pair_of_waits() }).await;
}

fn every_pair_of_waits() {
    for first in WAITS {
        for second in WAITS {
            for is_full in [false, true] {
                let ends = clash([first, second], is_full);
                let sends = |wait| matches!(wait, Wait::Cast | Wait::Sent);
                let may_be_done =
                    |wait| sends(wait) && !is_full || wait == Wait::TryCall && is_full;
                if !may_be_done(first) && !may_be_done(second) {
                    assert!(ends.contains(&End::Refused), "{first:?} {second:?} {is_full}");
                    assert!(
                        ends.contains(&End::Done),
                        "{first:?} {second:?} {is_full}: one is enough"
                    );
                }
            }
        }
    }
}

#[test]
fn a_ring_of_any_length_is_found() {
    for length in [2, 3, 5, 20, 70] {
        let (handles, mut loops) = nodes(length);
        let mut call = pending(handles[0].relay(u32::try_from(length).unwrap()));
        for _ in 0..length {
            loops.iter_mut().for_each(Rig::turn);
        }
        turn_all(&mut loops);
        assert_eq!(ready(&mut call), Ok(End::Done));
    }
}

#[test]
fn a_release_in_a_ring_is_refused() {
    let (handles, mut loops) = nodes(2);
    let mut lease = pending(handles[1].lease());
    turn_all(&mut loops);
    let lease = ready(&mut lease).unwrap();
    // The second actor, leased, waits for the first, which waits for the end of the lease.
    let (first, second) = (Gate::default(), Gate::default());
    let through = NodeHandle::clone(&lease);
    let mut leased = pending(through.go(Wait::Call, first.clone()));
    let mut release = pending(handles[0].release(lease, second.clone()));
    turn_all(&mut loops);
    first.open();
    turn_all(&mut loops);
    second.open();
    turn_all(&mut loops);
    let ends = [ready(&mut leased).unwrap(), ready(&mut release).unwrap()];
    assert!(ends.contains(&End::Refused), "{ends:?}");
}

#[test]
fn a_call_to_an_actor_that_waits_for_the_callers_end_is_refused() {
    let (handles, mut loops) = nodes(2);
    let (first, second) = (Gate::default(), Gate::default());
    let mut outlives = pending(handles[0].outlive(first.clone()));
    let mut calls = pending(handles[1].go(Wait::Call, second.clone()));
    turn_all(&mut loops);
    first.open();
    turn_all(&mut loops);
    second.open();
    turn_all(&mut loops);
    assert_eq!(ready(&mut calls), Ok(End::Refused));
    handles[1].close();
    turn_all(&mut loops);
    assert_eq!(ready(&mut outlives), Ok(()));
}

#[test]
fn a_wait_that_is_over_does_not_count() {
    for keep in [false, true] {
        let (handles, mut loops) = nodes(2);
        let gate = Gate::default();
        // The second is busy, so that the first finds its call pending.
        let mut calls = pending(handles[1].go(Wait::Call, gate.clone()));
        turn_all(&mut loops);
        let end = Gate::default();
        let mut peeks = pending(handles[0].peek(keep, end.clone()));
        turn_all(&mut loops);
        gate.open();
        turn_all(&mut loops);
        end.open();
        turn_all(&mut loops);
        assert_eq!(ready(&mut calls), Ok(End::Done), "kept: {keep}");
        assert_eq!(ready(&mut peeks), Ok(()));
    }
}

#[test]
fn a_stream_that_is_no_longer_read_does_not_count() {
    let (handles, mut loops) = nodes(2);
    let gate = Gate::default();
    let mut calls = pending(handles[1].go(Wait::Call, gate.clone()));
    turn_all(&mut loops);
    handles[0].peek_stream().try_cast().unwrap();
    turn_all(&mut loops);
    gate.open();
    turn_all(&mut loops);
    assert_eq!(ready(&mut calls), Ok(End::Done));
}

/// Calls another actor very often at once.
struct Crowd(NodeHandle);

#[actor]
impl Crowd {
    pub(crate) async fn ask(&self, calls: usize) -> usize {
        let outcomes = join_all((0..calls).map(|_| self.0.one())).await;
        outcomes.into_iter().filter(Result::is_ok).count()
    }
}

#[tokio::test]
async fn a_handler_may_wait_for_thousands_of_calls() {
    let crowd = actor_runtime::spawn(Crowd(actor_runtime::spawn(Node::default())));
    assert_eq!(crowd.ask(16_000).await, Ok(16_000));
}

/// Waits for a desk.
#[derive(Default)]
struct Waiter {
    desk: Option<DeskHandle>,
}

/// Its handlers run inline, and block the thread of their caller.
struct Desk(WaiterHandle);

#[actor]
impl Desk {
    pub(crate) fn task(&self) -> Option<task::Id> {
        task::try_id()
    }

    pub(crate) fn ask_back(&self) -> Result<u32, CallError> {
        block_in_place(|| self.0.one().blocking())
    }

    pub(crate) fn lease_back(&self) -> Result<u32, CallError> {
        block_in_place(|| self.0.lease().blocking().map(|_| 1))
    }

    pub(crate) fn answer_back(&self) -> Result<u32, CallError> {
        block_in_place(|| self.0.one().try_call().unwrap().blocking())
    }

    pub(crate) fn ask_through(&self, other: DeskHandle) -> Result<u32, CallError> {
        block_in_place(|| other.ask_back().blocking())?
    }

    /// Waits for an actor on a thread of its own, which waits for the waiter.
    pub(crate) fn ask_thread(&self, thread: AskerHandle) -> Result<u32, CallError> {
        block_in_place(|| thread.ask(self.0.clone()).blocking())?
    }
}

/// On a thread of its own.
struct Asker;

#[actor]
impl Asker {
    pub(crate) fn ask(&self, waiter: WaiterHandle) -> Result<u32, CallError> {
        waiter.one().blocking()
    }
}

#[actor]
impl Waiter {
    pub(crate) async fn set_desk(&mut self, desk: DeskHandle) {
        self.desk = Some(desk);
    }

    pub(crate) async fn one(&self) -> u32 {
        1
    }

    pub(crate) async fn ask(&self) -> Result<u32, CallError> {
        self.idle_desk().await.ask_back().await?
    }

    pub(crate) async fn answer(&self) -> Result<u32, CallError> {
        self.idle_desk().await.answer_back().await?
    }

    pub(crate) async fn lease_it(&self) -> Result<u32, CallError> {
        self.idle_desk().await.lease_back().await?
    }

    pub(crate) async fn through(&self, other: DeskHandle) -> Result<u32, CallError> {
        idle(&other).await;
        self.idle_desk().await.ask_through(other).await?
    }

    pub(crate) async fn through_thread(&self, thread: AskerHandle) -> Result<u32, CallError> {
        self.idle_desk().await.ask_thread(thread).await?
    }

    async fn idle_desk(&self) -> DeskHandle {
        let desk = self.desk.clone().unwrap();
        idle(&desk).await;
        desk
    }
}

/// Waits until handlers of `desk` run inline in this task.
async fn idle(desk: &DeskHandle) {
    while runs_inline() && desk.task().await != Ok(task::try_id()) {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ring_through_inline_handlers_is_found() {
    let waiter = actor_runtime::spawn(Waiter::default());
    let [desk, other] = [(); 2].map(|()| actor_runtime::spawn(Desk(waiter.clone())));
    let thread = actor_runtime::spawn_thread(|| Asker).unwrap();
    waiter.set_desk(desk).await.unwrap();
    let outcomes = [
        ("Desk::ask_back", waiter.ask().await.unwrap()),
        ("Desk::answer_back", waiter.answer().await.unwrap()),
        ("Desk::lease_back", waiter.lease_it().await.unwrap()),
        ("Desk::ask_through", waiter.through(other).await.unwrap()),
        ("Asker::ask", waiter.through_thread(thread).await.unwrap()),
    ];
    for (called, outcome) in outcomes {
        match outcome.unwrap_err().into_kind() {
            CallErrorKind::WouldDeadlock { ring, .. } => {
                let is_named = ring.iter().any(|method| method.to_string() == called);
                assert!(is_named, "{called}: {ring:?}");
            }
            kind => panic!("{called}: {kind:?}"),
        }
    }
}

/// On a thread of its own.
#[derive(Default)]
struct Blocked {
    others: Option<(tokio::runtime::Runtime, task::JoinHandle<Result<u32, CallError>>)>,
}

/// A call that another task makes, in a runtime that a handler runs.
#[derive(Clone, Copy, Debug)]
enum Other {
    Call,
    Answer,
    Cast,
}

#[actor(mailbox = 1)]
impl Blocked {
    pub(crate) async fn one(&self) -> u32 {
        1
    }

    /// Runs a runtime of its own, in which a task waits for this actor.
    pub(crate) fn run_others(&mut self, other: Other, context: &Context<Self>) {
        let this = context.handle().upgrade().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let task = runtime.spawn(async move {
            match other {
                Other::Call => this.one().await,
                Other::Answer => this.one().sent().await.unwrap().await,
                Other::Cast => {
                    this.one().cast().await.unwrap();
                    this.one().cast().await.unwrap();
                    Ok(1)
                }
            }
        });
        runtime.block_on(async {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
        });
        self.others = Some((runtime, task));
    }

    /// The outcome of the task of `run_others`.
    pub(crate) fn other(&mut self) -> Result<u32, CallError> {
        let (runtime, task) = self.others.take().unwrap();
        runtime.block_on(task).unwrap()
    }
}

#[test]
fn tasks_that_a_handler_runs_may_wait_for_its_actor() {
    for other in [Other::Call, Other::Answer, Other::Cast] {
        let blocked = actor_runtime::spawn_thread(Blocked::default).unwrap();
        blocked.run_others(other).blocking().unwrap();
        assert_eq!(blocked.other().blocking().unwrap(), Ok(1), "{other:?}");
    }
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Polls its task in `wake`.
struct PollsInWake(Mutex<Option<Task>>);

impl PollsInWake {
    fn spawn(task: impl Future<Output = ()> + Send + 'static) {
        Arc::new(Self(Mutex::new(Some(Box::pin(task))))).wake();
    }
}

impl Wake for PollsInWake {
    fn wake(self: Arc<Self>) {
        let task = self.0.lock().unwrap().take();
        let Some(mut task) = task else { return };
        let waker = Waker::from(self.clone());
        if task.as_mut().poll(&mut TaskContext::from_waker(&waker)).is_pending() {
            *self.0.lock().unwrap() = Some(task);
        }
    }
}

#[test]
fn a_task_that_is_polled_by_its_waker_may_call_the_actor_that_wakes_it() {
    let wakes: [fn(NodeHandle) -> Task; 4] = [
        |node| Box::pin(async move { assert_eq!(node.one().await, Ok(1)) }),
        |node| {
            Box::pin(async move {
                node.one().cast().await.unwrap();
                node.one().cast().await.unwrap();
            })
        },
        |node| Box::pin(async move { assert_eq!(node.list().next().await, Some(Ok(1))) }),
        |node| Box::pin(async move { drop(node.lease().await.unwrap()) }),
    ];
    for wake in wakes {
        let (node, mut actor) = rig(Node::default());
        let (done, is_done) = std::sync::mpsc::channel();
        let handle = node.clone();
        PollsInWake::spawn(async move {
            wake(handle.clone()).await;
            // Polled by the actor's thread, while the actor's loop runs.
            assert_eq!(handle.one().await, Ok(1));
            done.send(()).unwrap();
        });
        actor.turn();
        assert_eq!(is_done.try_recv(), Ok(()));
    }
}
