//! Records what happens to every message and every actor, and checks the invariants:
//!
//! 1. A handler starts at most once per message, and handlers of an actor never overlap.
//! 2. Messages of one caller to one actor are handled in the order in which they were sent.
//! 3. A message that was refused is never handled.
//! 4. A cast that was accepted is handled, unless its actor was aborted, panicked, or finished.
//! 5. No handler starts after the exit was reported, and by then the state is gone.
//! 6. A call gets the reply to that very call. It fails with `Stopped` only if its actor was aborted,
//!    panicked or finished, or if the reply was deferred.
//!
//! A restart is not an end: all of this holds for an actor with its restarts. Its states never overlap, its
//! children end with the state, and each restart is counted.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
};

use actor_runtime::{ActorHandle, CallError, CallErrorKind, ExitReason};

use crate::{
    subject::ChildHandle,
    tally::{Seen, Tally},
};

const BEGUN: u8 = 1;
const REFUSED: u8 = 2;
const MUST_BEGIN: u8 = 4;
const STOPPED: u8 = 8;

/// Identifies a message for its sender and its handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) id: u32,
    pub(crate) caller: u32,
    /// The number of the message among those of its caller.
    pub(crate) step: u32,
}

/// A sender, whose messages are sent one after the other.
pub(crate) struct Caller {
    ledger: Arc<Ledger>,
    number: u32,
    steps: u32,
}

impl Caller {
    /// The tag of the next message, which is for an actor of `life`.
    pub(crate) fn tag(&mut self, life: &Life) -> Tag {
        self.steps += 1;
        let id = self.ledger.next_message.fetch_add(1, Ordering::Relaxed);
        let record = self.ledger.records.get(id).expect("there are enough records");
        record.life.store(life.number, Ordering::Relaxed);
        let id = u32::try_from(id).expect("fewer messages than that");
        Tag { id, caller: self.number, step: self.steps }
    }
}

/// The facts about one message.
#[derive(Default)]
struct Record {
    facts: AtomicU8,
    life: AtomicU32,
}

/// The facts about one actor, with all of its restarts.
pub(crate) struct Life {
    pub(crate) number: u32,
    pub(crate) after_panic: AfterPanic,
    ledger: Arc<Ledger>,
    is_busy: AtomicBool,
    has_state: AtomicBool,
    is_handed_over: AtomicBool,
    has_ended: AtomicBool,
    begun: AtomicU64,
    /// How many states were made.
    made: AtomicU64,
    /// How many of these failed to start, apart from the first.
    failed: AtomicU64,
    /// The last step of each caller that was handled.
    steps: Mutex<HashMap<u32, u32>>,
    children: Mutex<Vec<ChildHandle>>,
    reason: Mutex<Option<ExitReason>>,
}

/// What a panic leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterPanic {
    Ends,
    GoesOn,
    Restarts,
}

/// A running handler. There is never another of the same actor.
pub(crate) struct AtWork(Arc<Life>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.is_busy.store(false, Ordering::SeqCst);
    }
}

impl Life {
    /// Notes that the handler of a message starts.
    pub(crate) fn begin(self: &Arc<Self>, tag: Tag) -> AtWork {
        let record = &self.ledger.records[tag.id as usize];
        let before = record.facts.fetch_or(BEGUN, Ordering::SeqCst);
        assert_eq!(before & BEGUN, 0, "{tag:?} was handled twice");
        assert_eq!(
            record.life.load(Ordering::Relaxed),
            self.number,
            "{tag:?} went to another actor"
        );
        assert!(!self.has_ended.load(Ordering::SeqCst), "{tag:?} was handled after the end");
        let mut steps = self.steps.lock().expect("no thread panics while it holds the lock");
        let last = steps.insert(tag.caller, tag.step).unwrap_or(0);
        drop(steps);
        assert!(last < tag.step, "{tag:?} was overtaken by step {last}");
        self.begun.fetch_add(1, Ordering::SeqCst);
        self.work()
    }

    /// Notes that a handler or a hook runs.
    pub(crate) fn work(self: &Arc<Self>) -> AtWork {
        assert!(!self.is_busy.swap(true, Ordering::SeqCst), "two handlers at one time");
        AtWork(self.clone())
    }

    /// Notes that the state is not dropped at an orderly end, but returned by the loop.
    pub(crate) fn hand_over(&self) {
        self.is_handed_over.store(true, Ordering::SeqCst);
    }

    /// Notes a new state. The one before and its children are gone.
    pub(crate) fn make_state(&self) {
        assert!(!self.has_state.swap(true, Ordering::SeqCst), "two states at one time");
        assert!(!self.has_ended.load(Ordering::SeqCst), "restarted after the end");
        self.end_children();
        if self.made.fetch_add(1, Ordering::SeqCst) > 0 {
            self.ledger.tally.add(Seen::Restarted, 1);
        }
    }

    pub(crate) fn drop_state(&self) {
        assert!(self.has_state.swap(false, Ordering::SeqCst), "dropped twice");
    }

