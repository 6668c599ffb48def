//! Waits until nobody serves a name.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::{client::Client, error::RemoteErrorKind as Kind, exchange::Question, life::SILENCE};

/// The time between two questions.
const PAUSE: Duration = Duration::from_secs(1);

/// The name of no handler: whoever serves the name refuses it.
const NOBODY: &str = "?";

pub(crate) async fn exited(client: &Client) {
    while is_served(client).await {
        sleep(PAUSE).await;
    }
}

async fn is_served(client: &Client) -> bool {
    let arguments = client.link.settings.codec.empty_map();
    let question = Question { method: NOBODY, arguments, wants_accepted: false };
    let asked = async { question.ask(client, SILENCE).await?.next(&NOBODY).await };
    match timeout(SILENCE, asked).await {
        Ok(Err(Kind::Undecodable { .. })) => true,
        // The engine cannot say.
        Ok(Err(Kind::Disconnected { .. })) => true,
        Ok(_) | Err(_) => false,
    }
}
