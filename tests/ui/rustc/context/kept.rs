// Caret: the context. Says: it is lent for one message.
use actor_runtime::{Context, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self, context: &Context<Self>) {
        tokio::spawn(async move {
            context.stop();
        });
    }
}

fn main() {}
