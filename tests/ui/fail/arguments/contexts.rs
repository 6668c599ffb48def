// Carets: the types of the contexts, each once. Message: take `&Context<Self>`.
use actor_runtime::{Context, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn mutable(&self, cx: &mut Context) {
        cx.shutdown();
    }

    pub fn of_another(&self, cx: &Context<u8>) {
        cx.shutdown();
    }

    pub async fn mutable_of_another(&mut self, _cx: &mut Context<String>) {}

    pub fn by_value(&self, _cx: Context<Self>) {}
}

fn main() {}
