// The handle and the message are the user's types: they may have more methods and traits.
use std::fmt::{self, Display};

use actor_runtime::{CallError, actor, spawn};

struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

impl Counter {
    fn new() -> Self {
        Self { total: 0 }
    }
}

impl CounterHandle {
    async fn add_twice(&self, amount: u64) -> Result<u64, CallError> {
        self.add(amount).await?;
        self.add(amount).await
    }
}

impl CounterMessage {
    fn amount(&self) -> u64 {
        match self {
            Self::Add { amount, .. } => *amount,
        }
    }
}

impl Display for CounterMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?} of {}", self.amount())
    }
}

impl Display for CounterHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(actor_runtime::ActorHandle::name(self))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = spawn(Counter::new());
    assert_eq!(counter.add_twice(2).await.unwrap(), 4);
    assert_eq!(counter.to_string(), "Counter");
    let (mock, mut messages) = <CounterHandle as actor_runtime::ActorHandle>::mock();
    mock.add(3).try_cast().unwrap();
    assert_eq!(messages.try_recv().unwrap().to_string(), "add of 3");
}
