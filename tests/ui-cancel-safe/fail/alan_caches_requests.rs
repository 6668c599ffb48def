//! The caret is under `self.responses.recv()`.

use std::collections::HashMap;

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Client {
    responses: mpsc::Receiver<String>,
    channel: mpsc::Sender<String>,
    cache: HashMap<String, String>,
}

impl Client {
    #[cancel_safe]
    pub async fn get(&mut self, key: &str) -> Option<String> {
        if let Some(cached) = self.cache.get(key) {
            return Some(cached.clone());
        }
        let response = self.responses.recv().await?;
        self.channel.send(response.clone()).await.ok()?;
        self.cache.insert(key.to_owned(), response.clone());
        Some(response)
    }
}

fn main() {}
