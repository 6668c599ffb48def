//! The caret is under `self.fill()`.

use actor_runtime::cancel_safe;

pub struct Worker;

impl Worker {
    async fn fill(&mut self) -> usize {
        0
    }

    #[cancel_safe]
    pub async fn work(&mut self) -> usize {
        self.fill().await
    }
}

fn main() {}