    /// Notes that a state is about to fail to start.
    pub(crate) fn fail_to_start(&self) {
        if self.made.load(Ordering::SeqCst) > 1 {
            self.failed.fetch_add(1, Ordering::SeqCst);
            self.ledger.tally.add(Seen::RestartFailed, 1);
        }
    }

    /// Checks the number of restarts against what has caused them.
    pub(crate) fn check_restarts(&self, times: u64, panics: u64) {
        let made = self.made.load(Ordering::SeqCst);
        assert_eq!(times + 1, made, "restarts that were not counted");
        let causes = panics + self.failed.load(Ordering::SeqCst);
        // The end may have come before the last one.
        assert!(times == causes || times + 1 == causes, "{times} restarts for {causes} failures");
    }

    /// Notes the exit that was reported.
    pub(crate) fn end(&self, reason: ExitReason) {
        let is_gone = !self.has_state.load(Ordering::SeqCst);
        let is_handed_over = self.is_handed_over.load(Ordering::SeqCst) && reason.is_orderly();
        assert!(is_gone || is_handed_over, "the end came before the state was gone: {reason}");
        assert!(!self.is_busy.load(Ordering::SeqCst), "the end came before a handler's");
        self.has_ended.store(true, Ordering::SeqCst);
        // An abort does not wait for children.
        if reason != ExitReason::Aborted {
            self.end_children();
        }
        let tally = &self.ledger.tally;
        match &reason {
            ExitReason::HandlesDropped => tally.add(Seen::EndHandlesDropped, 1),
            ExitReason::Shutdown => tally.add(Seen::EndShutdown, 1),
            ExitReason::Aborted => tally.add(Seen::EndAborted, 1),
            ExitReason::Panicked { .. } => tally.add(Seen::EndPanicked, 1),
            ExitReason::Finished(_) => tally.add(Seen::EndFinished, 1),
            _ => tally.add(Seen::StartFailed, 1),
        }
        let before =
            self.reason.lock().expect("no thread panics while it holds the lock").replace(reason);
        assert_eq!(before, None, "ended twice");
    }

    /// Notes a child of this actor.
    pub(crate) fn adopt(&self, child: ChildHandle) {
        self.children.lock().expect("no thread panics while it holds the lock").push(child);
    }

    fn end_children(&self) {
        for child in
            self.children.lock().expect("no thread panics while it holds the lock").drain(..)
        {
            assert!(child.exit_reason().is_some(), "a child outlived its actor");
            self.ledger.tally.add(Seen::ChildEnded, 1);
        }
    }

    /// The number of handlers that have started.
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }
}

pub(crate) struct Ledger {
    pub(crate) tally: Tally,
    records: Vec<Record>,
    next_message: AtomicUsize,
    next_caller: AtomicU32,
    lives: Mutex<Vec<Arc<Life>>>,
    digest: AtomicU64,
}

impl Ledger {
    /// For a run of `ops` operations, some of which send more than one message.
    pub(crate) fn new(ops: u64) -> Arc<Self> {
        let records = usize::try_from(ops * 4 + 1_000).expect("it fits in memory");
        Arc::new(Self {
            tally: Tally::new(),
            records: std::iter::repeat_with(Record::default).take(records).collect(),
            next_message: AtomicUsize::new(0),
            next_caller: AtomicU32::new(0),
            lives: Mutex::new(Vec::new()),
            digest: AtomicU64::new(0xcbf2_9ce4_8422_2325),
        })
    }

    pub(crate) fn caller(self: &Arc<Self>) -> Caller {
        let number = self.next_caller.fetch_add(1, Ordering::Relaxed);
        Caller { ledger: self.clone(), number, steps: 0 }
    }

    pub(crate) fn life(self: &Arc<Self>, after_panic: AfterPanic) -> Arc<Life> {
        let mut lives = self.lives.lock().expect("no thread panics while it holds the lock");
        let life = Arc::new(Life {
            number: u32::try_from(lives.len()).expect("fewer actors than that"),
            after_panic,
            ledger: self.clone(),
            is_busy: AtomicBool::new(false),
            has_state: AtomicBool::new(false),
            is_handed_over: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
            begun: AtomicU64::new(0),
            made: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            steps: Mutex::new(HashMap::new()),
            children: Mutex::new(Vec::new()),
            reason: Mutex::new(None),
        });
        lives.push(life.clone());
        life
    }

    pub(crate) fn saw(&self, seen: Seen) {
        self.tally.add(seen, 1);
        self.mix(seen as u64);
    }

    /// Notes that a message was refused.
    pub(crate) fn refused(&self, tag: Tag, seen: Seen) {
        self.fact(tag, REFUSED);
        self.saw(seen);
        self.mix(u64::from(tag.id));
    }

    /// Notes that a message was accepted that has no caller, so it must be handled.
    pub(crate) fn accepted(&self, tag: Tag, seen: Seen) {
        self.fact(tag, MUST_BEGIN);
        self.saw(seen);
        self.mix(u64::from(tag.id));
    }

