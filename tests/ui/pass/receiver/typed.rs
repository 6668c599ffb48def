// Receivers may be written out, as `self: &Self` or with the type's name.
use actor_runtime::{actor, spawn};

struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    pub fn get(self: &Self) -> u64 {
        self.total
    }

    pub fn add(self: &mut Counter, amount: u64) {
        self.total += amount;
    }

    pub const fn peek(&self) -> u64 {
        self.total
    }

    pub fn finish(mut self) -> u64 {
        self.total += 1;
        self.total
    }

    pub async fn end(self: Self) -> u64 {
        self.total
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = spawn(Counter { total: 0 });
    counter.add(2).await.unwrap();
    assert_eq!(counter.get().await.unwrap(), 2);
    assert_eq!(counter.peek().await.unwrap(), 2);
    assert_eq!(counter.finish().await.unwrap(), 3);
    assert_eq!(spawn(Counter { total: 4 }).end().await.unwrap(), 4);
}
