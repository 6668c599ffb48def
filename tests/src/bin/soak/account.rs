//! The accounts: what is known of every message and every actor, and what that has to add up to.
//!
//! 1. A handler begins at most once per message, and one at a time.
//! 2. Messages of one caller to one actor begin in the order in which they were sent.
//! 3. What a sender was told was refused never begins.
//! 4. A cast that was accepted begins, unless its actor was cut off: aborted, panicked, or finished.
//! 5. Nothing begins after the end was reported, and by then the state is gone.
//! 6. An answer is the answer to that very call. A call is told that its actor stopped only if it
//!    was cut off, or if it was to be answered later.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering},
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

/// A message, as its sender and its handler know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) id: u32,
    pub(crate) caller: u32,
    /// Counts what this caller sent.
    pub(crate) step: u32,
}

/// Who sends, one message after the other.
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
        let record = self.ledger.records.get(id).expect("there are records enough");
        record.life.store(life.number, Ordering::Relaxed);
        let id = u32::try_from(id).expect("fewer messages than that");
        Tag { id, caller: self.number, step: self.steps }
    }
}

/// What is known of one message.
#[derive(Default)]
struct Record {
    facts: AtomicU8,
    life: AtomicU32,
}

/// What is known of one actor.
pub(crate) struct Life {
    pub(crate) number: u32,
    pub(crate) goes_on_after_panic: bool,
    ledger: Arc<Ledger>,
    is_busy: AtomicBool,
    is_dropped: AtomicBool,
    is_handed_over: AtomicBool,
    has_ended: AtomicBool,
    begun: AtomicU64,
    children: Mutex<Vec<ChildHandle>>,
    reason: Mutex<Option<ExitReason>>,
}

/// A handler at work: there is never another of the same actor.
pub(crate) struct AtWork(Arc<Life>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.is_busy.store(false, Ordering::SeqCst);
    }
}

impl Life {
    /// Notes that the handler of a message begins.
    pub(crate) fn begin(self: &Arc<Self>, tag: Tag) -> AtWork {
        let record = &self.ledger.records[tag.id as usize];
        let before = record.facts.fetch_or(BEGUN, Ordering::SeqCst);
        assert_eq!(before & BEGUN, 0, "{tag:?} was handled twice");
        assert_eq!(record.life.load(Ordering::Relaxed), self.number, "{tag:?} went astray");
        assert!(!self.has_ended.load(Ordering::SeqCst), "{tag:?} was handled after the end");
        self.begun.fetch_add(1, Ordering::SeqCst);
        self.work()
    }

    /// Notes that a handler or a hook runs.
    pub(crate) fn work(self: &Arc<Self>) -> AtWork {
        assert!(!self.is_busy.swap(true, Ordering::SeqCst), "two handlers at one time");
        AtWork(self.clone())
    }

    /// Notes that the state is not dropped at an orderly end, but given to whoever runs the loop.
    pub(crate) fn hand_over(&self) {
        self.is_handed_over.store(true, Ordering::SeqCst);
    }

    pub(crate) fn drop_state(&self) {
        assert!(!self.is_dropped.swap(true, Ordering::SeqCst), "dropped twice");
    }

    /// Notes the end, as it was reported.
    pub(crate) fn end(&self, reason: ExitReason) {
        let is_gone = self.is_dropped.load(Ordering::SeqCst);
        let is_handed_over = self.is_handed_over.load(Ordering::SeqCst) && reason.is_orderly();
        assert!(is_gone || is_handed_over, "the end came before the state was gone: {reason}");
        assert!(!self.is_busy.load(Ordering::SeqCst), "the end came before a handler's");
        self.has_ended.store(true, Ordering::SeqCst);
        self.end_children(&reason);
        let tally = &self.ledger.tally;
        match &reason {
            ExitReason::HandlesDropped => tally.add(Seen::EndHandlesDropped, 1),
            ExitReason::Shutdown => tally.add(Seen::EndShutdown, 1),
            ExitReason::Aborted => tally.add(Seen::EndAborted, 1),
            ExitReason::Panicked { .. } => tally.add(Seen::EndPanicked, 1),
            ExitReason::Finished(_) => tally.add(Seen::EndFinished, 1),
            _ => tally.add(Seen::StartFailed, 1),
        }
        let before = self.reason.lock().expect("nobody panics here").replace(reason);
        assert_eq!(before, None, "ended twice");
    }