    /// Notes the outcome of a call, and checks what can be checked now.
    pub(crate) fn outcome(&self, tag: Tag, expects: Expects, outcome: Result<u32, CallError>) {
        self.ended(tag, expects, outcome.map_err(CallError::into_kind));
    }

    fn ended(&self, tag: Tag, expects: Expects, outcome: Result<u32, CallErrorKind>) {
        match outcome {
            Ok(id) => {
                assert_eq!(id, tag.id, "{tag:?} got the reply of another");
                assert!(expects != Expects::Panic, "{tag:?} panicked and replied");
                assert!(self.has(tag, BEGUN), "{tag:?} got a reply without a handler");
                self.saw(match expects {
                    Expects::Deferred => Seen::DeferredAnswered,
                    _ => Seen::Answered,
                });
            }
            Err(CallErrorKind::Closed | CallErrorKind::LeaseEnded) => {
                self.refused(tag, Seen::NotAccepted);
            }
            Err(CallErrorKind::TimedOut { accepted: false, .. }) => {
                self.refused(tag, Seen::TimedOutWithdrawn);
            }
            Err(CallErrorKind::TimedOut { .. }) => self.saw(Seen::TimedOutAccepted),
            Err(CallErrorKind::Stopped) => {
                if expects != Expects::Deferred {
                    self.fact(tag, STOPPED);
                }
                self.saw(Seen::StoppedAccepted);
            }
            Err(CallErrorKind::Panicked { message }) => {
                assert_eq!(expects, Expects::Panic, "{tag:?} got the panic of another: {message}");
                assert!(
                    message.ends_with(&format!(" {}", tag.id)),
                    "{message} is not that of {tag:?}"
                );
                self.saw(Seen::Panicked);
            }
            Err(CallErrorKind::Unanswered) => {
                assert_eq!(expects, Expects::Deferred, "the reply of {tag:?} was lost");
                self.saw(Seen::Unanswered);
            }
            Err(error) => panic!("{tag:?}: {error:?}"),
        }
        self.mix(u64::from(tag.id));
    }

    /// The same for a call that a handler made, which may be one of a ring.
    pub(crate) fn outcome_in_handler(&self, tag: Tag, outcome: Result<u32, CallError>) {
        match outcome.map_err(CallError::into_kind) {
            Err(CallErrorKind::WouldDeadlock { accepted: false, .. }) => {
                self.refused(tag, Seen::RingRefused);
            }
            Err(CallErrorKind::WouldDeadlock { .. }) => self.saw(Seen::RingFound),
            outcome => {
                if outcome.is_ok() {
                    self.saw(Seen::Relayed);
                }
                self.ended(tag, Expects::Answer, outcome);
            }
        }
    }

    fn fact(&self, tag: Tag, fact: u8) {
        self.records[tag.id as usize].facts.fetch_or(fact, Ordering::SeqCst);
    }

    fn has(&self, tag: Tag, fact: u8) -> bool {
        self.records[tag.id as usize].facts.load(Ordering::SeqCst) & fact != 0
    }

    fn mix(&self, value: u64) {
        let mix = |digest: u64| Some((digest ^ value).wrapping_mul(0x0100_0000_01b3));
        let _ = self.digest.fetch_update(Ordering::Relaxed, Ordering::Relaxed, mix);
    }

    /// Distinguishes runs. With one thread, equal decisions give equal digests.
    pub(crate) fn digest(&self) -> u64 {
        self.digest.load(Ordering::Relaxed)
    }

    /// Checks what can be checked only after all actors have ended.
    pub(crate) fn settle(&self) {
        let lives = self.lives.lock().expect("no thread panics while it holds the lock");
        let was_drained: Vec<_> = lives
            .iter()
            .map(|life| {
                let reason =
                    life.reason.lock().expect("no thread panics while it holds the lock").clone();
                let reason = reason.unwrap_or_else(|| panic!("actor {} never ended", life.number));
                matches!(reason, ExitReason::HandlesDropped | ExitReason::Shutdown)
            })
            .collect();
        let sent = self.next_message.load(Ordering::Relaxed);
        for (id, record) in self.records[..sent].iter().enumerate() {
            let facts = record.facts.load(Ordering::SeqCst);
            let life = record.life.load(Ordering::Relaxed) as usize;
            if facts & REFUSED != 0 {
                assert_eq!(facts & BEGUN, 0, "message {id} was refused and handled");
                assert_eq!(facts & MUST_BEGIN, 0, "message {id} was refused and accepted");
            }
            if facts & STOPPED != 0 {
                assert!(!was_drained[life], "call {id} got no reply from a drained actor");
            }
            if facts & MUST_BEGIN != 0 && was_drained[life] {
                assert_ne!(facts & BEGUN, 0, "message {id} was accepted and lost");
            }
        }
    }
}

/// What the handler of a call will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expects {
    Answer,
    Panic,
    /// Reply later, or drop the reply.
    Deferred,
}
