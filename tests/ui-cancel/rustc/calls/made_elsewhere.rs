// Caret: all of `pay(&bank)`. Says: the call is not marked, and `sent()`.
use actor_runtime::{CallError, actor, select};

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

fn pay(bank: &BankHandle) -> impl Future<Output = Result<u64, CallError>> + Unpin {
    bank.transfer(5)
}

async fn run(bank: BankHandle) {
    select! {
        left = pay(&bank) => drop(left),
    }
}

fn main() {}
