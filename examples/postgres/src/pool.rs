//! A pool of sessions, kept by an actor.

mod busy;
mod guard;
mod listener;
mod manager;
mod reset;
mod settings;
mod shelf;

use std::{fmt, future::Future, panic::Location, sync::Arc, time::Instant};

use actor_runtime::{ActorHandle, Builder};
use tokio::{task::coop::consume_budget, time::timeout};

pub(crate) use self::manager::{Manager, ManagerHandle};
pub use self::{
    busy::{Busy, Holder},
    guard::PooledSession,
    listener::PoolListener,
    manager::PoolStatus,
    settings::{PoolConfig, Reset},
};
use self::{
    settings::RESTARTS,
    shelf::{Shelf, Taken},
};
use crate::{
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
    shelf: Arc<Shelf>,
    config: Config,
}

/// Closes the shelf when the manager has ended for good, for whatever reason.
struct Closing(Arc<Shelf>);

impl Drop for Closing {
    fn drop(&mut self) {
        drop(self.0.close());
    }
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
        let shelf = Arc::new(Shelf::new(settings));
        let (made, closing) = (config.clone(), Closing(shelf.clone()));
        let manager = Builder::new().name("pool").restart(RESTARTS).spawn_with(move |life| {
            Manager::new(made.clone(), closing.0.clone(), life.handle().clone())
        });
        Self { manager, shelf, config }
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
        let (manager, shelf) = (self.manager.clone(), self.shelf.clone());
        async move {
            // A task that only takes free sessions lets others run, too.
            consume_budget().await;
            let place = match shelf.take(location, &manager)? {
                Taken::Session(session) => return Ok(session),
                Taken::Place(place) => place,
            };
            let begun = Instant::now();
            match timeout(shelf.settings.acquire_timeout, place).await {
                Ok(acquired) => acquired.unwrap_or(Err(Error::PoolClosed)),
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
            .field("settings", &self.shelf.settings)
            .finish_non_exhaustive()
    }
}
