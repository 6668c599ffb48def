// Caret: the second name of each type. Says: `Counter` has an `#[actor]` block already.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}
}

struct Shelf<T>(T);

#[actor]
impl<T: Clone + Send + 'static> Shelf<T> {
    pub fn get(&self) -> T {
        self.0.clone()
    }
}

#[actor(mailbox = 8)]
impl Counter {
    pub fn add(&mut self) {}
}

#[actor]
impl<T: Send + 'static> Shelf<T> {
    pub async fn put(&mut self, item: T, name: &str) {
        self.0 = item;
    }
}

fn main() {
    struct Inner;

    #[actor]
    impl Inner {
        pub fn get(&self) {}
    }

    #[actor]
    impl Inner {
        pub fn add(&mut self) {}
    }

    let _ = spawn(Inner).get();
}
