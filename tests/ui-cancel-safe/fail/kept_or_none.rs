//! The caret is under the assignment; the help is a line that compiles.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Pair {
    rx: mpsc::Receiver<u8>,
    left: Option<u8>,
}

impl Pair {
    #[cancel_safe]
    pub async fn both(&mut self) -> Option<(u8, u8)> {
        if self.left.is_none() {
            self.left = self.rx.recv().await;
        }
        let right = self.rx.recv().await?;
        Some((self.left.take()?, right))
    }
}

fn main() {}
