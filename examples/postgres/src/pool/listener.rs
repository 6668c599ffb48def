//! A listener that reconnects.

use std::time::Duration;

use crate::{
    config::Config,
    error::Result,
    listen::{Notification, Notifications},
};

/// The pause between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(200);

/// The notifications of a channel, also after the connection was lost. Returned by
/// [`Pool::listen`](crate::Pool::listen).
#[derive(Debug)]
pub struct PoolListener {
    config: Config,
    channel: String,
    listener: Option<Notifications>,
    has_failed: bool,
}

impl PoolListener {
    pub(super) fn new(config: Config, channel: &str) -> Self {
        Self { config, channel: channel.to_owned(), listener: None, has_failed: false }
    }

    /// Waits for the next notification. If the connection is lost, it is established again;
    /// [`Notification::Reconnected`] says when the server listens, the first time and again.
    ///
    /// What was sent before that is lost: read then what it told about.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no notification is lost.
    pub async fn next(&mut self) -> Notification {
        loop {
            if let Some(listener) = &mut self.listener {
                match listener.next().await {
                    Ok(notification) => return notification,
                    Err(_) => self.listener = None,
                }
            }
            if self.has_failed {
                tokio::time::sleep(PAUSE).await;
            }
            let listener = self.connect().await;
            self.has_failed = listener.is_err();
            if let Ok(listener) = listener {
                self.listener = Some(listener);
                return Notification::Reconnected;
            }
        }
    }

    async fn connect(&self) -> Result<Notifications> {
        self.config.connect().await?.listen(&self.channel).await
    }
}
