//! A pool of sessions, kept by an actor.

mod busy;
mod guard;
mod listener;
mod manager;
mod reset;
mod settings;

use std::{fmt, future::Future, panic::Location, sync::Arc, time::Instant};

use actor_runtime::{ActorHandle, Builder};
use tokio::time::timeout;

pub(crate) use self::manager::{Manager, ManagerHandle};
use self::{busy::Ledger, settings::RESTARTS};
pub use self::{
    busy::{Busy, Holder},
    guard::PooledSession,
    listener::PoolListener,
    manager::PoolStatus,
    settings::{PoolConfig, Reset},
};
use crate::{
    answer::Awaited,
    config::Config,
    error::{Error, Result},
};

/// A pool of sessions. Clones share it.
///
/// Connecting and resetting are the pool's business: a caller that gives up wastes neither. If the actor of the pool
/// panics, it is restarted behind the same handle, and still knows who holds what.
#[derive(Clone)]
pub struct Pool {
    manager: ManagerHandle,
    settings: Arc<PoolConfig>,
    config: Config,
}

impl Pool {
    /// Creates a pool. It connects when a session is wanted, or at once if
    /// [`min_idle`](PoolConfig::min_idle) says so.
    ///
    /// # Panics
    ///
    /// If called outside of a tokio runtime.
    #[must_use]
    pub fn new(config: Config, settings: PoolConfig) -> Self {
        let settings = Arc::new(settings);
        let (ledger, made) = (Arc::<Ledger>::default(), (config.clone(), settings.clone()));
        let manager = Builder::new().name("pool").restart(RESTARTS).spawn_with(move |life| {
            Manager::new(made.0.clone(), made.1.clone(), ledger.clone(), life.handle().clone())
        });
        Self { manager, settings, config }
    }

    /// Acquires a session for one task, until it is dropped.
    ///
    /// # Errors
    ///
    /// - [`Error::Busy`] if none was free within [`acquire_timeout`](PoolConfig::acquire_timeout). It says who
    ///   holds the sessions, and for how long.
    /// - [`Error::Connect`] if the server refuses the login.
    /// - [`Error::PoolClosed`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a session that has been given to a dropped call goes back to the pool. The caller loses its
    /// place in the queue.
    #[track_caller]
    pub fn acquire(&self) -> impl Future<Output = Result<PooledSession>> + use<> {
        let location = Location::caller();
        let (manager, limit) = (self.manager.clone(), self.settings.acquire_timeout);
        async move {
            let begun = Instant::now();
            let acquired = async {
                loop {
                    let answer =
                        manager.acquire(location).sent().await.map_err(|_| Error::PoolClosed)?;
                    match Awaited::new(answer).await {
                        Ok(acquired) => return acquired,
                        Err(_) if manager.is_closed() => return Err(Error::PoolClosed),
                        // The pool's actor has panicked, and the next life begins.
                        Err(_) => {}
                    }
                }
            };
            match timeout(limit, acquired).await {
                Ok(acquired) => acquired,
                Err(_) => {
                    let mut busy = manager.busy().await.map_err(|_| Error::PoolClosed)?;
                    busy.waited = begun.elapsed();
                    Err(Error::Busy(Box::new(busy)))
                }
            }
        }
    }

    /// Listens to a channel on a connection of its own, which is established again when it is lost.
    #[must_use]
    pub fn listen(&self, channel: &str) -> PoolListener {
        PoolListener::new(self.config.clone(), channel)
    }

    /// Returns how many sessions there are, and what they do.
    ///
    /// # Errors
    ///
    /// [`Error::PoolClosed`].
    pub async fn status(&self) -> Result<PoolStatus> {
        self.manager.status().await.map_err(|_| Error::PoolClosed)
    }

    /// Closes the pool: callers that wait fail, and idle sessions are closed. Sessions in use are closed when
    /// they are dropped.
    pub async fn close(&self) {
        self.manager.shutdown().await;
    }

    /// Makes the pool's actor panic, to see what becomes of its callers.
    #[doc(hidden)]
    pub fn panic(&self) {
        let _ = self.manager.panic().cast_now();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("target", &self.config.target())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
