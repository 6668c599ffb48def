// Caret: all of `bank.read()`: the name is one of tokio's. Says: the handler `read` is not marked, and `sent()`.
use actor_runtime::{actor, select};

pub struct Bank(u64);

#[actor]
impl Bank {
    pub fn transfer(&mut self, amount: u64) -> u64 {
        self.0 -= amount;
        self.0
    }

    pub async fn read(&self) -> u64 {
        self.0
    }
}

async fn run(bank: BankHandle) {
    select! {
        left = bank.read() => drop(left),
    }
}

fn main() {}