    /// Notes a child of this actor.
    pub(crate) fn adopt(&self, child: ChildHandle) {
        self.children.lock().expect("nobody panics here").push(child);
    }

    fn end_children(&self, reason: &ExitReason) {
        for child in self.children.lock().expect("nobody panics here").drain(..) {
            // An abort waits for nobody.
            if *reason != ExitReason::Aborted {
                assert!(child.exit_reason().is_some(), "a child outlived its actor");
                self.ledger.tally.add(Seen::ChildEnded, 1);
            }
        }
    }

    /// How many handlers began.
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
    /// For a run of so many operations. Some of them send more than one message.
    pub(crate) fn new(ops: u64) -> Arc<Self> {
        let records = usize::try_from(ops * 4 + 1_000).expect("it fits into memory");
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

    pub(crate) fn life(self: &Arc<Self>, goes_on_after_panic: bool) -> Arc<Life> {
        let mut lives = self.lives.lock().expect("nobody panics here");
        let life = Arc::new(Life {
            number: u32::try_from(lives.len()).expect("fewer actors than that"),
            goes_on_after_panic,
            ledger: self.clone(),
            is_busy: AtomicBool::new(false),
            is_dropped: AtomicBool::new(false),
            is_handed_over: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
            begun: AtomicU64::new(0),
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

    /// Notes what the sender of a message was told.
    pub(crate) fn refused(&self, tag: Tag, seen: Seen) {
        self.fact(tag, REFUSED);
        self.saw(seen);
        self.mix(u64::from(tag.id));
    }

    /// Notes that a message that is to be handled in any case was accepted.
    pub(crate) fn accepted(&self, tag: Tag, seen: Seen) {
        self.fact(tag, MUST_BEGIN);
        self.saw(seen);
        self.mix(u64::from(tag.id));
    }

    /// Notes how a call ended, and checks what can be checked at once.
    pub(crate) fn outcome(&self, tag: Tag, expects: Expects, outcome: Result<u32, CallError>) {
        match outcome.map_err(CallError::into_kind) {
            Ok(id) => {
                assert_eq!(id, tag.id, "{tag:?} got the answer of another");
                assert!(expects != Expects::Panic, "{tag:?} panicked and answered");
                assert!(self.has(tag, BEGUN), "{tag:?} was answered by nobody");
                self.saw(match expects {
                    Expects::Deferred => Seen::DeferredAnswered,
                    _ => Seen::Answered,
                });
            }
            Err(CallErrorKind::Closed) => self.refused(tag, Seen::NotAccepted),
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
                assert_eq!(expects, Expects::Panic, "{tag:?} was told of another's {message}");
                assert!(message.ends_with(&format!(" {}", tag.id)), "{message} is not of {tag:?}");
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

    /// Tells runs apart: with one thread, the same decisions give the same digest.
    pub(crate) fn digest(&self) -> u64 {
        self.digest.load(Ordering::Relaxed)
    }

    /// Checks everything that can be checked only when all actors have ended.
    pub(crate) fn settle(&self) {
        let lives = self.lives.lock().expect("nobody panics here");
        let was_drained: Vec<_> = lives
            .iter()
            .map(|life| {
                let reason = life.reason.lock().expect("nobody panics here").clone();
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
                assert!(!was_drained[life], "call {id} was not answered by one that was drained");
            }
            if facts & MUST_BEGIN != 0 && was_drained[life] {
                assert_ne!(facts & BEGUN, 0, "message {id} was accepted and lost");
            }
        }
    }
}

/// What the handler of a call is going to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expects {
    Answer,
    Panic,
    /// To answer later, or to forget about it.
    Deferred,
}
