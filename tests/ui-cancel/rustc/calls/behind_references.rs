// Caret: all of `bank.transfer(5)`. Says: the handler `transfer` is not marked, and `sent()`.
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

async fn run(bank: &std::sync::Arc<BankHandle>) {
    select! {
        left = bank.transfer(5) => drop(left),
    }
}

fn main() {}
