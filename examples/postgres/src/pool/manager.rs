//! The pool's actor: it connects, lends, resets and closes sessions.
//!
//! Invariants:
//!
//! 1. Idle sessions, sessions in use, and those being connected, checked or reset are at most `size`.
//! 2. A session is lent only when it is clean, and to one task.
//! 3. Callers are served in the order in which they asked. One that has gone costs no session.

use std::{collections::VecDeque, panic::Location, sync::Arc, time::Duration};

use actor_runtime::{Reply, WeakHandle, actor};
use tokio::{
    task::{JoinError, JoinSet},
    time::{Instant, Interval, MissedTickBehavior, interval, sleep},
};

use super::{
    PoolConfig, PooledSession,
    busy::{Busy, Ledger},
    reset::{check, is_clean, reset},
};
use crate::{
    config::Config,
    error::{Error, Result},
    session::Session,
};

/// How often sessions are looked at that are idle or old.
const TICK: Duration = Duration::from_millis(500);

/// The pauses after failed attempts to connect.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
];

/// How many sessions there are, and what they do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// Sessions that can be lent at once.
    pub idle: usize,
    /// Sessions in use.
    pub in_use: usize,
    /// Sessions that are being connected.
    pub connecting: usize,
    /// Sessions that are being reset or checked.
    pub resetting: usize,
    /// Callers that wait.
    pub waiting: usize,
}

pub(crate) struct Manager {
    config: Config,
    settings: Arc<PoolConfig>,
    ledger: Arc<Ledger>,
    me: WeakHandle<ManagerHandle>,
    /// The one that was used last is at the end.
    idle: Vec<Idle>,
    waiting: VecDeque<Waiting>,
    connecting: JoinSet<Result<Session>>,
    resetting: JoinSet<Option<Session>>,
    ticks: Interval,
    /// Failed attempts to connect since the last that succeeded, and why the last one failed.
    failures: usize,
    connect_error: Option<Error>,
}

struct Idle {
    session: Session,
    since: Instant,
    /// Whether the server has answered just now.
    is_checked: bool,
}

struct Waiting {
    location: &'static Location<'static>,
    reply: Reply<Result<PooledSession>>,
}

#[actor(mailbox = 256)]
impl Manager {
    /// Lends a session, as soon as there is one.
    pub(crate) fn acquire(
        &mut self,
        location: &'static Location<'static>,
        reply: Reply<Result<PooledSession>>,
    ) {
        self.waiting.push_back(Waiting { location, reply });
        self.serve();
    }

    /// Takes back a session that was lent.
    pub(crate) fn put_back(&mut self, session: Session) {
        if is_clean(&session, self.settings.reset) {
            self.keep(session, false);
        } else if !self.is_over(&session) {
            self.resetting.spawn(reset(session, self.settings.reset));
        }
        self.serve();
    }

    /// Why callers wait.
    pub(crate) fn busy(&self) -> Busy {
        Busy {
            waited: Duration::ZERO,
            size: self.settings.size,
            connecting: self.connecting.len(),
            connect_error: self.connect_error.as_ref().map(ToString::to_string),
            holders: self.ledger.holders(),
        }
    }

    pub(crate) fn status(&self) -> PoolStatus {
        PoolStatus {
            idle: self.idle.len(),
            in_use: self.ledger.len(),
            connecting: self.connecting.len(),
            resetting: self.resetting.len(),
            waiting: self.waiting.iter().filter(|waiting| !waiting.reply.is_closed()).count(),
        }
    }

    pub(crate) fn panic(&mut self) {
        panic!("as it was told");
    }

    #[on_start]
    fn fill(&mut self) -> Result<(), std::convert::Infallible> {
        self.serve();
        Ok(())
    }

    #[on(self.connecting.join_next(), if !self.connecting.is_empty())]
    fn connected(&mut self, session: Result<Result<Session>, JoinError>) {
        match session {
            Ok(Ok(session)) => {
                (self.failures, self.connect_error) = (0, None);
                self.idle.push(Idle { session, since: Instant::now(), is_checked: true });
            }
            Ok(Err(error)) => self.connect_failed(error),
            // The runtime shuts down, or the task has panicked. The next attempt may succeed.
            Err(_) => self.failures += 1,
        }
        self.serve();
    }

    #[on(self.resetting.join_next(), if !self.resetting.is_empty())]
    fn cleaned(&mut self, session: Result<Option<Session>, JoinError>) {
        if let Ok(Some(session)) = session {
            self.keep(session, true);
        }
        self.serve();
    }

