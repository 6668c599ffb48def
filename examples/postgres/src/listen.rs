//! Notifications and notices.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use actor_runtime::ReplyStream;

use crate::{
    card::Card,
    client::Client,
    error::{Closed, Error, Notice, Result},
};

/// What a listener gets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notification {
    /// Somebody has sent `NOTIFY`.
    Message {
        /// The server's process for the connection of the sender.
        process_id: i32,
        /// The channel.
        channel: Arc<str>,
        /// The payload. Empty if there was none.
        payload: String,
    },
    /// This many notifications were lost, because they were not read fast enough.
    Lagged(u64),
    /// The server listens from here on. Sent first, and again after a reconnection: what was sent in between is
    /// lost. Only a listener of a pool reconnects.
    Reconnected,
}

/// The notifications of a channel. Returned by [`Session::listen`](crate::Session::listen).
///
/// It keeps the session open. Dropping it ends listening.
pub struct Notifications {
    client: Client,
    id: u64,
    stream: ReplyStream<Result<Notification>>,
    lost: Arc<AtomicU64>,
}

impl Notifications {
    pub(crate) async fn begin(client: &Client, channel: &str) -> Result<Self> {
        let (id, lost) = (client.card.new_id(), Arc::<AtomicU64>::default());
        let call = client
            .driver
            .listen(channel.into(), id, lost.clone())
            .buffer(client.options.buffer.max(256));
        let stream = call.sent().await.map_err(|error| client.unsent(error))?;
        let mut notifications = Self { client: client.same(), id, stream, lost };
        // Says that the server listens.
        notifications.next().await?;
        Ok(notifications)
    }

    /// Waits for the next notification.
    ///
    /// # Errors
    ///
    /// Why the connection has ended.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no notification is lost.
    pub async fn next(&mut self) -> Result<Notification> {
        next(&mut self.stream, &self.lost, &self.client.card).await
    }
}

impl Drop for Notifications {
    fn drop(&mut self) {
        let _ = self.client.driver.unlisten(self.id).cast_now();
    }
}

impl fmt::Debug for Notifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifications").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The notifications of all channels. Returned by [`Session::notifications`](crate::Session::notifications).
pub struct AllNotifications {
    card: Arc<Card>,
    stream: ReplyStream<Result<Notification>>,
    lost: Arc<AtomicU64>,
}

impl AllNotifications {
    pub(crate) async fn begin(client: &Client) -> Result<Self> {
        let lost = Arc::<AtomicU64>::default();
        let buffer = client.options.buffer.max(256);
        let call = client.driver.notifications(lost.clone()).buffer(buffer);
        let stream = call.sent().await.map_err(|error| client.unsent(error))?;
        Ok(Self { card: client.card.clone(), stream, lost })
    }

    /// Waits for the next notification.
    ///
    /// # Errors
    ///
    /// Why the connection has ended.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no notification is lost.
    pub async fn next(&mut self) -> Result<Notification> {
        next(&mut self.stream, &self.lost, &self.card).await
    }
}

impl fmt::Debug for AllNotifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllNotifications").finish_non_exhaustive()
    }
}

async fn next(
    stream: &mut ReplyStream<Result<Notification>>,
    lost: &AtomicU64,
    card: &Card,
) -> Result<Notification> {
    let lost = lost.swap(0, Relaxed);
    if lost > 0 {
        return Ok(Notification::Lagged(lost));
    }
    match stream.next().await {
        Some(Ok(notification)) => notification,
        Some(Err(error)) => Err(Error::of_call(error, card.end.get())),
        None => {
            let why = card.end.get().cloned().unwrap_or(Closed::ByClient);
            Err(Error::Closed { may_have_run: false, why })
        }
    }
}

/// The notices of a session, such as warnings. Returned by [`Session::notices`](crate::Session::notices).
#[derive(Debug)]
pub struct Notices(pub(crate) ReplyStream<Notice>);

impl Notices {
    /// Waits for the next notice. Returns `None` once the connection has ended.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no notice is lost.
    pub async fn next(&mut self) -> Option<Notice> {
        self.0.next().await.and_then(Result::ok)
    }
}
