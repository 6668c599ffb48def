//! A simulated chat server that bans users or refuses to.

use std::{future::pending, sync::Arc};

use sqlite_actor::bot::UserId;
use tokio::sync::Notify;

/// A simulated server.
#[derive(Clone, Debug)]
pub(crate) enum Server {
    /// Bans every user except the admins, whose ids are the lowest.
    Answers {
        /// The number of admins.
        admins: UserId,
    },
    /// Never answers.
    Hangs {
        /// Notified when a ban is requested.
        asked: Arc<Notify>,
    },
}

impl Server {
    /// Bans a user and sends them the number of their case. Returns `true` if the user was banned.
    pub(crate) async fn ban(&self, user: UserId, _case: i64) -> bool {
        match self {
            Self::Answers { admins } => {
                // Stands for the network round trip.
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