    #[on(self.ticks.tick())]
    fn tick(&mut self, _: Instant) {
        let mut idle = std::mem::take(&mut self.idle);
        let limit = self.settings.idle_timeout;
        idle.retain(|idle| {
            !self.is_over(&idle.session) && limit.is_none_or(|limit| idle.since.elapsed() < limit)
        });
        self.idle = idle;
        self.waiting.retain(|waiting| !waiting.reply.is_closed());
        self.serve();
    }

    /// Closes what is idle. What is in use ends when it is dropped.
    #[on_stop]
    async fn close(&mut self) {
        for Waiting { reply, .. } in self.waiting.drain(..) {
            reply.send(Err(Error::PoolClosed));
        }
        self.connecting.shutdown().await;
        let mut idle: JoinSet<()> =
            self.idle.drain(..).map(|idle| async move { idle.session.close().await }).collect();
        // While the runtime shuts down, they are cancelled.
        while idle.join_next().await.is_some() {}
    }
}

impl Manager {
    pub(super) fn new(
        config: Config,
        settings: Arc<PoolConfig>,
        ledger: Arc<Ledger>,
        me: WeakHandle<ManagerHandle>,
    ) -> Self {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            config,
            settings,
            ledger,
            me,
            idle: Vec::new(),
            waiting: VecDeque::new(),
            connecting: JoinSet::new(),
            resetting: JoinSet::new(),
            ticks,
            failures: 0,
            connect_error: None,
        }
    }

    fn is_over(&self, session: &Session) -> bool {
        let is_old = self.settings.max_lifetime.is_some_and(|limit| session.age() > limit);
        session.is_closed() || is_old
    }

    fn keep(&mut self, session: Session, is_checked: bool) {
        if !self.is_over(&session) && self.total() < self.settings.size {
            self.idle.push(Idle { session, since: Instant::now(), is_checked });
        }
    }

    fn total(&self) -> usize {
        self.idle.len() + self.ledger.len() + self.connecting.len() + self.resetting.len()
    }

    /// An answer of the server, such as a wrong password, is for the caller. Anything else may pass.
    fn connect_failed(&mut self, error: Error) {
        self.failures += 1;
        let may_pass =
            error.code().is_none_or(|code| code.starts_with("57P") || code.starts_with("53"));
        self.connect_error = Some(error.clone());
        if !may_pass && let Some(waiting) = self.waiting.pop_front() {
            waiting.reply.send(Err(error));
        }
    }

    /// Lends what is idle to those who wait, and connects what is missing.
    fn serve(&mut self) {
        while let Some(waiting) = self.waiting.pop_front() {
            if waiting.reply.is_closed() {
                continue;
            }
            match self.idle.pop() {
                None => {
                    self.waiting.push_front(waiting);
                    break;
                }
                Some(idle) if self.is_over(&idle.session) => self.waiting.push_front(waiting),
                Some(idle) if self.is_doubtful(&idle) => {
                    self.resetting.spawn(check(idle.session));
                    self.waiting.push_front(waiting);
                }
                Some(idle) => self.lend(waiting, idle.session),
            }
        }
        let is_wanted = |pool: &Self| {
            let coming = pool.connecting.len() + pool.resetting.len();
            pool.waiting.len() > coming || pool.total() < pool.settings.min_idle
        };
        self.idle.iter_mut().for_each(|idle| idle.is_checked = false);
        while is_wanted(self) && self.total() < self.settings.size {
            self.connect();
        }
    }

    fn is_doubtful(&self, idle: &Idle) -> bool {
        !idle.is_checked && idle.since.elapsed() >= self.settings.check_after
    }

    fn lend(&self, waiting: Waiting, session: Session) {
        let Some(manager) = self.me.upgrade() else { return };
        let (id, ledger) = (self.ledger.new_id(), self.ledger.clone());
        ledger.lend(id, waiting.location, session.process_id());
        // If the caller has gone, dropping it puts the session back.
        waiting.reply.send(Ok(PooledSession { session: Some(session), id, manager, ledger }));
    }

    fn connect(&mut self) {
        let config = self.config.clone();
        let pause = match self.failures {
            0 => Duration::ZERO,
            failures => PAUSES[failures.min(PAUSES.len()) - 1],
        };
        self.connecting.spawn(async move {
            if !pause.is_zero() {
                sleep(pause).await;
            }
            config.connect().await
        });
    }
}
