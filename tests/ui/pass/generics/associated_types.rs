// Messages may carry associated types of the actor's parameters.
use actor_runtime::{actor, spawn};

trait Store: Send + 'static {
    type Key: Send + 'static;
    const LIMIT: usize;

    fn has(&self, key: &Self::Key) -> bool;
}

struct Cache<S: Store> {
    store: S,
}

#[actor]
impl<S: Store> Cache<S> {
    pub fn has(&self, key: S::Key) -> bool {
        self.store.has(&key)
    }

    pub async fn has_all(&mut self, keys: Vec<<S as Store>::Key>) -> bool {
        keys.iter().all(|key| self.store.has(key))
    }
}

struct Even;

impl Store for Even {
    type Key = u64;
    const LIMIT: usize = 1;

    fn has(&self, key: &u64) -> bool {
        key % 2 == 0
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let cache = spawn(Cache { store: Even });
    assert!(cache.has(2).await.unwrap());
    assert!(!cache.has_all(vec![2, 3]).await.unwrap());
    assert_eq!(Even::LIMIT, 1);
}
