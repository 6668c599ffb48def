// Caret: all of `self.work()`. Says: it is not known to be cancel safe.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    pub async fn run(&mut self) {
        self.help().await;
    }

    async fn help(&mut self) {
        tokio::select! {
            () = self.work() => {}
            () = std::future::ready(()) => {}
        }
    }

    async fn work(&mut self) {
        self.0.push(1);
    }
}

fn main() {}
