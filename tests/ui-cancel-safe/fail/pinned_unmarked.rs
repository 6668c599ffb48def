//! The caret is under `self.fill()`.

use actor_runtime::cancel_safe;

pub struct Worker;

impl Worker {
    async fn fill(&mut self) -> usize {
        0
    }

    #[cancel_safe]
    pub async fn work(&mut self) -> usize {
        let mut filling = std::pin::pin!(self.fill());
        filling.as_mut().await
    }
}

fn main() {}
