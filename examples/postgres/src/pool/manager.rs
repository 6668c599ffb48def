//! The pool's actor: it connects, checks, resets and closes sessions. Those that are ready are on the shelf, where
//! callers take them without asking it.

use std::{sync::Arc, time::Duration};

use actor_runtime::{WeakHandle, actor};
use tokio::{
    task::{JoinError, JoinSet},
    time::{Instant, Interval, MissedTickBehavior, interval, sleep},
};

use super::{
    Busy,
    reset::{check, is_clean, reset},
    shelf::{Missing, Numbers, Shelf},
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
    shelf: Arc<Shelf>,
    me: WeakHandle<ManagerHandle>,
    connecting: JoinSet<Result<Session>>,
    resetting: JoinSet<Option<Session>>,
    ticks: Interval,
    /// Failed attempts to connect since the last that succeeded, and why the last one failed.
    failures: usize,
    connect_error: Option<Error>,
}

#[actor(mailbox = 256)]
impl Manager {
    /// Provides what is missing.
    pub(crate) fn serve(&mut self) {
        loop {
            match self.shelf.missing(self.connecting.len() + self.resetting.len()) {
                Missing::Nothing => break,
                Missing::Session => self.connect(),
                Missing::Check(session) => drop(self.resetting.spawn(check(session))),
            }
        }
    }

    /// Takes back a session that has to be reset or checked.
    pub(crate) fn put_back(&mut self, id: u64, session: Session) {
        let how = self.shelf.settings.reset;
        self.shelf.release(id);
        if self.shelf.is_over(&session) {
            drop(session);
        } else if is_clean(&session, how) {
            self.resetting.spawn(check(session));
        } else {
            self.resetting.spawn(reset(session, how));
        }
        self.serve();
    }

    /// Why callers wait.
    pub(crate) fn busy(&self) -> Busy {
        Busy {
            waited: Duration::ZERO,
            size: self.shelf.settings.size,
            connecting: self.connecting.len(),
            connect_error: self.connect_error.as_ref().map(ToString::to_string),
            holders: self.shelf.holders(),
        }
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let Numbers { idle, in_use, waiting } = self.shelf.numbers();
        let (connecting, resetting) = (self.connecting.len(), self.resetting.len());
        PoolStatus { idle, in_use, connecting, resetting, waiting }
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
                self.put(session);
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
            self.put(session);
        }
        self.serve();
    }

    #[on(self.ticks.tick())]
    fn tick(&mut self, _: Instant) {
        self.shelf.sweep();
        self.serve();
    }

    /// Closes what is idle. What is in use ends when it is dropped.
    #[on_stop]
    async fn close(&mut self) {
        self.connecting.shutdown().await;
        let idle = self.shelf.close().into_iter();
        let mut idle: JoinSet<()> =
            idle.map(|session| async move { session.close().await }).collect();
        // While the runtime shuts down, they are cancelled.
        while idle.join_next().await.is_some() {}
    }
}

impl Manager {
    pub(super) fn new(config: Config, shelf: Arc<Shelf>, me: WeakHandle<ManagerHandle>) -> Self {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            config,
            shelf,
            me,
            connecting: JoinSet::new(),
            resetting: JoinSet::new(),
            ticks,
            failures: 0,
            connect_error: None,
        }
    }

    fn put(&self, session: Session) {
        // While it ends, no caller waits.
        if let Some(me) = self.me.upgrade() {
            self.shelf.put(session, me, None);
        }
    }

    /// An answer of the server, such as a wrong password, is for the caller. Anything else may pass.
    fn connect_failed(&mut self, error: Error) {
        self.failures += 1;
        let may_pass =
            error.code().is_none_or(|code| code.starts_with("57P") || code.starts_with("53"));
        self.connect_error = Some(error.clone());
        if !may_pass {
            self.shelf.fail_first(error);
        }
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
