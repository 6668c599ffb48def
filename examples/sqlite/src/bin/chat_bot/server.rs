//! The chat server, as far as the bot needs it here: it bans people, or does not.

use std::{future::pending, sync::Arc};

use sqlite_actor::bot::UserId;
use tokio::sync::Notify;

/// A server that is made up.
#[derive(Clone, Debug)]
pub(crate) enum Server {
    /// Bans everybody but its admins, who are the first so many users.
    Answers {
        /// How many they are.
        admins: UserId,
    },
    /// Never answers.
    Hangs {
        /// Is told when the server was asked.
        asked: Arc<Notify>,
    },
}

impl Server {
    /// Bans somebody, and tells them the number of their case. Says whether it did.
    pub(crate) async fn ban(&self, user: UserId, _case: i64) -> bool {
        match self {
            Self::Answers { admins } => {
                // A server is far away.
                tokio::task::yield_now().await;
                user > *admins
            }
            Self::Hangs { asked } => {
                asked.notify_one();
                pending().await
            }
        }
    }
}
