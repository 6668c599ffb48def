// Caret: each value that is not yet the answer. Says: which type it has, and what leads to the answer.
use actor_runtime::{CallError, Replies, actor, spawn};

#[derive(Default)]
struct Store(Vec<String>);

#[actor]
impl Store {
    pub fn first(&self) -> Option<String> {
        self.0.first().cloned()
    }

    pub async fn save(&mut self) -> Result<usize, String> {
        Ok(self.0.len())
    }

    pub async fn list(&self, mut all: Replies<usize>) {
        let _ = all.send(self.0.len()).await;
    }
}

async fn each(store: StoreHandle) -> Result<usize, CallError> {
    let _: Option<String> = store.first();
    if let Some(_) = store.first().await {}
    let _: usize = store.save().cast().await.unwrap();
    let _ = store.first().timeout(5).await;
    let _ = store.first().try_cast().await;
    store.first().blocking().await.unwrap();
    let mut list = store.list();
    let _: Option<usize> = list.next().await;
    for _ in store.list() {}
    let (_, _): (usize, usize) = futures::join!(store.save(), store.save());
    spawn(Store::default()).save().await
}

fn main() {}
