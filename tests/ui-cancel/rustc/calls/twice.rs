// Caret: all of `bank.transfer(5)`, in both functions. Says: the handler `transfer`, by its name only.
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
        left = bank.transfer(5) => drop(left),
    }
}

fn main() {}

async fn again(bank: BankHandle) {
    select! {
        left = bank.transfer(5) => drop(left),
    }
}
